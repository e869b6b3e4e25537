"""PyTorch's names for the common draws; each takes ``generator=`` (None: the default one in force)."""

from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import Array, Device, device_of, namespace, to_dtype, to_host
from minigen.random.arguments import Shape, as_integer, as_shape, check_values, to_tensor
from minigen.random.default import as_generator
from minigen.random.generator import Generator


def rand(
    *size: Any,
    generator: Generator | int | None = None,
    dtype: Any = None,
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a Tensor of draws from the uniform law on [0, 1).

    Parameters
    ----------
    *size : int, or one tuple of int
        Shape of the result.
    generator : Generator or int, optional
        What to draw from.
    dtype : dtype, optional
        A floating type; the default dtype if not given.
    device : str or Device, optional
        Where the result is put.
    requires_grad : bool
        Whether the result is a leaf that collects a gradient.

    Examples
    --------
    >>> rand(2, 3, generator=0).shape
    (2, 3)
    """
    draw = as_generator(generator).uniform(_size(size), dtype=dtype, device=device)
    return draw.requires_grad_(requires_grad)


def randn(
    *size: Any,
    generator: Generator | int | None = None,
    dtype: Any = None,
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a Tensor of draws from the standard normal law.

    Parameters
    ----------
    *size : int, or one tuple of int
        Shape of the result.
    generator, dtype, device, requires_grad
        As for `rand`.

    Examples
    --------
    >>> randn((2, 3), generator=0).shape
    (2, 3)
    """
    draw = as_generator(generator).normal(_size(size), dtype=dtype, device=device)
    return draw.requires_grad_(requires_grad)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | int | None = None,
    dtype: Any = None,
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return draws from the uniform law on [0, 1) with the shape, dtype and device of `input`.

    Parameters
    ----------
    input : Tensor
        The example.
    generator, dtype, device, requires_grad
        As for `rand`.

    Examples
    --------
    >>> rand_like(randn(2, 3, generator=0), generator=1).shape
    (2, 3)
    """
    return rand(
        input.shape,
        generator=generator,
        dtype=input.dtype if dtype is None else dtype,
        device=input.device if device is None else device,
        requires_grad=requires_grad,
    )


def randn_like(
    input: Tensor,
    *,
    generator: Generator | int | None = None,
    dtype: Any = None,
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return draws from the standard normal law with the shape, dtype and device of `input`.

    Parameters
    ----------
    input : Tensor
        The example.
    generator, dtype, device, requires_grad
        As for `rand`.

    Examples
    --------
    >>> randn_like(rand(2, 3, generator=0), generator=1).shape
    (2, 3)
    """
    return randn(
        input.shape,
        generator=generator,
        dtype=input.dtype if dtype is None else dtype,
        device=input.device if device is None else device,
        requires_grad=requires_grad,
    )


def randint(
    low: int = 0,
    high: Any = None,
    size: Shape | None = None,
    *,
    generator: Generator | int | None = None,
    dtype: Any = "int64",
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return integers from `low` to `high` - 1; ``randint(high, size)`` starts at 0.

    Parameters
    ----------
    low, high : int
        The first integer that can be drawn and the first above it that cannot.
    size : tuple of int
        Shape of the result.
    generator, device, requires_grad
        As for `rand`.
    dtype : dtype
        Type of the result.

    Raises
    ------
    ValueError
        If there is no integer to draw, or they do not fit in `dtype`.

    Examples
    --------
    >>> randint(10, (2, 3), generator=0).shape
    (2, 3)
    >>> randint(3, 4, (2,)).tolist()
    [3, 3]
    """
    if size is None:  # randint(high, size)
        low, high, size = 0, low, high
    elif high is None:  # randint(high, size=size)
        low, high = 0, low
    if size is None:
        raise TypeError("randint: give the shape of the result, as in randint(10, (2, 3))")
    draw = as_generator(generator).integers(low, high, size, dtype=dtype, device=device)
    return draw.requires_grad_(requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | int | None = None,
    dtype: Any = "int64",
    device: str | Device | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a random order of 0, …, `n` - 1.

    Parameters
    ----------
    n : int
        How many.
    generator, device, requires_grad
        As for `rand`.
    dtype : dtype
        Type of the result.

    Examples
    --------
    >>> sorted(randperm(4, generator=0).tolist())
    [0, 1, 2, 3]
    """
    return as_generator(generator).permutation(n, device=device).to(dtype).requires_grad_(requires_grad)


def bernoulli(input: Tensor, *, generator: Generator | int | None = None) -> Tensor:
    """Toss a coin for each probability in `input`.

    Parameters
    ----------
    input : Tensor
        Probabilities of 1, floating.
    generator : Generator or int, optional
        What to draw from.

    Returns
    -------
    Tensor
        Zeros and ones, with the shape, dtype and device of `input`, without gradient.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or NaN; on a GPU values are not looked at.

    Examples
    --------
    >>> bernoulli(rand(2, 3, generator=0).round(), generator=1).shape
    (2, 3)
    """
    return as_generator(generator).bernoulli(_tensor("bernoulli", input))


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | int | None = None,
) -> Tensor:
    """Draw `num_samples` indices from each row of weights.

    Parameters
    ----------
    input : Tensor, shape (k,) or (m, k)
        Non-negative weights, which need not sum to 1.
    num_samples : int
        How many indices for each row.
    replacement : bool
        Whether an index can be drawn twice. If not, a row's later draws are made from the weights of the
        indices that are left.
    generator : Generator or int, optional
        What to draw from.

    Returns
    -------
    Tensor of int64, shape (num_samples,) or (m, num_samples)

    Raises
    ------
    ValueError
        If weights are negative or not finite, or a row has too few that are above 0; on a GPU they are not looked at.

    Examples
    --------
    >>> weights = rand(3, generator=0)
    >>> sorted(multinomial(weights, 3, generator=1).tolist())
    [0, 1, 2]
    """
    rng = as_generator(generator)
    num_samples = as_integer("multinomial: num_samples", num_samples)
    _tensor("multinomial", input)
    if input.ndim not in (1, 2) or num_samples < 1:
        raise ValueError(
            "multinomial: needs weights of shape (k,) or (m, k) and num_samples >= 1, "
            f"got shape {input.shape} and num_samples={num_samples}"
        )
    if input.device.type != "cpu" and not rng.host_noise:
        return wrap(_on_device(rng, input.array, num_samples, replacement))
    weights = to_host(input.array).astype("float64")
    enough = (weights > 0).sum(-1, keepdims=True)
    needed = 1 if replacement else num_samples
    check_values(f"multinomial: each row needs {needed} weights above 0", enough, enough >= needed)
    if replacement:
        drawn = rng.categorical(_rows(weights, num_samples))
    else:
        drawn = numpy.empty((*weights.shape[:-1], num_samples), "int64")
        for i in range(num_samples):
            drawn[..., i] = rng.categorical(weights)
            numpy.put_along_axis(weights, drawn[..., i, None], 0.0, -1)
    return to_tensor(drawn, to_dtype("int64"), input.device)


def _on_device(rng: Generator, weights: Array, num_samples: int, replacement: bool) -> Array:
    """Draw from weights on a GPU without looking at them.

    Without replacement it is one race in which outcome j arrives at an exponential time of rate w[j]: the first has the
    law of one draw, the next that of a draw from those that are left, and so on (Efraimidis and Spirakis 2006).
    """
    if replacement:
        return rng.categorical(_rows(weights, num_samples))
    times = rng.exponential(weights.shape, dtype="float64", device=device_of(weights)).array
    return namespace(weights).argsort(-(weights / times), -1)[..., :num_samples]


def _rows(weights: Array, count: int) -> Array:
    """Return `weights` with a new axis of length `count` before the last."""
    return namespace(weights).broadcast_to(weights[..., None, :], (*weights.shape[:-1], count, weights.shape[-1]))


def _size(size: tuple[Any, ...]) -> tuple[int, ...]:
    return as_shape(size[0] if len(size) == 1 else size)


def _tensor(name: str, value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"{name}: expected a Tensor, got {type(value).__name__}: use minigen.tensor")
    return value
