"""Arranging elements: pad, flip, roll, repeat, and the parts of matrices.

Adjoints come in pairs: pad and crop, diagonal and diag_embed. Roll is undone by rolling back; flip, tril and triu
are their own adjoints.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.operands import checked
from minigen.autodiff.ops.shape import axes_of, axis_of, integers, matrices, movedim, reshape, reshape_row, sum_to_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Widths = tuple[tuple[int, int], ...]
"""For each axis, how many elements before and after."""


def _inner(shape: tuple[int, ...], widths: Widths) -> tuple[slice, ...]:
    return tuple([slice(before, n - after) for n, (before, after) in zip(shape, widths, strict=True)])


def _raw_pad(xp: Any, x: Array, *, widths: Widths, value: float) -> Array:
    shape = tuple([before + n + after for n, (before, after) in zip(x.shape, widths, strict=True)])
    out = xp.full(shape, value, x.dtype)
    out[_inner(shape, widths)] = x
    return out


pad_row: Op = op("pad", _raw_pad, x=lambda g, widths: crop_row(g, widths=widths))
crop_row: Op = op(
    "crop",
    lambda x, *, widths: x[_inner(x.shape, widths)],
    x=lambda g, widths: pad_row(g, widths=widths, value=0.0),
    view=True,
)
flip_row: Op = op("flip", lambda xp, x, *, axis: xp.flip(x, axis).copy(), x=lambda g, axis: flip_row(g, axis=axis))
roll_row: Op = op(
    "roll",
    lambda xp, x, *, shifts, axis: xp.roll(x, shifts, axis),
    x=lambda g, shifts, axis: roll_row(g, shifts=tuple([-n for n in shifts]), axis=axis),
)
tril_row: Op = op(
    "tril",
    lambda xp, x, *, diagonal: xp.tril(x, diagonal),
    x=lambda g, diagonal: tril_row(g, diagonal=diagonal),
)
triu_row: Op = op(
    "triu",
    lambda xp, x, *, diagonal: xp.triu(x, diagonal),
    x=lambda g, diagonal: triu_row(g, diagonal=diagonal),
)
tile_row: Op = op(
    "tile", lambda xp, x, *, times: xp.tile(x, times), x=lambda g, x_shape, times: _untile(g, x_shape, times)
)
diagonal_row: Op = op("diagonal", lambda xp, x: xp.einsum("...ii->...i", x), x=lambda g: diag_embed_row(g), view=True)
diag_embed_row: Op = op(
    "diag_embed",
    lambda xp, x: xp.where(xp.eye(x.shape[-1], dtype=bool), x[..., None], xp.zeros((), x.dtype)),
    x=lambda g: diagonal_row(g),
)


def _untile(g: Any, x_shape: tuple[int, ...], times: tuple[int, ...]) -> Any:
    """Sum the copies that tile made."""
    shape = (1,) * (len(times) - len(x_shape)) + x_shape
    copies = reshape_row(g, shape=tuple([m for pair in zip(times, shape, strict=True) for m in pair]))
    return reshape_row(sum_to_row(copies, shape=tuple([m for n in shape for m in (1, n)])), shape=x_shape)


def flip(input: TensorBase, dims: int | Sequence[int]) -> "Tensor":
    """Return a copy of `input` with the order reversed along `dims`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.flip(mg.tensor([1, 2, 3]), (0,))
    tensor([3, 2, 1])
    """
    ndim = checked("flip", input).array.ndim
    axes = axes_of("flip", dims, ndim)
    return flip_row(input, axis=axes if ndim else ())


def roll(input: TensorBase, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> "Tensor":
    """Return `input` moved by `shifts` along `dims`; what leaves at the end enters at the start.

    Without `dims` the elements are moved in C order, and keep the shape.

    Raises
    ------
    ValueError
        If `shifts` and `dims` differ in number.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.roll(mg.tensor([1, 2, 3]), 1)
    tensor([3, 1, 2])
    """
    shape = checked("roll", input).array.shape
    moves = integers("roll", (shifts,))
    if dims is None:
        return reshape_row(roll(reshape(input, -1), moves, 0), shape=shape)
    axes = tuple([axis_of("roll", dim, len(shape)) for dim in integers("roll", (dims,))])
    if len(moves) != len(axes):
        raise ValueError(f"roll: shifts {shifts} and dims {dims} differ in number: give one for each")
    return roll_row(input, shifts=moves, axis=axes)


def pad(input: TensorBase, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> "Tensor":
    """Return `input` with elements added around it (`minigen.nn.functional.pad`).

    Parameters
    ----------
    input : Tensor
        Any shape.
    pad : sequence of int
        Pairs (before, after), for the last axis first; a negative number takes elements away.
    mode : str, optional
        Only ``"constant"``.
    value : float, optional
        What the new elements are.

    Raises
    ------
    ValueError
        If `pad` has an odd length, more pairs than `input` has axes, or takes more than there is.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.nn.functional import pad
    >>> pad(mg.ones(1, 2), (1, 0, 0, 1))
    tensor([[0., 1., 1.],
            [0., 0., 0.]])
    """
    x = checked("pad", input)
    if mode != "constant":
        raise ValueError(f"pad: unknown mode {mode!r}: only 'constant' is offered")
    amounts = integers("pad", (tuple(pad),))
    pairs = tuple(zip(amounts[::2], amounts[1::2], strict=False))[::-1]
    if len(amounts) % 2 or len(pairs) > x.array.ndim:
        raise ValueError(
            f"pad: expected pairs (before, after) for up to {x.array.ndim} axes, last first, got {amounts}"
        )
    widths = ((0, 0),) * (x.array.ndim - len(pairs)) + pairs
    added = tuple([(max(before, 0), max(after, 0)) for before, after in widths])
    taken = tuple([(max(-before, 0), max(-after, 0)) for before, after in widths])
    if any(n < before + after for n, (before, after) in zip(x.array.shape, taken, strict=True)):
        raise ValueError(f"pad: {amounts} takes more elements than shape {x.array.shape} has")
    if min(amounts, default=0) < 0:
        x = crop_row(x, widths=taken)
    return pad_row(x, widths=added, value=value)


def tril(input: TensorBase, diagonal: int = 0) -> "Tensor":
    """Return the matrices in the last two axes with 0 above the diagonal number `diagonal`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.tril(mg.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return tril_row(matrices("tril", input), diagonal=diagonal)


def triu(input: TensorBase, diagonal: int = 0) -> "Tensor":
    """Return the matrices in the last two axes with 0 below the diagonal number `diagonal`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.triu(mg.ones(2, 2), 1)
    tensor([[0., 1.],
            [0., 0.]])
    """
    return triu_row(matrices("triu", input), diagonal=diagonal)


def diagonal(input: TensorBase, offset: int = 0, dim1: int = 0, dim2: int = 1) -> "Tensor":
    """Return a view of the diagonals of the matrices in the axes `dim1` and `dim2`, as a new last axis.

    Parameters
    ----------
    input : Tensor
        At least two axes.
    offset : int, optional
        Which diagonal: above the main one if positive, below it if negative.
    dim1, dim2 : int, optional
        The axes of rows and columns.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.diagonal(mg.arange(9).reshape(3, 3), 1)
    tensor([1, 5])
    """
    matrices("diagonal", input)
    x = movedim(input, axes_of("diagonal", (dim1, dim2), input.array.ndim), (-2, -1))
    *batch, height, width = x.array.shape
    top, left = min(max(-offset, 0), height), min(max(offset, 0), width)
    length = min(height - top, width - left)
    corner = ((top, height - top - length), (left, width - left - length))
    return diagonal_row(crop_row(x, widths=(((0, 0),) * len(batch)) + corner))


class ArrangingMethods(TensorBase):
    """Arranging elements, as methods of Tensors."""

    __slots__ = ()

    def repeat(self, *repeats: Any) -> "Tensor":
        """Return copies of the Tensor side by side, `repeats` of them along each axis.

        Raises
        ------
        ValueError
            If there are fewer `repeats` than axes, or a negative one.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.tensor([1, 2]).repeat(2, 2)
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])
        """
        times = integers("repeat", repeats)
        if len(times) < self.array.ndim or min(times, default=0) < 0:
            raise ValueError(f"repeat: {times} does not fit shape {self.array.shape}: give a number >= 0 for each axis")
        return tile_row(self, times=times)

    def flip(self, *dims: Any) -> "Tensor":
        """See `minigen.flip`."""
        return flip(self, integers("flip", dims))

    def roll(self, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> "Tensor":
        """See `minigen.roll`."""
        return roll(self, shifts, dims)

    def tril(self, diagonal: int = 0) -> "Tensor":
        """See `minigen.tril`."""
        return tril(self, diagonal)

    def triu(self, diagonal: int = 0) -> "Tensor":
        """See `minigen.triu`."""
        return triu(self, diagonal)

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> "Tensor":
        """See `minigen.diagonal`."""
        return diagonal(self, offset, dim1, dim2)
