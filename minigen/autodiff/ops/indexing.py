"""Reading and writing parts: ``x[index]``, ``x[index] = value``, index_set, where, masked_fill.

Reading and adding-into are each other's adjoint: the gradient of ``x[index]`` adds g at `index` into zeros
(``put``), and the gradient of that reads g at `index`. What an index may be: see `index`.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.index import Index, steps
from minigen.autodiff.ops.inplace import assign, check_writable
from minigen.autodiff.ops.operands import as_dtype, checked, operand, promoted
from minigen.autodiff.ops.shape import reshape_row, sum_to_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, check_same_device, namespace
from minigen.backend.arrays import namespaces

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


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


def _fold(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum g to the shape of the value that was broadcast to it, which may have more axes in front."""
    return reshape_row(sum_to_row(g, shape=shape[max(len(shape) - g.ndim, 0) :]), shape=shape)


def _value(name: str, x: TensorBase, value: Any) -> Any:
    """Return `value` as a number, or as a Tensor in the dtype of x."""
    value = operand(name, value)
    return as_dtype(value, x.array.dtype) if isinstance(value, TensorBase) else value


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
        check_writable(name, self)
        if mode.enabled and (self._requires_grad or (isinstance(value, TensorBase) and value._requires_grad)):
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
        except (IndexError, ValueError, TypeError, OverflowError) as error:
            kind = IndexError if isinstance(error, IndexError) else ValueError
            raise kind(f"{name}: {error} (given {describe(self)} and {describe(value)})") from error
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
