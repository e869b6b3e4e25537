"""Order: the largest and smallest elements, where they are, and sorting.

Where a function also returns indices, the gradient goes to the elements at these indices. Where it does not
(amax, amin, max and min of everything), equal elements share the gradient; sharing among the elements of a
mask and their mean are each other's adjoint. NaN counts as greater than every number.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.comparison import outside
from minigen.autodiff.ops.gathering import scatter_row
from minigen.autodiff.ops.limits import maximum, minimum
from minigen.autodiff.ops.operands import checked
from minigen.autodiff.ops.reduction import Dims, count_of, kept, reduced, spread_row
from minigen.autodiff.ops.shape import axis_of, reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


class ValuesIndices(NamedTuple):
    """Elements and where they stood along the axis."""

    values: "Tensor"
    indices: "Tensor"


# ---------------------------------------------------------------------------------- ties that share


def _raw_share_ties(xp: Any, x: Array, mask: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    wide = "float64" if x.dtype.char == "d" else "float32"
    share = x.reshape(kept(mask.shape, axis)).astype(wide) / mask.sum(axis, wide, keepdims=True)
    return xp.where(mask, share.astype(x.dtype), xp.zeros((), x.dtype))


def _raw_mean_ties(xp: Any, x: Array, mask: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    wide = "float64" if x.dtype.char == "d" else "float32"
    total = xp.where(mask, x, xp.zeros((), x.dtype)).sum(axis, wide, keepdims=keepdims)
    return (total / mask.sum(axis, wide, keepdims=keepdims)).astype(x.dtype)


_share_ties: Op = op(
    "share_ties",
    _raw_share_ties,
    fixed=("mask",),
    x=lambda g, mask, axis, keepdims: _mean_ties(g, mask, axis=axis, keepdims=keepdims),
)
_mean_ties: Op = op(
    "mean_ties",
    _raw_mean_ties,
    fixed=("mask",),
    x=lambda g, mask, axis, keepdims: _share_ties(g, mask, axis=axis, keepdims=keepdims),
)


def _extreme_gradient(g: Any, x: Any, out: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Share g among the elements equal to the extreme; if that is NaN, among the NaN."""
    extreme = spread_row(out, shape=x.shape, axis=axis, keepdims=keepdims)
    return _share_ties(g, (x == extreme) | (x != x), axis=axis, keepdims=keepdims)


amax_row = op("amax", lambda x, *, axis, keepdims: x.max(axis, keepdims=keepdims), x=_extreme_gradient)
amin_row = op("amin", lambda x, *, axis, keepdims: x.min(axis, keepdims=keepdims), x=_extreme_gradient)


# ------------------------------------------------------------------------------ values with indices


def _to_indices(g: Any, out: Any, x_shape: tuple[int, ...], axis: int) -> Any:
    """Put the gradient of the values where they came from; the indices have none."""
    return scatter_row(g[0], out[1], shape=x_shape, axis=axis)


def _taken(xp: Any, x: Array, index: Array, axis: int) -> tuple[Array, Array]:
    return xp.take_along_axis(x, index, axis), index


def _sorted_index(xp: Any, x: Array, axis: int, descending: bool) -> Array:
    """Return the indices that sort x; equal elements keep their order."""
    if not descending:
        return xp.argsort(x, axis, "stable")
    backwards = xp.argsort(xp.flip(x, axis), axis, "stable")
    return x.shape[axis] - 1 - xp.flip(backwards, axis)


def _raw_topk(xp: Any, x: Array, *, k: int, axis: int, largest: bool) -> tuple[Array, Array]:
    first = (slice(None),) * axis + (slice(k),)
    return _taken(xp, x, _sorted_index(xp, x, axis, largest)[first], axis)


_max = op("max", lambda xp, x, *, axis: _taken(xp, x, x.argmax(axis, keepdims=True), axis), x=_to_indices)
_min = op("min", lambda xp, x, *, axis: _taken(xp, x, x.argmin(axis, keepdims=True), axis), x=_to_indices)
_sort = op(
    "sort",
    lambda xp, x, *, axis, descending: _taken(xp, x, _sorted_index(xp, x, axis, descending), axis),
    x=_to_indices,
)
_topk = op("topk", _raw_topk, x=_to_indices)
_argmax = op("argmax", lambda x, *, axis: x.argmax(axis), fixed=("x",))
_argmin = op("argmin", lambda x, *, axis: x.argmin(axis), fixed=("x",))


# ------------------------------------------------------------------------------------- functions


def _not_empty(name: str, x: TensorBase, axis: tuple[int, ...]) -> None:
    if x.array.ndim and not count_of(x.array.shape, axis):
        raise ValueError(
            f"{name}: no elements to choose from in {describe(x)} along dim {axis}: check for emptiness first"
        )


def _extreme(name: str, row: Op, input: TensorBase, dim: Dims, keepdim: bool) -> "Tensor":
    x = checked(name, input)
    axis = reduced(name, x, dim)
    _not_empty(name, x, axis)
    return row(x, axis=axis, keepdims=keepdim)


def _along(name: str, row: Op, input: TensorBase, dim: int, keepdim: bool = True, **keywords: Any) -> ValuesIndices:
    """Run a row that returns values and indices; a 0-d Tensor is treated as one of one element."""
    x = checked(name, input)
    shape = x.array.shape
    axis = axis_of(name, dim, len(shape))
    values, indices = row(x if shape else reshape_row(x, shape=(1,)), axis=axis, **keywords)
    if keepdim and shape:
        return ValuesIndices(values, indices)
    shape = shape[:axis] + shape[axis + 1 :]
    return ValuesIndices(reshape_row(values, shape=shape), reshape_row(indices, shape=shape))


def amax(input: TensorBase, dim: Dims = None, keepdim: bool = False) -> "Tensor":
    """Return the largest elements along `dim`; equal ones share the gradient.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int or tuple of int, optional
        The axes to reduce; all of them if not given.
    keepdim : bool, optional
        Whether the reduced axes stay, with length 1.

    Returns
    -------
    Tensor
        NaN where there is a NaN.

    Raises
    ------
    ValueError
        If there are no elements to choose from.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.amax(mg.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([2., 4.])
    """
    return _extreme("amax", amax_row, input, dim, keepdim)


def amin(input: TensorBase, dim: Dims = None, keepdim: bool = False) -> "Tensor":
    """Return the smallest elements along `dim`; equal ones share the gradient. See `amax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.amin(mg.tensor([[1.0, 2.0], [4.0, 3.0]]), dim=1)
    tensor([1., 3.])
    """
    return _extreme("amin", amin_row, input, dim, keepdim)


def max_(input: TensorBase, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the largest element; along `dim`, also where it stands; of two Tensors, the larger elements.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int or Tensor, optional
        The axis to reduce; all of them if not given. A Tensor makes this `maximum`.
    keepdim : bool, optional
        Whether the reduced axis stays, with length 1.

    Returns
    -------
    Tensor or ValuesIndices
        Without `dim`, a 0-d Tensor: equal elements share its gradient. With `dim`, a named tuple
        ``(values, indices)``: the gradient goes to the first of equal elements, at the index.

    Raises
    ------
    ValueError
        If there are no elements to choose from.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([[1.0, 5.0], [4.0, 3.0]])
    >>> mg.max(x)
    tensor(5.)
    >>> values, indices = mg.max(x, dim=1)
    >>> indices
    tensor([1, 0])
    """
    return _max_or_min("max", input, dim, keepdim)


def min_(input: TensorBase, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest element; along `dim`, also where it stands; see `max`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.min(mg.tensor([[1.0, 5.0], [4.0, 3.0]]), dim=0).values
    tensor([1., 3.])
    """
    return _max_or_min("min", input, dim, keepdim)


def _max_or_min(name: str, input: TensorBase, dim: Any, keepdim: bool) -> Any:
    elementwise, whole, along = (maximum, amax_row, _max) if name == "max" else (minimum, amin_row, _min)
    if isinstance(dim, TensorBase):
        return elementwise(input, dim)
    if dim is None:
        return _extreme(name, whole, input, None, keepdim)
    x = checked(name, input)
    _not_empty(name, x, (axis_of(name, dim, x.array.ndim),))
    return _along(name, along, x, dim, keepdim)


def argmax(input: TensorBase, dim: int | None = None, keepdim: bool = False) -> "Tensor":
    """Return the index of the largest element, the first of equal ones.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int, optional
        The axis to search along; if not given, the index is that in the flattened Tensor.
    keepdim : bool, optional
        Whether the searched axis stays, with length 1.

    Returns
    -------
    Tensor of int64
        Never part of the graph.

    Raises
    ------
    ValueError
        If there are no elements to choose from.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.argmax(mg.tensor([[1.0, 5.0], [4.0, 3.0]]), dim=1)
    tensor([1, 0])
    """
    return _where_extreme("argmax", _argmax, input, dim, keepdim)


def argmin(input: TensorBase, dim: int | None = None, keepdim: bool = False) -> "Tensor":
    """Return the index of the smallest element, the first of equal ones; see `argmax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.argmin(mg.tensor([[1.0, 5.0], [4.0, 3.0]]))
    tensor(0)
    """
    return _where_extreme("argmin", _argmin, input, dim, keepdim)


def _where_extreme(name: str, row: Op, input: TensorBase, dim: int | None, keepdim: bool) -> "Tensor":
    x = checked(name, input)
    axis = None if dim is None else axis_of(name, dim, x.array.ndim)
    axes = tuple(range(x.array.ndim)) if axis is None else (axis,)
    _not_empty(name, x, axes)
    result = outside(row, x, axis=axis if x.array.ndim else None)
    return wrap(result.array.reshape(kept(x.array.shape, axes))) if keepdim else result


def sort(input: TensorBase, dim: int = -1, descending: bool = False, stable: bool = True) -> ValuesIndices:
    """Return the elements in order along `dim`, and where they stood.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int, optional
        The axis to sort along.
    descending : bool, optional
        Largest first.
    stable : bool, optional
        As in PyTorch; equal elements always keep their order.

    Returns
    -------
    ValuesIndices
        Named tuple ``(values, indices)``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sort(mg.tensor([3.0, 1.0, 2.0])).indices
    tensor([1, 2, 0])
    """
    return _along("sort", _sort, input, dim, descending=descending)


def argsort(input: TensorBase, dim: int = -1, descending: bool = False, stable: bool = True) -> "Tensor":
    """Return the indices that sort `input` along `dim`; see `sort`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.argsort(mg.tensor([3.0, 1.0, 2.0]), descending=True)
    tensor([0, 2, 1])
    """
    return sort(checked("argsort", input).detach(), dim, descending, stable).indices


def topk(input: TensorBase, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesIndices:
    """Return the `k` largest elements along `dim`, and where they stood.

    Parameters
    ----------
    input : Tensor
        Any shape.
    k : int
        How many.
    dim : int, optional
        The axis to choose along.
    largest : bool, optional
        False for the smallest.
    sorted : bool, optional
        As in PyTorch; the elements always come in order.

    Returns
    -------
    ValuesIndices
        Named tuple ``(values, indices)``, with length `k` along `dim`.

    Raises
    ------
    ValueError
        If there are fewer than `k` elements.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.topk(mg.tensor([3.0, 1.0, 2.0]), 2).values
    tensor([3., 2.])
    """
    x = checked("topk", input)
    axis = axis_of("topk", dim, x.array.ndim)
    length = x.array.shape[axis] if x.array.ndim else 1
    if not 0 <= k <= length:
        raise ValueError(f"topk: expected k from 0 to {length}, the length of dim {dim}, got k={k} for {describe(x)}")
    return _along("topk", _topk, x, dim, k=k, largest=largest)


class OrderingMethods(TensorBase):
    """Extremes and sorting as methods of Tensors."""

    __slots__ = ()

    def amax(self, dim: Dims = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.amax`."""
        return amax(self, dim, keepdim)

    def amin(self, dim: Dims = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.amin`."""
        return amin(self, dim, keepdim)

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """See `minigen.max`."""
        return max_(self, dim, keepdim)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """See `minigen.min`."""
        return min_(self, dim, keepdim)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.argmax`."""
        return argmax(self, dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> "Tensor":
        """See `minigen.argmin`."""
        return argmin(self, dim, keepdim)

    def sort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> ValuesIndices:
        """See `minigen.sort`."""
        return sort(self, dim, descending, stable)

    def argsort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> "Tensor":
        """See `minigen.argsort`."""
        return argsort(self, dim, descending, stable)

    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesIndices:
        """See `minigen.topk`."""
        return topk(self, k, dim, largest, sorted)
