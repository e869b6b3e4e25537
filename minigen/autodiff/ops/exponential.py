"""Exponentials, logarithms, roots, trigonometry and the error function, element by element.

Integers are computed in the default floating type.
"""

import math
from typing import TYPE_CHECKING

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import floating
from minigen.autodiff.table import Op, op
from minigen.backend import special

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)

exp_row = op("exp", lambda xp, x: xp.exp(x), x=lambda g, out: g * out)
log_row = op("log", lambda xp, x: xp.log(x), x=lambda g, x: g / x)
_expm1 = op("expm1", lambda xp, x: xp.expm1(x), x=lambda g, out: g * (out + 1.0))
_log1p = op("log1p", lambda xp, x: xp.log1p(x), x=lambda g, x: g / (x + 1.0))
sqrt_row = op("sqrt", lambda xp, x: xp.sqrt(x), x=lambda g, out: 0.5 * g / out)
_sin: Op = op("sin", lambda xp, x: xp.sin(x), x=lambda g, x: g * _cos(x))
_cos: Op = op("cos", lambda xp, x: xp.cos(x), x=lambda g, x: -g * _sin(x))
_erf = op("erf", lambda x: special.erf(x), x=lambda g, x: g * (TWO_OVER_SQRT_PI * exp_row(-x * x)))


def exp(input: TensorBase) -> "Tensor":
    """Return e to the power of each element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.exp(mg.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    return exp_row(floating("exp", input))


def log(input: TensorBase) -> "Tensor":
    """Return the natural logarithm of each element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.log(mg.tensor([1.0, 10.0]))
    tensor([0.0000, 2.3026])
    """
    return log_row(floating("log", input))


def expm1(input: TensorBase) -> "Tensor":
    """Return ``exp(input) - 1``, precise near 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.expm1(mg.tensor([1.0]))
    tensor([1.7183])
    """
    return _expm1(floating("expm1", input))


def log1p(input: TensorBase) -> "Tensor":
    """Return ``log(1 + input)``, precise near 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.log1p(mg.tensor([1.0]))
    tensor([0.6931])
    """
    return _log1p(floating("log1p", input))


def sqrt(input: TensorBase) -> "Tensor":
    """Return the square root of each element; its slope at 0 is infinite.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sqrt(mg.tensor([4.0, 9.0]))
    tensor([2., 3.])
    """
    return sqrt_row(floating("sqrt", input))


def sin(input: TensorBase) -> "Tensor":
    """Return the sine of each element, in radians.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sin(mg.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8415])
    """
    return _sin(floating("sin", input))


def cos(input: TensorBase) -> "Tensor":
    """Return the cosine of each element, in radians.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.cos(mg.tensor([0.0, 1.0]))
    tensor([1.0000, 0.5403])
    """
    return _cos(floating("cos", input))


def erf(input: TensorBase) -> "Tensor":
    """Return the error function of each element, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to it.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.erf(mg.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8427])
    """
    return _erf(floating("erf", input))


class ExponentialMethods(TensorBase):
    """Exponentials and their kin as methods of Tensors."""

    __slots__ = ()

    def exp(self) -> "Tensor":
        """See `minigen.exp`."""
        return exp(self)

    def log(self) -> "Tensor":
        """See `minigen.log`."""
        return log(self)

    def expm1(self) -> "Tensor":
        """See `minigen.expm1`."""
        return expm1(self)

    def log1p(self) -> "Tensor":
        """See `minigen.log1p`."""
        return log1p(self)

    def sqrt(self) -> "Tensor":
        """See `minigen.sqrt`."""
        return sqrt(self)

    def sin(self) -> "Tensor":
        """See `minigen.sin`."""
        return sin(self)

    def cos(self) -> "Tensor":
        """See `minigen.cos`."""
        return cos(self)

    def erf(self) -> "Tensor":
        """See `minigen.erf`."""
        return erf(self)

    def exp_(self) -> "Tensor":
        """Exponentiate in place; see `minigen.exp`."""
        return assign("exp_", self, exp(self))

    def log_(self) -> "Tensor":
        """Take the logarithm in place; see `minigen.log`."""
        return assign("log_", self, log(self))

    def sqrt_(self) -> "Tensor":
        """Take the square root in place; see `minigen.sqrt`."""
        return assign("sqrt_", self, sqrt(self))
