"""Reading and writing parts: ``x[…]``, ``x[…] = v``, gather, scatter_add, index_add, index_set, where.

Reading and adding-into are each other's adjoint: the gradient of ``x[index]`` adds g at `index` into zeros
(``put``), and the gradient of that reads g at `index`. So are ``gather`` and ``scatter_add`` along one axis.

An index follows PyTorch: integers, slices, None and Ellipsis give a view; Tensors, arrays, lists and ranges
of integers, and boolean masks, then pick elements from it, which gives a copy. Unlike in PyTorch a slice may
have a negative step. An index on a GPU is never read here, so one that is out of range wraps silently.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.inplace import assign, check_writable
from minigen.autodiff.ops.operands import as_dtype, checked, operand, promoted
from minigen.autodiff.ops.shape import axis_of, crop_row, expand_row, reshape_row, sum_to_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, check_same_device, namespace
from minigen.backend.arrays import namespaces

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Index: TypeAlias = tuple[Any, ...]
"""Of integers, slices, None, Ellipsis and raw arrays of integers or booleans."""

WHOLE = slice(None)


def _raw_put(xp: Any, x: Array, *, index: Index, shape: tuple[int, ...]) -> Array:
    """Add x at `index` into zeros; only arrays of integers can name an element twice."""
    out = xp.zeros(shape, x.dtype)
    if any(type(item) in namespaces and item.ndim and item.dtype.kind != "b" for item in index):
        xp.add.at(out, index, x)
    else:
        out[index] = x
    return out


def _raw_index_set(x: Array, value: Any, *, index: Index) -> Array:
    out = x.copy()
    out[index] = value
    return out


def _raw_scatter(xp: Any, x: Array, index: Array, *, axis: int, shape: tuple[int, ...]) -> Array:
    out = xp.zeros(shape, x.dtype)
    xp.add.at(out, _grid(xp, index, axis), x)
    return out


def _grid(xp: Any, index: Array, axis: int) -> Index:
    """Return `index` along `axis`, and along every other axis the position itself."""
    places = [xp.arange(n).reshape(n, *[1] * (index.ndim - i - 1)) for i, n in enumerate(index.shape)]
    return (*places[:axis], index, *places[axis + 1 :])


where_row: Op = op(
    "where",
    lambda xp, condition, x, y: xp.where(condition, x, y),
    fixed=("condition",),
    x=lambda g, condition: where_row(condition, g, 0.0),
    y=lambda g, condition: where_row(condition, 0.0, g),
    broadcasts=True,
)
getitem_row: Op = op(
    "getitem",
    lambda x, *, index: x[index],
    x=lambda g, x_shape, index: put_row(g, index=index, shape=x_shape),
    view=True,
)
put_row: Op = op("put", _raw_put, x=lambda g, index: getitem_row(g, index=index))
index_set_row: Op = op(
    "index_set",
    _raw_index_set,
    x=lambda g, index: index_set_row(g, 0.0, index=index),
    value=lambda g, value_shape, index: _fold(getitem_row(g, index=index), value_shape),
)
gather_row: Op = op(
    "gather",
    lambda xp, x, index, *, axis: x[_grid(xp, index, axis)],
    fixed=("index",),
    x=lambda g, x_shape, index, axis: scatter_row(g, index, axis=axis, shape=x_shape),
)
scatter_row: Op = op(
    "scatter_add", _raw_scatter, fixed=("index",), x=lambda g, index, axis: gather_row(g, index, axis=axis)
)


def _fold(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum g to the shape of the value that was broadcast to it, which may have more axes in front."""
    return reshape_row(sum_to_row(g, shape=shape[max(len(shape) - g.ndim, 0) :]), shape=shape)


# ------------------------------------------------------------------------------------- the index


def steps(name: str, array: Array, index: Any, keep: bool) -> list[Index]:
    """Return what reads ``array[index]``: a view, a picking by arrays, or a view and then a picking.

    NumPy would let integers take part in the picking, which puts its axes elsewhere. With `keep` the arrays
    of the user are copied, because the index will be recorded.
    """
    items: Index = index if type(index) is tuple else (index,)
    if all(type(item) in (int, slice) or item is None or item is Ellipsis for item in items):
        return [items if Ellipsis in items else (*items, Ellipsis)]
    items = tuple([_item(name, array, item, keep) for item in items])
    if not any(item is Ellipsis for item in items):
        items = (*items, Ellipsis)
    rest = array.ndim - sum(map(_axes, items))
    view: list[Any] = []
    pick: list[Any] = []
    axis = 0
    for item in items:
        if item is Ellipsis:
            view += [WHOLE] * rest
            pick += [WHOLE] * rest
            axis += rest
        elif type(item) not in namespaces:
            view.append(item)
            pick += [WHOLE] * (type(item) is not int)
        elif item.dtype.kind == "b" and not item.ndim:
            view.append(None)
            pick.append(item.reshape(1))
        elif not item.ndim:  # an integer on a GPU, where reading it would wait
            view.append(item)
        else:
            view += [WHOLE] * _axes(item)
            pick.append(_beside(name, array, item, axis))
        axis += _axes(item)
    if all(type(item) is slice for item in pick):
        return [tuple(view)]
    if all(type(item) is slice and item == WHOLE for item in view):
        return [tuple(pick)]
    return [tuple(view), tuple(pick)]


def _item(name: str, array: Array, item: Any, keep: bool) -> Any:
    """Return one item of an index as an int, slice, None, Ellipsis or raw array of integers or booleans."""
    if type(item) in (int, slice) or item is None or item is Ellipsis:
        return item
    if isinstance(item, TensorBase) or type(item) in namespaces:
        raw = item.array if isinstance(item, TensorBase) else item
        if keep and raw.ndim:
            raw = raw.copy()
    elif isinstance(item, list | tuple | range | bool | numpy.generic):
        raw = numpy.asarray(item)
        if not raw.size:
            raw = raw.astype(int)
    else:
        raise TypeError(
            f"{name}: an index is made of integers, slices, None, ... and of Tensors, arrays or lists of "
            f"integers or booleans, got {describe(item)}"
        )
    if raw.dtype.kind not in "bui" or (raw.dtype == numpy.uint8 and not isinstance(item, numpy.generic)):
        raise TypeError(
            f"{name}: an index holds integers or booleans, got {describe(item)}: convert it with .long(), "
            "or with .bool() for a mask"
        )
    return int(raw) if type(raw) is numpy.ndarray and not raw.ndim and raw.dtype.kind != "b" else raw


def _axes(item: Any) -> int:
    """Return how many axes of the array an item of an index stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if type(item) in namespaces and item.dtype.kind == "b" else 1


def _beside(name: str, array: Array, index: Array, axis: int) -> Array:
    """Return `index` on the device of `array`; coming from the host, its bounds are checked."""
    if type(index) is type(array):
        return index
    if type(index) is not numpy.ndarray:
        check_same_device(name, [array, index])
    if index.dtype.kind != "b" and index.size and axis < array.ndim:
        length = array.shape[axis]
        for worst in (int(index.min()), int(index.max())):
            if not -length <= worst < length:
                raise IndexError(f"{name}: index {worst} is out of bounds for axis {axis} with size {length}")
    return namespace(array).asarray(index)


def _along(name: str, x: TensorBase, dim: int, index: Any) -> Index:
    """Return the index that picks `index`, at most 1-D, along `dim`."""
    array = _integers(name, index).array
    axis = axis_of(name, dim, x.array.ndim)
    if array.ndim > 1:
        raise ValueError(f"{name}: expected a 1-D index, got shape {array.shape}: use take_along_dim or gather")
    return steps(name, x.array, ((*[WHOLE] * axis, wrap(array.reshape(-1)))), mode.enabled)[0]


def _integers(name: str, index: Any) -> "Tensor":
    if checked(name, index).array.dtype.kind not in "ui":
        raise TypeError(f"{name}: index must hold integers, got {describe(index)}: convert it with .long()")
    return index  # type: ignore[no-any-return]


def _fits(name: str, x: TensorBase, axis: int, index: TensorBase) -> None:
    """Check that `index` is no longer than x on any axis but `axis`."""
    shape, full = index.array.shape, x.array.shape
    if len(shape) != len(full) or any(n > m and i != axis for i, (n, m) in enumerate(zip(shape, full, strict=True))):
        raise ValueError(
            f"{name}: index of shape {shape} does not fit {full} along dim {axis}: it needs as many axes, "
            "the others no longer than there"
        )


def _same_dtype(name: str, x: TensorBase, source: TensorBase) -> None:
    if x.array.dtype != source.array.dtype:
        raise TypeError(
            f"{name}: {describe(x)} and {describe(source)} differ in dtype: convert one with .to(dtype=...)"
        )


def _value(name: str, x: TensorBase, value: Any) -> Any:
    """Return `value` as a number, or as a Tensor in the dtype of x."""
    value = operand(name, value)
    return as_dtype(value, x.array.dtype) if isinstance(value, TensorBase) else value


# ------------------------------------------------------------------------------------- functions


def where(condition: TensorBase, input: Any, other: Any) -> "Tensor":
    """Return `input` where `condition` holds, `other` elsewhere.

    Parameters
    ----------
    condition : Tensor of bool
        Broadcastable with the operands.
    input, other : Tensor or number
        Values to choose from.

    Returns
    -------
    Tensor
        Of the broadcast shape and promoted dtype.

    Raises
    ------
    TypeError
        If `condition` is not boolean.

    Notes
    -----
    A branch not taken gets gradient 0, but 0 times its infinite slope is NaN. Make the argument safe first:
    ``where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0)``.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([-1.0, 2.0])
    >>> mg.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    if checked("where", condition).array.dtype.kind != "b":
        raise TypeError(f"where: condition must be boolean, got {describe(condition)}: compare, as in x > 0")
    if not isinstance(input, TensorBase) and not isinstance(other, TensorBase):
        input, other = operand("where", input), operand("where", other)
        xp = namespace(condition.array)
        dtype = promoted("where", wrap(xp.zeros((), bool)), input, other)[0].array.dtype
        return wrap(xp.where(condition.array, xp.asarray(input, dtype), xp.asarray(other, dtype)))
    return where_row(condition, *promoted("where", input, other))


def masked_fill(input: TensorBase, mask: TensorBase, value: Any) -> "Tensor":
    """Return `input` with `value` where `mask` holds.

    Parameters
    ----------
    input : Tensor
        Any shape.
    mask : Tensor of bool
        Broadcastable with `input`.
    value : number or 0-d Tensor
        What to fill in.

    Raises
    ------
    TypeError
        If `mask` is not boolean, or for a fractional `value` in a Tensor of integers.
    ValueError
        If `value` has axes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.masked_fill(mg.tensor([1.0, 2.0]), mg.tensor([True, False]), -1.0)
    tensor([-1.,  2.])
    """
    x = checked("masked_fill", input)
    if checked("masked_fill", mask).array.dtype.kind != "b":
        raise TypeError(f"masked_fill: mask must be boolean, got {describe(mask)}: compare, as in x > 0")
    if isinstance(value, float) and x.array.dtype.kind != "f":
        raise TypeError(
            f"masked_fill: {value} cannot stand in {describe(x)}: fill an integer, or convert with .float()"
        )
    value = _value("masked_fill", x, value)
    if isinstance(value, TensorBase) and value.array.ndim:
        raise ValueError(f"masked_fill: value must be a number or a 0-d Tensor, got {describe(value)}: use where")
    return where_row(mask, value, x)


def index_set(input: TensorBase, index: Any, value: Any) -> "Tensor":
    """Return a copy of `input` in which ``[index]`` is `value`: ``x[index] = value`` out of place.

    Parameters
    ----------
    input : Tensor
        Any shape.
    index : int, slice, None, Ellipsis, Tensor, list, or a tuple of them
        As in ``input[index]``. If it names an element twice, either value may be the one that stays, and the
        gradient is as if both had.
    value : Tensor or number
        Broadcastable to the shape of ``input[index]``; converted to the dtype of `input`.

    Raises
    ------
    IndexError
        If there is no such element.
    ValueError
        If `value` does not broadcast.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.index_set(mg.zeros(2, 2), (0, slice(None)), mg.tensor([1.0, 2.0]))
    tensor([[1., 2.],
            [0., 0.]])
    """
    x = checked("index_set", input)
    value = _value("index_set", x, value)
    first, *second = steps("index_set", x.array, index, mode.enabled)
    if second:
        value = index_set_row(getitem_row(x, index=first), value, index=second[0])
    return index_set_row(x, value, index=first)


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


class IndexingMethods(TensorBase):
    """Indexing as methods of Tensors."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> "Tensor":
        result: Any = self
        for step in steps("getitem", self.array, index, mode.enabled and self._requires_grad):
            result = getitem_row(result, index=step)
        return result  # type: ignore[no-any-return]

    def __setitem__(self, index: Any, value: Any) -> None:
        name = "x[index] = value"
        if mode.enabled and (self._requires_grad or (isinstance(value, TensorBase) and value._requires_grad)):
            check_writable(name, self)
            assign(name, self, index_set(self, index, value))
            return
        value = _value(name, self, value)
        value = value.array if isinstance(value, TensorBase) else value
        check_same_device(name, [self.array, value])
        first, *second = steps(name, self.array, index, False)
        try:
            if second:
                part = self.array[first]
                part[second[0]] = value
                value = part
            self.array[first] = value
        except (ValueError, IndexError) as error:
            raise type(error)(f"{name}: {error} (given {describe(self)} and {describe(value)})") from error
        self.storage.version += 1

    def where(self, condition: TensorBase, other: Any) -> "Tensor":
        """See `minigen.where`."""
        return where(condition, self, other)

    def masked_fill(self, mask: TensorBase, value: Any) -> "Tensor":
        """See `minigen.masked_fill`."""
        return masked_fill(self, mask, value)

    def masked_fill_(self, mask: TensorBase, value: Any) -> "Tensor":
        """Fill in place; see `minigen.masked_fill`."""
        return assign("masked_fill_", self, masked_fill(self, mask, value))

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
