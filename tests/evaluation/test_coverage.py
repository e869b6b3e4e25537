"""Mode coverage against hand-made cases, and against expectations over all draws."""

import itertools
import math

import numpy as np
import pytest

import minigen as mg
from minigen.evaluation import mode_coverage
from minigen.evaluation.coverage import mode_counts, reverse_kl
from tests.host import host

MEANS = mg.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], dtype=mg.float64)


def at(*points):
    return mg.tensor(points, dtype=mg.float64)


def test_a_case_counted_by_hand() -> None:
    """Six samples: two near mode 0 and one just outside it, two near mode 1, one nowhere; none at mode 2."""
    samples = at((0.0, 0.0), (1.0, -1.0), (0.0, 1.51), (10.0, 1.49), (8.6, 0.0), (5.0, 5.0))
    found, good, spread = mode_coverage(samples, MEANS, 0.5, data="three")
    assert (found.value, found.unit, found.stderr, found.n) == (2, "of 3", None, 6)
    share = 4 / 6
    assert good.value == pytest.approx(100 * share, rel=1e-14)
    assert good.stderr == pytest.approx(100 * math.sqrt(share * (1 - share) / 6), rel=1e-14)
    assert spread.value == pytest.approx(math.log(3) - math.log(2), rel=1e-14)
    assert (spread.n, spread.unit, spread.data, spread.kind) == (4, "nats", "three", "estimate")


def test_shares_of_a_case_that_is_uneven() -> None:
    samples = at(*[(0.1, 0.0)] * 5, *[(10.0, 0.2)] * 2, (0.0, 10.0))
    spread = mode_coverage(samples, MEANS, 0.5)[2]
    q = np.array([5, 2, 1]) / 8
    assert spread.value == pytest.approx(float((q * np.log(q * 3)).sum()), rel=1e-14)


def test_a_sample_within_reach_of_two_modes_belongs_to_the_nearer() -> None:
    near = mg.tensor([[0.0], [1.0]], dtype=mg.float64)
    assert mode_counts(at((0.4,), (0.6,), (0.7,)), near, 3.0) == [1, 2]


def test_how_near_is_counted_in_standard_deviations() -> None:
    samples = at((0.0, 0.9), (0.9, 0.9), (0.0, 1.1))
    assert [mode_coverage(samples, MEANS, std)[1].value for std in (0.29, 0.31, 0.4, 0.45)] == pytest.approx(
        [0, 100 / 3, 200 / 3, 100]
    )
    assert mode_coverage(samples, MEANS, 0.31, within=1.0)[1].value == 0


def test_where_no_sample_is_good_there_is_no_spread() -> None:
    scores = mode_coverage(at((5.0, 5.0)), MEANS, 0.1)
    assert [(score.measure, score.value) for score in scores] == [("modes found", 0), ("high-quality samples", 0)]


def test_the_mixture_itself_has_the_share_of_its_law() -> None:
    """Radii at the middles of n equal parts of the Rayleigh law: a share 1 - exp(-9/2) lies within 3 sd."""
    n = 20_000
    radius = np.sqrt(-2 * np.log(1 - (np.arange(n) + 0.5) / n))
    angle = 2.4 * np.arange(n)
    ring = mg.data.toy.Ring(std=0.02)
    offsets = 0.02 * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    samples = host(ring.means)[np.arange(n) % 8] + offsets
    found, good, spread = mode_coverage(mg.tensor(samples), ring.means, ring.std)
    assert found.value == 8
    assert abs(good.value / 100 - (1 - math.exp(-4.5))) <= 1 / n
    assert 0 <= spread.value < 1e-6


def test_the_expectation_over_all_draws_of_modes() -> None:
    """n draws of K modes: E[found] = K (1 - (1 - 1/K)^n), and the exact mean of the divergence over the multinomial."""
    k, n = 3, 5
    draws = list(itertools.product(range(k), repeat=n))
    scores = [mode_coverage(MEANS[mg.tensor(draw)], MEANS, 1.0) for draw in draws]
    assert np.mean([s[0].value for s in scores]) == pytest.approx(k * (1 - (1 - 1 / k) ** n), rel=1e-13)
    expected = 0.0
    for counts in itertools.product(range(n + 1), repeat=k):
        if sum(counts) == n:
            ways = math.factorial(n) / math.prod(map(math.factorial, counts)) / k**n
            expected += ways * sum(c / n * math.log(c / n * k) for c in counts if c)
    assert np.mean([s[2].value for s in scores]) == pytest.approx(expected, rel=1e-13)


def test_the_standard_error_of_the_divergence_is_its_spread_over_draws() -> None:
    """Two modes with shares .7 and .3: the exact standard deviation over the binomial law of the counts."""
    n, q = 500, 0.7
    counts = np.arange(1, n)
    law = np.array([math.comb(n, int(c)) * q**c * (1 - q) ** (n - c) for c in counts.tolist()])
    values = np.array([reverse_kl([c / n, 1 - c / n], [0.5, 0.5], n)[0] for c in counts])
    mean = (law * values).sum()
    spread = math.sqrt((law * (values - mean) ** 2).sum())
    assert reverse_kl([q, 1 - q], [0.5, 0.5], n)[1] == pytest.approx(spread, rel=0.01)


def test_samples_in_single_precision_are_judged_in_double() -> None:
    """Far from 0 the squares that the nearest mode is found by are not told apart in single precision."""
    means = mg.tensor([[1e4, 0.0], [1e4, 0.25]], dtype=mg.float64)
    samples = mg.tensor([[1e4, 0.1875], [1e4, 0.0625]], dtype=mg.float32)
    assert mode_counts(samples, means, 0.0626) == [1, 1]
