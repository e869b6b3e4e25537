"""Curves with round noise: moons and spirals.

The usual scripts draw a point evenly on a curve c(t) and add noise, so p(x) is the integral of N(x; c(t), s² I) over t.
Here the curve is many points, closer to each other than s: a mixture, whose log_prob is exact, and which no sample
tells from the curve (points h apart leave ripples of the order exp(-2 (pi s / h)²)).
"""

import math
from typing import Any

import numpy

from minigen.data.toy.mixture import GaussianMixture


class Moons(GaussianMixture):
    """Two half circles that reach into each other.

    Parameters
    ----------
    std : float
        Standard deviation of the noise.
    points : int, optional
        Gaussians along each moon, at the middles of equal arcs; by default at least 100, at most std / 2 apart.

    Examples
    --------
    >>> Moons().sample(3, rng=0).shape
    (3, 2)
    """

    def __init__(self, std: float = 0.1, *, points: int | None = None) -> None:
        angles = numpy.pi * _middles(_enough(math.pi, std, 100) if points is None else points)
        x, y = numpy.cos(angles), numpy.sin(angles)
        upper, lower = numpy.stack([x, y], axis=1), numpy.stack([1 - x, 0.5 - y], axis=1)
        super().__init__(numpy.concatenate([upper, lower]), std)


class Spirals(GaussianMixture):
    """Two spiral arms, each the other turned by half a turn: radius angle / 3, out to one and a half turns.

    Parameters
    ----------
    std : float
        Standard deviation of the noise.
    points : int, optional
        Gaussians along each arm, denser towards the middle in angle so that they lie nearly evenly along the arm; by
        default at least 400, at most std / 2 apart.

    Examples
    --------
    >>> Spirals().means.abs().max().item() < 3.15
    True
    """

    def __init__(self, std: float = 0.1, *, points: int | None = None) -> None:
        length = 2 * math.pi * 2.6  # of an arm; the points at its start lie a little further apart
        angles = 3 * numpy.pi * numpy.sqrt(_middles(_enough(length, std, 400) if points is None else points))
        arm = angles[:, None] / 3 * numpy.stack([-numpy.cos(angles), numpy.sin(angles)], axis=1)
        super().__init__(numpy.concatenate([arm, -arm]), std)


def _enough(length: float, std: float, least: int) -> int:
    """Return how many points along a curve lie at most std / 2 apart; `GaussianMixture` refuses a std not above 0."""
    return max(least, math.ceil(2 * length / std)) if std > 0 else least


def _middles(n: int) -> Any:
    return (numpy.arange(n) + 0.5) / n
