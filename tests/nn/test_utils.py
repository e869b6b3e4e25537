"""Clipping of gradients against closed forms; parameters as one vector."""

import math

import numpy
import pytest

import minigen as mg
from minigen import nn
from minigen.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters


def parameters(*gradients):
    made = []
    for gradient in gradients:
        parameter = nn.Parameter(mg.zeros(len(gradient), dtype=mg.float64))
        parameter.grad = mg.tensor(gradient, dtype=mg.float64)
        made.append(parameter)
    return made


G = [[1.0, -2.0], [2.0, -4.0, 0.0]]  # squares sum to 25


@pytest.mark.parametrize(
    ("norm_type", "norm"),
    [
        (2.0, 5.0),
        (2, 5.0),
        (1.0, 9.0),
        (math.inf, 4.0),
        (3.0, (1 + 8 + 8 + 64) ** (1 / 3)),
        (0.5, (1 + 2**0.5 * 2 + 2) ** 2),
    ],
)
def test_gradients_are_scaled_to_the_norm(norm_type, norm):
    made = parameters(*G)
    total = clip_grad_norm_(made, 0.5, norm_type)
    assert isinstance(total, mg.Tensor) and total.shape == () and not total.requires_grad
    assert total.item() == pytest.approx(norm, rel=1e-13)
    factor = 0.5 / (norm + 1e-6)
    for parameter, gradient in zip(made, G, strict=True):
        assert parameter.grad.tolist() == pytest.approx([factor * g for g in gradient], rel=1e-13)


def test_small_gradients_stay_as_they_are():
    made = parameters(*G)
    assert clip_grad_norm_(made, 5.1).item() == pytest.approx(5.0)
    assert [p.grad.tolist() for p in made] == G


def test_gradients_are_written_in_place_and_missing_ones_skipped():
    (used,) = parameters([3.0, 4.0])
    unused = nn.Parameter(mg.zeros(2))
    gradient = used.grad
    clip_grad_norm_(iter([used, unused]), 1.0)
    assert used.grad is gradient and unused.grad is None
    assert gradient.tolist() == pytest.approx([0.6, 0.8], rel=1e-5)


def test_one_tensor_and_no_gradient_at_all():
    (x,) = parameters([3.0, 4.0])
    assert clip_grad_norm_(x, 10.0).item() == 5.0
    total = clip_grad_norm_([nn.Parameter(mg.ones(2))], 1.0)
    assert total.item() == 0.0 and total.shape == ()


def test_dtype_is_kept_and_empty_gradients_count_nothing():
    x, y = nn.Parameter(mg.zeros(2)), nn.Parameter(mg.zeros(0))
    x.grad, y.grad = mg.tensor([3.0, 4.0]), mg.zeros(0)
    for norm_type in (2.0, math.inf, 1.0):
        clip_grad_norm_([x, y], 1.0, norm_type)
        assert x.grad.dtype == mg.float32


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_norm_that_is_not_finite_can_raise(bad):
    made = parameters([1.0, 2.0], [bad])
    with pytest.raises(RuntimeError, match="norm of the gradients is"):
        clip_grad_norm_(made, 1.0, error_if_nonfinite=True)
    assert made[0].grad.tolist() == [1.0, 2.0]
    with numpy.errstate(invalid="ignore"):
        assert not math.isfinite(clip_grad_norm_(made, 1.0).item())


def test_clipping_values():
    made = parameters(*G)
    clip_grad_value_(made, 1.5)
    assert [p.grad.tolist() for p in made] == [[1.0, -1.5], [1.5, -1.5, 0.0]]


def test_vector_of_parameters():
    net = nn.Linear(2, 3)
    vector = parameters_to_vector(net.parameters())
    assert vector.tolist() == [*net.weight.reshape(-1).tolist(), *net.bias.tolist()] and vector.requires_grad
    weight = net.weight.array
    new = mg.arange(9.0)
    vector_to_parameters(new, net.parameters())
    assert net.weight.array is weight
    assert net.weight.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]] and net.bias.tolist() == [6.0, 7.0, 8.0]
    new.zero_()
    assert net.bias.tolist() == [6.0, 7.0, 8.0]
