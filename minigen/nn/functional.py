"""What layers compute, as functions (PyTorch's ``torch.nn.functional``).

Most stand beside their derivative in `minigen.autodiff.ops` and are only named here; this file adds what layers need
besides: the ``inplace`` option, `dropout`, `one_hot`.
"""

import warnings
from typing import Any

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe
from minigen.autodiff.ops import activation
from minigen.autodiff.ops.activation import logsigmoid, sigmoid, softplus, softplus_sum, tanh
from minigen.autodiff.ops.arranging import pad
from minigen.autodiff.ops.inplace import assign
from minigen.autodiff.ops.likelihood import bernoulli_log_prob
from minigen.autodiff.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from minigen.autodiff.ops.matmul import linear
from minigen.backend import Array, device_of, made_on, namespace, to_device, to_dtype
from minigen.random import Generator, as_generator

__all__ = [
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "softplus",
    "softplus_sum",
    "logsigmoid",
    "softmax",
    "log_softmax",
    "linear",
    "dropout",
    "one_hot",
    "pad",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "nll_loss",
    "mse_loss",
    "l1_loss",
    "bernoulli_log_prob",
]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the larger of each element and 0; with `inplace`, in the memory of `input`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.relu(mg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    result = activation.relu(input)
    return assign("relu", input, result) if inplace else result


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return each element, times `negative_slope` where it is negative; with `inplace`, in the memory of `input`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.leaky_relu(mg.tensor([-1.0, 2.0]), 0.25)
    tensor([-0.2500,  2.0000])
    """
    result = activation.leaky_relu(input, negative_slope)
    return assign("leaky_relu", input, result) if inplace else result


def softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return ``exp(input)`` scaled to sum to 1 along the axis `dim`.

    Without `dim` it is axis 0 for 0, 1 and 3 axes and axis 1 otherwise, with a warning, as in PyTorch.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.softmax(mg.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return activation.softmax(input, _axis("softmax", input, dim), dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return ``log(softmax(input, dim))``, precise also where the probability is tiny; see `softmax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.log_softmax(mg.tensor([0.0, 0.0]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    return activation.log_softmax(input, _axis("log_softmax", input, dim), dtype=dtype)


def _axis(name: str, input: Tensor, dim: int | None) -> int:
    if dim is not None:
        return dim
    axis = 0 if input.ndim in (0, 1, 3) else 1
    warnings.warn(f"{name}: no dim given, dim={axis} is guessed: say which axis it is", stacklevel=3)
    return axis


def dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    generator: Generator | int | None = None,
) -> Tensor:
    """Set each element to 0 with probability `p` and multiply the others by 1 / (1 - p), so that means are kept.

    Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".

    Parameters
    ----------
    input : Tensor
        Floating, any shape.
    p : float, optional
        Probability of 0, from 0 to 1.
    training : bool, optional
        If False, `input` is returned as it is.
    inplace : bool, optional
        Write into the memory of `input`.
    generator : Generator or int, optional
        What to draw from; the default generator in force if not given.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    ValueError
        If `p` is no probability.
    TypeError
        If `input` is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.dropout(mg.ones(5), 0.5, generator=mg.random.Generator(2, host_noise=True))
    tensor([2., 2., 0., 2., 0.])
    """
    check_probability("dropout", p)
    if not isinstance(input, Tensor) or not input.is_floating_point():
        raise TypeError(f"dropout: expected a floating Tensor, got {describe(input)}: convert it with .float()")
    if not training or p == 0:
        return input
    rng = as_generator(generator)
    where = "cpu" if rng.host_noise else input.device  # so that no device is waited for
    kept: Array = rng.bernoulli(made_on(where, lambda xp: xp.broadcast_to(xp.full((), 1.0 - p), input.shape)))
    scale = 1.0 / (1.0 - p) if p < 1 else 0.0
    result = input * wrap(to_device((kept * scale).astype(input.dtype), input.device))
    return assign("dropout", input, result) if inplace else result


def check_probability(name: str, p: float) -> None:
    """Raise ValueError if `p` is not in [0, 1]."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is the probability of 0 and lies in [0, 1], got {p}")


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return vectors that are 1 at the index given and 0 elsewhere.

    Parameters
    ----------
    tensor : Tensor of integers, shape (…)
        The indices, not negative.
    num_classes : int, optional
        Length of the vectors; by default one more than the largest index (for which a GPU is waited for).

    Returns
    -------
    Tensor of int64, shape (…, num_classes)

    Raises
    ------
    TypeError
        If the indices are no integers.
    IndexError
        If an index is out of range (checked in host memory only).
    ValueError
        If `num_classes` is missing and there are no indices.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.one_hot(mg.tensor([0, 2]), 3)
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    if not isinstance(tensor, Tensor) or tensor.dtype.kind not in "iu":
        raise TypeError(f"one_hot: expected a Tensor of integers, got {describe(tensor)}: convert it with .long()")
    index = tensor.array
    if num_classes == -1:
        if not index.size:
            raise ValueError("one_hot: without an index the number of classes is unknown: give num_classes")
        num_classes = int(index.max()) + 1
    if index.size and device_of(index).type == "cpu":
        low, high = int(index.min()), int(index.max())
        if low < 0 or high >= num_classes:
            raise IndexError(f"one_hot: indices from {low} to {high} are out of range for {num_classes} classes")
    classes = namespace(index).arange(num_classes)
    return wrap((index[..., None] == classes).astype(to_dtype("int64")))
