"""Arithmetic, element by element, with broadcasting and PyTorch's promotion of types."""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, wrap
from minigen.autodiff.ops.exponential import log_row
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import binary, checked, floating, promoted
from minigen.autodiff.table import Op, op
from minigen.backend import namespace

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

Operand = Any
"""A Tensor, a number, or an array."""

zeros_like_row: Op = op("zeros_like", lambda xp, x: xp.zeros_like(x), x=lambda g: zeros_like_row(g))

_add = op("add", lambda x, y: x + y, x=lambda g: g, y=lambda g: g, broadcasts=True)
_sub = op("sub", lambda x, y: x - y, x=lambda g: g, y=lambda g: -g, broadcasts=True)
_mul = op("mul", lambda x, y: x * y, x=lambda g, y: g * y, y=lambda g, x: g * x, broadcasts=True)
_div = op("div", lambda x, y: x / y, x=lambda g, y: g / y, y=lambda g, y, out: -(g * out) / y, broadcasts=True)
_neg = op("neg", lambda x: -x, x=lambda g: -g)
sign_row = op("sign", lambda xp, x: xp.sign(x), x=lambda g: zeros_like_row(g))
abs_row = op("abs", lambda x: abs(x), x=lambda g, x: g * sign_row(x))
_square = op("square", lambda x: x * x, x=lambda g, x: g * (2.0 * x))


def _power_by_number(g: Any, x: Any, exponent: float) -> Any:
    """Return the gradient of x**n: exact at 0, where x**0 is constant and x**1 has slope 1."""
    if exponent == 0:
        return zeros_like_row(g)
    return g if exponent == 1 else g * (exponent * x ** (exponent - 1))


def _power_by_exponent(g: Any, x: Any, out: Any) -> Any:
    """Return the gradient of x**y in y: out log x, and 0 where x is 0 (there out is 0, or constant 1)."""
    return where_row(x == 0, 0.0, g * out * log_row(where_row(x == 0, 1.0, x)))


def _power_by_base(g: Any, x: Any, y: Any) -> Any:
    """Return the gradient of x**y in x: y x**(y-1), and 0 where both are 0 (there x**y is 1)."""
    return g * y * _pow(x, where_row((x == 0) & (y == 0), 1.0, y - 1.0))


_pow_number = op("pow_number", lambda x, *, exponent: x**exponent, x=_power_by_number)
_pow: Op = op("pow", lambda x, y: x**y, x=_power_by_base, y=_power_by_exponent, broadcasts=True)

def add(input: Operand, other: Operand, *, alpha: float = 1) -> "Tensor":
    """Return ``input + alpha * other``.

    Parameters
    ----------
    input, other : Tensor or number
        Operands of broadcastable shapes; at least one is a Tensor.
    alpha : float, optional
        Factor of `other`.

    Returns
    -------
    Tensor
        Of the broadcast shape and promoted dtype.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.add(mg.tensor([1.0, 2.0]), 10.0)
    tensor([11., 12.])
    """
    return binary(_add, input, other if alpha == 1 else other * alpha)


def sub(input: Operand, other: Operand, *, alpha: float = 1) -> "Tensor":
    """Return ``input - alpha * other``; see `add`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sub(mg.tensor([1.0, 2.0]), mg.tensor([1.0]))
    tensor([0., 1.])
    """
    return binary(_sub, input, other if alpha == 1 else other * alpha)


def mul(input: Operand, other: Operand) -> "Tensor":
    """Return ``input * other``, element by element; see `add`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.mul(mg.tensor([1.0, 2.0]), 3)
    tensor([3., 6.])
    """
    return binary(_mul, input, other)


def div(input: Operand, other: Operand) -> "Tensor":
    """Return ``input / other``; integers are divided in the default floating type; see `add`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.div(mg.tensor([1, 2]), 2)
    tensor([0.5000, 1.0000])
    """
    if isinstance(input, TensorBase) and input.array.dtype.kind == "f":
        return binary(_div, input, other)
    return _div(*promoted("div", input, other, division=True))


def neg(input: TensorBase) -> "Tensor":
    """Return ``-input``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.neg(mg.tensor([1.0, -2.0]))
    tensor([-1.,  2.])
    """
    return _neg(checked("neg", input))


def pow(input: Operand, exponent: Operand) -> "Tensor":
    """Return ``input ** exponent``.

    Parameters
    ----------
    input, exponent : Tensor or number
        Operands of broadcastable shapes; at least one is a Tensor.

    Returns
    -------
    Tensor
        Of the broadcast shape and promoted dtype.

    Notes
    -----
    The derivative is exact at 0: x**0 has slope 0, x**1 slope 1, and 0**y is constant in y.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.pow(mg.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    x, y = promoted("pow", input, exponent)
    if not isinstance(y, TensorBase):
        return _pow_number(x, exponent=y)
    if not isinstance(x, TensorBase):
        x = wrap(namespace(y.array).full((), x, y.array.dtype))
    return _pow(x, y)


def square(input: TensorBase) -> "Tensor":
    """Return ``input * input``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.square(mg.tensor([3.0]))
    tensor([9.])
    """
    return _square(checked("square", input))


def reciprocal(input: TensorBase) -> "Tensor":
    """Return ``1 / input``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.reciprocal(mg.tensor([4.0]))
    tensor([0.2500])
    """
    return _div(1.0, floating("reciprocal", input))


def abs_(input: TensorBase) -> "Tensor":
    """Return the absolute value; its slope at 0 is 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.abs(mg.tensor([-1.5, 2.0]))
    tensor([1.5000, 2.0000])
    """
    return abs_row(checked("abs", input))


def sign(input: TensorBase) -> "Tensor":
    """Return -1, 0 or 1 by the sign of each element; its slope is 0 everywhere.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sign(mg.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """
    return sign_row(checked("sign", input))


class ArithmeticMethods(TensorBase):
    """The arithmetic of Tensors: operators and methods."""

    __slots__ = ()

    def __add__(self, other: Operand) -> "Tensor":
        return binary(_add, self, other)

    def __radd__(self, other: Operand) -> "Tensor":
        return binary(_add, self, other)

    def __sub__(self, other: Operand) -> "Tensor":
        return binary(_sub, self, other)

    def __rsub__(self, other: Operand) -> "Tensor":
        return _sub(*promoted("sub", other, self))

    def __mul__(self, other: Operand) -> "Tensor":
        return binary(_mul, self, other)

    def __rmul__(self, other: Operand) -> "Tensor":
        return binary(_mul, self, other)

    def __truediv__(self, other: Operand) -> "Tensor":
        return div(self, other)

    def __rtruediv__(self, other: Operand) -> "Tensor":
        return div(other, self)

    def __pow__(self, exponent: Operand) -> "Tensor":
        return pow(self, exponent)

    def __rpow__(self, base: Operand) -> "Tensor":
        return pow(base, self)

    def __neg__(self) -> "Tensor":
        return _neg(self)

    def __pos__(self) -> "Tensor":
        return checked("pos", self)

    def __abs__(self) -> "Tensor":
        return abs_row(self)

    def __iadd__(self, other: Operand) -> "Tensor":
        return assign("+=", self, add(self, other))

    def __isub__(self, other: Operand) -> "Tensor":
        return assign("-=", self, sub(self, other))

    def __imul__(self, other: Operand) -> "Tensor":
        return assign("*=", self, mul(self, other))

    def __itruediv__(self, other: Operand) -> "Tensor":
        return assign("/=", self, div(self, other))

    def __ipow__(self, other: Operand) -> "Tensor":
        return assign("**=", self, pow(self, other))

    def add(self, other: Operand, *, alpha: float = 1) -> "Tensor":
        """See `minigen.add`."""
        return add(self, other, alpha=alpha)

    def sub(self, other: Operand, *, alpha: float = 1) -> "Tensor":
        """See `minigen.sub`."""
        return sub(self, other, alpha=alpha)

    def mul(self, other: Operand) -> "Tensor":
        """See `minigen.mul`."""
        return mul(self, other)

    def div(self, other: Operand) -> "Tensor":
        """See `minigen.div`."""
        return div(self, other)

    def neg(self) -> "Tensor":
        """See `minigen.neg`."""
        return _neg(self)

    def pow(self, exponent: Operand) -> "Tensor":
        """See `minigen.pow`."""
        return pow(self, exponent)

    def square(self) -> "Tensor":
        """See `minigen.square`."""
        return _square(self)

    def reciprocal(self) -> "Tensor":
        """See `minigen.reciprocal`."""
        return reciprocal(self)

    def abs(self) -> "Tensor":
        """See `minigen.abs`."""
        return abs_row(self)

    def sign(self) -> "Tensor":
        """See `minigen.sign`."""
        return sign_row(self)

    def add_(self, other: Operand, *, alpha: float = 1) -> "Tensor":
        """Add in place; see `minigen.add`."""
        return assign("add_", self, add(self, other, alpha=alpha))

    def sub_(self, other: Operand, *, alpha: float = 1) -> "Tensor":
        """Subtract in place; see `minigen.sub`."""
        return assign("sub_", self, sub(self, other, alpha=alpha))

    def mul_(self, other: Operand) -> "Tensor":
        """Multiply in place; see `minigen.mul`."""
        return assign("mul_", self, mul(self, other))

    def div_(self, other: Operand) -> "Tensor":
        """Divide in place; see `minigen.div`."""
        return assign("div_", self, div(self, other))

    def pow_(self, exponent: Operand) -> "Tensor":
        """Raise to a power in place; see `minigen.pow`."""
        return assign("pow_", self, pow(self, exponent))

    def neg_(self) -> "Tensor":
        """Negate in place; see `minigen.neg`."""
        return assign("neg_", self, _neg(self))

    def abs_(self) -> "Tensor":
        """Take the absolute value in place; see `minigen.abs`."""
        return assign("abs_", self, abs_row(self))
