"""Activations against closed forms in both tails, at infinities and ties; dtypes, in place, saved arrays."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import rows
from tests.host import assert_allclose, assert_array_equal, placed

TAILS = [-1e4, -745.0, -104.0, -89.0, -30.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 15.0, 40.0, 90.0, 800.0, 1e4]
ACTIVATIONS = [mg.tanh, mg.sigmoid, mg.relu, mg.logsigmoid, mg.softplus, mg.leaky_relu]


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else math.exp(x)


CLOSED = {
    "tanh": (mg.tanh, math.tanh, lambda x: 1.0 / math.cosh(max(min(x, 300), -300)) ** 2),
    "sigmoid": (mg.sigmoid, sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "logsigmoid": (mg.logsigmoid, lambda x: -softplus(-x), lambda x: sigmoid(-x)),
    "softplus": (mg.softplus, softplus, sigmoid),
    "softplus beta": (lambda x: mg.softplus(x, 2.0), lambda x: softplus(2 * x) / 2, lambda x: sigmoid(2 * x)),
    "relu": (mg.relu, lambda x: max(x, 0.0), lambda x: float(x > 0)),
    "leaky_relu": (mg.leaky_relu, lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01),
    "leaky_relu steep": (
        lambda x: mg.leaky_relu(x, 3.0),
        lambda x: x if x > 0 else 3.0 * x,
        lambda x: 1.0 if x > 0 else 3.0,
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_values_and_slopes_in_both_tails(name) -> None:
    function, value, slope = CLOSED[name]
    x = mg.tensor(TAILS, dtype=mg.float64, requires_grad=True)
    out = function(x)
    (gradient,) = mg.grad(out.sum(), x)
    assert_allclose(out, [value(v) for v in TAILS], rtol=1e-14, atol=0)
    expected = [slope(v) for v in TAILS]
    near = 1e-12 if name in ("logsigmoid", "leaky_relu", "leaky_relu steep", "relu") else 3e-9
    assert_allclose(gradient, expected, rtol=near, atol=1e-15)


def test_sigmoid_keeps_its_relative_precision_where_it_is_small() -> None:
    x = np.linspace(-80, 5, 40, dtype="float32")
    exact = np.array([sigmoid(float(v)) for v in x])
    assert_allclose(mg.sigmoid(placed(x)), exact, rtol=5e-7, atol=0)


def test_infinities() -> None:
    x = mg.tensor([-math.inf, math.inf])
    for function, values in [
        (mg.sigmoid, [0, 1]),
        (mg.tanh, [-1, 1]),
        (mg.relu, [0, math.inf]),
        (mg.logsigmoid, [-math.inf, 0]),
        (mg.softplus, [0, math.inf]),
        (mg.leaky_relu, [-math.inf, math.inf]),
    ]:
        assert_array_equal(function(x), values)


@pytest.mark.parametrize("function", ACTIVATIONS)
def test_nan_stays_nan(function) -> None:
    assert math.isnan(function(mg.tensor(math.nan)).item())


def test_slopes_at_the_kink() -> None:
    x = mg.tensor([0.0, -0.0], requires_grad=True)
    assert mg.grad(mg.relu(x).sum(), x)[0].tolist() == [0.0, 0.0]
    assert mg.grad(mg.leaky_relu(x, 0.25).sum(), x)[0].tolist() == [0.25, 0.25]


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")  # the slope of the root at 0
def test_relu_stops_an_infinite_gradient() -> None:
    x = mg.tensor([-1.0, 4.0], requires_grad=True)
    assert mg.grad(mg.relu(x).sqrt().sum(), x)[0].tolist() == [0.0, 0.25]  # not 0 * inf


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_keep_is_where(dtype) -> None:
    x = np.array([[1.5, -math.inf, 0.0], [math.inf, -2.0, math.nan]], dtype)[:, ::-1]
    mask = np.array([[True, False, True], [False, True, False]])
    kept = rows["keep"](x, mask)
    assert kept.dtype == x.dtype
    assert_array_equal(kept, np.where(mask, x, 0))


def test_softplus_is_linear_beyond_its_threshold() -> None:
    x = mg.tensor([0.9, 1.1], dtype=mg.float64, requires_grad=True)
    out = mg.softplus(x, beta=2.0, threshold=2.0)
    assert out.tolist() == [math.log1p(math.exp(1.8)) / 2, 1.1]
    assert_allclose(mg.grad(out.sum(), x)[0], [sigmoid(1.8), 1.0], rtol=1e-15)


@pytest.mark.parametrize("function", ACTIVATIONS)
def test_float32_stays_float32(function) -> None:
    x = mg.tensor([[-1.0, 2.0]], requires_grad=True)
    out = function(x)
    assert out.dtype == mg.float32
    assert mg.grad(out.sum(), x)[0].dtype == mg.float32
    assert function(mg.tensor(1.5)).shape == ()
    assert function(mg.tensor(1.5, dtype=mg.float16)).dtype == mg.float16


def test_integers() -> None:
    x = mg.tensor([-1, 2])
    assert mg.relu(x).dtype == mg.int64
    assert mg.relu(x).tolist() == [0, 2]
    assert mg.tanh(x).dtype == mg.sigmoid(x).dtype == mg.float32


# -------------------------------------------------------------------------------------------- softmax


def test_softmax_along_each_axis() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    for dim in (0, 1, 2, -1, -3):
        expected = np.exp(x) / np.exp(x).sum(dim, keepdims=True)
        assert_allclose(mg.softmax(placed(x), dim), expected, rtol=1e-13)
        assert_allclose(placed(x).log_softmax(dim), np.log(expected), rtol=1e-12)


def test_softmax_neither_overflows_nor_loses_the_tail() -> None:
    x = mg.tensor([1e4, 1e4 - 50.0, -1e4], dtype=mg.float64)
    assert_allclose(mg.softmax(x, 0), [1.0, math.exp(-50), 0.0], rtol=1e-12)
    assert_allclose(mg.log_softmax(x, 0), [-math.exp(-50), -50.0, -2e4], rtol=1e-12, atol=1e-20)


def test_softmax_with_entries_of_minus_infinity() -> None:
    x = mg.tensor([[0.0, -math.inf, 0.0]], requires_grad=True)
    p = x.softmax(-1)
    assert p.tolist() == [[0.5, 0.0, 0.5]]
    assert mg.grad(p[0, 0], x)[0].tolist() == [[0.25, 0.0, -0.25]]
    log_p = x.log_softmax(-1)
    assert log_p[0, 1].item() == -math.inf
    assert_allclose(mg.grad(log_p[0, 0], x)[0], [[0.5, 0.0, -0.5]], atol=1e-7)


@pytest.mark.parametrize("function", [mg.softmax, mg.log_softmax])
def test_softmax_of_nothing_and_of_one(function) -> None:
    assert function(mg.zeros(0, 3), 0).shape == (0, 3)
    assert function(mg.zeros(3, 0), 1).shape == (3, 0)
    alone = mg.tensor(7.0, requires_grad=True)
    out = function(alone, -1)
    assert out.shape == ()
    assert out.item() == (1.0 if function is mg.softmax else 0.0)
    assert mg.grad(out, alone)[0].item() == 0.0


def test_softmax_converts_first() -> None:
    assert mg.softmax(mg.tensor([1, 2]), 0, dtype=mg.float64).dtype == mg.float64
    assert mg.log_softmax(mg.ones(2), 0).dtype == mg.float32


def test_composed_twins() -> None:
    """The rules of the rows against the derivatives of the same functions composed of other rows."""
    rng = np.random.default_rng(1)
    x = placed(rng.normal(size=(4, 5)), requires_grad=True)
    seed = placed(rng.normal(size=(4, 5)))
    twins = [
        (mg.tanh, lambda x: (mg.exp(x) - mg.exp(-x)) / (mg.exp(x) + mg.exp(-x))),
        (mg.sigmoid, lambda x: 1.0 / (1.0 + mg.exp(-x))),
        (mg.logsigmoid, lambda x: -mg.log(1.0 + mg.exp(-x))),
        (mg.softplus, lambda x: mg.log(1.0 + mg.exp(x))),
        (mg.relu, lambda x: mg.where(x > 0, x, 0.0)),
        (lambda x: x.softmax(1), lambda x: mg.exp(x) / mg.exp(x).sum(1, keepdim=True)),
        (lambda x: x.log_softmax(0), lambda x: x - mg.exp(x).sum(0, keepdim=True).log()),
    ]
    for function, twin in twins:
        first, expected = (mg.grad(f(x), x, seed, create_graph=True)[0] for f in (function, twin))
        assert_allclose(first, expected, rtol=1e-10, atol=1e-13)
        if function is not mg.relu:
            second, expected = (mg.grad(g, x, seed)[0] for g in (first, expected))
            assert_allclose(second, expected, rtol=1e-9, atol=1e-12)


# ------------------------------------------------------------------------------------------ in place


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu"])
def test_in_place(name) -> None:
    x = mg.tensor([-1.0, 2.0])
    expected = getattr(mg, name)(x).tolist()
    array = x.array
    assert getattr(x, f"{name}_")() is x
    assert x.array is array
    assert x.tolist() == getattr(mg.tensor([-1.0, 2.0]), name)().tolist() == expected
    leaf = mg.tensor([-1.0, 2.0], requires_grad=True)
    inner = leaf * 1.0
    getattr(inner, f"{name}_")()
    assert_array_equal(
        mg.grad(inner.sum(), leaf)[0], mg.grad(getattr(mg, name)(leaf).sum(), leaf)[0]
    )


@pytest.mark.parametrize("function", [mg.tanh, mg.sigmoid, mg.relu])
def test_the_input_is_not_kept(function) -> None:
    x = mg.tensor([1.0], requires_grad=True) * 1.0
    out = function(x)
    x.data.fill_(5.0)
    out.backward()  # the rule asks for the result only: what happens to the input is no matter
