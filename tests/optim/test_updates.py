"""Every optimizer against its published update, element by element in Python floats, for 50 steps in float64."""

import math
from itertools import pairwise

import numpy as np
import pytest

import minigen as mg
from minigen.backend import kernels
from minigen.random import Generator

STEPS = 50
SHAPES = [(3, 7), (4,), ()]


def sgd(theta, grads, rates, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    """Sutskever et al. 2013 in PyTorch's form: the rate multiplies the whole velocity."""
    velocity = None
    for g, lr in zip(grads, rates, strict=True):
        g = g + weight_decay * theta
        if momentum == 0.0:
            direction = g
        else:
            velocity = g if velocity is None else momentum * velocity + (1.0 - dampening) * g
            direction = g + momentum * velocity if nesterov else velocity
        theta = theta - lr * direction
    return theta


def rmsprop(theta, grads, rates, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
    """Lecture 6.5 of Tieleman and Hinton 2012; centred as in Graves 2013."""
    square, mean, velocity = 0.0, 0.0, 0.0
    for g, lr in zip(grads, rates, strict=True):
        g = g + weight_decay * theta
        square = alpha * square + (1.0 - alpha) * g**2
        mean = alpha * mean + (1.0 - alpha) * g
        spread = math.sqrt(square - mean**2 if centered else square) + eps
        velocity = momentum * velocity + g / spread
        theta = theta - lr * velocity
    return theta


def adam(theta, grads, rates, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, decoupled=False):
    """Algorithm 1 of Kingma and Ba 2015; decoupled decay as in Algorithm 2 of Loshchilov and Hutter 2019."""
    m, v, largest = 0.0, 0.0, 0.0
    for t, (g, lr) in enumerate(zip(grads, rates, strict=True), 1):
        if decoupled:
            theta = theta - lr * weight_decay * theta
        else:
            g = g + weight_decay * theta
        m = betas[0] * m + (1.0 - betas[0]) * g
        v = betas[1] * v + (1.0 - betas[1]) * g**2
        largest = max(largest, v)
        m_hat = m / (1.0 - betas[0] ** t)
        v_hat = (largest if amsgrad else v) / (1.0 - betas[1] ** t)
        theta = theta - lr * m_hat / (math.sqrt(v_hat) + eps)
    return theta


def adamw(theta, grads, rates, weight_decay=1e-2, **settings):
    return adam(theta, grads, rates, weight_decay=weight_decay, decoupled=True, **settings)


CASES = {
    "sgd": ("SGD", sgd, {}),
    "sgd-decay": ("SGD", sgd, {"weight_decay": 0.3}),
    "momentum": ("SGD", sgd, {"momentum": 0.9}),
    "dampening": ("SGD", sgd, {"momentum": 0.8, "dampening": 0.4, "weight_decay": 0.3}),
    "nesterov": ("SGD", sgd, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.3}),
    "rmsprop": ("RMSprop", rmsprop, {}),
    "rmsprop-decay": ("RMSprop", rmsprop, {"alpha": 0.7, "eps": 0.1, "weight_decay": 0.3}),
    "centred": ("RMSprop", rmsprop, {"alpha": 0.7, "centered": True, "eps": 0.01}),
    "centred-momentum": ("RMSprop", rmsprop, {"alpha": 0.9, "centered": True, "momentum": 0.8, "weight_decay": 0.3}),
    "adam": ("Adam", adam, {}),
    "adam-decay": ("Adam", adam, {"betas": (0.5, 0.9), "eps": 0.1, "weight_decay": 0.3}),
    "amsgrad": ("Adam", adam, {"betas": (0.0, 0.6), "amsgrad": True}),
    "adamw": ("AdamW", adamw, {}),
    "adamw-amsgrad": ("AdamW", adamw, {"betas": (0.5, 0.9), "weight_decay": 0.3, "amsgrad": True}),
}


def draw(shape, rng):
    return rng.normal(shape, dtype="float64")


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


@pytest.fixture(scope="module")
def trajectories():
    """Starts, and for each the gradients of all steps, some of them exactly 0; for each element the same as numbers."""
    rng = Generator(1)
    starts = [draw(shape, rng) for shape in SHAPES]
    gradients = [[draw(shape, rng) * rng.bernoulli(0.9).double() for _ in range(STEPS)] for shape in SHAPES]
    return starts, gradients, [list(zip(*map(flat, sequence), strict=True)) for sequence in gradients]


@pytest.mark.parametrize(("name", "reference", "settings"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("block", [64, kernels.BLOCK_BYTES], ids=["blocks", "whole"])
def test_update(name, reference, settings, block, trajectories, monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK_BYTES", block)  # 64: 8 elements, so that 21 make two blocks and a rest
    starts, gradients, numbers = trajectories
    parameters = [start.clone().requires_grad_() for start in starts]
    rates = [0.1 / (1.0 + 0.2 * t) for t in range(STEPS)]
    optimizer = getattr(mg.optim, name)(parameters, **settings)
    for t in range(STEPS):
        optimizer.param_groups[0]["lr"] = rates[t]
        for parameter, sequence in zip(parameters, gradients, strict=True):
            parameter.grad = sequence[t]
        optimizer.step()
    for parameter, start, columns in zip(parameters, starts, numbers, strict=True):
        pairs = zip(flat(start), columns, strict=True)
        expected = [reference(theta, column, rates, **settings) for theta, column in pairs]
        assert flat(parameter) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_arrays_in_another_order_give_the_same(monkeypatch):
    monkeypatch.setattr(kernels, "BLOCK_BYTES", 64)
    rng = Generator(2)
    start, gradient = draw((5, 3), rng), draw((5, 3), rng)
    plain, turned = start.clone().requires_grad_(), start.T.clone().T.requires_grad_()
    for parameter in (plain, turned):
        optimizer = mg.optim.Adam([parameter], lr=0.1, weight_decay=0.1)
        for _ in range(3):
            parameter.grad = gradient.clone()
            optimizer.step()
    assert not turned.array.flags.c_contiguous
    assert mg.equal(plain, turned)


def test_a_variance_that_rounds_below_zero_counts_as_zero():
    x = mg.tensor([1.0], dtype=mg.float64, requires_grad=True)
    optimizer = mg.optim.RMSprop([x], lr=1e-12, alpha=0.5, centered=True)
    for _ in range(60):  # of a constant gradient the mean square meets the squared mean, and passes it at step 53
        x.grad = mg.tensor([0.7], dtype=mg.float64)
        with np.errstate(invalid="ignore"):  # for the assertion to speak, not the warning
            optimizer.step()
    assert math.isfinite(x.item())


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_zero_size_parameters_are_harmless(name):
    x = mg.zeros(0, 3, requires_grad=True)
    x.grad = mg.zeros(0, 3)
    getattr(mg.optim, name)([x], lr=0.1).step()
    assert x.shape == (0, 3)


def test_adamw_decays_apart_from_the_gradient():
    """With no gradient Adam's decay is normalised away, AdamW's shrinks by exactly 1 - lr * weight_decay."""
    sizes = {}
    for name in ("Adam", "AdamW"):
        x = mg.tensor([8.0], dtype=mg.float64, requires_grad=True)
        optimizer = getattr(mg.optim, name)([x], lr=0.5, weight_decay=0.25)
        values = [8.0]
        for _ in range(3):
            x.grad = mg.zeros(1, dtype=mg.float64)
            optimizer.step()
            values.append(x.item())
        sizes[name] = [after / before for before, after in pairwise(values)]
    assert sizes["AdamW"] == pytest.approx([0.875] * 3, rel=1e-14)
    assert sizes["Adam"][0] == pytest.approx(7.5 / 8.0, rel=1e-7)
