"""Operands: tuples of arrays, as an operation takes them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from minigen.backend import Array
from minigen.testing.strategies.arrays import any_array, arrays, tied_array
from minigen.testing.strategies.layouts import laid_out
from minigen.testing.strategies.shapes import broadcastable_shapes, shapes


def unary(
    low: float = -2.0,
    high: float = 2.0,
    away: tuple[float, ...] = (),
    shape: Any = None,
    ties: bool = True,
) -> st.SearchStrategy[tuple[Array, ...]]:
    """Return a strategy of one operand of any shape; parameters are those of `arrays`.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(unary(away=(0.0,)))
    ... def check(operands):
    ...     (x,) = operands
    ...     assert (abs(x) >= 0.05).all()
    >>> check()
    """
    return st.tuples(arrays(shape, low, high, away=away, ties=ties))


def several(*forms: tuple[int, ...], low: float = -2.0, high: float = 2.0) -> st.SearchStrategy[tuple[Array, ...]]:
    """Return a strategy of operands of the given shapes.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(several((2, 3), ()))
    ... def check(operands):
    ...     assert [x.shape for x in operands] == [(2, 3), ()]
    >>> check()
    """
    return st.tuples(*[arrays(form, low, high) for form in forms])


@st.composite
def broadcast_pair(
    draw: st.DrawFn,
    low: float = -2.0,
    high: float = 2.0,
    away: tuple[float, ...] = (),
    apart: float = 0.0,
) -> tuple[Array, ...]:
    """Draw two operands that broadcast; with `apart`, no two elements that meet are closer than that.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(broadcast_pair(apart=0.1))
    ... def check(operands):
    ...     x, y = operands
    ...     assert (abs(x - y) > 0.1).all()
    >>> check()
    """
    x, y = [any_array(draw, shape, low, high, away) for shape in draw(broadcastable_shapes())]
    if apart:
        step = 4 * apart
        x, y = np.asarray(np.round(x / step) * step + step / 2), np.asarray(np.round(y / step) * step)
    return x, y


@st.composite
def equal_pair(draw: st.DrawFn, low: float = -2.0, high: float = 2.0) -> tuple[Array, ...]:
    """Draw two operands that broadcast and meet in equal elements, everywhere or here and there.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(equal_pair())
    ... def check(operands):
    ...     x, y = operands
    ...     assert x.size == 0 or y.size == 0 or (x == y).any()
    >>> check()
    """
    x_shape, y_shape = draw(broadcastable_shapes())
    y = tied_array(draw, y_shape, low, high)
    x = tied_array(draw, x_shape, low, high)
    if x.size and y.size:
        x = np.array(x)
        x.flat[0] = y.flat[0]
        if draw(st.booleans()):
            x[...] = y.flat[0]
        x = laid_out(draw, x)
    return x, y


@st.composite
def apart(draw: st.DrawFn, shape: Any = None, gap: tuple[float, float] = (0.1, 2.0)) -> tuple[Array, ...]:
    """Draw two operands of one shape that differ everywhere by a number in the interval `gap`.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(apart())
    ... def check(operands):
    ...     x, y = operands
    ...     assert (abs(x - y) > 0.09).all()
    >>> check()
    """
    form = draw(shapes() if shape is None else shape)
    x, distance = any_array(draw, form), any_array(draw, form, *gap)
    sign = np.where(np.arange(x.size).reshape(x.shape) % 2, 1.0, -1.0)
    return x, np.asarray(x + sign * distance)
