"""Parzen windows against direct summation and quadrature; k-means against the definition."""

import importlib
import itertools
import math

import numpy as np
import pytest

import minigen as mg
from minigen.evaluation import k_means, parzen, parzen_log_prob, parzen_scores
from minigen.evaluation.parzen import STDS, choose_std
from tests.host import assert_allclose, host

parzen_file = importlib.import_module("minigen.evaluation.parzen")


def sets(*sizes, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return [mg.tensor(rng.normal(size=(n, d))) for n in sizes]


def density(x, samples, std):
    """The mean of products of one-dimensional normal densities."""
    total = 0.0
    for s in samples:
        total += math.prod(
            math.exp(-((a - b) ** 2) / (2 * std**2)) / (std * math.sqrt(2 * math.pi)) for a, b in zip(x, s, strict=True)
        )
    return total / len(samples)


@pytest.mark.parametrize("std", [0.3, 1.0, 2.5])
def test_against_direct_summation(std) -> None:
    x, samples = sets(6, 11)
    expected = [math.log(density(point, samples.tolist(), std)) for point in x.tolist()]
    assert_allclose(parzen_log_prob(x, samples, std), expected, rtol=1e-12)


@pytest.mark.parametrize(("d", "std"), [(1, 0.4), (2, 0.5)])
def test_the_density_integrates_to_1(d, std) -> None:
    (samples,) = sets(7, d=d)
    step = std / 3
    along = np.arange(-9, 9, step)
    grid = np.array(list(itertools.product(along, repeat=d)))
    assert np.exp(host(parzen_log_prob(mg.tensor(grid), samples, std))).sum() * step**d == pytest.approx(1, abs=1e-10)


def test_far_from_all_samples_nothing_underflows() -> None:
    samples = mg.tensor([[0.0, 0.0], [1e3, 0.0]], dtype=mg.float64)
    with np.errstate(divide="ignore"):
        found = parzen_log_prob(mg.tensor([[-1e3, 0.0]], dtype=mg.float64), samples, 0.5).item()
    assert found == pytest.approx(-0.5 * (1e3 / 0.5) ** 2 - math.log(2 * math.pi * 0.25) - math.log(2), rel=1e-13)


def test_images_are_flattened_and_single_precision_suffices() -> None:
    rng = np.random.default_rng(1)
    x, samples = (rng.uniform(size=(n, 4, 5)) for n in (5, 9))
    wide = parzen_log_prob(mg.tensor(x).flatten(1), mg.tensor(samples).flatten(1), 0.2)
    narrow = parzen_log_prob(*(mg.tensor(a, dtype=mg.float32) for a in (x, samples)), 0.2)
    assert narrow.dtype == mg.float64
    assert_allclose(narrow, wide, atol=1e-4)


def test_blocks_do_not_show(monkeypatch) -> None:
    x, samples = sets(17, 9)
    whole = host(parzen_log_prob(x, samples, 0.7))
    for block in (1, 9, 20, 100):
        monkeypatch.setattr(parzen_file, "BLOCK", block)
        assert_allclose(parzen_log_prob(x, samples, 0.7), whole, rtol=1e-14)


def test_the_widths_are_those_of_the_paper() -> None:
    assert_allclose(STDS, np.logspace(-1, 0, 10), rtol=1e-14)


@pytest.mark.parametrize("d", [1, 4])
def test_the_width_is_the_most_likely_one(d) -> None:
    """Of one sample at 0 the most likely variance is the mean square of the data along an axis."""
    (valid,) = sets(50, d=d)
    best = math.sqrt(np.square(host(valid)).mean())
    stds = [best * factor for factor in (0.5, 0.8, 0.97, 1.0, 1.03, 1.3, 2.0)]
    assert choose_std(mg.zeros(1, d), valid, stds) == best


def test_the_width_is_chosen_on_validation_data_and_test_data_are_scored_once() -> None:
    samples = mg.zeros(3, 2)
    valid, test = 0.2 * mg.ones(4, 2), mg.tensor([[2.0, 2.0], [2.0, 1.0], [0.5, 3.0]], dtype=mg.float64)
    score = parzen(samples, valid, test, stds=[0.2, 2.0], data="three")
    values = [math.log(density(point, [(0.0, 0.0)], 0.2)) for point in test.tolist()]
    assert score.value == pytest.approx(np.mean(values), rel=1e-12)
    assert score.stderr == pytest.approx(np.std(values, ddof=1) / math.sqrt(3), rel=1e-12)
    assert (score.n, score.unit, score.kind, score.data) == (3, "nats", "estimate", "three")
    assert parzen(samples, valid, test[:1]).stderr is None


def test_the_controls_are_training_examples_and_k_means_centres() -> None:
    train, valid, test, samples = sets(60, 20, 20, 30)
    scores = parzen_scores(samples, train, valid, test, rng=3, data="points")
    assert [s.measure for s in scores] == [
        "Parzen log-likelihood",
        "… of training examples",
        "… of 3 k-means centres",
    ]
    assert scores[0] == parzen(samples, valid, test, data="points")
    chosen = mg.random.Generator(3).permutation(60)[:30]
    assert scores[1].value == parzen(train[chosen], valid, test).value
    assert {(s.n, s.unit, s.data) for s in scores} == {(20, "nats", "points")}


# -------------------------------------------------------------------------------------------- k-means


def cost(data, centres):
    return np.square(host(mg.evaluation.nearest(data, centres)[0])).sum()


def test_each_centre_becomes_the_mean_of_what_is_nearest_to_it() -> None:
    (data,) = sets(200, d=2)
    centres = k_means(data, 5, iterations=200, rng=1)
    index = host(mg.evaluation.nearest(data, centres)[1])
    means = [host(data)[index == k].mean(0) for k in range(5)]
    assert_allclose(centres, means, rtol=1e-12)


def test_no_turn_raises_the_cost() -> None:
    (data,) = sets(300, d=3)
    costs = [cost(data, k_means(data, 8, iterations=i, rng=2)) for i in range(12)]
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(costs))
    assert costs[-1] < 0.8 * costs[0]


def test_the_first_centres_are_different_examples() -> None:
    data = mg.arange(6.0).reshape(6, 1, 1)
    assert sorted(k_means(data, 6, iterations=0, rng=0).flatten().tolist()) == [0, 1, 2, 3, 4, 5]
    assert k_means(data, 2, rng=0).shape == (2, 1, 1)


def test_a_centre_that_loses_all_examples_stays() -> None:
    data = mg.ones(5, 2)
    assert k_means(data, 3, rng=0).tolist() == [[1.0, 1.0]] * 3
