"""The laws on a GPU: certain where they must be, within 5 standard errors elsewhere, and never waited for."""

import itertools
import math

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import wrap
from minigen.backend import to_device, to_host
from minigen.random import Generator
from minigen.testing import standin
from tests.host import on_a_gpu
from tests.random.test_laws import EULER, N, assert_frequencies, assert_mean

pytestmark = pytest.mark.usefixtures("gpu")


def on_gpu(values, dtype="float64"):
    return to_device(np.asarray(values, dtype), "cuda")


def host(draw):
    """The draw, which must be on the GPU, in float64."""
    assert draw.device == "cuda:0" if isinstance(draw, mg.Tensor) else type(draw) is type(on_gpu([0]))
    array = draw.array if isinstance(draw, mg.Tensor) else draw
    return to_host(array).astype(np.float64)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_moments(dtype):
    draw = Generator(1).normal(N, dtype=dtype, device="cuda")
    assert draw.dtype == dtype
    x = host(draw)
    for power, moment in {1: 0, 2: 1, 3: 0, 4: 3, 6: 15}.items():
        assert_mean(x**power, moment)
    assert_mean(x[0::2] * x[1::2], 0)  # the two of a pair
    assert_mean(x[0::2] ** 2 * x[1::2] ** 2, 1)
    assert_mean((x > 3) | (x < -3), math.erfc(3 / math.sqrt(2)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_moments_and_range(dtype):
    x = host(Generator(2).uniform(N, -1.0, 3.0, dtype=dtype, device="cuda"))
    assert x.min() >= -1 and x.max() < 3
    for power in (1, 2, 3, 4):
        assert_mean(((x + 1) / 4) ** power, 1 / (power + 1))
    high = np.nextafter(np.float32(1), np.float32(2)).item()  # one float32 above 1: half of all draws round up
    assert (host(Generator(3).uniform(100, 1.0, high, dtype="float32", device="cuda")) == 1).all()


def test_exponential_gumbel_and_gamma_moments():
    x = host(Generator(4).exponential(N, device="cuda"))
    assert x.min() > 0
    for power in (1, 2, 3):
        assert_mean(x**power, math.factorial(power))
    assert_mean(np.log(x), -EULER)
    g = host(Generator(5).gumbel(N, device="cuda"))
    assert_mean(g, EULER)
    assert_mean((g - EULER) ** 2, math.pi**2 / 6)
    assert_mean(np.exp(-g), 1)


@pytest.mark.parametrize("concentration", [0.05, 0.3, 1.0, 2.0, 17.5])
def test_gamma_moments(concentration):
    x = host(Generator(6).gamma(on_gpu([concentration]), 50_000))
    rising = 1.0
    for power in (1, 2, 3):
        rising *= concentration + power - 1
        assert_mean(x**power, rising)
    if concentration == 1.0:
        assert_mean(np.log(x), -EULER)


def test_gamma_is_drawn_elementwise_and_stays_above_zero():
    x = host(Generator(7).gamma(on_gpu([[0.5], [8.0]]), (2, 20_000)))
    assert_mean(x[0], 0.5)
    assert_mean(x[1], 8.0)
    for dtype in ("float16", "float32", "float64"):
        tiny = Generator(8).gamma(on_gpu(np.full(1000, 1e-4), dtype))
        assert tiny.dtype == dtype and host(tiny).min() > 0
    with pytest.raises(ValueError, match=r"of shape \(2,\) does not broadcast to shape \(3,\)"):
        Generator(0).gamma(on_gpu([1.0, 2.0]), 3)


def test_bernoulli_is_exact_where_the_outcome_is_certain():
    for dtype in ("float32", "float64"):
        probs = np.tile([0.0, 1.0], 1000)
        assert (host(Generator(9).bernoulli(on_gpu(probs, dtype))) == probs).all()
        logits = np.tile([-np.inf, np.inf, -800.0, 800.0], 1000)
        assert (host(Generator(9).bernoulli(logits=on_gpu(logits, dtype))) == (logits > 0)).all()


def test_bernoulli_means():
    for p in (0.01, 0.3, 0.9):
        assert_mean(host(Generator(10).bernoulli(on_gpu(np.full(N, p)))), p)
        logits = on_gpu(np.full(N, math.log(p / (1 - p))), "float32")
        assert_mean(host(Generator(10).bernoulli(logits=logits)), p)
    draws = host(Generator(11).bernoulli(on_gpu(np.tile([0.1, 0.5, 0.8], (N, 1)))))
    for i, p in enumerate((0.1, 0.5, 0.8)):
        assert_mean(draws[:, i], p)
    assert_mean(draws[:, 1] * draws[:, 2], 0.4)


@pytest.mark.parametrize("dim", [0, -1])
def test_categorical_frequencies(dim):
    weights, expected = np.array([2.0, 0.0, 5.0, 3.0, 0.0]), [0.2, 0.0, 0.5, 0.3, 0.0]
    with np.errstate(divide="ignore"):
        given = {"probs": 1e300 * np.tile(weights, (N // 4, 1)), "logits": np.log(np.tile(weights, (N // 4, 1))) + 1000}
    for name, values in given.items():
        drawn = Generator(12).categorical(**{name: on_gpu(values if dim else values.T)}, dim=dim)
        assert drawn.dtype == np.int64
        assert_frequencies(host(drawn).astype(int), expected)
    counts = np.moveaxis(np.tile([1, 3], (N // 4, 1)), -1, dim)
    assert_frequencies(host(Generator(13).categorical(on_gpu(counts, "int64"), dim=dim)).astype(int), [0.25, 0.75])


def test_integers_are_equally_likely():
    assert_frequencies(host(Generator(17).integers(-2, 3, N // 2, device="cuda")).astype(int) + 2, [0.2] * 5)
    x = host(Generator(19).integers(-(2**63), 2**63, N // 2, device="cuda")) / 2.0**63
    assert_mean((x + 1) / 2, 0.5)
    assert x.min() < -0.999 and x.max() > 0.999
    assert Generator(0).integers(256, shape=3, dtype="uint8", device="cuda").dtype == np.uint8


def test_permutations_are_equally_likely():
    rng = Generator(20)
    orders = {order: i for i, order in enumerate(itertools.permutations(range(3)))}
    drawn = [orders[tuple(rng.permutation(3, device="cuda").tolist())] for _ in range(300)]
    assert_frequencies(drawn, [1 / 6] * 6)
    assert sorted(rng.permutation(1000, device="cuda").tolist()) == list(range(1000))
    assert rng.permutation(0, device="cuda").tolist() == []


def test_multinomial_without_replacement_draws_from_what_is_left():
    weights = np.array([1.0, 2.0, 0.0, 5.0])
    pairs = list(itertools.permutations(range(4), 2))
    expected = [weights[i] / 8 * weights[j] / (8 - weights[i]) for i, j in pairs]
    rows = wrap(on_gpu(np.tile(weights, (40_000, 1)), "float32"))
    drawn = host(mg.multinomial(rows, 2, generator=21)).astype(int)
    assert_frequencies([pairs.index(tuple(pair)) for pair in drawn.tolist()], expected)
    again = mg.multinomial(rows[:5], 10_000, replacement=True, generator=22)
    assert again.shape == (5, 10_000)
    assert_frequencies(host(again).ravel().astype(int), [0.125, 0.25, 0.0, 0.625])


DRAWS = {
    "normal": lambda rng: rng.normal((3, 2)),
    "normal64": lambda rng: rng.normal(3, dtype="float64"),
    "uniform": lambda rng: rng.uniform((), -1.0, 2.0),
    "uniform16": lambda rng: rng.uniform(5, dtype="float16"),
    "bernoulli": lambda rng: rng.bernoulli(mg.full((3,), 0.5)),
    "bernoulli-array": lambda rng: rng.bernoulli(logits=on_gpu([0.5, -0.5], "float32")),
    "bernoulli-number": lambda rng: rng.bernoulli(0.5),
    "categorical": lambda rng: rng.categorical(mg.ones(4, 3), dim=0),
    "integers": lambda rng: rng.integers(2**40, shape=3),
    "permutation": lambda rng: rng.permutation(20),
    "gumbel": lambda rng: rng.gumbel(3),
    "exponential": lambda rng: rng.exponential(3),
    "gamma": lambda rng: rng.gamma(mg.full((2,), 0.7), (3, 2)),
    "multinomial": lambda rng: mg.multinomial(mg.ones(2, 9), 4, generator=rng),
    "dropout": lambda rng: mg.nn.functional.dropout(mg.ones(20), generator=rng),
}


@pytest.mark.skipif(on_a_gpu(), reason="CuPy does not count")
@pytest.mark.parametrize("name", DRAWS)
def test_no_draw_waits_for_the_gpu(name):
    with mg.device("cuda"):
        DRAWS[name](Generator(0))
        with standin.syncs() as count:
            DRAWS[name](Generator(0))
    assert not count.syncs


@pytest.mark.parametrize("name", DRAWS)
def test_host_noise_is_the_same_on_every_device(name):
    def draw(device, **options):
        rng = Generator(3, **options)
        with mg.device(device):
            draws = [DRAWS[name](rng), DRAWS[name](rng.spawn())]
        return [draw.tolist() for draw in draws], rng.state_dict()

    def without_arrays(rng):
        return [rng.bernoulli(logits=np.array([0.5, -0.5], "float32")) for rng in (rng, rng.spawn())]

    found = draw("cuda", host_noise=True)
    if name == "bernoulli-array":
        assert found[0] == [draw.tolist() for draw in without_arrays(Generator(3))]
    else:
        assert found == draw("cpu")
        assert found != draw("cuda")


def test_values_are_not_looked_at():
    rng = Generator(0)
    nan = on_gpu([np.nan, 0.5])
    for draw in (rng.bernoulli(nan), rng.categorical(nan), rng.gamma(nan), rng.bernoulli(on_gpu([7.0]))):
        assert draw.size >= 1
    with pytest.raises(ValueError, match="probabilities must lie"):
        Generator(0, host_noise=True).bernoulli(nan)
