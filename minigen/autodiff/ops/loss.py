"""Losses: binary cross-entropy, cross-entropy, squared and absolute error; a mean over elements by default.

`minigen.nn.functional` offers them to users. Shapes and dtypes are checked; whether probabilities lie in
[0, 1] is not, because a training step reads no values.
"""

import warnings
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.activation import log_softmax_row, logsigmoid_row, sigmoid_row
from minigen.autodiff.ops.arithmetic import abs_, add, div, mul, neg, square, sub
from minigen.autodiff.ops.gathering import gather_row
from minigen.autodiff.ops.indexing import where_row
from minigen.autodiff.ops.operands import as_dtype, checked, needs_floating, promoted
from minigen.autodiff.ops.reduction import mean, sum_, sum_row
from minigen.autodiff.ops.shape import expand_row, reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array, device_of, namespace
from minigen.backend.special import positive_part

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

LOWEST_LOG = -100.0
LEAST_VARIANCE = 1e-12


def _raw_bce(xp: Any, p: Array, target: Array) -> Array:
    """Return -t log p - (1 - t) log(1 - p), logarithms at least -100; those of 0 are never taken."""
    zero, one = p == 0, p == 1
    log_p = xp.where(zero, LOWEST_LOG, xp.log(xp.where(zero, 1.0, p)))
    log_q = xp.where(one, LOWEST_LOG, xp.log1p(-xp.where(one, 0.0, p)))
    return (target - 1.0) * xp.maximum(log_q, LOWEST_LOG) - target * xp.maximum(log_p, LOWEST_LOG)


def _bce_gradient(g: Any, p: Any, target: Any) -> Any:
    """Return the gradient (p - t) / (p (1 - p)), whose denominator is kept from 0."""
    variance = p * (1.0 - p)
    return g * (p - target) / where_row(variance > LEAST_VARIANCE, variance, LEAST_VARIANCE)


def _raw_bce_with_logits(xp: Any, x: Array, target: Array) -> Array:
    """Return t softplus(-x) + (1 - t) softplus(x), where softplus(x) = max(x, 0) + log(1 + e^-|x|)."""
    return positive_part(x) - x * target + xp.log1p(xp.exp(-abs(x)))


def _raw_bce_with_logits_grad(xp: Any, outward: Array, x: Array, target: Array) -> Array:
    """Return (1 - t) sigmoid(x) - t sigmoid(-x): as sigmoid(x) - t, but precise where that is nearly 0.

    The two sigmoids are `up` and `down` over their sum 1 + e^-|x|.
    """
    z = xp.exp(-abs(x))
    up = xp.maximum(z, x >= 0)
    down = 1.0 - up
    down += z
    z += 1.0
    down *= target
    out = 1.0 - target
    out *= up
    out -= down
    out /= z
    out *= outward
    return out


_bce: Op = op("bce", _raw_bce, p=_bce_gradient, target=lambda g, p: g * (_bce(p, 1.0) - _bce(p, 0.0)))
_bce_with_logits = op(
    "bce_with_logits",
    _raw_bce_with_logits,
    x=lambda g, x, target: _bce_with_logits_grad(g, x, target),
    target=lambda g, x: -(g * x),
)
_bce_with_logits_grad: Op = op(
    "bce_with_logits_grad",
    _raw_bce_with_logits_grad,
    outward=lambda g, x, target: _bce_with_logits_grad(g, x, target),
    x=lambda g, outward, x: g * outward * (sigmoid_row(x) * sigmoid_row(-x)),
    target=lambda g, outward: -(g * outward),
)


# -------------------------------------------------------------------------------- of probabilities


def binary_cross_entropy(input: TensorBase, target: Any, weight: Any = None, reduction: str = "mean") -> "Tensor":
    """Return ``-target * log(input) - (1 - target) * log(1 - input)``, reduced.

    Parameters
    ----------
    input : Tensor
        Probabilities, floating, any shape. For logits `binary_cross_entropy_with_logits` is exact.
    target : Tensor
        Probabilities (mostly 0 and 1), of the shape of `input`.
    weight : Tensor, optional
        Factors of the elements, broadcast to them.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.

    Returns
    -------
    Tensor
        Nats: 0-d, or of the shape of `input` if not reduced.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.
    TypeError
        If `input` is not floating.

    Notes
    -----
    Logarithms are at least -100, and the gradient's denominator p (1 - p) is at least 1e-12, as in PyTorch:
    both stay finite at 0 and 1.

    Examples
    --------
    >>> import minigen as mg
    >>> p, t = mg.tensor([0.5, 0.9]), mg.tensor([1.0, 0.0])
    >>> mg.nn.functional.binary_cross_entropy(p, t, reduction="none")
    tensor([0.6931, 2.3026])
    """
    x, t = _matched("binary_cross_entropy", input, target)
    return _reduced("binary_cross_entropy", _bce(x, t), weight, reduction)


def binary_cross_entropy_with_logits(
    input: TensorBase, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> "Tensor":
    """Return the binary cross-entropy of ``sigmoid(input)``, exact however large the logits are.

    Parameters
    ----------
    input : Tensor
        Logits, floating, any shape.
    target : Tensor
        Probabilities (mostly 0 and 1), of the shape of `input`.
    weight : Tensor, optional
        Factors of the elements, broadcast to them.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.
    pos_weight : Tensor, optional
        Factors of the terms with `target`, broadcast to the elements.

    Returns
    -------
    Tensor
        Nats: 0-d, or of the shape of `input` if not reduced.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.
    TypeError
        If `input` is not floating.

    Notes
    -----
    With x the logit and t the target: max(x, 0) - t x + log(1 + exp(-abs(x))), of gradient
    (1 - t) sigmoid(x) - t sigmoid(-x).

    Examples
    --------
    >>> import minigen as mg
    >>> x, t = mg.tensor([0.0, 40.0]), mg.tensor([1.0, 0.0])
    >>> mg.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none")
    tensor([ 0.6931, 40.0000])
    """
    x, t = _matched("binary_cross_entropy_with_logits", input, target)
    loss = _bce_with_logits(x, t)
    if pos_weight is not None:
        loss = sub(loss, mul(mul(t, sub(pos_weight, 1.0)), logsigmoid_row(x)))
    return _reduced("binary_cross_entropy_with_logits", loss, weight, reduction)


# ------------------------------------------------------------------------------------- of numbers


def mse_loss(input: TensorBase, target: Any, reduction: str = "mean") -> "Tensor":
    """Return the squared differences ``(input - target) ** 2``, reduced.

    Parameters
    ----------
    input, target : Tensor
        Of one shape; others are broadcast with a UserWarning, since that is seldom meant.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.

    Returns
    -------
    Tensor
        0-d, or of the shape of the operands if not reduced.

    Raises
    ------
    ValueError
        If the shapes do not broadcast or the reduction is unknown.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.mse_loss(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 5.0]))
    tensor(4.5000)
    """
    return _reduced("mse_loss", square(_difference("mse_loss", input, target)), None, reduction)


def l1_loss(input: TensorBase, target: Any, reduction: str = "mean") -> "Tensor":
    """Return the absolute differences ``abs(input - target)``, reduced; see `mse_loss`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.l1_loss(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 5.0]))
    tensor(1.5000)
    """
    return _reduced("l1_loss", abs_(_difference("l1_loss", input, target)), None, reduction)


# ------------------------------------------------------------------------------------- of classes


def cross_entropy(
    input: TensorBase,
    target: TensorBase,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> "Tensor":
    """Return ``-sum(target * log_softmax(input))`` over the classes, reduced.

    Parameters
    ----------
    input : Tensor
        Logits, floating, of shape (C,), (N, C) or (N, C, d1, …).
    target : Tensor
        Integers: the index of the class, of the shape of `input` without C. Floating: the probabilities of
        the classes, of the shape of `input`.
    weight : Tensor, optional
        Factors of the classes, of shape (C,).
    ignore_index : int, optional
        Where `target` is this index, the loss and its gradient are 0.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements. For class indices the mean is weighted, by the weights of the targets.
    label_smoothing : float, optional
        Share of the target that is spread evenly over the classes, from 0 to 1.

    Returns
    -------
    Tensor
        Nats: 0-d, or of the shape of `input` without C if not reduced.

    Raises
    ------
    ValueError
        If the shapes do not fit, or an option is out of range.
    TypeError
        If `input` is not floating.
    IndexError
        If `target` holds an index that is no class (checked in host memory only).

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.cross_entropy(mg.tensor([[0.0, 0.0], [0.0, 100.0]]), mg.tensor([0, 1]))
    tensor(0.3466)
    """
    name = "cross_entropy"
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"{name}: label_smoothing must be between 0 and 1, got {label_smoothing}")
    x, axis = _logits(name, input)
    classes = x.array.shape[axis]
    log_p = log_softmax_row(x, axis=axis)
    factors = _class_weight(name, x, axis, weight)
    weighted = log_p if factors is None else mul(log_p, factors)
    if checked(name, target).array.dtype.kind == "f":
        if target.array.shape != x.array.shape:
            raise ValueError(
                f"{name}: class probabilities of shape {target.array.shape} do not fit logits of shape "
                f"{x.array.shape}: expected the same shape, or integers as class indices"
            )
        probabilities = as_dtype(target, x.array.dtype)
        if label_smoothing:
            probabilities = add(mul(probabilities, 1.0 - label_smoothing), label_smoothing / classes)
        loss = neg(sum_row(mul(weighted, probabilities), axis=(axis,), keepdims=False))
        return _reduced(name, loss, None, reduction)
    index, counts = _place(name, x, axis, target, ignore_index)
    loss = _at(weighted, axis, index)
    if label_smoothing:
        spread = sum_row(weighted, axis=(axis,), keepdims=False)
        loss = add(mul(loss, 1.0 - label_smoothing), mul(spread, label_smoothing / classes))
    return _averaged(name, neg(loss), axis, index, counts, factors, reduction)


def nll_loss(
    input: TensorBase,
    target: TensorBase,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> "Tensor":
    """Return minus the log-probability of the target class, reduced; see `cross_entropy`, which takes logits.

    Parameters
    ----------
    input : Tensor
        Log-probabilities, floating, of shape (C,), (N, C) or (N, C, d1, …).
    target : Tensor of integers
        The index of the class, of the shape of `input` without C.
    weight, ignore_index, reduction : optional
        As in `cross_entropy`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.nll_loss(mg.tensor([[-1.0, -2.0], [-3.0, -4.0]]), mg.tensor([0, 1]))
    tensor(2.5000)
    """
    x, axis = _logits("nll_loss", input)
    factors = _class_weight("nll_loss", x, axis, weight)
    index, counts = _place("nll_loss", x, axis, checked("nll_loss", target), ignore_index)
    weighted = x if factors is None else mul(x, factors)
    return _averaged("nll_loss", neg(_at(weighted, axis, index)), axis, index, counts, factors, reduction)


# --------------------------------------------------------------------------------------- the parts


def _reduced(name: str, loss: "Tensor", weight: Any, reduction: str) -> "Tensor":
    if weight is not None:
        loss = mul(loss, weight)
    if reduction == "none":
        return loss
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{name}: unknown reduction {reduction!r}: use 'mean', 'sum' or 'none'")
    return mean(loss) if reduction == "mean" else sum_(loss)


def _matched(name: str, input: TensorBase, target: Any) -> "tuple[Tensor, Tensor]":
    """Return `input` and `target` in one dtype, or raise ValueError if their shapes differ."""
    x, t = promoted(name, needs_floating(name, input), target)
    if checked(name, t).array.shape != x.array.shape:
        raise ValueError(
            f"{name}: target of shape {t.array.shape} does not fit input of shape {x.array.shape}: "
            "expected the same shape: reshape one of them"
        )
    return x, t


def _difference(name: str, input: TensorBase, target: Any) -> "Tensor":
    x, t = checked(name, input), checked(name, target)
    if x.array.shape != t.array.shape:
        warnings.warn(
            f"{name}: target of shape {t.array.shape} is broadcast against input of shape {x.array.shape}, "
            "which pairs an element with several: give both the same shape",
            UserWarning,
            stacklevel=3,
        )
    return sub(x, t)


def _logits(name: str, input: TensorBase) -> "tuple[Tensor, int]":
    """Return `input` and its axis of classes."""
    x = needs_floating(name, input)
    if not x.array.ndim:
        raise ValueError(f"{name}: expected an input of shape (C,), (N, C) or (N, C, d1, …), got a 0-d Tensor")
    return x, min(x.array.ndim - 1, 1)


def _class_weight(name: str, x: "Tensor", axis: int, weight: Any) -> "Tensor | None":
    """Return the factors of the classes in the dtype of x, ready to broadcast against it."""
    if weight is None:
        return None
    classes = x.array.shape[axis]
    if checked(name, weight).array.shape != (classes,):
        raise ValueError(f"{name}: weight must have shape ({classes},), one for each class, got {describe(weight)}")
    return reshape_row(as_dtype(weight, x.array.dtype), shape=(classes, *[1] * (x.array.ndim - axis - 1)))


def _place(name: str, x: "Tensor", axis: int, target: TensorBase, ignore_index: int) -> tuple[Array, Array]:
    """Return the target classes, with 0 where they are ignored, and which of them count.

    Their values are checked in host memory only: a GPU would have to wait.
    """
    index, shape = target.array, x.array.shape
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name}: expected integers as class indices, got {describe(target)}: use .long()")
    if index.shape != shape[:axis] + shape[axis + 1 :]:
        raise ValueError(
            f"{name}: class indices of shape {index.shape} do not fit an input of shape {shape}: expected "
            f"{shape[:axis] + shape[axis + 1 :]}, the shape without the axis of classes"
        )
    counts = index != ignore_index
    index = namespace(index).where(counts, index, 0)
    if index.size and device_of(index).type == "cpu":
        for worst in (int(index.min()), int(index.max())):
            if not 0 <= worst < shape[axis]:
                raise IndexError(
                    f"{name}: class index {worst} is out of range for {shape[axis]} classes: expected 0 to "
                    f"{shape[axis] - 1}, or ignore_index={ignore_index}"
                )
    return index, counts


def _at(x: "Tensor", axis: int, index: Array) -> "Tensor":
    """Return the elements of x at the classes `index`."""
    shape = index.shape
    column = index.reshape(*shape[:axis], 1, *shape[axis:])
    return reshape_row(gather_row(x, column, axis=axis), shape=shape)


def _averaged(
    name: str,
    loss: "Tensor",
    axis: int,
    index: Array,
    counts: Array,
    factors: "Tensor | None",
    reduction: str,
) -> "Tensor":
    """Reduce the losses that count; the mean is weighted by the factors of the target classes."""
    loss = where_row(counts, loss, 0.0)
    if reduction != "mean":
        return _reduced(name, loss, None, reduction)
    total = wrap(counts.astype(loss.array.dtype))
    if factors is not None:
        lengths = (*index.shape[:axis], factors.array.shape[0], *index.shape[axis:])
        total = mul(total, _at(expand_row(factors, shape=lengths), axis, index))
    return div(sum_(loss), sum_(total))
