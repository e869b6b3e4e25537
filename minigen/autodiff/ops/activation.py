"""Activations: the squashing functions and rectifiers of neural networks, softmax and its logarithm.

Each is computed in the form that neither overflows nor cancels: exponentials only ever see -|x|.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.exponential import exp_row
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.operands import as_dtype, checked, floating, needs_floating
from minigen.autodiff.ops.shape import axis_of, reshape_row, sum_to_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, to_dtype
from minigen.backend.special import positive_part

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


JOINED = {"e": 8, "f": 64, "d": 512}  # factors of at most 2 in a product, which so cannot overflow


def _raw_sigmoid(xp: Any, x: Array) -> Array:
    """Return 1 / (1 + e^-x), written e^x / (1 + e^x) where x < 0: both are over 1 + e^-|x|."""
    z = xp.absolute(x, xp.empty_like(x))  # an array also where x has no axes
    xp.negative(z, z)
    xp.exp(z, z)
    out = xp.maximum(z, x >= 0)
    z += 1.0
    out /= z
    return out


def _raw_logsigmoid(xp: Any, x: Array) -> Array:
    return xp.minimum(x, 0.0) - xp.log1p(xp.exp(-abs(x)))


def _raw_softplus(xp: Any, x: Array, *, beta: float, threshold: float) -> Array:
    z = beta * x
    return xp.where(z > threshold, x, (positive_part(z) + xp.log1p(xp.exp(-abs(z)))) / beta)


def _raw_softplus_sum(xp: Any, x: Array) -> Array:
    """Add up max(x, 0) + log(1 + e^-|x|)."""
    z = abs(x)
    xp.negative(z, z)
    xp.exp(z, z)
    z += 1.0
    logs = log_of_product(xp, z)
    wide = "float32" if x.dtype.char == "e" else x.dtype
    return (positive_part(x).sum(-1, wide) + logs).astype(x.dtype, copy=False)


def log_of_product(xp: Any, factors: Array) -> Array:
    """Return the log of the product along the last axis of `factors`, from 1 to 2, which are overwritten.

    In a sum no digits are asked of each term, and one logarithm does for many: a tenth of the time of ``log1p``.
    """
    n, joined = factors.shape[-1], 1
    while n and n % 2 == 0 and joined < JOINED[factors.dtype.char]:
        n //= 2
        joined *= 2
        xp.multiply(factors[..., :n], factors[..., n : 2 * n], factors[..., :n])
    return xp.log(factors[..., :n]).sum(-1, "float32" if factors.dtype.char == "e" else factors.dtype)


def _raw_keep(x: Array, mask: Array) -> Array:
    """Clear the bits of x outside `mask`: exact also for infinities, and without a branch.

    On a mask as random as a network's signs, ``where`` takes ten times as long: the processor guesses wrong.
    """
    bits = f"i{x.dtype.itemsize}"
    return (x.view(bits) & -mask.astype(bits)).view(x.dtype)


def _raw_leaky_relu(xp: Any, x: Array, *, negative_slope: float) -> Array:
    below = negative_slope * x if negative_slope else 0.0  # 0 times an infinity would be NaN
    return (xp.maximum if negative_slope <= 1 else xp.minimum)(x, below)


def _raw_softmax(xp: Any, x: Array, *, axis: int) -> Array:
    if not x.size:
        return x.copy()
    out = xp.exp(x - x.max(axis, keepdims=True))
    out /= out.sum(axis, keepdims=True)
    return out


def _raw_log_softmax(xp: Any, x: Array, *, axis: int) -> Array:
    if not x.size:
        return x.copy()
    out = x - x.max(axis, keepdims=True)
    out -= xp.log(xp.exp(out).sum(axis, keepdims=True))
    return out


def _total(x: Any, axis: int) -> Any:
    """Sum x along `axis`, which stays as an axis of length 1."""
    return sum_to_row(x, shape=(*x.shape[:axis], 1, *x.shape[axis + 1 :]))


tanh_row = op("tanh", lambda xp, x: xp.tanh(x), x=lambda g, out: g * (1.0 - out * out))
sigmoid_row = op("sigmoid", _raw_sigmoid, x=lambda g, out: g * (out * (1.0 - out)))
logsigmoid_row = op("logsigmoid", _raw_logsigmoid, x=lambda g, x: g * sigmoid_row(-x))
_softplus = op(
    "softplus",
    _raw_softplus,
    x=lambda g, x, beta, threshold: where_row(beta * x > threshold, g, g * sigmoid_row(beta * x)),
)
_softplus_sum = op(
    "softplus_sum",
    _raw_softplus_sum,
    x=lambda g, x: reshape_row(g, shape=(*g.shape, 1)) * sigmoid_row(x),
)
keep_row: Op = op("keep", _raw_keep, fixed=("mask",), x=lambda g, mask: keep_row(g, mask))
_relu = op("relu", lambda x: positive_part(x), x=lambda g, out: keep_row(g, out > 0))
_leaky_relu = op(
    "leaky_relu",
    _raw_leaky_relu,
    x=lambda g, x, negative_slope: keep_row(g, x > 0) + negative_slope * keep_row(g, x <= 0),
)
softmax_row = op("softmax", _raw_softmax, x=lambda g, out, axis: out * (g - _total(g * out, axis)))
log_softmax_row = op("log_softmax", _raw_log_softmax, x=lambda g, out, axis: g - exp_row(out) * _total(g, axis))


def tanh(input: TensorBase) -> "Tensor":
    """Return the hyperbolic tangent of each element.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.tanh(mg.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    return tanh_row(floating("tanh", input))


def sigmoid(input: TensorBase) -> "Tensor":
    """Return ``1 / (1 + exp(-input))``, element by element; precise in both tails.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.sigmoid(mg.tensor([-1000.0, 0.0, 1.0]))
    tensor([0.0000, 0.5000, 0.7311])
    """
    return sigmoid_row(floating("sigmoid", input))


def logsigmoid(input: TensorBase) -> "Tensor":
    """Return ``log(sigmoid(input))``, element by element; precise in both tails.

    Parameters
    ----------
    input : Tensor
        Floating, any shape.

    Returns
    -------
    Tensor
        ``min(x, 0) - log(1 + exp(-|x|))``, of the shape and dtype of `input`.

    Raises
    ------
    TypeError
        If `input` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.logsigmoid(mg.tensor([-200.0, 0.0]))
    tensor([-200.0000,   -0.6931])
    """
    return logsigmoid_row(needs_floating("logsigmoid", input))


def softplus(input: TensorBase, beta: float = 1.0, threshold: float = 20.0) -> "Tensor":
    """Return ``log(1 + exp(beta * input)) / beta``, a smooth relu.

    Parameters
    ----------
    input : Tensor
        Floating, any shape.
    beta : float, optional
        Sharpness of the bend; not 0.
    threshold : float, optional
        Where ``beta * input`` is larger, the result is `input` itself.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    TypeError
        If `input` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.softplus(mg.tensor([0.0, 100.0]))
    tensor([  0.6931, 100.0000])
    """
    return _softplus(needs_floating("softplus", input), beta=beta, threshold=threshold)


def softplus_sum(input: TensorBase) -> "Tensor":
    """Return ``log(1 + exp(input))`` summed over the last axis: the log of what binary units sum to.

    For units of 0 or 1 with inputs a, Σ_h exp(h · a) = Π_j (1 + exp(a_j)).

    Parameters
    ----------
    input : Tensor
        Floating, of shape (…, n).

    Returns
    -------
    Tensor
        Of shape (…) and the dtype of `input`; exact to the rounding of a sum, also where terms are tiny or huge.

    Raises
    ------
    TypeError
        If `input` is not floating.
    ValueError
        If it has no axis.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.softplus_sum(mg.tensor([[0.0, 0.0], [0.0, 100.0]]))
    tensor([  1.3863, 100.6931])
    """
    x = needs_floating("softplus_sum", input)
    if not x.array.ndim:
        raise ValueError("softplus_sum: expected an axis to sum over, got a Tensor without axes: use softplus")
    return _softplus_sum(x)


def relu(input: TensorBase) -> "Tensor":
    """Return ``max(input, 0)``, element by element; the slope at 0 is 0.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.relu(mg.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    return _relu(checked("relu", input))


def leaky_relu(input: TensorBase, negative_slope: float = 0.01) -> "Tensor":
    """Return `input` where it is positive and ``negative_slope * input`` elsewhere.

    Parameters
    ----------
    input : Tensor
        Floating, any shape.
    negative_slope : float, optional
        The slope at and below 0.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    TypeError
        If `input` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.leaky_relu(mg.tensor([-1.0, 2.0]), 0.2)
    tensor([-0.2000,  2.0000])
    """
    return _leaky_relu(needs_floating("leaky_relu", input), negative_slope=negative_slope)


def softmax(input: TensorBase, dim: int, *, dtype: Any = None) -> "Tensor":
    """Return ``exp(input)`` scaled to sum to 1 along an axis: probabilities from log weights.

    Parameters
    ----------
    input : Tensor
        Floating, any shape; entries of -inf get probability 0.
    dim : int
        The axis that sums to 1.
    dtype : dtype, optional
        Convert `input` to this type first.

    Returns
    -------
    Tensor
        Of the shape of `input`. A slice that is all -inf is NaN.

    Raises
    ------
    TypeError
        If `input` is not floating.
    IndexError
        If `input` has no axis `dim`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.softmax(mg.tensor([[0.0, 0.0], [1000.0, -float("inf")]]), dim=1)
    tensor([[0.5000, 0.5000],
            [1.0000, 0.0000]])
    """
    return _along("softmax", softmax_row, input, dim, dtype)


def log_softmax(input: TensorBase, dim: int, *, dtype: Any = None) -> "Tensor":
    """Return ``log(softmax(input, dim))`` without its loss of precision; see `softmax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.log_softmax(mg.tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    return _along("log_softmax", log_softmax_row, input, dim, dtype)


def _along(name: str, row: Op, input: TensorBase, dim: int, dtype: Any) -> "Tensor":
    """Apply `row` along axis `dim`; a 0-d Tensor counts as one element along its axis."""
    x = as_dtype(checked(name, input), input.array.dtype if dtype is None else to_dtype(dtype))
    x = needs_floating(name, x)
    axis = axis_of(name, dim, x.array.ndim)
    if x.array.ndim == 0:
        return reshape_row(row(reshape_row(x, shape=(1,)), axis=0), shape=())
    return row(x, axis=axis)


class ActivationMethods(TensorBase):
    """Activations as methods of Tensors."""

    __slots__ = ()

    def tanh(self) -> "Tensor":
        """See `minigen.tanh`."""
        return tanh(self)

    def sigmoid(self) -> "Tensor":
        """See `minigen.sigmoid`."""
        return sigmoid(self)

    def relu(self) -> "Tensor":
        """See `minigen.relu`."""
        return relu(self)

    def softmax(self, dim: int, *, dtype: Any = None) -> "Tensor":
        """See `minigen.softmax`."""
        return softmax(self, dim, dtype=dtype)

    def log_softmax(self, dim: int, *, dtype: Any = None) -> "Tensor":
        """See `minigen.log_softmax`."""
        return log_softmax(self, dim, dtype=dtype)

    def tanh_(self) -> "Tensor":
        """Take the hyperbolic tangent in place; see `minigen.tanh`."""
        return assign("tanh_", self, tanh(self))

    def sigmoid_(self) -> "Tensor":
        """Take the sigmoid in place; see `minigen.sigmoid`."""
        return assign("sigmoid_", self, sigmoid(self))

    def relu_(self) -> "Tensor":
        """Rectify in place; see `minigen.relu`."""
        return assign("relu_", self, relu(self))
