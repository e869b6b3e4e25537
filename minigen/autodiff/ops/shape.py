"""Shapes: the same elements seen in another shape, as views where the memory allows it.

Expand and sum_to are each other's adjoint; reshape and transpose are undone by themselves with other arguments.
"""

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.operands import checked
from minigen.autodiff.table import Op, op
from minigen.backend import Array, shares_memory

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_sum_to(x: Array, *, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an array of `shape` was broadcast to that of x."""
    lead = x.ndim - len(shape)
    stretched = tuple(i + lead for i, n in enumerate(shape) if n == 1 and x.shape[i + lead] != 1)
    wide = "float32" if x.dtype.char == "e" else None
    return x.sum((*range(lead), *stretched), wide, keepdims=True).astype(x.dtype, copy=False).reshape(shape)


expand_row: Op = op(
    "expand",
    lambda xp, x, *, shape: xp.broadcast_to(x, shape),
    x=lambda g, x_shape: sum_to_row(g, shape=x_shape),
    view=True,
)
sum_to_row: Op = op("sum_to", _raw_sum_to, x=lambda g, x_shape: expand_row(g, shape=x_shape))
reshape_row: Op = op(
    "reshape",
    lambda x, *, shape: x.reshape(shape),
    x=lambda g, x_shape: reshape_row(g, shape=x_shape),
    view=True,
)
transpose_row: Op = op(
    "transpose",
    lambda x, *, axes: x.transpose(axes),
    x=lambda g, axes: transpose_row(g, axes=inverse(axes)),
    view=True,
)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the permutation that undoes `axes`."""
    return tuple(sorted(range(len(axes)), key=lambda i: axes[i]))


# ------------------------------------------------------------------------------------- arguments


def integers(name: str, values: Any) -> tuple[int, ...]:
    """Return the integers given one by one, as in ``f(2, 3)``, or as one sequence, as in ``f((2, 3))``."""
    if len(values) == 1 and isinstance(values[0], Sequence):
        values = values[0]
    try:
        return tuple([operator.index(n) for n in values])
    except TypeError:
        raise TypeError(f"{name}: expected integers, got {tuple(values)!r}") from None


def axis_of(name: str, dim: int, ndim: int) -> int:
    """Return the axis that `dim` means, counted from 0; 0-d Tensors pass as having one axis.

    Raises
    ------
    IndexError
        If there is no such axis.
    TypeError
        If `dim` is no integer.
    """
    try:
        axis = operator.index(dim)
    except TypeError:
        raise TypeError(f"{name}: dim must be an integer, got {dim!r}") from None
    length = max(ndim, 1)
    if not -length <= axis < length:
        raise IndexError(f"{name}: dim {dim} is out of range for {ndim} axes: use {-length} to {length - 1}")
    return axis % length


def axes_of(name: str, dims: Any, ndim: int) -> tuple[int, ...]:
    """Return the axes that `dims` (an integer or several) mean; a repeated one raises ValueError."""
    axes = tuple([axis_of(name, dim, ndim) for dim in (dims if isinstance(dims, Sequence) else (dims,))])
    if len(set(axes)) < len(axes):
        raise ValueError(f"{name}: dim {dims} names an axis twice: name each once")
    return axes


def matrices(name: str, input: TensorBase) -> "Tensor":
    """Return `input` if it has at least two axes, else raise ValueError."""
    if checked(name, input).array.ndim < 2:
        raise ValueError(f"{name}: expected at least 2 axes, got shape {input.array.shape}")
    return input  # type: ignore[return-value]


def _shape_for(name: str, size: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return `shape` with -1 replaced by what makes it hold `size` elements."""
    known = math.prod(n for n in shape if n != -1)
    fits = known == size if -1 not in shape else shape.count(-1) == 1 and known > 0 and size % known == 0
    if not fits or min(shape, default=0) < -1:
        raise ValueError(
            f"{name}: {size} elements do not fit the shape {shape}: the lengths must multiply to {size}; "
            "one of them may be -1, to be found from the others"
        )
    return tuple([size // known if n == -1 else n for n in shape])


def _expanded(name: str, shape: tuple[int, ...], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that `sizes` mean for `shape`: -1 keeps a length."""
    lead = len(sizes) - len(shape)
    full = (*sizes[: max(lead, 0)], *[n if s == -1 else s for s, n in zip(sizes[lead:], shape, strict=False)])
    kept = lead >= 0 and all(n in (1, s) for n, s in zip(shape, full[lead:], strict=True))
    if not kept or min(full, default=0) < 0:
        raise ValueError(
            f"{name}: shape {shape} does not expand to {sizes}: only axes of length 1 and new ones in front "
            "can grow; -1 keeps the length of an axis"
        )
    return full


# ------------------------------------------------------------------------------------- functions


def reshape(input: TensorBase, shape: Any) -> "Tensor":
    """Return the elements of `input`, in C order, in another shape; a view where the memory allows it.

    Parameters
    ----------
    input : Tensor
        Any shape.
    shape : int or sequence of int
        The new shape; one length may be -1, found from the others.

    Raises
    ------
    ValueError
        If the number of elements does not fit.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.reshape(mg.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    x = checked("reshape", input)
    return reshape_row(x, shape=_shape_for("reshape", x.array.size, integers("reshape", (shape,))))


def flatten(input: TensorBase, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
    """Return `input` with the axes from `start_dim` to `end_dim` (included) joined into one.

    Raises
    ------
    ValueError
        If `start_dim` comes after `end_dim`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.flatten(mg.zeros(2, 3, 4), 1).shape
    (2, 12)
    """
    shape = checked("flatten", input).array.shape or (1,)
    start, end = (axis_of("flatten", dim, len(shape)) for dim in (start_dim, end_dim))
    if start > end:
        raise ValueError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}: swap them")
    return reshape_row(input, shape=(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def permute(input: TensorBase, dims: Sequence[int]) -> "Tensor":
    """Return a view of `input` with its axes in the order `dims`.

    Raises
    ------
    ValueError
        If `dims` does not name every axis once.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.permute(mg.zeros(2, 3, 4), (2, 0, 1)).shape
    (4, 2, 3)
    """
    ndim = checked("permute", input).array.ndim
    axes = axes_of("permute", tuple(dims), ndim)
    if len(axes) != ndim:
        raise ValueError(f"permute: dims {tuple(dims)} must name each of the {ndim} axes once")
    return transpose_row(input, axes=axes)


def transpose(input: TensorBase, dim0: int, dim1: int) -> "Tensor":
    """Return a view of `input` with two axes exchanged.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.transpose(mg.tensor([[1, 2], [3, 4]]), 0, 1)
    tensor([[1, 3],
            [2, 4]])
    """
    ndim = checked("transpose", input).array.ndim
    first, second = axis_of("transpose", dim0, ndim), axis_of("transpose", dim1, ndim)
    axes = list(range(ndim))
    if axes:
        axes[first], axes[second] = second, first
    return transpose_row(input, axes=tuple(axes))


def swapaxes(input: TensorBase, axis0: int, axis1: int) -> "Tensor":
    """Return a view of `input` with two axes exchanged; see `transpose`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.swapaxes(mg.zeros(2, 3, 4), 0, -1).shape
    (4, 3, 2)
    """
    return transpose(input, axis0, axis1)


def movedim(input: TensorBase, source: int | Sequence[int], destination: int | Sequence[int]) -> "Tensor":
    """Return a view of `input` with the axes `source` moved to `destination`; the others keep their order.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.movedim(mg.zeros(2, 3, 4), 0, -1).shape
    (3, 4, 2)
    """
    ndim = checked("movedim", input).array.ndim
    moved, places = axes_of("movedim", source, ndim), axes_of("movedim", destination, ndim)
    if len(moved) != len(places):
        raise ValueError(f"movedim: {source} and {destination} differ in number: give one for each")
    axes = [axis for axis in range(ndim) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        axes.insert(place, axis)
    return transpose_row(input, axes=tuple(axes[:ndim]))


def t(input: TensorBase) -> "Tensor":
    """Return the transpose of a Tensor of at most two axes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.t(mg.zeros(2, 3)).shape
    (3, 2)
    """
    ndim = checked("t", input).array.ndim
    if ndim > 2:
        raise ValueError(f"t: expected at most 2 axes, got shape {input.array.shape}: use .mT or transpose")
    return transpose_row(input, axes=tuple(range(ndim))[::-1])


def squeeze(input: TensorBase, dim: int | Sequence[int] | None = None) -> "Tensor":
    """Return a view of `input` without its axes of length 1, or without those among `dim`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.squeeze(mg.zeros(1, 3, 1), 0).shape
    (3, 1)
    """
    shape = checked("squeeze", input).array.shape
    axes = range(len(shape)) if dim is None else axes_of("squeeze", dim, len(shape))
    return reshape_row(input, shape=tuple([n for i, n in enumerate(shape) if n != 1 or i not in axes]))


def unsqueeze(input: TensorBase, dim: int) -> "Tensor":
    """Return a view of `input` with a new axis of length 1 at `dim`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.unsqueeze(mg.zeros(3), -1).shape
    (3, 1)
    """
    shape = checked("unsqueeze", input).array.shape
    axis = axis_of("unsqueeze", dim, len(shape) + 1)
    return reshape_row(input, shape=(*shape[:axis], 1, *shape[axis:]))


def broadcast_to(input: TensorBase, shape: Any) -> "Tensor":
    """Return a view of `input` that repeats it along axes of length 1, without a copy; -1 keeps a length.

    Raises
    ------
    ValueError
        If `shape` changes the length of an axis that is not 1.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.broadcast_to(mg.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    x = checked("broadcast_to", input)
    sizes = integers("broadcast_to", (shape,))
    return expand_row(x, shape=_expanded("broadcast_to", x.array.shape, sizes))


class ShapeMethods(TensorBase):
    """Shape operations as methods of Tensors."""

    __slots__ = ()

    def reshape(self, *shape: Any) -> "Tensor":
        """See `minigen.reshape`."""
        return reshape(self, shape[0] if len(shape) == 1 else shape)

    def view(self, *shape: Any) -> "Tensor":
        """Return the elements in another shape, on the same memory; see `minigen.reshape`.

        Raises
        ------
        ValueError
            If the memory is not laid out so that this is possible without a copy.

        Examples
        --------
        >>> import minigen as mg
        >>> x = mg.zeros(4)
        >>> x.view(2, 2)[0, 1] = 5.0
        >>> x
        tensor([0., 5., 0., 0.])
        """
        array = self.array
        sizes = _shape_for("view", array.size, integers("view", shape))
        if not array.flags.c_contiguous and not shares_memory(array.reshape(sizes), array):
            raise ValueError(
                f"view: memory of shape {array.shape} with strides {array.strides} cannot be seen as "
                f"{sizes}: use .reshape(...), which copies where it must"
            )
        return reshape_row(self, shape=sizes)

    def view_as(self, other: TensorBase) -> "Tensor":
        """Return the elements in the shape of `other`, on the same memory; see `view`."""
        return self.view(checked("view_as", other).array.shape)

    def reshape_as(self, other: TensorBase) -> "Tensor":
        """Return the elements in the shape of `other`; see `minigen.reshape`."""
        return reshape(self, checked("reshape_as", other).array.shape)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
        """See `minigen.flatten`."""
        return flatten(self, start_dim, end_dim)

    def permute(self, *dims: Any) -> "Tensor":
        """See `minigen.permute`."""
        return permute(self, integers("permute", dims))

    def transpose(self, dim0: int, dim1: int) -> "Tensor":
        """See `minigen.transpose`."""
        return transpose(self, dim0, dim1)

    def swapaxes(self, axis0: int, axis1: int) -> "Tensor":
        """See `minigen.transpose`."""
        return transpose(self, axis0, axis1)

    def movedim(self, source: int | Sequence[int], destination: int | Sequence[int]) -> "Tensor":
        """See `minigen.movedim`."""
        return movedim(self, source, destination)

    def t(self) -> "Tensor":
        """See `minigen.t`."""
        return t(self)

    @property
    def T(self) -> "Tensor":
        """The Tensor with its axes in reverse order."""
        return transpose_row(self, axes=tuple(range(self.array.ndim))[::-1])

    @property
    def mT(self) -> "Tensor":
        """The Tensor with its last two axes exchanged."""
        return transpose(matrices("mT", self), -2, -1)

    def squeeze(self, dim: int | Sequence[int] | None = None) -> "Tensor":
        """See `minigen.squeeze`."""
        return squeeze(self, dim)

    def unsqueeze(self, dim: int) -> "Tensor":
        """See `minigen.unsqueeze`."""
        return unsqueeze(self, dim)

    def expand(self, *sizes: Any) -> "Tensor":
        """Return a view that repeats the Tensor along axes of length 1; see `minigen.broadcast_to`.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.tensor([[1], [2]]).expand(-1, 3)
        tensor([[1, 1, 1],
                [2, 2, 2]])
        """
        return expand_row(self, shape=_expanded("expand", self.array.shape, integers("expand", sizes)))

    def expand_as(self, other: TensorBase) -> "Tensor":
        """Return a view of this Tensor in the shape of `other`; see `expand`."""
        return self.expand(checked("expand_as", other).array.shape)

    def broadcast_to(self, shape: Any) -> "Tensor":
        """See `minigen.broadcast_to`."""
        return broadcast_to(self, shape)
