"""What is done to all gradients or parameters at once: clipping, and parameters as one vector."""

import math
from collections.abc import Iterable

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.creation import zeros
from minigen.autodiff.graph import describe
from minigen.autodiff.ops.joining import cat
from minigen.backend import Array, as_array, namespace

Parameters = Tensor | Iterable[Tensor]


def clip_grad_norm_(
    parameters: Parameters, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Scale all gradients by one factor, so that their norm as one vector is at most `max_norm`.

    Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", Algorithm 1.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are skipped.
    max_norm : float
        The largest norm allowed.
    norm_type : float, optional
        The p of the p-norm, above 0; ``inf`` is the largest absolute value.
    error_if_nonfinite : bool, optional
        Raise if the norm is infinite or NaN, before anything is changed; this waits for a GPU, otherwise nothing does.

    Returns
    -------
    Tensor
        0-d, the norm before.

    Raises
    ------
    ValueError
        If `max_norm` is negative or `norm_type` not above 0.
    RuntimeError
        If the norm is not finite, with `error_if_nonfinite`.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.zeros(2, requires_grad=True)
    >>> x.grad = mg.tensor([3.0, 4.0])
    >>> mg.nn.utils.clip_grad_norm_(x, 1.0)
    tensor(5.)
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    if not max_norm >= 0 or not norm_type > 0:
        raise ValueError(
            f"clip_grad_norm_: expected max_norm >= 0 and norm_type > 0, got max_norm={max_norm} and "
            f"norm_type={norm_type}"
        )
    grads = _gradients("clip_grad_norm_", parameters)
    if not grads:
        return zeros(())
    xp = namespace(grads[0].array)
    total = _norm(xp.stack([_norm(grad.array, norm_type) for grad in grads]), norm_type)
    if error_if_nonfinite and not math.isfinite(float(total)):
        raise RuntimeError(
            f"clip_grad_norm_: the norm of the gradients is {float(total)}, so they cannot be scaled: look for what "
            "overflowed, or pass error_if_nonfinite=False"
        )
    factor = xp.minimum(max_norm / (total + 1e-6), 1.0)
    for grad in grads:
        xp.multiply(grad.array, factor, grad.array)
        grad.bump_version()
    return wrap(total)


def _norm(x: Array, p: float) -> Array:
    """Return the p-norm of all elements as a 0-d array."""
    xp = namespace(x)
    if not x.size:
        return xp.zeros((), x.dtype)
    if p == math.inf:
        return as_array(abs(x).max())
    if p == 2:
        flat = x.reshape(-1)
        return as_array(xp.sqrt(xp.dot(flat, flat)))
    return as_array((abs(x) ** p).sum() ** (1 / p))


def clip_grad_value_(parameters: Parameters, clip_value: float) -> None:
    """Limit every element of every gradient to the interval from -clip_value to clip_value.

    Raises
    ------
    ValueError
        If `clip_value` is negative.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.zeros(2, requires_grad=True)
    >>> x.grad = mg.tensor([0.5, -4.0])
    >>> mg.nn.utils.clip_grad_value_([x], 1.0)
    >>> x.grad
    tensor([ 0.5000, -1.0000])
    """
    if not clip_value >= 0:
        raise ValueError(f"clip_grad_value_: clip_value must not be negative, got {clip_value}")
    for grad in _gradients("clip_grad_value_", parameters):
        grad.array[...] = grad.array.clip(-clip_value, clip_value)
        grad.bump_version()


def _gradients(name: str, parameters: Parameters) -> list[Tensor]:
    tensors = _tensors(name, parameters)
    return [tensor.grad for tensor in tensors if tensor.grad is not None]


def _tensors(name: str, parameters: Parameters) -> list[Tensor]:
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}: expected Tensors, got {describe(tensor)}: pass model.parameters()")
    return tensors


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all parameters as one vector, joined to the graph.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.utils.parameters_to_vector([mg.ones(2, 1), mg.zeros(3)])
    tensor([1., 1., 0., 0., 0.])
    """
    return cat([tensor.reshape(-1) for tensor in _tensors("parameters_to_vector", parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Copy a vector into the parameters, the inverse of `parameters_to_vector`.

    Raises
    ------
    ValueError
        If the vector has not as many elements as the parameters together.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.zeros(2, 1)
    >>> mg.nn.utils.vector_to_parameters(mg.tensor([3.0, 4.0]), [x])
    >>> x.tolist()
    [[3.0], [4.0]]
    """
    tensors = _tensors("vector_to_parameters", parameters)
    count = sum(tensor.numel() for tensor in tensors)
    if vec.shape != (count,):
        raise ValueError(f"vector_to_parameters: expected a vector of shape ({count},), got shape {vec.shape}")
    start = 0
    for tensor in tensors:
        end = start + tensor.numel()
        tensor.array[...] = vec.array[start:end].reshape(tensor.shape)
        tensor.bump_version()
        start = end
