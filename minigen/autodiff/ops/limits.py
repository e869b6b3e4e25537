"""Limits and rounding, element by element: maximum, minimum, clip, floor, ceil, trunc, round.

At ties two operands share the gradient, at its bounds clip passes it; rounding has slope 0 everywhere.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.arithmetic import Operand, zeros_like_row
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import binary, checked, operand, promoted
from minigen.autodiff.table import Op, op

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

_floor = op("floor", lambda xp, x: xp.floor(x), x=lambda g: zeros_like_row(g))
_ceil = op("ceil", lambda xp, x: xp.ceil(x), x=lambda g: zeros_like_row(g))
_trunc = op("trunc", lambda xp, x: xp.trunc(x), x=lambda g: zeros_like_row(g))
_round = op("round", lambda xp, x, *, decimals: xp.round(x, decimals), x=lambda g: zeros_like_row(g))
_maximum = op(
    "maximum",
    lambda xp, x, y: xp.maximum(x, y),
    x=lambda g, x, y: where_row(x > y, g, where_row(x == y, 0.5 * g, 0.0)),
    y=lambda g, x, y: where_row(y > x, g, where_row(x == y, 0.5 * g, 0.0)),
    broadcasts=True,
)
_minimum = op(
    "minimum",
    lambda xp, x, y: xp.minimum(x, y),
    x=lambda g, x, y: where_row(x < y, g, where_row(x == y, 0.5 * g, 0.0)),
    y=lambda g, x, y: where_row(y < x, g, where_row(x == y, 0.5 * g, 0.0)),
    broadcasts=True,
)


def _clip_gradient(g: Any, x: Any, low: float | None, high: float | None) -> Any:
    """Pass the gradient where x is inside the bounds or on them."""
    if low is not None:
        g = where_row(x >= low, g, 0.0)
    return g if high is None else where_row(x <= high, g, 0.0)


_clip = op("clip", lambda x, *, low, high: x.clip(low, high), x=_clip_gradient)


def floor(input: TensorBase) -> "Tensor":
    """Return the largest whole number not above each element; its slope is 0 everywhere.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.floor(mg.tensor([-1.5, 2.5]))
    tensor([-2.,  2.])
    """
    return _whole(_floor, input)


def ceil(input: TensorBase) -> "Tensor":
    """Return the smallest whole number not below each element; its slope is 0 everywhere.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ceil(mg.tensor([-1.5, 2.5]))
    tensor([-1.,  3.])
    """
    return _whole(_ceil, input)


def trunc(input: TensorBase) -> "Tensor":
    """Return each element without its fraction; its slope is 0 everywhere.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.trunc(mg.tensor([-1.5, 2.5]))
    tensor([-1.,  2.])
    """
    return _whole(_trunc, input)


def round(input: TensorBase, *, decimals: int = 0) -> "Tensor":
    """Return each element rounded to `decimals` places, halves to even; its slope is 0 everywhere.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.round(mg.tensor([-1.5, 2.5]))
    tensor([-2.,  2.])
    """
    return _whole(_round, input, decimals=decimals)


def _whole(row: Op, input: TensorBase, **keywords: int) -> "Tensor":
    """Run a row that makes whole numbers; integers are whole already."""
    x = checked(row.name, input)
    return row(x, **keywords) if x.array.dtype.kind == "f" else x


def maximum(input: Operand, other: Operand) -> "Tensor":
    """Return the larger of two operands, element by element; ties share the gradient.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.maximum(mg.tensor([1.0, 5.0]), mg.tensor([3.0, 2.0]))
    tensor([3., 5.])
    """
    return binary(_maximum, input, other)


def minimum(input: Operand, other: Operand) -> "Tensor":
    """Return the smaller of two operands, element by element; ties share the gradient.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.minimum(mg.tensor([1.0, 5.0]), mg.tensor([3.0, 2.0]))
    tensor([1., 2.])
    """
    return binary(_minimum, input, other)


def clip(input: TensorBase, min: Operand = None, max: Operand = None) -> "Tensor":
    """Return `input` limited to the interval from `min` to `max`; the gradient passes at the bounds.

    Parameters
    ----------
    input : Tensor
        Any shape.
    min, max : float or Tensor, optional
        The bounds; at least one is given.

    Returns
    -------
    Tensor
        Of the shape of `input`.

    Raises
    ------
    ValueError
        If neither bound is given.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.clip(mg.tensor([-1.0, 0.5, 2.0]), 0.0, 1.0)
    tensor([0.0000, 0.5000, 1.0000])
    """
    checked("clip", input)
    if min is None and max is None:
        raise ValueError("clip: expected a bound, got min=None and max=None: give one of them")
    low, high = [None if bound is None else operand("clip", bound) for bound in (min, max)]
    if isinstance(low, TensorBase) or isinstance(high, TensorBase):
        if low is not None:
            x, low = promoted("clip", input, low)
            input = where_row(x < low, low, x)
        if high is not None:
            x, high = promoted("clip", input, high)
            input = where_row(x > high, high, x)
        return input  # type: ignore[return-value]
    x = promoted("clip", input, *[bound for bound in (low, high) if bound is not None])[0]
    return _clip(x, low=low, high=high)


class LimitMethods(TensorBase):
    """Limits and rounding as methods of Tensors."""

    __slots__ = ()

    def floor(self) -> "Tensor":
        """See `minigen.floor`."""
        return floor(self)

    def ceil(self) -> "Tensor":
        """See `minigen.ceil`."""
        return ceil(self)

    def trunc(self) -> "Tensor":
        """See `minigen.trunc`."""
        return trunc(self)

    def round(self, *, decimals: int = 0) -> "Tensor":
        """See `minigen.round`."""
        return round(self, decimals=decimals)

    def maximum(self, other: Operand) -> "Tensor":
        """See `minigen.maximum`."""
        return maximum(self, other)

    def minimum(self, other: Operand) -> "Tensor":
        """See `minigen.minimum`."""
        return minimum(self, other)

    def clip(self, min: Operand = None, max: Operand = None) -> "Tensor":
        """See `minigen.clip`."""
        return clip(self, min, max)

    def clamp(self, min: Operand = None, max: Operand = None) -> "Tensor":
        """See `minigen.clip`."""
        return clip(self, min, max)

    def clip_(self, min: Operand = None, max: Operand = None) -> "Tensor":
        """Limit in place; see `minigen.clip`."""
        return assign("clip_", self, self.clip(min, max))

    def clamp_(self, min: Operand = None, max: Operand = None) -> "Tensor":
        """Limit in place; see `minigen.clip`."""
        return assign("clamp_", self, self.clip(min, max))
