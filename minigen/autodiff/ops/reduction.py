"""Reductions: sum, mean, prod, logsumexp, all, any; and the running sum.

Summing and spreading are each other's adjoint: the gradient of a sum is spread over what was summed, and the
gradient of that is summed again. float16 is summed in float32.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from minigen.autodiff.graph import TensorBase, describe
from minigen.autodiff.ops.arranging import crop_row
from minigen.autodiff.ops.comparison import outside
from minigen.autodiff.ops.exponential import exp_row
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.operands import as_dtype, checked, floating
from minigen.autodiff.ops.shape import axes_of, axis_of, reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, to_dtype

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Dims: TypeAlias = int | Sequence[int] | None
"""One axis, several, or None for all of them."""

INF = math.inf


def kept(shape: tuple[int, ...], axis: tuple[int, ...]) -> tuple[int, ...]:
    """Return `shape` with length 1 at each of `axis`."""
    return tuple([1 if i in axis else n for i, n in enumerate(shape)])


def _raw_sum(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    if x.dtype.char == "e":
        return x.sum(axis, "float32", keepdims=keepdims).astype("float16")
    if x.dtype.kind != "f":
        return x.sum(axis, "int64", keepdims=keepdims)
    return x.sum(axis, keepdims=keepdims)


def _raw_mean(x: Array, *, axis: tuple[int, ...], keepdims: bool, count: float) -> Array:
    if x.dtype.char == "e":
        return (x.sum(axis, "float32", keepdims=keepdims) / count).astype("float16")
    return x.sum(axis, keepdims=keepdims) / count


def _raw_spread(xp: Any, x: Array, *, shape: tuple[int, ...], axis: tuple[int, ...], keepdims: bool) -> Array:
    return xp.broadcast_to(x if keepdims else x.reshape(kept(shape, axis)), shape)


def _raw_spread_mean(
    xp: Any, x: Array, *, shape: tuple[int, ...], axis: tuple[int, ...], keepdims: bool, count: float
) -> Array:
    share = (x.astype("float32") / count).astype("float16") if x.dtype.char == "e" else x / count
    return xp.broadcast_to(share if keepdims else share.reshape(kept(shape, axis)), shape)


sum_row: Op = op(
    "sum",
    _raw_sum,
    x=lambda g, x_shape, axis, keepdims: spread_row(g, shape=x_shape, axis=axis, keepdims=keepdims),
)
spread_row: Op = op(
    "spread",
    _raw_spread,
    x=lambda g, axis, keepdims: sum_row(g, axis=axis, keepdims=keepdims),
    view=True,
)
_mean: Op = op(
    "mean",
    _raw_mean,
    x=lambda g, x_shape, axis, keepdims, count: _spread_mean(
        g, shape=x_shape, axis=axis, keepdims=keepdims, count=count
    ),
)
_spread_mean: Op = op(
    "spread_mean",
    _raw_spread_mean,
    x=lambda g, axis, keepdims, count: _mean(g, axis=axis, keepdims=keepdims, count=count),
)


def _raw_cumsum(xp: Any, x: Array, *, axis: int, backwards: bool) -> Array:
    wide = {"e": "float32", "f": "float32", "d": "float64"}.get(x.dtype.char, "int64")
    out = (xp.flip(x, axis) if backwards else x).cumsum(axis, wide)
    out = out if x.dtype.kind != "f" else out.astype(x.dtype, copy=False)
    return xp.flip(out, axis).copy() if backwards else out


_cumsum: Op = op(
    "cumsum",
    _raw_cumsum,
    x=lambda g, axis, backwards: _cumsum(g, axis=axis, backwards=not backwards),
)


def _raw_logsumexp(xp: Any, x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    if not x.size:
        return xp.full(x.sum(axis, keepdims=keepdims).shape, -INF, x.dtype)
    top = x.max(axis, keepdims=True)
    total = xp.exp(x - xp.where(xp.isinf(top), xp.zeros_like(top), top)).sum(axis, keepdims=True)
    out = xp.log(xp.where(total == 0, xp.ones_like(total), total)) + top
    return out if keepdims else out.squeeze(axis)


def _logsumexp_gradient(g: Any, x: Any, out: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Return g times softmax(x) = exp(x - out); where out is infinite, 1 where x is +inf, else 0."""
    shape = kept(x.shape, axis)
    g, out = reshape_row(g, shape=shape), reshape_row(out, shape=shape)
    infinite = (out == INF) | (out == -INF)
    below = where_row(infinite & (x < INF), -INF, where_row(infinite, 0.0, x))
    return g * exp_row(below - where_row(infinite, 0.0, out))


_logsumexp = op("logsumexp", _raw_logsumexp, x=_logsumexp_gradient)

_all = op("all", lambda x, *, axis, keepdims: x.all(axis, keepdims=keepdims), fixed=("x",))
_any = op("any", lambda x, *, axis, keepdims: x.any(axis, keepdims=keepdims), fixed=("x",))


# ------------------------------------------------------------------------------------- arguments


def reduced(name: str, tensor: TensorBase, dim: Dims) -> tuple[int, ...]:
    """Return the axes to reduce, in order: all of them for None or an empty sequence."""
    ndim = tensor.array.ndim
    if dim is None or (isinstance(dim, Sequence) and not dim):
        return tuple(range(ndim))
    axes = axes_of(name, dim, ndim)
    return tuple(sorted(axes)) if ndim else ()


def averaged(name: str, input: TensorBase, dtype: Any = None) -> "Tensor":
    """Return `input` in `dtype`, or raise TypeError if that is not floating."""
    x = checked(name, input)
    if dtype is not None:
        x = as_dtype(x, to_dtype(dtype))
    if x.array.dtype.kind != "f":
        raise TypeError(f"{name}: expected a floating Tensor, got {describe(x)}: convert it with .float()")
    return x


def widened(tensor: "Tensor") -> "Tensor":
    """Return `tensor`, float16 as float32: squares, products and counts overflow in float16."""
    return as_dtype(tensor, to_dtype("float32")) if tensor.array.dtype.char == "e" else tensor


def count_of(shape: tuple[int, ...], axis: tuple[int, ...]) -> int:
    """Return how many elements of an array of `shape` are reduced to one over `axis`."""
    return math.prod([shape[i] for i in axis])


# ------------------------------------------------------------------------------------- functions


def sum_(input: TensorBase, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
    """Return the sum along `dim`.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.
    dtype : dtype, optional
        Type to convert to first; integers and booleans are summed in int64.

    Returns
    -------
    Tensor
        Over no elements: 0.

    Raises
    ------
    IndexError
        If there is no axis `dim`.
    ValueError
        If an axis is named twice.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sum(mg.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
    tensor([3., 7.])
    """
    x = checked("sum", input)
    if dtype is not None:
        x = as_dtype(x, to_dtype(dtype))
    result = sum_row(x, axis=reduced("sum", x, dim), keepdims=keepdim)
    return result if dtype is None else as_dtype(result, to_dtype(dtype))


def mean(input: TensorBase, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
    """Return the mean along `dim`.

    Parameters
    ----------
    input : Tensor
        Floating, of any shape.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.
    dtype : dtype, optional
        Floating type to convert to first.

    Returns
    -------
    Tensor
        Over no elements: NaN.

    Raises
    ------
    TypeError
        If `input` is not floating and no `dtype` is given.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.mean(mg.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
    tensor([2., 3.])
    """
    x = averaged("mean", input, dtype)
    axis = reduced("mean", x, dim)
    return _mean(x, axis=axis, keepdims=keepdim, count=count_of(x.array.shape, axis) or math.nan)


def prod(input: TensorBase, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
    """Return the product along `dim`; its derivatives of every order are exact, also where factors are 0.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int, optional
        The axis to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axis stays, with length 1.
    dtype : dtype, optional
        Type to convert to first; integers and booleans are multiplied in int64.

    Returns
    -------
    Tensor
        Over no elements: 1.

    Notes
    -----
    The two halves of the axis are multiplied, then the halves of that: log2(n) products of Tensors. No
    division, so that a zero needs no care.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([0.0, 2.0, 3.0], requires_grad=True)
    >>> mg.prod(x).backward()
    >>> x.grad
    tensor([6., 0., 0.])
    """
    x = checked("prod", input)
    kind = to_dtype(dtype or (x.array.dtype if x.array.dtype.kind == "f" else int))
    x = widened(as_dtype(x, kind))
    shape = x.array.shape
    if dim is None:
        axis, shape = 0, kept(shape, tuple(range(len(shape)))) if keepdim else ()
        x = reshape_row(x, shape=(x.array.size,))
    else:
        axis = axis_of("prod", dim, len(shape))
        x = x if shape else reshape_row(x, shape=(1,))
        shape = kept(shape, (axis,)) if keepdim else shape[:axis] + shape[axis + 1 :]
    return as_dtype(reshape_row(_product(x, axis), shape=shape), kind)


def _product(x: "Tensor", axis: int) -> "Tensor":
    """Return the product along `axis`, which stays with length 1."""
    length = x.array.shape[axis]
    if not length:
        return sum_row(x, axis=(axis,), keepdims=True) + 1
    odd = []
    while length > 1:
        half = length // 2
        if length % 2:
            odd.append(_cut(x, axis, 2 * half, length))
        x = _cut(x, axis, 0, half) * _cut(x, axis, half, 2 * half)
        length = half
    for factor in odd:
        x = x * factor
    return x


def _cut(x: "Tensor", axis: int, start: int, end: int) -> "Tensor":
    shape = x.array.shape
    return crop_row(x, widths=tuple([(start, n - end) if i == axis else (0, 0) for i, n in enumerate(shape)]))


def cumsum(input: TensorBase, dim: int, *, dtype: Any = None) -> "Tensor":
    """Return the running sum along `dim`.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int
        The axis to run along.
    dtype : dtype, optional
        Type to convert to first; integers and booleans are summed in int64.

    Returns
    -------
    Tensor
        Of the shape of `input`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.cumsum(mg.tensor([1.0, 2.0, 3.0]), dim=0)
    tensor([1., 3., 6.])
    """
    x = checked("cumsum", input)
    if dtype is not None:
        x = as_dtype(x, to_dtype(dtype))
    axis = axis_of("cumsum", dim, x.array.ndim)
    flat = x if x.array.ndim else reshape_row(x, shape=(1,))
    result = _cumsum(flat, axis=axis, backwards=False)
    result = result if x.array.ndim else reshape_row(result, shape=())
    return result if dtype is None else as_dtype(result, to_dtype(dtype))


def logsumexp(input: TensorBase, dim: Dims, keepdim: bool = False) -> "Tensor":
    """Return ``log(sum(exp(input)))`` along `dim`, without overflow.

    Parameters
    ----------
    input : Tensor
        Any shape; integers are computed in the default floating type.
    dim : int or tuple of int
        The axes to reduce.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.

    Returns
    -------
    Tensor
        Over no elements, or if all are -inf: -inf, with gradient 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logsumexp(mg.tensor([100.0, 100.0]), dim=0)
    tensor(100.6931)
    """
    x = floating("logsumexp", input)
    result = _logsumexp(widened(x), axis=reduced("logsumexp", x, dim), keepdims=keepdim)
    return as_dtype(result, x.array.dtype)


def all_(input: TensorBase, dim: Dims = None, keepdim: bool = False) -> "Tensor":
    """Return whether all elements along `dim` are true (not 0).

    Parameters
    ----------
    input : Tensor
        Any shape and type.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.

    Returns
    -------
    Tensor of bool
        Over no elements: True.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.all(mg.tensor([[True, True], [True, False]]), dim=1)
    tensor([ True, False])
    """
    x = checked("all", input)
    return outside(_all, x, axis=reduced("all", x, dim), keepdims=keepdim)


def any_(input: TensorBase, dim: Dims = None, keepdim: bool = False) -> "Tensor":
    """Return whether some element along `dim` is true (not 0); over no elements False. See `all`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.any(mg.tensor([[True, True], [False, False]]), dim=1)
    tensor([ True, False])
    """
    x = checked("any", input)
    return outside(_any, x, axis=reduced("any", x, dim), keepdims=keepdim)


class ReductionMethods(TensorBase):
    """Reductions as methods of Tensors."""

    __slots__ = ()

    def sum(self, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
        """See `minigen.sum`."""
        return sum_(self, dim, keepdim, dtype=dtype)

    def mean(self, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
        """See `minigen.mean`."""
        return mean(self, dim, keepdim, dtype=dtype)

    def prod(self, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> "Tensor":
        """See `minigen.prod`."""
        return prod(self, dim, keepdim, dtype=dtype)

    def cumsum(self, dim: int, *, dtype: Any = None) -> "Tensor":
        """See `minigen.cumsum`."""
        return cumsum(self, dim, dtype=dtype)

    def logsumexp(self, dim: Dims, keepdim: bool = False) -> "Tensor":
        """See `minigen.logsumexp`."""
        return logsumexp(self, dim, keepdim)

    def all(self, dim: Dims = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.all`."""
        return all_(self, dim, keepdim)

    def any(self, dim: Dims = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.any`."""
        return any_(self, dim, keepdim)
