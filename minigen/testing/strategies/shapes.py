"""Shapes, alone and broadcastable: 0-d, size 0, size 1, up to five axes.

They come from lists, because drawn lengths are mostly 0 and 1, which hide a wrong axis.
"""

from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

Shape = tuple[int, ...]

SHAPES: tuple[Shape, ...] = (
    *((2, 3), (), (3, 2, 2), (0,), (2, 1, 3), (1,), (3,), (2, 0), (1, 3, 1, 2), (1, 1), (2, 2, 3), (3, 1)),
    *((2, 3, 1, 2), (2, 1, 3, 1, 2), (0, 2, 3), (5,), (1, 2, 2, 1, 2)),
)

PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((2, 3), (2, 1)),
    ((2, 3), (3,)),
    ((2, 1, 3), (1, 2, 1)),
    ((2, 3), ()),
    ((2, 2, 3), (2, 1)),
    ((3, 1), (1, 2)),
    ((1,), (2, 1, 2)),
    ((2, 3, 1, 2), (3, 2, 1)),
    ((2, 0), (1,)),
    ((0,), ()),
    ((1,), ()),
    ((2, 1, 1, 1, 2), (3, 1, 1)),
)
SAME: tuple[Shape, ...] = ((2, 3), (), (3, 1, 2), (0,))
MEETING = (*PAIRS, *((y, x) for x, y in PAIRS), *zip(SAME, SAME, strict=True))


@cache
def sampled(options: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Return the strategy that samples from `options`, the same one each time: a new one costs more than a draw."""
    return st.sampled_from(options)


def shapes(max_dims: int = 5, *, filled: bool = False) -> st.SearchStrategy[Shape]:
    """Return a strategy of shapes.

    Parameters
    ----------
    max_dims : int, default: 5
        The largest number of axes.
    filled : bool, default: False
        Leave out shapes without elements.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(shapes(max_dims=2, filled=True))
    ... def check(shape):
    ...     assert len(shape) <= 2
    ...     assert 0 not in shape
    >>> check()
    """
    return sampled(tuple(s for s in SHAPES if len(s) <= max_dims and not (filled and 0 in s)))


@st.composite
def broadcastable_shapes(draw: st.DrawFn, count: int = 2) -> tuple[Shape, ...]:
    """Draw shapes that broadcast together: equal ones, missing axes, axes of length 1 on either side.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    count : int, default: 2
        How many shapes.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(broadcastable_shapes(3))
    ... def check(shapes):
    ...     np.broadcast_shapes(*shapes)
    >>> check()
    """
    if count == 2:
        x, y = draw(sampled(MEETING))
        return x, y
    x, y = draw(sampled(PAIRS))
    whole = np.broadcast_shapes(x, y)
    kinds: tuple[Shape, ...] = (x, y, whole, (), (1,) * len(whole), whole[1:])
    return tuple(draw(sampled(kinds)) for _ in range(count))
