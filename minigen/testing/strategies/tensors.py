"""Tensors, with grad and without, leaves and results."""

from typing import Any

from hypothesis import strategies as st

from minigen.autodiff import Tensor, wrap
from minigen.backend import asarray_on
from minigen.testing.strategies.arrays import any_array


@st.composite
def tensors(
    draw: st.DrawFn,
    shape: Any = None,
    low: float = -2.0,
    high: float = 2.0,
    *,
    requires_grad: bool | None = None,
    dtype: Any = "float64",
) -> Tensor:
    """Draw a Tensor on the default device, on the cpu in any memory layout.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int or strategy, optional
        Any of `shapes` by default.
    low, high : float
        The interval of its elements.
    requires_grad : bool, optional
        Either by default.
    dtype : data-type, default: float64
        Of the Tensor.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(tensors(requires_grad=True))
    ... def check(x):
    ...     (2.0 * x).sum().backward()
    ...     assert (x.grad == 2.0).all()
    >>> check()
    """
    needs = draw(st.booleans()) if requires_grad is None else requires_grad
    return wrap(asarray_on(None, any_array(draw, shape, low, high, dtype=dtype)), requires_grad=needs)
