r"""Derivatives from differences, and where there are none.

Along a line, f is sampled at five equally spaced points: -h, -h/2, 0, h/2, h. Two central differences,

    wide = (f(h) - f(-h)) / 2h,    narrow = (f(h/2) - f(-h/2)) / h,

give Richardson's slope (4 narrow - wide) / 3, exact to O(h⁴). A parabola through the five points leaves two residuals:
an odd one, wide - narrow, and an even one, how far the bend over h is from twice the bend over h/2. They vanish with h²
and h³ where f is smooth. At a kink one stays as large as the jump of the slope however small h is: so it is known.

Sources: Richardson, "The approximate arithmetical solution by finite differences" (1911); the quadratic fit as a test
for kinks is Chainer's (`gradient_check`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

STEP = 1e-3  # of the first level; each further level takes an eighth
LEVELS = 16
RESOLVED = 1e-10  # the smallest step, relative to how far the point is from 0
CURVED = 1e-4  # residuals of the parabola, relative to the steepest slope, below which f counts as smooth
ROUNDING = 16 * numpy.finfo(numpy.float64).eps
DROWNED = 0.01  # rounding relative to the steepest slope, above which a smaller step shows nothing

Vector = Any  # a float64 array of one axis, or a float64 number


@dataclass(frozen=True)
class Slope:
    """The derivative along a line at one step h: for each output, or contracted to one number."""

    value: Vector
    noise: Vector  # what rounding may have added
    bend: Vector  # the even residual: the jump of the slope, if there is one
    smooth: bool
    drowned: bool

    def contracted(self, weights: Vector) -> "Slope":
        """Return the derivative of the sum of outputs times `weights`."""
        size = abs(weights)
        return Slope(weights @ self.value, size @ self.noise, size @ abs(self.bend), self.smooth, self.drowned)


def slope(samples: list[Vector], h: float, atol: Vector) -> Slope:
    """Estimate the derivative from values at -h, -h/2, 0, h/2 and h.

    Examples
    --------
    >>> t = numpy.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * 0.5e-3
    >>> estimate = slope(list(numpy.sin(t)), 1e-3, 1e-8)
    >>> bool(abs(estimate.value[0] - 1.0) < 1e-12), estimate.smooth
    (True, True)
    >>> slope(list(abs(t)), 1e-3, 1e-8).smooth
    False
    """
    far_below, below, middle, above, far_above = samples
    wide = (far_above - far_below) / (2 * h)
    narrow = (above - below) / h
    bend = (far_above - 2 * middle + far_below) / h - 4 * (above - 2 * middle + below) / h
    steepest = abs(numpy.stack([far_above - middle, middle - far_below, above - middle, middle - below])).max(0) / h
    noise = ROUNDING * (abs(numpy.stack(samples)).max(0) / h + steepest)
    allowed = CURVED * steepest + atol + noise
    smooth = (abs(wide - narrow) <= allowed) & (abs(bend) <= allowed)
    drowned = (noise > DROWNED * steepest + atol) & (steepest > 0)
    return Slope((4 * narrow - wide) / 3, noise, bend, bool(smooth.all()), bool(drowned.any()))


@dataclass(frozen=True)
class Mismatch:
    """The worst entry on a line: its place among the outputs, and both values."""

    place: int
    backward: float
    numeric: float
    excess: float


def compare(
    line: Callable[[float], Vector],
    middle: Vector,
    exact: Vector,
    weights: Vector | None,
    rtol: float,
    atol: Vector,
    distance: float = 1.0,
) -> Mismatch | bool:
    """Compare a derivative with differences along a line.

    Parameters
    ----------
    line : callable
        The outputs at a distance t along the line.
    middle : array, shape (n,)
        ``line(0)``.
    exact : array, shape (n,), or float
        The derivative to be checked; a number if there are `weights`.
    weights : array, shape (n,), optional
        Check the derivative of the sum of outputs times these.
    rtol, atol : float
        How far the two may be apart: ``rtol * abs(numeric) + atol`` and rounding. `atol` may be an array, one for each
        output.
    distance : float, optional
        How far the point is from 0 in units of the line: much smaller steps drown in its rounding.

    Returns
    -------
    Mismatch or bool
        True if they agree; False if the differences show no derivative (a kink, a jump, noise); else the worst entry. A
        mismatch is found only if two successive steps agree on it.
    """
    before: Slope | None = None
    noise: Vector = numpy.inf
    for level in range(LEVELS):
        h = STEP / 8**level
        estimate = slope([line(-h), line(-h / 2), middle, line(h / 2), line(h)], h, atol)
        if level and (estimate.drowned or h < RESOLVED * distance):
            break
        if not estimate.smooth:
            before = None
            continue
        if weights is not None:
            estimate = estimate.contracted(weights)
        noise = numpy.minimum(noise, estimate.noise)
        gap = abs(estimate.value - exact)
        excess = gap - (rtol * abs(estimate.value) + atol + noise)
        wrong = ~(excess <= 0)
        if not wrong.any():
            return True
        if before is not None:
            settled = (abs(estimate.value - before.value) <= 0.1 * gap) & (abs(estimate.bend) <= 0.5 * gap)
            certain = numpy.atleast_1d(wrong & (settled | ~numpy.isfinite(exact)))
            if certain.any():
                height = numpy.where(certain, numpy.nan_to_num(numpy.atleast_1d(excess), nan=numpy.inf), -1.0)
                place = int(height.argmax())
                sides = numpy.atleast_1d(exact)[place], numpy.atleast_1d(estimate.value)[place]
                return Mismatch(place, float(sides[0]), float(sides[1]), float(height[place]))
        before = estimate
    return False
