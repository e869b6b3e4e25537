"""Dropout: its law exactly, the mask it uses twice, what governs its draws."""

import math
from itertools import product

import numpy
import pytest

import minigen as mg
from minigen import nn
from minigen.random import Generator
from tests.host import assert_allclose, host


class Outcome(Generator):
    """Gives one outcome of a row of coins, and remembers its probability."""

    def __init__(self, coins):
        super().__init__(0, host_noise=True)
        self.coins = numpy.array(coins, bool)

    def _bernoulli(self, probs):
        self.probability = numpy.where(self.coins, probs, 1.0 - probs).prod()
        return self.coins


@pytest.mark.parametrize("p", [0.2, 0.5, 0.75])
def test_mean_and_variance_are_exact(p):
    """Over all outcomes the mean is x and the variance x² p / (1 - p), and elements are independent."""
    x = mg.tensor([1.0, -2.0, 0.5], dtype=mg.float64)
    total, mean, second = 0.0, numpy.zeros(3), numpy.zeros((3, 3))
    for coins in product([0, 1], repeat=3):
        rng = Outcome(coins)
        with mg.random.using(rng):
            y = host(nn.Dropout(p)(x))
        total += rng.probability
        mean += rng.probability * y
        second += rng.probability * numpy.outer(y, y)
    assert total == pytest.approx(1.0, abs=1e-15)
    assert_allclose(mean, x, rtol=1e-14)
    variance = numpy.diag(host(x) ** 2 * p / (1 - p))
    assert_allclose(second - numpy.outer(mean, mean), variance, rtol=1e-13, atol=1e-14)


def test_rate_of_real_draws():
    p, n = 0.3, 100_000
    dropped = (nn.functional.dropout(mg.ones(n), p, generator=1) == 0).double()
    rate = dropped.mean().item()
    assert abs(rate - p) < 5 * math.sqrt(rate * (1 - rate) / n)


@pytest.mark.parametrize("inplace", [False, True])
def test_backward_uses_the_same_mask(inplace):
    x = mg.ones(1000, dtype=mg.float64, requires_grad=True)
    y = nn.Dropout(0.4, inplace)(x * 1.0)
    (3.0 * y).sum().backward()
    assert set(y.tolist()) == {0.0, 1.0 / (1.0 - 0.4)}
    assert x.grad.tolist() == (3.0 * y).tolist()


def test_draws_come_from_the_generator_in_force():
    layer, x = nn.Dropout(0.5), mg.ones(100)
    with mg.random.using(5):
        first, second = layer(x), layer(x)
    with mg.random.using(5):
        again = layer(x)
    assert mg.equal(first, again) and not mg.equal(first, second)
    assert mg.equal(first, nn.functional.dropout(x, 0.5, generator=5))


def test_outside_training_nothing_is_drawn():
    x, rng = mg.ones(10), Generator(0)
    state = rng.state_dict()
    with mg.random.using(rng):
        assert nn.Dropout(0.9).eval()(x) is x
        assert nn.Dropout(0.0)(x) is x
    assert rng.state_dict() == state


def test_with_probability_one_nothing_is_left():
    x = mg.ones(10, requires_grad=True)
    y = nn.Dropout(1.0)(x)
    y.sum().backward()
    assert not y.any() and not x.grad.any()


@pytest.mark.parametrize("dtype", [mg.float16, mg.float32, mg.float64], ids=str)
def test_dtype_is_kept(dtype):
    y = nn.Dropout(0.5)(mg.ones(50, dtype=dtype))
    assert y.dtype == dtype and set(y.tolist()) == {0.0, 2.0}
