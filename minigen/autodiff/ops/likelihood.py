"""The log-likelihood of whole examples of zeros and ones, one number for each, in one row.

    log P(t) = Σ_j t_j x_j - max(x_j, 0) - log(1 + exp(-|x_j|)),    derivative in x_j: t_j - sigmoid(x_j)

It is the sum of -`binary_cross_entropy_with_logits` over the last axis, in a third of the time.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.activation import log_of_product, sigmoid_row
from minigen.autodiff.ops.operands import checked, needs_floating, promoted
from minigen.autodiff.ops.reduction import sum_row
from minigen.autodiff.ops.shape import reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array
from minigen.backend.special import positive_part

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_bernoulli_log_prob(xp: Any, x: Array, target: Array) -> Array:
    z = abs(x)
    xp.negative(z, z)
    xp.exp(z, z)
    z += 1.0
    logs = log_of_product(xp, z)
    xp.multiply(x, target, z)
    z -= positive_part(x)
    return (z.sum(-1, logs.dtype) - logs).astype(z.dtype, copy=False)


def _raw_bernoulli_log_prob_grad(xp: Any, outward: Array, x: Array, target: Array) -> Array:
    out = sigmoid_row(x)
    xp.subtract(target, out, out)
    out *= outward[..., None]
    return out


def _repeated(x: Any) -> Any:
    """Return x with an axis of length 1 at its end."""
    return reshape_row(x, shape=(*x.shape, 1))


_bernoulli_log_prob: Op = op(
    "bernoulli_log_prob",
    _raw_bernoulli_log_prob,
    x=lambda g, x, target: _bernoulli_log_prob_grad(g, x, target),
    target=lambda g, x: _repeated(g) * x,
)
_bernoulli_log_prob_grad: Op = op(
    "bernoulli_log_prob_grad",
    _raw_bernoulli_log_prob_grad,
    outward=lambda g, x, target: sum_row(g * (target - sigmoid_row(x)), axis=(g.ndim - 1,), keepdims=False),
    x=lambda g, outward, x: -(g * _repeated(outward) * (sigmoid_row(x) * sigmoid_row(-x))),
    target=lambda g, outward: g * _repeated(outward),
)


def bernoulli_log_prob(logits: TensorBase, target: Any) -> "Tensor":
    """Return the log-probability of whole examples, given the logits of their elements.

    Parameters
    ----------
    logits : Tensor
        Floating, of shape (…, n).
    target : Tensor
        Zeros and ones, of the same shape.

    Returns
    -------
    Tensor
        Of shape (…), in nats: the sum over the last axis of what each element has.

    Raises
    ------
    ValueError
        If the shapes differ or there is no axis.
    TypeError
        If `logits` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> logits, x = mg.tensor([[0.0, 0.0], [0.0, 40.0]]), mg.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> mg.nn.functional.bernoulli_log_prob(logits, x)
    tensor([ -1.3863, -40.6931])
    """
    name = "bernoulli_log_prob"
    x, t = promoted(name, needs_floating(name, logits), target)
    shape = checked(name, t).array.shape
    if shape != x.array.shape or not shape:
        raise ValueError(
            f"{name}: expected logits and target of one shape (…, n), got {x.array.shape} and {shape}: reshape one"
        )
    return _bernoulli_log_prob(x, t)
