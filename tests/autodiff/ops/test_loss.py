"""Losses against closed forms, exact in the tails and at the corners; shapes, dtypes, reductions, warnings."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.nn.functional import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from tests.host import assert_allclose, assert_array_equal, host, placed

LOGITS = [-1e4, -745.0, -104.0, -40.0, -20.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 20.0, 40.0, 104.0, 745.0, 1e4]


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else math.exp(x)


def gradient(loss, *inputs):
    return [host(g) for g in mg.grad(loss, inputs)]


# -------------------------------------------------------------------------- binary cross-entropy


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("t", [0.0, 1.0, 0.25])
def test_with_logits_is_exact_in_both_tails(dtype, t) -> None:
    x = mg.tensor(LOGITS, dtype=dtype, requires_grad=True)
    loss = binary_cross_entropy_with_logits(x, mg.full_like(x, t), reduction="none")
    exact = [t * softplus(-v) + (1 - t) * softplus(v) for v in x.tolist()]
    slope = [(1 - t) * sigmoid(v) - t * sigmoid(-v) for v in x.tolist()]
    close = {"rtol": 1e-6, "atol": 1e-44} if dtype == "float32" else {"rtol": 1e-14, "atol": 0}
    assert_allclose(loss, exact, **close)
    assert_allclose(gradient(loss.sum(), x)[0], slope, **close)


def test_with_logits_at_40() -> None:
    x = mg.tensor(40.0, requires_grad=True)
    loss = binary_cross_entropy_with_logits(x, mg.tensor(0.0))
    assert loss.item() == 40.0
    assert gradient(loss, x)[0] == 1.0


def test_with_logits_gradient_does_not_vanish_where_the_answer_is_right() -> None:
    """The signal of a saturated discriminator is small, not zero: e^-x, in float32 too."""
    x = mg.tensor([30.0, 80.0], requires_grad=True)
    loss = binary_cross_entropy_with_logits(x, mg.ones(2), reduction="sum")
    assert_allclose(gradient(loss, x)[0], [-math.exp(-30), -math.exp(-80)], rtol=1e-6)


def test_with_logits_against_the_composed_twin() -> None:
    rng = np.random.default_rng(0)
    x = placed(rng.normal(size=(4, 3)), requires_grad=True)
    t = placed(rng.uniform(size=(4, 3)), requires_grad=True)
    weight, pos_weight = placed(rng.uniform(size=(4, 1))), placed(rng.uniform(0, 4, size=3))
    for options in ({}, {"weight": weight}, {"pos_weight": pos_weight}, {"weight": weight, "pos_weight": pos_weight}):
        p = 1.0 / (1.0 + mg.exp(-x))
        twin = -(options.get("pos_weight", 1.0) * t * p.log() + (1.0 - t) * (1.0 - p).log())
        twin = (options.get("weight", 1.0) * twin).mean()
        loss = binary_cross_entropy_with_logits(x, t, **options)
        assert_allclose(loss.item(), twin.item(), rtol=1e-12)
        for a, b in zip(gradient(loss, x, t), gradient(twin, x, t), strict=True):
            assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def test_pos_weight_in_the_tails() -> None:
    x = mg.tensor([-1e4, 1e4], dtype=mg.float64, requires_grad=True)
    loss = binary_cross_entropy_with_logits(x, mg.ones(2), pos_weight=mg.tensor(3.0), reduction="none")
    assert loss.tolist() == [3e4, 0.0]
    assert gradient(loss.sum(), x)[0].tolist() == [-3.0, 0.0]


def test_bce_of_probabilities_has_the_exact_gradient() -> None:
    p = mg.tensor([0.9995, 1e-9, 0.3], dtype=mg.float64, requires_grad=True)
    loss = binary_cross_entropy(p, mg.tensor([0.0, 1.0, 0.7], dtype=mg.float64), reduction="none")
    expected = [-math.log1p(-0.9995), -math.log(1e-9), -0.7 * math.log(0.3) - 0.3 * math.log(0.7)]
    assert_allclose(loss, expected, rtol=1e-12)
    slopes = [1 / (1 - 0.9995), -1e9, -0.7 / 0.3 + 0.3 / 0.7]
    (found,) = gradient(loss.sum(), p)
    assert_allclose(found, slopes, rtol=1e-9)
    assert abs(found[0] - 2000.0) < 1e-6


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bce_at_probability_0_and_1(dtype) -> None:
    p = mg.tensor([0.0, 0.0, 1.0, 1.0], dtype=dtype, requires_grad=True)
    t = mg.tensor([0.0, 1.0, 0.0, 1.0], dtype=dtype, requires_grad=True)
    loss = binary_cross_entropy(p, t, reduction="none")
    assert loss.tolist() == [0.0, 100.0, 100.0, 0.0]
    slopes, to_target = gradient(loss.sum(), p, t)
    assert_allclose(slopes, [0.0, -1e12, 1e12, 0.0], rtol=1e-6)
    assert to_target.tolist() == [100.0, 100.0, -100.0, -100.0]
    tiny = mg.tensor([1e-44], dtype=dtype)
    assert binary_cross_entropy(tiny, mg.ones(1).to(dtype)).item() == 100.0


def test_bce_weights_and_reductions() -> None:
    rng = np.random.default_rng(1)
    p, t, w = rng.uniform(0.1, 0.9, (4, 3)), rng.uniform(size=(4, 3)), rng.uniform(size=3)
    expected = -w * (t * np.log(p) + (1 - t) * np.log(1 - p))
    logit = np.log(p) - np.log1p(-p)
    for loss, x in ((binary_cross_entropy, p), (binary_cross_entropy_with_logits, logit)):
        assert_allclose(loss(placed(x), placed(t), placed(w), "none"), expected, rtol=1e-12)
        assert_allclose(loss(placed(x), placed(t), placed(w)).item(), expected.mean(), rtol=1e-12)
        assert_allclose(loss(placed(x), placed(t), placed(w), "sum").item(), expected.sum(), rtol=1e-12)


# -------------------------------------------------------------------------------------- of numbers


def test_errors_of_numbers() -> None:
    x, t = np.array([[1.0, 2.0, 4.0]]), np.array([[1.0, 5.0, 3.0]])
    for loss, elements in ((mse_loss, [[0.0, 9.0, 1.0]]), (l1_loss, [[0.0, 3.0, 1.0]])):
        assert loss(placed(x), placed(t), reduction="none").tolist() == elements
        assert_allclose(loss(placed(x), placed(t)).item(), np.mean(elements), rtol=1e-15)
        assert loss(placed(x), placed(t), reduction="sum").item() == np.sum(elements)
    a, b = placed(x, requires_grad=True), placed(t, requires_grad=True)
    for g, sign in zip(gradient(mse_loss(a, b), a, b), (1, -1), strict=True):
        assert_allclose(g, sign * 2 * (x - t) / 3, rtol=1e-15)
    for g, sign in zip(gradient(l1_loss(a, b), a, b), (1, -1), strict=True):
        assert_allclose(g, sign * np.sign(x - t) / 3, rtol=1e-15)


@pytest.mark.parametrize("loss", [mse_loss, l1_loss])
def test_broadcasting_numbers_warns(loss) -> None:
    with pytest.warns(UserWarning, match=r"target of shape \(4,\) is broadcast against input of shape \(4, 1\)"):
        assert loss(mg.zeros(4, 1), mg.ones(4), reduction="none").shape == (4, 4)


# -------------------------------------------------------------------------------------- of classes

INDEX = {
    (3,): np.array(2),
    (4, 3): np.array([0, 2, -100, 1]),
    (2, 3, 2): np.array([[0, 1], [2, -100]]),
    (2, 3, 2, 2): np.array([[[0, 1], [2, 2]], [[1, -100], [0, 0]]]),
}


def by_hand(x, target, weight, smoothing, reduction):
    """Cross-entropy written out, one position at a time."""
    x = np.moveaxis(x, min(x.ndim - 1, 1), -1)
    losses, total = np.zeros(x.shape[:-1]), 0.0
    for place in np.ndindex(x.shape[:-1]):
        c = int(target[place])
        if c == -100:
            continue
        minus_log_p = np.log(np.exp(x[place]).sum()) - x[place]
        spread = np.sum(weight * minus_log_p) / len(weight)
        losses[place] = (1 - smoothing) * weight[c] * minus_log_p[c] + smoothing * spread
        total += weight[c]
    return losses if reduction == "none" else losses.sum() / (total if reduction == "mean" else 1.0)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", INDEX)
def test_cross_entropy_of_indices(shape, weighted, smoothing, reduction) -> None:
    x = np.random.default_rng(2).normal(size=shape)
    weight = np.array([0.5, 2.0, 3.0]) if weighted else np.ones(3)
    given = placed(weight) if weighted else None
    loss = cross_entropy(placed(x), placed(INDEX[shape]), given, reduction=reduction, label_smoothing=smoothing)
    assert_allclose(loss, by_hand(x, INDEX[shape], weight, smoothing, reduction), rtol=1e-12)
    if not smoothing:
        log_p = mg.log_softmax(placed(x), min(x.ndim - 1, 1))
        again = nll_loss(log_p, placed(INDEX[shape]), given, reduction=reduction)
        assert_array_equal(again, loss)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", INDEX)
def test_cross_entropy_of_probabilities(shape, weighted, smoothing) -> None:
    rng = np.random.default_rng(3)
    x, t = rng.normal(size=shape), rng.uniform(size=shape)
    axis = min(x.ndim - 1, 1)
    weight = np.array([0.5, 2.0, 3.0]) if weighted else np.ones(3)
    log_p = x - np.log(np.exp(x).sum(axis, keepdims=True))
    factor = weight.reshape(3, *[1] * (x.ndim - axis - 1))
    expected = -(factor * log_p * ((1 - smoothing) * t + smoothing / 3)).sum(axis)
    given = placed(weight) if weighted else None
    for reduction, value in (("none", expected), ("mean", expected.mean()), ("sum", expected.sum())):
        loss = cross_entropy(placed(x), placed(t), given, reduction=reduction, label_smoothing=smoothing)
        assert_allclose(loss, value, rtol=1e-12)


def test_cross_entropy_is_exact_for_large_logits() -> None:
    x = mg.tensor([[1e4, 0.0], [-1e4, 0.0]], requires_grad=True)
    loss = cross_entropy(x, mg.tensor([1, 0]), reduction="sum")
    assert loss.item() == 2e4
    assert gradient(loss, x)[0].tolist() == [[1.0, -1.0], [-1.0, 1.0]]


def test_ignored_positions_have_no_part() -> None:
    x = mg.tensor([[-math.inf, 0.0], [0.0, 0.0], [5.0, 1.0]], requires_grad=True)
    loss = cross_entropy(x, mg.tensor([1, 7, 0]), ignore_index=7)
    assert_allclose(loss.item(), math.log1p(math.exp(-4)) / 2, rtol=1e-5)
    assert gradient(loss, x)[0][1].tolist() == [0.0, 0.0]
    log_p = mg.tensor([[-math.inf, -1.0], [-2.0, -3.0]])
    assert nll_loss(log_p, mg.tensor([-100, 1])).item() == 3.0


def test_losses_of_float32_are_float32() -> None:
    x = mg.rand(2, 3).requires_grad_()
    t, c = mg.rand(2, 3), mg.tensor([0, 2])
    for loss in (
        binary_cross_entropy(x, t),
        binary_cross_entropy_with_logits(x, t, pos_weight=mg.ones(3)),
        binary_cross_entropy_with_logits(x, mg.ones(2, 3, dtype=mg.int64)),
        mse_loss(x, t),
        l1_loss(x, t),
        cross_entropy(x, c, mg.ones(3, dtype=mg.float64), label_smoothing=0.1),
        cross_entropy(x, t.double()),
        nll_loss(x, c.to(mg.int32)),
    ):
        assert loss.dtype == mg.float32
        assert loss.shape == ()
        assert gradient(loss, x)[0].dtype == mg.float32


def test_targets_get_gradients() -> None:
    x, t = (placed(a, requires_grad=True) for a in np.random.default_rng(4).uniform(0.1, 0.9, (2, 2, 3)))
    for loss, slope in (
        (binary_cross_entropy, np.log1p(-host(x)) - np.log(host(x))),
        (binary_cross_entropy_with_logits, -host(x)),
        (cross_entropy, -host(mg.log_softmax(x, 1))),
    ):
        assert_allclose(gradient(loss(x, t, reduction="sum"), t)[0], slope, rtol=1e-12)
