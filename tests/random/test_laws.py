"""The laws: exact where a law is certain or its probabilities are, within 5 standard errors elsewhere."""

import itertools
import math

import numpy as np
import pytest

from minigen.random import Generator
from tests.host import examples, host, placed

N = 500_000
EULER = 0.5772156649015329


def assert_mean(values, expected):
    """The mean of `values` is `expected` within 5 standard errors (of which there must be some)."""
    values = np.asarray(values, np.float64)
    error = values.std() / math.sqrt(values.size)
    assert 0 < error < 0.05 * max(1.0, abs(expected))
    assert abs(values.mean() - expected) <= 5 * error


def assert_frequencies(outcomes, probs):
    """Outcome i of those drawn has frequency probs[i] within 5 standard errors; 0 and 1 are exact."""
    n = len(outcomes)
    counts = np.bincount(host(outcomes), minlength=len(probs))
    assert len(counts) == len(probs)
    for count, p in zip(counts, probs, strict=True):
        assert abs(count / n - p) <= 5 * math.sqrt(p * (1 - p) / n)


class Fixed:
    """A host source whose uniform draws are all `value`."""

    def __init__(self, value):
        self.value = value

    def random(self, shape, dtype=np.float64):
        return np.full(shape, self.value, dtype)


LARGEST = np.nextafter(1.0, 0.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_moments(dtype):
    x = host(Generator(1).normal(N, dtype=dtype)).astype(np.float64)
    for power, moment in enumerate([0, 1, 0, 3, 0, 15], start=1):
        assert_mean(x**power, moment)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_moments_and_range(dtype):
    x = host(Generator(2).uniform(N, -1.0, 3.0, dtype=dtype)).astype(np.float64)
    assert x.min() >= -1 and x.max() < 3
    for power in (1, 2, 3, 4):
        assert_mean(((x + 1) / 4) ** power, 1 / (power + 1))


def test_uniform_never_reaches_its_upper_end():
    rng = Generator(3)
    high = np.nextafter(
        np.float32(1), np.float32(2)
    ).item()  # one float32 above 1: half of all draws round up
    assert (host(rng.uniform(100, 1.0, high, dtype="float32")) == 1).all()
    assert host(rng.uniform(N, dtype="float16")).max() < 1


def test_uniform_of_an_empty_interval_is_its_end():
    assert (host(Generator(3).uniform(5, 2.0, 2.0)) == 2).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exponential_moments(dtype):
    x = host(Generator(4).exponential(N, dtype=dtype)).astype(np.float64)
    assert x.min() > 0
    for power in (1, 2, 3):
        assert_mean(x**power, math.factorial(power))
    assert_mean(np.log(x), -EULER)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gumbel_moments(dtype):
    x = host(Generator(5).gumbel(N, dtype=dtype)).astype(np.float64)
    assert_mean(x, EULER)
    assert_mean((x - EULER) ** 2, math.pi**2 / 6)
    assert_mean(np.exp(-x), 1)  # exp(-G) is exponential


@pytest.mark.parametrize("concentration", [0.3, 1.0, 2.0, 17.5])
def test_gamma_moments(concentration):
    x = Generator(6).gamma(np.full(N, concentration))
    rising = 1.0
    for power in (1, 2, 3):
        rising *= concentration + power - 1
        assert_mean(x**power, rising)


def test_gamma_is_drawn_elementwise_with_its_concentration():
    x = Generator(7).gamma(np.array([[0.5], [8.0]]), (2, N))
    assert_mean(x[0], 0.5)
    assert_mean(x[1], 8.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gamma_of_tiny_concentration_stays_above_zero(dtype):
    x = Generator(8).gamma(np.full(1000, 1e-4, dtype))
    assert x.dtype == dtype
    assert x.min() > 0
    assert np.isfinite(np.log(x)).all()


def test_bernoulli_is_exact_where_the_outcome_is_certain():
    probs = np.tile([0.0, 1.0], N)
    assert (Generator(9).bernoulli(probs) == probs).all()
    logits = np.tile([-np.inf, np.inf, -800.0, 800.0], N)
    assert (Generator(9).bernoulli(logits=logits) == (logits > 0)).all()


def test_bernoulli_means():
    for p in (0.01, 0.3, 0.9):
        assert_mean(Generator(10).bernoulli(np.full(N, p)), p)
        assert_mean(Generator(10).bernoulli(logits=np.full(N, math.log(p / (1 - p)))), p)


def test_bernoulli_draws_each_coin_with_its_own_probability():
    probs = np.array([0.1, 0.5, 0.8])
    draws = Generator(11).bernoulli(np.tile(probs, (N, 1)))
    for i, p in enumerate(probs):
        assert_mean(draws[:, i], p)
    assert_mean(draws[:, 1] * draws[:, 2], 0.4)  # the coins of a row are independent


def test_bernoulli_compares_exactly_at_both_ends_of_the_uniform_draw():
    rng = Generator(0)
    small, nearly_one = np.array([1e-30]), np.array([1 - 2**-20])
    rng._host = Fixed(0.0)  # happens with every probability above 0
    assert rng.bernoulli(small) == 1 and rng.bernoulli(np.zeros(1)) == 0
    rng._host = Fixed(2.0**-50)
    assert rng.bernoulli(small) == 0
    rng._host = Fixed(LARGEST)  # only a certain coin comes up
    assert rng.bernoulli(nearly_one) == 0 and rng.bernoulli(np.ones(1)) == 1


class Words:
    """A host whose words are all numbers of 16 bits in turn, and whose uniform draws are one number."""

    def __init__(self, value):
        self.value = value
        self.bit_generator = self

    def random_raw(self, n):
        assert n == 2**14
        return np.arange(2**16, dtype=np.uint16).view(np.uint64)

    def random(self, n):
        assert n == 1  # of the 2^16, one at most is left open
        return np.full(n, self.value)


@pytest.mark.parametrize("p", [0.0, 1e-30, 1e-6, 2.0**-16, 0.1, 0.3, 0.5, 1 - 2**-20, 1 - 2**-24, 1.0])
def test_float32_coins_have_their_probability_to_the_last_bit(p):
    p = np.float32(p)
    decided, left = divmod(float(p) * 2**16, 1)
    rng, probs = Generator(0), np.full(2**16, p)
    for value, yes in ((0.0, left > 0), (0.9 * left, left > 0), (min(left, LARGEST), False), (LARGEST, False)):
        rng._host = Words(value)
        assert rng.bernoulli(probs).sum() == decided + yes


@pytest.mark.parametrize("x", [-np.inf, -100.0, -30.0, -9.0, -0.3, 0.0, 0.3, 9.0, 30.0, 100.0, np.inf])
def test_float32_logits_have_their_probability_in_both_tails(x):
    """How many of all words show the rarer side, and with what probability the word left open does."""
    logits = np.full(2**16, x, np.float32)
    rarer = 2**16 / (1 + np.exp(np.abs(logits[0]).astype(np.float64)))
    decided, left = divmod(rarer, 1)
    error = 1e-6 * rarer  # of float32
    rng = Generator(0)
    happens = left > 1e-30
    for value, yes in ((0.0, happens), (left - error, happens), (left + error, False), (LARGEST, False)):
        rng._host = Words(value)
        ones = rng.bernoulli(logits=logits).sum()
        assert (2**16 - ones if x >= 0 else ones) == decided + yes


def test_float32_coins_of_any_memory_layout_fall_alike():
    """Of a transposed array no copy may take what is written: rare coins would never fall."""
    p = np.full((4, 2**14), 1e-6, np.float32)
    for layout in (p, np.asfortranarray(p), np.repeat(p, 2, axis=1)[:, ::2]):
        rng = Generator(0)
        rng._host = Words(0.0)
        assert rng.bernoulli(layout).sum() == 1
        assert rng.bernoulli(logits=np.log(layout)).sum() == 1
        draws = [Generator(1).bernoulli(0.5 * np.ones_like(p)), Generator(1).bernoulli(0.5 * np.ones_like(layout))]
        np.testing.assert_array_equal(*draws)


def test_float32_coins_are_independent_and_continue_from_a_state():
    probs = np.tile(np.array([0.1, 0.5, 0.8], np.float32), (N, 1))
    rng = Generator(11)
    draws = rng.bernoulli(probs)
    for i, p in enumerate((0.1, 0.5, 0.8)):
        assert_mean(draws[:, i], p)
    assert_mean(draws[:, 1] * draws[:, 2], 0.4)
    assert_mean(draws[1:, 1] * draws[:-1, 1], 0.25)
    state = rng.state_dict()
    again = rng.bernoulli(probs[:5])  # 15 coins: not all bits of the last word are used
    other = Generator(0)
    other.load_state_dict(state)
    np.testing.assert_array_equal(other.bernoulli(probs[:5]), again)
    np.testing.assert_array_equal(other.bernoulli(probs[:5]), rng.bernoulli(probs[:5]))


def test_bernoulli_logits_keep_the_tails_that_float32_probabilities_lose():
    seen = []

    class Recording(Generator):
        def _bernoulli(self, probs):
            seen.append(probs)
            return super()._bernoulli(probs)

    Recording(0).bernoulli(logits=np.array([-30.0, 25.0]))
    p, q = seen[0]
    assert p == pytest.approx(math.exp(-30) / (1 + math.exp(-30)), rel=1e-14)
    assert 1 - q == pytest.approx(math.exp(-25), rel=1e-4) and q < 1


def test_categorical_frequencies_from_unnormalised_weights():
    weights = np.array([2.0, 0.0, 5.0, 3.0, 0.0])
    expected = [0.2, 0.0, 0.5, 0.3, 0.0]
    assert_frequencies(Generator(12).categorical(np.tile(weights, (N, 1))), expected)
    with np.errstate(divide="ignore"):
        logits = np.log(weights) + 1000
    assert_frequencies(Generator(13).categorical(logits=np.tile(logits, (N, 1))), expected)


def test_categorical_hands_on_probabilities():
    seen = []

    class Recording(Generator):
        def _categorical(self, probs):
            seen.append(probs)
            return super()._categorical(probs)

    weights = np.array([[2.0, 0.0, 6.0], [1e300, 1e300, 0.0]])
    Recording(0).categorical(weights)
    with np.errstate(divide="ignore"):
        Recording(0).categorical(logits=np.log(weights) - 500)
    for probs in seen:
        assert probs.tolist() == [pytest.approx([0.25, 0.0, 0.75]), pytest.approx([0.5, 0.5, 0.0])]


def test_categorical_takes_integer_counts():
    assert_frequencies(Generator(14).categorical(np.tile([1, 3], (N, 1))), [0.25, 0.75])


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
def test_categorical_draws_along_dim_and_removes_it(dim):
    wanted = host(Generator(15).integers(3, shape=(4, 4)))
    weights = np.stack([wanted == i for i in range(3)], axis=dim).astype(np.float32)  # one-hot along dim
    drawn = Generator(0).categorical(weights, dim=dim)
    assert drawn.dtype == np.int64 and (drawn == wanted).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, LARGEST])
def test_categorical_never_draws_what_has_no_probability(dtype, value):
    rng = Generator(0)
    rng._host = Fixed(value)
    for k in range(1, 40):
        weights = np.concatenate([[0, 0], np.full(k, 0.1), [0, 0]]).astype(dtype)
        assert rng.categorical(weights) == (2 if value == 0 else k + 1)


def test_categorical_weights_of_any_magnitude():
    for scale in (5e-324, 1e-300, 1e300, 1.7e308):
        assert_frequencies(Generator(16).categorical(np.full((1000, 4), scale)), [0.25] * 4)


def test_integers_are_equally_likely():
    x = Generator(17).integers(-2, 3, N)
    assert_frequencies(host(x) + 2, [0.2] * 5)
    assert_frequencies(Generator(18).integers(3, shape=N), [1 / 3] * 3)


def test_integers_reach_both_ends_of_int64():
    x = host(Generator(19).integers(-(2**63), 2**63, N)).astype(np.float64) / 2.0**63
    assert_mean((x + 1) / 2, 0.5)
    assert x.min() < -0.999 and x.max() > 0.999


def test_permutations_are_equally_likely():
    rng = Generator(20)
    orders = {order: i for i, order in enumerate(itertools.permutations(range(4)))}
    drawn = [orders[tuple(rng.permutation(4).tolist())] for _ in range(examples(10_000))]
    assert_frequencies(drawn, [1 / 24] * 24)


def test_methods_without_parameters_use_the_same_law_for_tensors_and_arrays():
    probs = np.full((3, 5), 0.5)
    for law in ("bernoulli", "categorical"):
        from_array = getattr(Generator(21), law)(placed(probs).array)
        from_tensor = getattr(Generator(21), law)(placed(probs))
        assert (host(from_tensor) == host(from_array)).all()
