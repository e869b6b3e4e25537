"""Lengths: the norm, and variance and standard deviation, which is the norm of what is left of the mean.

A norm is 0 only where its argument is; there the slope is 0, the shortest of the subgradients.
"""

import math
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, wrap
from minigen.autodiff.ops.arithmetic import abs_row, sign_row, square
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.operands import as_dtype
from minigen.autodiff.ops.ordering import amax, amin
from minigen.autodiff.ops.reduction import (
    Dims,
    averaged,
    count_of,
    mean,
    reduced,
    spread_row,
    sum_row,
    widened,
)
from minigen.autodiff.table import op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_norm(xp: Any, x: Array, *, p: float, axis: tuple[int, ...], keepdims: bool) -> Array:
    if p == 2:
        return xp.sqrt((x * x).sum(axis, keepdims=keepdims))
    return (abs(x) ** p).sum(axis, keepdims=keepdims) ** (1 / p)


def _norm_gradient(g: Any, x: Any, out: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Return g sign(x) (|x| / out)**(p - 1), and 0 where x or out is 0."""
    safe = where_row(out == 0, 1.0, out)
    ratio = x / spread_row(safe, shape=x.shape, axis=axis, keepdims=keepdims)
    if p != 2:
        size = where_row(ratio == 0, 1.0, abs_row(ratio))
        ratio = sign_row(ratio) * size ** (p - 1)
    return ratio * spread_row(where_row(out == 0, 0.0, g), shape=x.shape, axis=axis, keepdims=keepdims)


norm_row = op("norm", _raw_norm, x=_norm_gradient)


def norm(
    input: TensorBase,
    p: float | str | None = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: Any = None,
) -> "Tensor":
    """Return the p-norm along `dim`: ``sum(|input|**p) ** (1/p)``; its slope at 0 is 0.

    Parameters
    ----------
    input : Tensor
        Floating, of any shape.
    p : float or "fro", optional
        The order; 2 (Frobenius) if not given, ``inf`` the largest and ``-inf`` the smallest absolute value,
        0 the number of elements that are not 0.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.
    dtype : dtype, optional
        Floating type to convert to first.

    Returns
    -------
    Tensor
        Not negative.

    Raises
    ------
    TypeError
        If `input` is not floating.
    ValueError
        If `p` is no number and not "fro".

    Examples
    --------
    >>> import minigen as mg
    >>> mg.norm(mg.tensor([[3.0, 4.0], [0.0, 0.0]]), dim=1)
    tensor([5., 0.])
    """
    x = averaged("norm", input, dtype)
    axis = reduced("norm", x, dim)
    if p is None or p == "fro":
        p = 2.0
    if not isinstance(p, int | float):
        raise ValueError(f"norm: expected a number or 'fro' as p, got {p!r}: the other norms are not offered")
    wide = widened(x)
    if math.isinf(p):
        result = (amax if p > 0 else amin)(abs_row(wide), axis, keepdim)
    elif p == 1:
        result = sum_row(abs_row(wide), axis=axis, keepdims=keepdim)
    elif p == 0:
        result = sum_row(wrap((wide.array != 0).astype(wide.array.dtype)), axis=axis, keepdims=keepdim)
    else:
        result = norm_row(wide, p=p, axis=axis, keepdims=keepdim)
    return as_dtype(result, x.array.dtype)


def _centred(
    name: str, input: TensorBase, dim: Dims | bool, unbiased: bool, correction: float | None
) -> "tuple[Tensor, tuple[int, ...], float]":
    """Return `input` less its mean, the axes, and the degrees of freedom that are left."""
    x = averaged(name, input)
    if isinstance(dim, bool):
        unbiased, dim = dim, ()
    axis = reduced(name, x, dim)
    freedom = count_of(x.array.shape, axis) - (int(unbiased) if correction is None else correction)
    x = widened(x)
    return x - mean(x, axis, keepdim=True), axis, freedom if freedom > 0 else math.nan


def var(
    input: TensorBase,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> "Tensor":
    """Return the variance along `dim`: the sum of squared deviations from the mean over n - correction.

    Parameters
    ----------
    input : Tensor
        Floating, of any shape.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given. A bool is taken as `unbiased`.
    unbiased : bool, optional
        Whether `correction` is 1 or 0, where that is not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.
    correction : float, optional
        What to subtract from the number of elements n.

    Returns
    -------
    Tensor
        NaN if n - correction is not positive.

    Raises
    ------
    TypeError
        If `input` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.var(mg.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    >>> mg.var(mg.tensor([1.0, 3.0]), correction=0)
    tensor(1.)
    """
    centred, axis, freedom = _centred("var", input, dim, unbiased, correction)
    result = sum_row(square(centred), axis=axis, keepdims=keepdim) / freedom
    return as_dtype(result, input.array.dtype)


def std(
    input: TensorBase,
    dim: Dims | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> "Tensor":
    """Return the standard deviation along `dim`, the root of `var`; its slope at 0 is 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.std(mg.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    """
    centred, axis, freedom = _centred("std", input, dim, unbiased, correction)
    result = norm_row(centred, p=2, axis=axis, keepdims=keepdim) / math.sqrt(freedom)
    return as_dtype(result, input.array.dtype)


class NormMethods(TensorBase):
    """Norm, variance and standard deviation as methods of Tensors."""

    __slots__ = ()

    def norm(
        self, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False, dtype: Any = None
    ) -> "Tensor":
        """See `minigen.norm`."""
        return norm(self, p, dim, keepdim, dtype)

    def var(
        self,
        dim: Dims | bool = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> "Tensor":
        """See `minigen.var`."""
        return var(self, dim, unbiased, keepdim, correction=correction)

    def std(
        self,
        dim: Dims | bool = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> "Tensor":
        """See `minigen.std`."""
        return std(self, dim, unbiased, keepdim, correction=correction)
