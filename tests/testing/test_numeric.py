"""Differences: exact where they should be, and blind nowhere that matters."""

import numpy as np
import pytest

from minigen.testing.numeric import Mismatch, compare, slope
from minigen.testing.values import signed


def sampled(function, h):
    return slope([np.atleast_1d(function(t)) for t in (-h, -h / 2, 0.0, h / 2, h)], h, 1e-8)


def test_the_slope_of_a_cubic_is_exact_at_any_step() -> None:
    for h in (1e-3, 0.1, 1.0):
        estimate = sampled(lambda t: 3.0 + 2.0 * t - t**2 + 5.0 * t**3, h)
        assert abs(estimate.value[0] - 2.0) <= estimate.noise[0] < 1e-9


@pytest.mark.parametrize("place", [0.0, 1e-4, 3e-4, -7e-4, 9e-4])
def test_a_kink_is_seen_at_0_and_off_it(place) -> None:
    assert not sampled(lambda t: abs(t - place) + np.sin(t), 1e-3).smooth
    assert not sampled(lambda t: 1e-6 * abs(t - place), 1e-3).smooth


@pytest.mark.parametrize("place", [0.0, 2e-4, -7e-4])
def test_a_jump_is_seen(place) -> None:
    assert not sampled(lambda t: np.sign(t - place), 1e-3).smooth


def test_smooth_functions_are_smooth() -> None:
    for function in (np.sin, np.exp, lambda t: t**2, lambda t: 1e6 + t, lambda t: 1e-6 * np.cos(t), lambda t: 1.0):
        assert sampled(function, 1e-3).smooth


def verdict(function, exact, **options):
    def line(t):
        return np.atleast_1d(function(t))

    return compare(line, line(0.0), np.array([exact]), None, 1e-6, 1e-8, **options)


def test_verdicts() -> None:
    assert verdict(np.sin, 1.0) is True
    found = verdict(np.sin, 1.0001)
    assert isinstance(found, Mismatch)
    assert (found.place, found.backward) == (0, 1.0001)
    assert found.numeric == pytest.approx(1.0, abs=1e-9)
    assert verdict(abs, 0.0) is False
    assert verdict(abs, 1.0) is False


def test_a_kink_does_not_drown_in_rounding() -> None:
    assert verdict(lambda t: abs((1.0 + t) - 1.0), 0.0) is False
    assert verdict(lambda t: 1e6 + abs(t), 0.0) is False
    assert verdict(lambda t: 1e6 + abs(t), 0.0, distance=0.0) is False


def test_random_components_have_a_floor_and_both_signs() -> None:
    from minigen.random import Generator

    drawn = signed(Generator(0), 1000)
    assert 0.5 <= abs(drawn).min() <= abs(drawn).max() <= 1.5
    assert 400 < (drawn > 0).sum() < 600
