"""PyTorch's names."""

import itertools
import math

import numpy as np
import pytest

from minigen.autodiff import Tensor
from minigen.random import (
    Generator,
    bernoulli,
    multinomial,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    using,
)
from tests.host import host, placed

N = 20_000


@pytest.mark.parametrize(("function", "law"), [(rand, "uniform"), (randn, "normal")])
def test_rand_and_randn(function, law):
    for size, shape in (((), ()), ((3,), (3,)), ((2, 3), (2, 3)), (((2, 3),), (2, 3)), (([2, 0],), (2, 0))):
        assert function(*size).shape == shape
        expected = getattr(Generator(5), law)(shape).tolist()
        assert function(*size, generator=Generator(5)).tolist() == expected
    assert function(2).dtype == np.float32 and not function(2).requires_grad
    drawn = function(2, dtype="float64", device="cpu", requires_grad=True)
    assert drawn.dtype == np.float64 and drawn.requires_grad


@pytest.mark.parametrize(("function", "law"), [(rand_like, "uniform"), (randn_like, "normal")])
def test_likes(function, law):
    example = placed(np.zeros((2, 3)), requires_grad=True)
    drawn = function(example, generator=5)
    assert drawn.tolist() == getattr(Generator(5), law)((2, 3), dtype="float64").tolist()
    assert drawn.dtype == np.float64 and drawn.device == example.device and not drawn.requires_grad
    changed = function(example, dtype="float32", requires_grad=True)
    assert changed.dtype == np.float32 and changed.requires_grad


def test_randint_signatures():
    expected = Generator(5).integers(0, 10, (2, 3)).tolist()
    for drawn in (
        randint(10, (2, 3), generator=5),
        randint(10, size=(2, 3), generator=5),
        randint(high=10, size=(2, 3), generator=5),
        randint(0, 10, (2, 3), generator=5),
        randint(0, 10, size=(2, 3), generator=5),
    ):
        assert drawn.tolist() == expected and drawn.dtype == np.int64
    assert randint(-3, -2, (2,)).tolist() == [-3, -3]
    assert randint(0, 2, (2,), dtype="float32").dtype == np.float32


def test_randperm():
    assert randperm(5, generator=5).tolist() == Generator(5).permutation(5).tolist()
    assert randperm(5).dtype == np.int64 and randperm(5, dtype="int32").dtype == np.int32
    assert randperm(0).shape == (0,)


def test_bernoulli():
    probs = placed(np.array([[0.0, 1.0]], np.float32), requires_grad=True)
    drawn = bernoulli(probs)
    assert drawn.tolist() == [[0.0, 1.0]] and drawn.dtype == np.float32 and not drawn.requires_grad
    half = placed(np.full(20, 0.5))
    assert bernoulli(half, generator=5).tolist() == Generator(5).bernoulli(half).tolist()


def test_all_draw_from_the_default_generator_in_force():
    ones = placed(np.ones(4))
    calls = [
        lambda: rand(3),
        lambda: randn(3),
        lambda: rand_like(ones),
        lambda: randn_like(ones),
        lambda: randint(100, (3,)),
        lambda: randperm(9),
        lambda: bernoulli(placed(np.full(40, 0.5))),
        lambda: multinomial(ones, 4),
        lambda: multinomial(ones, 9, True),
    ]
    for call in calls:
        with using(3) as rng:
            first = call().tolist()
            assert rng.state_dict() != Generator(3).state_dict()
        with using(3):
            assert call().tolist() == first


def test_multinomial_with_replacement_follows_the_weights():
    drawn = multinomial(placed(np.array([1.0, 0.0, 3.0])), N, replacement=True, generator=1)
    assert drawn.shape == (N,) and drawn.dtype == np.int64
    counts = np.bincount(host(drawn), minlength=3) / N
    assert counts[1] == 0
    assert abs(counts[2] - 0.75) <= 5 * math.sqrt(0.75 * 0.25 / N)


def test_multinomial_without_replacement_draws_from_what_is_left():
    weights = np.array([1.0, 0.0, 2.0, 5.0])
    drawn = host(multinomial(placed(np.tile(weights, (N, 1))), 2, generator=2))
    assert drawn.shape == (N, 2)
    for i, j in itertools.product(range(4), repeat=2):
        p = 0.0 if i == j else weights[i] / 8 * weights[j] / (8 - weights[i])
        frequency = ((drawn[:, 0] == i) & (drawn[:, 1] == j)).mean()
        assert abs(frequency - p) <= 5 * math.sqrt(p * (1 - p) / N)


def test_multinomial_keeps_rows_apart_and_its_input():
    weights = placed(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], np.float32))
    assert multinomial(weights, 1).tolist() == [[1], [0]]
    assert multinomial(weights, 2, True).tolist() == [[1, 1], [0, 0]]
    assert weights.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    doubles = placed(np.ones((2, 3)))
    multinomial(doubles, 2)
    assert (host(doubles) == 1).all()


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: rand(-1), ValueError, "negative sizes"),
        (lambda: randn(2, 1.5), TypeError, "shape must be"),
        (lambda: rand(2, dtype="int64"), TypeError, "draws are floating, got dtype int64"),
        (lambda: rand_like(placed(np.ones(2, int))), TypeError, "draws are floating, got dtype int64"),
        (lambda: rand(2, generator=np.random.default_rng(0)), TypeError, "rng must be None"),
        (lambda: rand(2, device="tpu"), ValueError, "unknown device"),
        (lambda: randint(10), TypeError, "randint: give the shape"),
        (lambda: randint(3, 3, (2,)), ValueError, "low < high, got low=3, high=3"),
        (lambda: randperm(-1), ValueError, "must not be negative"),
        (lambda: bernoulli([0.5]), TypeError, "bernoulli: expected a Tensor, got list"),
        (lambda: bernoulli(placed(np.array([1.5]))), ValueError, r"\[0, 1\], got 1.5"),
        (lambda: multinomial([0.5], 1), TypeError, "multinomial: expected a Tensor, got list"),
        (lambda: multinomial(placed(np.ones(3)), 0), ValueError, "num_samples >= 1"),
        (lambda: multinomial(placed(np.ones(3)), 1.0), TypeError, "num_samples must be an int"),
        (lambda: multinomial(placed(np.ones((1, 1, 3))), 1), ValueError, r"shape \(k,\) or \(m, k\)"),
        (
            lambda: multinomial(placed(np.array([1.0, 0.0])), 2),
            ValueError,
            "each row needs 2 weights above 0, got 1",
        ),
        (
            lambda: multinomial(placed(np.zeros(2)), 2, True),
            ValueError,
            "each row needs 1 weights above 0, got 0",
        ),
        (
            lambda: multinomial(placed(np.array([2.0, -1.0])), 1),
            ValueError,
            "weights must be finite and >= 0, got -1",
        ),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_results_are_tensors():
    assert all(type(t) is Tensor for t in (rand(), randn(1), randint(2, ()), randperm(1)))
