"""Reading and writing along one axis: gather and scatter_add, each other's adjoint, and their kin.

Positions come as a Tensor of integers: one for each row (gather, scatter, take_along_dim) or one for all
(index_select, index_add).
"""

from typing import TYPE_CHECKING, Any

import numpy

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.arranging import crop_row
from minigen.autodiff.ops.index import WHOLE, Index, steps
from minigen.autodiff.ops.indexing import getitem_row, index_set_row, put_row
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import checked
from minigen.autodiff.ops.shape import axis_of, expand_row, reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, namespace

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_scatter(xp: Any, x: Array, index: Array, *, axis: int, shape: tuple[int, ...]) -> Array:
    out = xp.zeros(shape, x.dtype)
    xp.add.at(out, _grid(xp, index, axis), x)
    return out


def _grid(xp: Any, index: Array, axis: int) -> Index:
    """Return `index` along `axis`, and along every other axis the position itself."""
    places = [xp.arange(n).reshape(n, *[1] * (index.ndim - i - 1)) for i, n in enumerate(index.shape)]
    return (*places[:axis], index, *places[axis + 1 :])


gather_row: Op = op(
    "gather",
    lambda xp, x, index, *, axis: x[_grid(xp, index, axis)],
    fixed=("index",),
    x=lambda g, x_shape, index, axis: scatter_row(g, index, axis=axis, shape=x_shape),
)
scatter_row: Op = op(
    "scatter_add", _raw_scatter, fixed=("index",), x=lambda g, index, axis: gather_row(g, index, axis=axis)
)


def _along(name: str, x: TensorBase, dim: int, index: Any) -> Index:
    """Return the index that picks `index`, at most 1-D, along `dim`."""
    array = _integers(name, index).array
    axis = axis_of(name, dim, x.array.ndim)
    _within(name, array, x.array.shape, axis)
    if array.ndim > 1:
        raise ValueError(f"{name}: expected a 1-D index, got shape {array.shape}: use take_along_dim or gather")
    return steps(name, x.array, ((*[WHOLE] * axis, wrap(array.reshape(-1)))), mode.enabled)[0]


def _integers(name: str, index: Any) -> "Tensor":
    if checked(name, index).array.dtype.kind not in "ui":
        raise TypeError(f"{name}: index must hold integers, got {describe(index)}: convert it with .long()")
    return index  # type: ignore[no-any-return]


def _within(name: str, index: Array, shape: tuple[int, ...], axis: int) -> None:
    """Check on the host that positions count from 0 and end with the axis; on a GPU reading them would wait."""
    length = shape[axis] if shape else 1
    if type(index) is numpy.ndarray and index.size:
        for worst in (int(index.min()), int(index.max())):
            if not 0 <= worst < length:
                raise IndexError(f"{name}: index {worst} is out of bounds for axis {axis} with size {length}")


def _fits(name: str, x: TensorBase, axis: int, index: TensorBase) -> None:
    """Check that `index` is no longer than x on any axis but `axis`."""
    shape, full = index.array.shape, x.array.shape
    if len(shape) != len(full) or any(n > m and i != axis for i, (n, m) in enumerate(zip(shape, full, strict=True))):
        raise ValueError(
            f"{name}: index of shape {shape} does not fit {full} along dim {axis}: it needs as many axes, "
            "the others no longer than there"
        )
    if axis >= 0:
        _within(name, index.array, full, axis)


def _same_dtype(name: str, x: TensorBase, source: TensorBase) -> None:
    if x.array.dtype != source.array.dtype:
        raise TypeError(
            f"{name}: {describe(x)} and {describe(source)} differ in dtype: convert one with .to(dtype=...)"
        )


def index_select(input: TensorBase, dim: int, index: TensorBase) -> "Tensor":
    """Return the parts of `input` at the positions `index` along `dim`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.index_select(mg.tensor([[1, 2, 3], [4, 5, 6]]), 1, mg.tensor([2, 0]))
    tensor([[3, 1],
            [6, 4]])
    """
    x = checked("index_select", input)
    return getitem_row(x, index=_along("index_select", x, dim, index))


def index_add(input: TensorBase, dim: int, index: TensorBase, source: TensorBase, *, alpha: float = 1) -> "Tensor":
    """Return `input` with ``alpha * source`` added at `index` along `dim`; repeated positions add up.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int
        The axis `index` counts along.
    index : Tensor of int
        1-D.
    source : Tensor
        Of the shape of `input`, but as long as `index` along `dim`, and of its dtype.
    alpha : float, optional
        Factor of `source`.

    Raises
    ------
    IndexError
        If a position is out of range.
    TypeError
        If the dtypes differ.
    ValueError
        If the shape of `source` does not fit.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.index_add(mg.zeros(3), 0, mg.tensor([0, 2, 0]), mg.ones(3))
    tensor([2., 0., 1.])
    """
    x, source = checked("index_add", input), checked("index_add", source)
    _same_dtype("index_add", x, source)
    place = _along("index_add", x, dim, index)
    axis = axis_of("index_add", dim, x.array.ndim)
    shape = (*x.array.shape[:axis], index.array.size, *x.array.shape[axis + 1 :])
    if source.array.shape != shape:
        raise ValueError(f"index_add: source must have shape {shape}, as input and index say, got {source.array.shape}")
    return x + put_row(source if alpha == 1 else alpha * source, index=place, shape=x.array.shape)


def gather(input: TensorBase, dim: int, index: TensorBase) -> "Tensor":
    """Return the elements of `input` at the positions `index` along `dim`, each in its own row.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int
        The axis `index` counts along.
    index : Tensor of int
        With as many axes as `input`, and no greater length on the others than `dim`.

    Returns
    -------
    Tensor
        Of the shape of `index`: ``out[i, j] = input[i, index[i, j]]`` for ``dim=1``.

    Raises
    ------
    IndexError
        If a position is out of range.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.gather(mg.tensor([[1, 2, 3], [4, 5, 6]]), 1, mg.tensor([[2], [0]]))
    tensor([[3],
            [4]])
    """
    x = checked("gather", input)
    axis = axis_of("gather", dim, x.array.ndim)
    _fits("gather", x, axis, _integers("gather", index))
    return gather_row(x, index, axis=axis)


def take_along_dim(input: TensorBase, indices: TensorBase, dim: int | None = None) -> "Tensor":
    """Return the elements of `input` at `indices` along `dim`, broadcast along the other axes; see `gather`.

    Without `dim` both are flattened.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([[3, 1, 2], [5, 6, 4]])
    >>> mg.take_along_dim(x, mg.tensor([[0, 2]]), 1)
    tensor([[3, 2],
            [5, 4]])
    """
    x, index = checked("take_along_dim", input), _integers("take_along_dim", indices)
    if dim is None:
        return gather_row(reshape_row(x, shape=(-1,)), reshape_row(index, shape=(-1,)), axis=0)
    axis = axis_of("take_along_dim", dim, x.array.ndim)
    given = [list(tensor.array.shape) for tensor in (x, index)]
    lengths = [shape.pop(axis) if axis < len(shape) else 1 for shape in given]
    try:
        common = numpy.broadcast_shapes(*map(tuple, given))
    except ValueError:
        common = None
    if common is None or x.array.ndim != index.array.ndim:
        raise ValueError(
            f"take_along_dim: shapes {x.array.shape} and {index.array.shape} must have as many axes and "
            f"broadcast on all but dim {dim}"
        )
    x, index = (
        expand_row(tensor, shape=(*common[:axis], n, *common[axis:]))
        for tensor, n in zip((x, index), lengths, strict=True)
    )
    return gather_row(x, index, axis=axis)


def scatter_add(input: TensorBase, dim: int, index: TensorBase, src: TensorBase) -> "Tensor":
    """Return `input` with `src` added at the positions `index` along `dim`; repeated ones add up.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int
        The axis `index` counts along.
    index : Tensor of int
        With as many axes as `input`, and no greater length on the others than `dim`.
    src : Tensor
        Of the dtype of `input`, at least as long as `index` on every axis; the rest of it is not used.

    Returns
    -------
    Tensor
        Of the shape of `input`: ``out[i, index[i, j]] += src[i, j]`` for ``dim=1``.

    Raises
    ------
    IndexError
        If a position is out of range.
    TypeError
        If the dtypes differ.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.scatter_add(mg.zeros(1, 3), 1, mg.tensor([[0, 2, 0]]), mg.ones(1, 3))
    tensor([[2., 0., 1.]])
    """
    x, src, axis = _scattered("scatter_add", input, dim, index, src)
    return x + scatter_row(src, index, axis=axis, shape=x.array.shape)


def scatter(input: TensorBase, dim: int, index: TensorBase, src: Any) -> "Tensor":
    """Return `input` with `src` (a Tensor or a number) put at `index` along `dim`; see `scatter_add`.

    If a position is named twice, either value may stay, and the gradient is as if both had.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.scatter(mg.zeros(2, 3), 1, mg.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    x, src, axis = _scattered("scatter", input, dim, index, src)
    kept = index.array.copy() if mode.enabled else index.array
    return index_set_row(x, src, index=_grid(namespace(x.array), kept, axis))


def _scattered(name: str, input: Any, dim: int, index: Any, src: Any) -> tuple["Tensor", Any, int]:
    """Return the input, the part of `src` that is used, and the axis."""
    x = checked(name, input)
    axis = axis_of(name, dim, x.array.ndim)
    _fits(name, x, axis, _integers(name, index))
    if not isinstance(src, TensorBase):
        return x, src if name == "scatter" else checked(name, src), axis
    _same_dtype(name, x, src)
    _fits(name, src, -1, index)
    spare = tuple([(0, m - n) for m, n in zip(src.array.shape, index.array.shape, strict=True)])
    return x, crop_row(src, widths=spare) if any(after for _, after in spare) else src, axis


class GatheringMethods(TensorBase):
    """Reading and writing along an axis, as methods of Tensors."""

    __slots__ = ()

    def index_select(self, dim: int, index: TensorBase) -> "Tensor":
        """See `minigen.index_select`."""
        return index_select(self, dim, index)

    def index_add(self, dim: int, index: TensorBase, source: TensorBase, *, alpha: float = 1) -> "Tensor":
        """See `minigen.index_add`."""
        return index_add(self, dim, index, source, alpha=alpha)

    def index_add_(self, dim: int, index: TensorBase, source: TensorBase, *, alpha: float = 1) -> "Tensor":
        """Add in place; see `minigen.index_add`."""
        return assign("index_add_", self, index_add(self, dim, index, source, alpha=alpha))

    def gather(self, dim: int, index: TensorBase) -> "Tensor":
        """See `minigen.gather`."""
        return gather(self, dim, index)

    def take_along_dim(self, indices: TensorBase, dim: int | None = None) -> "Tensor":
        """See `minigen.take_along_dim`."""
        return take_along_dim(self, indices, dim)

    def scatter_add(self, dim: int, index: TensorBase, src: TensorBase) -> "Tensor":
        """See `minigen.scatter_add`."""
        return scatter_add(self, dim, index, src)

    def scatter_add_(self, dim: int, index: TensorBase, src: TensorBase) -> "Tensor":
        """Add in place; see `minigen.scatter_add`."""
        return assign("scatter_add_", self, scatter_add(self, dim, index, src))

    def scatter(self, dim: int, index: TensorBase, src: Any) -> "Tensor":
        """See `minigen.scatter`."""
        return scatter(self, dim, index, src)

    def scatter_(self, dim: int, index: TensorBase, src: Any) -> "Tensor":
        """Put in place; see `minigen.scatter`."""
        return assign("scatter_", self, scatter(self, dim, index, src))
