"""Memory layouts: the same numbers in C order, permuted, backwards, or with gaps between them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from minigen.backend import Array
from minigen.testing.strategies.shapes import sampled

KINDS = ("C", "permuted", "negative", "gaps", "negative gaps")


@st.composite
def layouts(draw: st.DrawFn, array: Any) -> Array:
    """Draw an array that equals `array` in shape and values, laid out anyhow in memory.

    The gaps hold NaN (or the largest integer), so that code that reads past its strides is found out.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    array : array_like
        The numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> x = np.arange(6.0).reshape(2, 3)
    >>> @given(layouts(x))
    ... def check(array):
    ...     assert np.array_equal(array, x)
    >>> check()
    """
    return laid_out(draw, array)


def laid_out(draw: st.DrawFn, array: Any) -> Array:
    """Return `array`, laid out as `layouts` draws."""
    a = np.asarray(array)
    kind = draw(sampled(KINDS)) if a.size > 1 else "C"
    if kind == "permuted" and a.ndim > 1:
        forward = tuple(range(a.ndim))
        axes = draw(sampled((forward[::-1], (*forward[1:], 0), (a.ndim - 1, *forward[:-1]))))
        back = tuple(int(i) for i in np.argsort(axes))
        return np.array(a.transpose(axes), order="C").transpose(back)
    if kind in ("permuted", "negative"):
        axis = draw(sampled(tuple(i for i, n in enumerate(a.shape) if n > 1)))
        return np.flip(np.array(np.flip(a, axis), order="C"), axis)
    if kind == "C":
        return np.array(a, order="C")
    wide = np.full((*a.shape[:-1], 2 * a.shape[-1]), np.nan if a.dtype.kind == "f" else 0, a.dtype)
    if kind == "gaps":
        wide[..., ::2] = a
        return wide[..., ::2]
    wide[..., ::-2] = a
    return wide[..., ::-2]
