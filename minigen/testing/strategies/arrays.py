"""The numbers in an array: spread over an interval, tied, at kinks, at the far ends of a dtype, subnormal.

All come in any memory layout. A `shape` is a tuple or a strategy of tuples.
"""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from minigen.backend import Array
from minigen.random import Generator
from minigen.testing.strategies.layouts import laid_out
from minigen.testing.strategies.shapes import Shape, sampled, shapes

SEEDS = st.integers(0, 2**32 - 1)
MARGIN = 0.05


def drawn_shape(draw: st.DrawFn, shape: Any) -> Shape:
    """Return `shape`, drawn if it is a strategy; None is any shape."""
    if shape is None:
        shape = shapes()
    found: Shape = draw(shape) if isinstance(shape, st.SearchStrategy) else tuple(shape)
    return found


def uniform(draw: st.DrawFn, shape: Shape, low: float, high: float, away: tuple[float, ...] = ()) -> Array:
    """Draw numbers between `low` and `high`, 0.05 or more from each of `away`."""
    a = Generator(draw(SEEDS)).uniform(shape, low, high, dtype="float64", device="cpu").array
    for kink in away:
        near = np.abs(a - kink) < MARGIN
        a = np.where(near, kink + np.where(a < kink, -2 * MARGIN, 2 * MARGIN), a)
    return a


@st.composite
def arrays(
    draw: st.DrawFn,
    shape: Any = None,
    low: float = -2.0,
    high: float = 2.0,
    *,
    away: tuple[float, ...] = (),
    ties: bool = True,
    dtype: Any = "float64",
) -> Array:
    """Draw an array of moderate numbers, one time in four with ties.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int or strategy, optional
        Any of `shapes` by default.
    low, high : float
        The interval.
    away : tuple of float, optional
        Numbers (kinks) to stay 0.05 or more away from.
    ties : bool, default: True
        Whether elements may be equal.
    dtype : data-type, default: float64
        Of the array.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(arrays((2, 3), 0.5, 1.0))
    ... def check(x):
    ...     assert np.log(x).max() <= 0.0
    >>> check()
    """
    return any_array(draw, shape, low, high, away, ties, dtype)


def any_array(
    draw: st.DrawFn,
    shape: Any = None,
    low: float = -2.0,
    high: float = 2.0,
    away: tuple[float, ...] = (),
    ties: bool = True,
    dtype: Any = "float64",
) -> Array:
    """Return what `arrays` draws."""
    form = drawn_shape(draw, shape)
    if ties and draw(sampled((False, False, False, True))):
        return tied_array(draw, form, low, high, away, dtype)
    return laid_out(draw, uniform(draw, form, low, high, away).astype(dtype))


@st.composite
def tied(
    draw: st.DrawFn,
    shape: Any = None,
    low: float = -2.0,
    high: float = 2.0,
    *,
    away: tuple[float, ...] = (),
    dtype: Any = "float64",
) -> Array:
    """Draw an array of one, two or three different numbers, so that elements are equal.

    Parameters are those of `arrays`.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(tied((2, 3)))
    ... def check(x):
    ...     assert len(np.unique(x)) <= 3
    >>> check()
    """
    return tied_array(draw, drawn_shape(draw, shape), low, high, away, dtype)


def tied_array(
    draw: st.DrawFn,
    shape: Shape,
    low: float = -2.0,
    high: float = 2.0,
    away: tuple[float, ...] = (),
    dtype: Any = "float64",
) -> Array:
    """Return what `tied` draws."""
    levels = uniform(draw, (draw(sampled((1, 2, 2, 3))),), low, high, away)
    places = Generator(draw(SEEDS)).integers(0, len(levels), shape, device="cpu").array
    return laid_out(draw, levels[places].astype(dtype))


@st.composite
def near_kinks(
    draw: st.DrawFn, shape: Any = None, kinks: tuple[float, ...] = (0.0,), *, dtype: Any = "float64"
) -> Array:
    """Draw an array whose elements lie on a kink or beside it, at distances from one bit to 0.1.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int or strategy, optional
        Any of `shapes` by default.
    kinks : tuple of float, default: (0.0,)
        Where the function under test has none or several derivatives.
    dtype : data-type, default: float64
        Of the array.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(near_kinks((4,), (0.0, 1.0)))
    ... def check(x):
    ...     assert np.minimum(abs(x), abs(x - 1.0)).max() < 0.2
    >>> check()
    """
    form = drawn_shape(draw, shape)
    rng = Generator(draw(SEEDS))
    centre = np.asarray(kinks, dtype)[rng.integers(0, len(kinks), form, device="cpu").array]
    gap = np.asarray((0.0, 0.0, 1e-9, 1e-6, 1e-3, 0.1, -1e-9, -1e-6, -1e-3, -0.1), dtype)
    beside = centre + gap[rng.integers(0, len(gap), form, device="cpu").array]
    one_bit = np.nextafter(centre, np.asarray(np.inf, dtype))
    return laid_out(draw, np.where(rng.bernoulli(np.full(form, 0.2)), one_bit, beside).astype(dtype))


@st.composite
def extremes(
    draw: st.DrawFn,
    shape: Any = None,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    dtype: Any = "float64",
) -> Array:
    """Draw an array of finite numbers of every magnitude that `dtype` has, the largest and smallest included.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int or strategy, optional
        Any of `shapes` by default.
    low, high : float, optional
        What no element may pass; numbers outside are moved to 1 from the finite end, or to the middle.
    dtype : data-type, default: float64
        Of the array.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(extremes(low=0.0))
    ... def check(x):
    ...     assert np.isfinite(x).all()
    ...     assert (x >= 0.0).all()
    >>> check()
    """
    form = drawn_shape(draw, shape)
    rng = Generator(draw(SEEDS))
    info = np.finfo(dtype)
    smallest, largest = float(np.log10(info.tiny)), float(np.log10(info.max))
    exponent = rng.uniform(form, smallest, largest, dtype="float64", device="cpu").array
    a = np.power(10.0, exponent)
    ends = np.asarray((float(info.max), float(info.tiny), float(info.eps), 1.0), "float64")
    a = np.where(rng.bernoulli(np.full(form, 0.3)), ends[rng.integers(0, len(ends), form, device="cpu").array], a)
    a = np.where(rng.bernoulli(np.full(form, 0.5)), a, -a)
    a = np.clip(a, -float(info.max), float(info.max))
    safe = (low + high) / 2 if np.isfinite(low + high) else low + 1 if np.isfinite(low) else high - 1
    return laid_out(draw, np.where((a > low) & (a < high), a, safe if np.isfinite(safe) else 1.0).astype(dtype))


@st.composite
def subnormals(draw: st.DrawFn, shape: Any = None, *, dtype: Any = "float64") -> Array:
    """Draw an array of numbers below the smallest normal one, of both signs, and both zeros.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int or strategy, optional
        Any of `shapes` by default.
    dtype : data-type, default: float64
        Of the array.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(subnormals(dtype="float32"))
    ... def check(x):
    ...     assert (abs(x) < np.finfo("float32").tiny).all()
    >>> check()
    """
    form = drawn_shape(draw, shape)
    rng = Generator(draw(SEEDS))
    multiple = rng.integers(0, 1000, form, device="cpu").array.astype(dtype)
    sign = np.where(rng.bernoulli(np.full(form, 0.5)), 1.0, -1.0).astype(dtype)
    return laid_out(draw, (sign * multiple * np.finfo(dtype).smallest_subnormal).astype(dtype))
