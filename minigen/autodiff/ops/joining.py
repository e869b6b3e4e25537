"""Joining Tensors and taking them apart: cat, stack, split, chunk, unbind.

The gradient of a part of a joined Tensor is cut from g. The pieces of a Tensor are views of it, made by one
node; its gradient writes the gradients of the pieces that have one into zeros.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe
from minigen.autodiff.ops.arranging import crop_row
from minigen.autodiff.ops.indexing import getitem_row
from minigen.autodiff.ops.operands import checked, promoted
from minigen.autodiff.ops.shape import axis_of, integers, reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Places = tuple[tuple[Any, ...], ...]
"""For each piece, the integers and slices that index it."""


def _raw_unsplit(xp: Any, *xs: Array, places: Places, shape: tuple[int, ...]) -> Array:
    out = xp.zeros(shape, xs[0].dtype)
    for place, x in zip(places, xs, strict=True):
        out[place] = x
    return out


cat_row: Op = op(
    "cat",
    lambda xp, *xs, axis: xp.concatenate(xs, axis),
    xs=lambda g, position, xs_shape, axis: _part(g, position, xs_shape, axis),
)
stack_row: Op = op(
    "stack",
    lambda xp, *xs, axis: xp.stack(xs, axis),
    xs=lambda g, position, axis: getitem_row(g, index=(*(slice(None),) * axis, position)),
)
split_row: Op = op(
    "split",
    lambda x, *, places: tuple([x[place] for place in places]),
    x=lambda g, x_shape, places: _together(g, x_shape, places),
    view=True,
)
unsplit_row: Op = op("unsplit", _raw_unsplit, xs=lambda g, position, places: getitem_row(g, index=places[position]))


def _part(g: Any, position: int, xs_shape: tuple[tuple[int, ...], ...], axis: int) -> Any:
    """Cut from g what belongs to the operand number `position`."""
    start = 0
    for shape in xs_shape[:position]:
        start = start + shape[axis]
    stop = start + xs_shape[position][axis]
    return crop_row(g, widths=tuple([(start, n - stop) if i == axis else (0, 0) for i, n in enumerate(g.shape)]))


def _together(g: tuple[Any, ...], x_shape: tuple[int, ...], places: Places) -> Any:
    """Put the gradients of the pieces that have one in their places."""
    used = [i for i, piece in enumerate(g) if piece is not None]
    return unsplit_row(*[g[i] for i in used], places=tuple([places[i] for i in used]), shape=x_shape)


def _joined(name: str, tensors: Iterable[TensorBase]) -> tuple[Any, ...]:
    """Return the Tensors to be joined, in their common dtype."""
    if isinstance(tensors, TensorBase):
        raise TypeError(f"{name}: expected a list or tuple of Tensors, got {describe(tensors)}")
    given = [checked(name, tensor) for tensor in tensors]
    if not given:
        raise ValueError(f"{name}: expected at least one Tensor, got an empty list")
    return promoted(name, *given)


def cat(tensors: Iterable[TensorBase], dim: int = 0) -> "Tensor":
    """Return `tensors` joined along the axis `dim`.

    Parameters
    ----------
    tensors : sequence of Tensors
        At least one; of equal shape except along `dim`. Those of shape (0,) are left out.
    dim : int, optional
        The axis to join along.

    Returns
    -------
    Tensor
        Of the promoted dtype.

    Raises
    ------
    ValueError
        If there is no Tensor, if shapes differ, or for Tensors without axes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.cat([mg.tensor([1, 2]), mg.tensor([3])])
    tensor([1, 2, 3])
    """
    parts = _joined("cat", tensors)
    parts = tuple([part for part in parts if part.array.shape != (0,)]) or parts[:1]
    first = parts[0].array.shape
    if not first:
        raise ValueError("cat: Tensors without axes cannot be joined: use stack")
    axis = axis_of("cat", dim, len(first))
    for i, part in enumerate(parts):
        shape = part.array.shape
        if len(shape) != len(first) or any(
            n != m for j, (n, m) in enumerate(zip(shape, first, strict=True)) if j != axis
        ):
            raise ValueError(
                f"cat: Tensor {i} has shape {shape}, Tensor 0 {first}: they must agree on all axes but {axis}"
            )
    return cat_row(*parts, axis=axis)


def concat(tensors: Iterable[TensorBase], dim: int = 0) -> "Tensor":
    """Return `tensors` joined along the axis `dim`; see `cat`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.concat((mg.zeros(1, 2), mg.zeros(3, 2))).shape
    (4, 2)
    """
    return cat(tensors, dim)


def stack(tensors: Iterable[TensorBase], dim: int = 0) -> "Tensor":
    """Return `tensors`, all of one shape, side by side along a new axis `dim`.

    Raises
    ------
    ValueError
        If there is no Tensor or if shapes differ.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.stack([mg.tensor([1, 2]), mg.tensor([3, 4])], dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
    parts = _joined("stack", tensors)
    first = parts[0].array.shape
    for i, part in enumerate(parts):
        if part.array.shape != first:
            raise ValueError(f"stack: Tensor {i} has shape {part.array.shape}, Tensor 0 {first}: they must agree")
    return stack_row(*parts, axis=axis_of("stack", dim, len(first) + 1))


def hstack(tensors: Iterable[TensorBase]) -> "Tensor":
    """Return `tensors` joined along the second axis, or along the first if they have one axis at most.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.hstack([mg.zeros(2, 1), mg.zeros(2, 3)]).shape
    (2, 4)
    """
    parts = [_lifted(part, 1) for part in _joined("hstack", tensors)]
    return cat(parts, dim=min(parts[0].array.ndim - 1, 1))


def vstack(tensors: Iterable[TensorBase]) -> "Tensor":
    """Return `tensors` joined along the first axis, after those of one axis at most were made rows.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.vstack([mg.tensor([1, 2]), mg.tensor([[3, 4], [5, 6]])]).shape
    (3, 2)
    """
    return cat([_lifted(part, 2) for part in _joined("vstack", tensors)])


def _lifted(x: Any, ndim: int) -> "Tensor":
    """Return x with at least `ndim` axes, new ones in front."""
    return x if x.array.ndim >= ndim else reshape_row(x, shape=(*(1,) * (ndim - x.array.ndim), *x.array.shape))


def _length(name: str, x: TensorBase, dim: int) -> tuple[int, int]:
    """Return the axis that `dim` means and its length."""
    if not checked(name, x).array.ndim:
        raise ValueError(f"{name}: a Tensor without axes cannot be taken apart")
    axis = axis_of(name, dim, x.array.ndim)
    return axis, x.array.shape[axis]


def _pieces(x: TensorBase, axis: int, sizes: Sequence[int]) -> "tuple[Tensor, ...]":
    """Return views of `sizes` elements each along `axis`."""
    stops = accumulate(sizes)
    before = (slice(None),) * axis
    places = tuple([(*before, slice(stop - n, stop)) for n, stop in zip(sizes, stops, strict=True)])
    pieces: Any = split_row(x, places=places)
    return pieces  # type: ignore[no-any-return]


def split(tensor: TensorBase, split_size_or_sections: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
    """Return views of consecutive pieces of `tensor` along `dim`.

    Parameters
    ----------
    tensor : Tensor
        At least one axis.
    split_size_or_sections : int or sequence of int
        The length of every piece (the last may be shorter), or one length for each.
    dim : int, optional
        The axis to split.

    Raises
    ------
    ValueError
        If a length is negative, 0 for all, or if the lengths do not add up.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.split(mg.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    axis, length = _length("split", tensor, dim)
    sizes = integers("split", (split_size_or_sections,))
    if isinstance(split_size_or_sections, Sequence):
        if sum(sizes) != length or min(sizes, default=0) < 0:
            raise ValueError(f"split: lengths {sizes} must not be negative and must add up to {length}")
        return _pieces(tensor, axis, sizes)
    size = sizes[0]
    if size < 0 or (size == 0 and length):
        raise ValueError(f"split: the length of a piece must be positive, got {size}")
    starts = range(0, length, size) if length else (0,)
    return _pieces(tensor, axis, [min(size, length - start) for start in starts])


def chunk(input: TensorBase, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
    """Return views of at most `chunks` pieces along `dim`, all but the last of equal length.

    The length is that of `dim` over `chunks`, rounded up, so there may be fewer pieces (as in PyTorch).

    Raises
    ------
    ValueError
        If `chunks` is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.chunk(mg.arange(5), 3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    axis, length = _length("chunk", input, dim)
    (count,) = integers("chunk", (chunks,))
    if count < 1:
        raise ValueError(f"chunk: the number of chunks must be positive, got {chunks}")
    return split(input, -(-length // count), axis) if length else _pieces(input, axis, (0,) * count)


def unbind(input: TensorBase, dim: int = 0) -> "tuple[Tensor, ...]":
    """Return views of the parts of `input` along `dim`, without that axis.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.unbind(mg.tensor([[1, 2], [3, 4]]), dim=1)
    (tensor([1, 3]), tensor([2, 4]))
    """
    axis, length = _length("unbind", input, dim)
    places = tuple([(*(slice(None),) * axis, i, ...) for i in range(length)])
    pieces: Any = split_row(input, places=places)
    return pieces  # type: ignore[no-any-return]


class JoiningMethods(TensorBase):
    """Taking Tensors apart, as methods."""

    __slots__ = ()

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
        """See `minigen.split`."""
        return split(self, split_size, dim)

    def chunk(self, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
        """See `minigen.chunk`."""
        return chunk(self, chunks, dim)

    def unbind(self, dim: int = 0) -> "tuple[Tensor, ...]":
        """See `minigen.unbind`."""
        return unbind(self, dim)
