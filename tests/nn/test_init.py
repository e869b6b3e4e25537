"""Initial values: exact bounds, moments within five standard errors of the run, no graph."""

import math

import numpy
import pytest

import minigen as mg
from minigen import nn
from minigen.nn import init
from minigen.random import Generator
from tests.host import assert_allclose, examples, host

SHAPE = (40, 60, 5)  # fan_in 300, fan_out 200


class Extreme(Generator):
    """Makes its draws on the host, for all devices."""

    def __init__(self):
        super().__init__(0, host_noise=True)


class Lowest(Extreme):
    """Draws the lower end of every uniform law."""

    def _uniform(self, shape, dtype):
        return numpy.zeros(shape)


class Highest(Extreme):
    """Draws the number before the upper end of every uniform law."""

    def _uniform(self, shape, dtype):
        return numpy.full(shape, 1.0 - 2.0**-53)


def zeros(*shape):
    return mg.zeros(*shape, dtype=mg.float64)


def moments(draws):
    """Mean and variance of a sample, with five standard errors of each."""
    x = draws.reshape(-1)
    n = len(x)
    mean, variance = x.mean(), x.var()
    return (mean, 5 * math.sqrt(variance / n)), (variance, 5 * math.sqrt((((x - mean) ** 4).mean() - variance**2) / n))


def test_linear_starts_at_pytorchs_bounds():
    for fan_in in (1, 7, 64):
        bound = 1 / math.sqrt(fan_in)
        with mg.random.using(Lowest()):
            low = nn.Linear(fan_in, 3, dtype=mg.float64)
        with mg.random.using(Highest()):
            high = nn.Linear(fan_in, 3, dtype=mg.float64)
        for parameter in low.parameters():
            assert parameter.detach().reshape(-1).tolist() == pytest.approx([-bound] * parameter.numel(), rel=1e-15)
        for parameter in high.parameters():
            assert parameter.detach().reshape(-1).tolist() == pytest.approx([bound] * parameter.numel(), rel=1e-14)


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_linear_starts_evenly_spread(name):
    values = host(getattr(nn.Linear(50, 20_000, dtype=mg.float64), name)).reshape(-1)
    (mean, slack), (variance, margin) = moments(values)
    assert abs(mean) < slack
    assert abs(variance - 1 / (3 * 50)) < margin


UNIFORM = {
    "uniform": (lambda t, rng: init.uniform_(t, -0.5, 0.5, rng), 0.5),
    "xavier": (lambda t, rng: init.xavier_uniform_(t, gain=2.0, generator=rng), 2.0 * math.sqrt(6 / 500)),
    "kaiming": (lambda t, rng: init.kaiming_uniform_(t, nonlinearity="relu", generator=rng), math.sqrt(6 / 300)),
    "kaiming-fan-out": (
        lambda t, rng: init.kaiming_uniform_(t, a=0.5, mode="fan_out", generator=rng),
        math.sqrt(2 / 1.25 * 3 / 200),
    ),
}
NORMAL = {
    "normal": (lambda t, rng: init.normal_(t, 0.0, 0.3, rng), 0.3),
    "xavier": (lambda t, rng: init.xavier_normal_(t, gain=2.0, generator=rng), 2.0 * math.sqrt(2 / 500)),
    "kaiming-fan-out": (
        lambda t, rng: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu", generator=rng),
        math.sqrt(2 / 200),
    ),
    "kaiming-tanh": (
        lambda t, rng: init.kaiming_normal_(t, nonlinearity="tanh", generator=rng),
        5 / 3 / math.sqrt(300),
    ),
}


@pytest.mark.parametrize(("fill", "bound"), UNIFORM.values(), ids=UNIFORM.keys())
def test_uniform_laws(fill, bound):
    assert_allclose(fill(zeros(*SHAPE), Lowest()), -bound, rtol=1e-14)
    assert_allclose(fill(zeros(*SHAPE), Highest()), bound, rtol=1e-14)
    (mean, slack), (variance, margin) = moments(host(fill(zeros(*SHAPE), Generator(1))))
    assert abs(mean) < slack and abs(variance - bound**2 / 3) < margin


@pytest.mark.parametrize(("fill", "std"), NORMAL.values(), ids=NORMAL.keys())
def test_normal_laws(fill, std):
    (mean, slack), (variance, margin) = moments(host(fill(zeros(*SHAPE), Generator(2))))
    assert abs(mean) < slack and abs(variance - std**2) < margin


def test_normal_has_its_mean():
    (mean, slack), _ = moments(host(init.normal_(zeros(*SHAPE), 3.0, 0.5, Generator(3))))
    assert abs(mean - 3.0) < slack


def test_constants():
    assert init.constant_(zeros(2), 0.3).tolist() == [0.3, 0.3]
    assert init.ones_(zeros(2)).tolist() == [1.0, 1.0]
    assert init.zeros_(mg.ones(2)).tolist() == [0.0, 0.0]
    assert init.eye_(mg.ones(2, 3)).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (3, 2, 2)])
def test_orthogonal(shape):
    matrix = host(init.orthogonal_(zeros(*shape), gain=2.0, generator=4)).reshape(shape[0], -1)
    square = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    assert_allclose(square, 4.0 * numpy.eye(len(square)), atol=1e-13)


def test_orthogonal_is_evenly_drawn():
    """Of a rotation drawn evenly, each element has mean 0 and mean square 1 / n."""
    rng, n = Generator(5), 3
    draws = numpy.array([host(init.orthogonal_(zeros(n, n), generator=rng)) for _ in range(examples(2000))])
    error = 5 * draws.std(0) / math.sqrt(len(draws))
    assert (abs(draws.mean(0)) < error).all()
    squares = draws**2
    assert (abs(squares.mean(0) - 1 / n) < 5 * squares.std(0) / math.sqrt(len(draws))).all()


@pytest.mark.parametrize(
    ("name", "param", "gain"),
    [
        ("linear", None, 1.0),
        ("sigmoid", None, 1.0),
        ("tanh", None, 5 / 3),
        ("relu", None, math.sqrt(2)),
        ("leaky_relu", None, math.sqrt(2 / (1 + 0.01**2))),
        ("leaky_relu", 2.0, math.sqrt(2 / 5)),
        ("selu", None, 0.75),
    ],
)
def test_gain(name, param, gain):
    assert init.calculate_gain(name, param) == pytest.approx(gain, rel=1e-15)


def test_leaves_are_filled_outside_any_graph():
    layer = nn.Linear(2, 3)
    array = layer.weight.array
    assert init.normal_(layer.weight) is layer.weight
    assert layer.weight.array is array and layer.weight.is_leaf and layer.weight.requires_grad
    loss = (layer.weight * layer.weight).sum()
    init.zeros_(layer.weight)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_draws_come_from_the_generator_in_force():
    with mg.random.using(6):
        one = nn.Linear(4, 3)
    with mg.random.using(6):
        other = nn.Linear(4, 3)
    assert mg.equal(one.weight, other.weight) and mg.equal(one.bias, other.bias)
    assert not mg.equal(one.weight, nn.Linear(4, 3).weight)
    assert mg.equal(init.normal_(zeros(3), generator=6), init.normal_(zeros(3), generator=Generator(6)))


def test_nothing_to_fill():
    for fill in (init.xavier_uniform_, init.kaiming_normal_, init.orthogonal_):
        assert fill(zeros(0, 0)).shape == (0, 0)
