"""Comparisons and logic: Tensors of booleans, which never join the graph."""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import checked, operand, promoted
from minigen.autodiff.table import Op, op

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Operand = Any
"""A Tensor, a number, or an array."""

_eq = op("eq", lambda x, y: x == y, fixed=("x", "y"))
_ne = op("ne", lambda x, y: x != y, fixed=("x", "y"))
_lt = op("lt", lambda x, y: x < y, fixed=("x", "y"))
_le = op("le", lambda x, y: x <= y, fixed=("x", "y"))
_gt = op("gt", lambda x, y: x > y, fixed=("x", "y"))
_ge = op("ge", lambda x, y: x >= y, fixed=("x", "y"))

_and = op("&", lambda x, y: x & y, fixed=("x", "y"))
_or = op("|", lambda x, y: x | y, fixed=("x", "y"))
_xor = op("^", lambda x, y: x ^ y, fixed=("x", "y"))
_invert = op("~", lambda x: ~x, fixed=("x",))

_isnan = op("isnan", lambda xp, x: xp.isnan(x), fixed=("x",))
_isinf = op("isinf", lambda xp, x: xp.isinf(x), fixed=("x",))
_isfinite = op("isfinite", lambda xp, x: xp.isfinite(x), fixed=("x",))
_isclose = op(
    "isclose",
    lambda xp, x, y, *, rtol, atol, equal_nan: xp.isclose(x, y, rtol, atol, equal_nan),
    fixed=("x", "y"),
)


def outside(row: Op, *values: Any, **keywords: Any) -> "Tensor":
    """Run `row` on the arrays of `values`, outside the graph."""
    return wrap(row(*[v.array if isinstance(v, TensorBase) else v for v in values], **keywords))


def _compared(row: Op, x: Operand, y: Operand) -> "Tensor":
    if isinstance(x, TensorBase):
        if isinstance(y, TensorBase):
            agree = x.array.dtype is y.array.dtype
        else:
            agree = type(y) in (int, float) and x.array.dtype.kind == "f"
        if agree:
            return outside(row, x, y)
    return outside(row, *promoted(row.name, x, y))


def _operator(row: Op, x: TensorBase, y: Any) -> Any:
    """Compare for an operator: what is no number compares as Python compares strangers."""
    try:
        y = operand(row.name, y)
    except TypeError:
        return NotImplemented
    return _compared(row, x, y)


def _bitwise(row: Op, *values: Any) -> "Tensor":
    values = tuple([operand(row.name, value) for value in values])
    for value in values:
        if isinstance(value, float) or (isinstance(value, TensorBase) and value.array.dtype.kind == "f"):
            raise TypeError(f"{row.name}: expected booleans or integers, got {describe(value)}: use (x > 0)")
    return outside(row, *promoted(row.name, *values))


def eq(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether `input` equals `other`.

    Parameters
    ----------
    input : Tensor
        Any shape.
    other : Tensor or number
        Of a shape that broadcasts with that of `input`.

    Returns
    -------
    Tensor of bool
        Of the broadcast shape; never part of the graph.

    Raises
    ------
    TypeError
        If `other` is neither a Tensor nor a number. (The operator ``==`` then answers False, as Python does.)
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.eq(mg.tensor([1, 2, 3]), 2)
    tensor([False,  True, False])
    """
    return _compared(_eq, input, other)


def ne(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether `input` differs from `other`; see `eq`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ne(mg.tensor([1, 2, 3]), 2)
    tensor([ True, False,  True])
    """
    return _compared(_ne, input, other)


def lt(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether ``input < other``; see `eq`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.lt(mg.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])
    """
    return _compared(_lt, input, other)


def le(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether ``input <= other``; see `eq`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.le(mg.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])
    """
    return _compared(_le, input, other)


def gt(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether ``input > other``; see `eq`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.gt(mg.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])
    """
    return _compared(_gt, input, other)


def ge(input: TensorBase, other: Operand) -> "Tensor":
    """Return, element by element, whether ``input >= other``; see `eq`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ge(mg.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])
    """
    return _compared(_ge, input, other)


def _truth(name: str, value: Any) -> Any:
    """Return `value`, a Tensor or a number, as booleans: True where it is not 0."""
    value = operand(name, value)
    return outside(_ne, value, 0) if isinstance(value, TensorBase) else bool(value)


def logical_and(input: TensorBase, other: Operand) -> "Tensor":
    """Return whether both operands are true (not 0), element by element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logical_and(mg.tensor([0.0, 2.0]), mg.tensor([1, 1]))
    tensor([False,  True])
    """
    return outside(_and, _truth("logical_and", input), _truth("logical_and", other))


def logical_or(input: TensorBase, other: Operand) -> "Tensor":
    """Return whether one of the operands is true (not 0), element by element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logical_or(mg.tensor([0.0, 2.0]), mg.tensor([0, 1]))
    tensor([False,  True])
    """
    return outside(_or, _truth("logical_or", input), _truth("logical_or", other))


def logical_xor(input: TensorBase, other: Operand) -> "Tensor":
    """Return whether exactly one of the operands is true (not 0), element by element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logical_xor(mg.tensor([0.0, 2.0]), mg.tensor([1, 1]))
    tensor([ True, False])
    """
    return outside(_xor, _truth("logical_xor", input), _truth("logical_xor", other))


def logical_not(input: TensorBase) -> "Tensor":
    """Return whether each element is false (0).

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logical_not(mg.tensor([0.0, 2.0]))
    tensor([ True, False])
    """
    return outside(_eq, checked("logical_not", input), 0)


def isnan(input: TensorBase) -> "Tensor":
    """Return whether each element is NaN.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.isnan(mg.tensor([1.0, float("nan")]))
    tensor([False,  True])
    """
    return outside(_isnan, checked("isnan", input))


def isinf(input: TensorBase) -> "Tensor":
    """Return whether each element is infinite, of either sign.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.isinf(mg.tensor([1.0, float("-inf")]))
    tensor([False,  True])
    """
    return outside(_isinf, checked("isinf", input))


def isfinite(input: TensorBase) -> "Tensor":
    """Return whether each element is neither infinite nor NaN.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.isfinite(mg.tensor([1.0, float("nan")]))
    tensor([ True, False])
    """
    return outside(_isfinite, checked("isfinite", input))


def isclose(
    input: TensorBase, other: TensorBase, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> "Tensor":
    """Return whether ``|input - other| <= atol + rtol * |other|``, element by element.

    Parameters
    ----------
    input, other : Tensor
        Operands of broadcastable shapes.
    rtol, atol : float, optional
        Relative and absolute tolerance.
    equal_nan : bool, optional
        Whether two NaN count as close.

    Returns
    -------
    Tensor of bool
        Of the broadcast shape.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.isclose(mg.tensor([1.0, 1.0]), mg.tensor([1.000001, 1.1]))
    tensor([ True, False])
    """
    return outside(_isclose, *promoted("isclose", input, other), rtol=rtol, atol=atol, equal_nan=equal_nan)


def allclose(
    input: TensorBase, other: TensorBase, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Return whether all elements are close, as a Python bool (waits for a GPU); see `isclose`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.allclose(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 2.1]))
    False
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: TensorBase, other: TensorBase) -> bool:
    """Return whether shapes and all elements agree, as a Python bool (waits for a GPU).

    Examples
    --------
    >>> import minigen as mg
    >>> mg.equal(mg.tensor([1, 2]), mg.tensor([1, 2]))
    True
    """
    x, y = checked("equal", input), checked("equal", other)
    return x.array.shape == y.array.shape and bool(eq(x, y).array.all())


class ComparisonMethods(TensorBase):
    """Comparisons and logic as operators and methods of Tensors."""

    __slots__ = ()

    __hash__ = object.__hash__  # by identity: == answers element by element

    def __eq__(self, other: object) -> "Tensor":  # type: ignore[override]
        return _operator(_eq, self, other)  # type: ignore[no-any-return]

    def __ne__(self, other: object) -> "Tensor":  # type: ignore[override]
        return _operator(_ne, self, other)  # type: ignore[no-any-return]

    def __lt__(self, other: Operand) -> "Tensor":
        return _operator(_lt, self, other)  # type: ignore[no-any-return]

    def __le__(self, other: Operand) -> "Tensor":
        return _operator(_le, self, other)  # type: ignore[no-any-return]

    def __gt__(self, other: Operand) -> "Tensor":
        return _operator(_gt, self, other)  # type: ignore[no-any-return]

    def __ge__(self, other: Operand) -> "Tensor":
        return _operator(_ge, self, other)  # type: ignore[no-any-return]

    def __and__(self, other: Operand) -> "Tensor":
        return _bitwise(_and, self, other)

    def __or__(self, other: Operand) -> "Tensor":
        return _bitwise(_or, self, other)

    def __xor__(self, other: Operand) -> "Tensor":
        return _bitwise(_xor, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> "Tensor":
        return _bitwise(_invert, self)

    def __iand__(self, other: Operand) -> "Tensor":
        return assign("&=", self, self & other)

    def __ior__(self, other: Operand) -> "Tensor":
        return assign("|=", self, self | other)

    def __ixor__(self, other: Operand) -> "Tensor":
        return assign("^=", self, self ^ other)

    def eq(self, other: Operand) -> "Tensor":
        """See `minigen.eq`."""
        return eq(self, other)

    def ne(self, other: Operand) -> "Tensor":
        """See `minigen.ne`."""
        return ne(self, other)

    def lt(self, other: Operand) -> "Tensor":
        """See `minigen.lt`."""
        return lt(self, other)

    def le(self, other: Operand) -> "Tensor":
        """See `minigen.le`."""
        return le(self, other)

    def gt(self, other: Operand) -> "Tensor":
        """See `minigen.gt`."""
        return gt(self, other)

    def ge(self, other: Operand) -> "Tensor":
        """See `minigen.ge`."""
        return ge(self, other)

    def logical_and(self, other: Operand) -> "Tensor":
        """See `minigen.logical_and`."""
        return logical_and(self, other)

    def logical_or(self, other: Operand) -> "Tensor":
        """See `minigen.logical_or`."""
        return logical_or(self, other)

    def logical_xor(self, other: Operand) -> "Tensor":
        """See `minigen.logical_xor`."""
        return logical_xor(self, other)

    def logical_not(self) -> "Tensor":
        """See `minigen.logical_not`."""
        return logical_not(self)

    def isnan(self) -> "Tensor":
        """See `minigen.isnan`."""
        return isnan(self)

    def isinf(self) -> "Tensor":
        """See `minigen.isinf`."""
        return isinf(self)

    def isfinite(self) -> "Tensor":
        """See `minigen.isfinite`."""
        return isfinite(self)

    def isclose(self, other: TensorBase, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> "Tensor":
        """See `minigen.isclose`."""
        return isclose(self, other, rtol, atol, equal_nan)

    def allclose(self, other: TensorBase, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
        """See `minigen.allclose`."""
        return allclose(self, other, rtol, atol, equal_nan)

    def equal(self, other: TensorBase) -> bool:
        """See `minigen.equal`."""
        return equal(self, other)
