"""Initial values of parameters, written in place and outside any graph.

A layer keeps the scale of its input if the variance of its weights is about 1 over the number of inputs of a unit,
``fan_in``, and that of the gradients if it is about 1 over ``fan_out``. Xavier's law balances both; Kaiming's looks at
one and adds the gain of the nonlinearity. A uniform law on [-a, a] has variance a²/3.

Sources: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"; He et
al. 2015, "Delving deep into rectifiers"; Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in
deep linear neural networks", for orthogonal matrices.

Every function returns the Tensor it was given. Draws come from ``generator`` (None: the default one in force).
"""

import math
from typing import Any, TypeVar

from minigen.autodiff import Tensor
from minigen.autodiff.graph import describe
from minigen.backend import namespace
from minigen.random import Generator, as_generator

T = TypeVar("T", bound=Tensor)
Source = Generator | int | None

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2.0), "selu": 0.75}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that makes up for what a nonlinearity takes from the standard deviation.

    Parameters
    ----------
    nonlinearity : {"linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"}
        Its name in `minigen.nn.functional`.
    param : float, optional
        The negative slope of ``leaky_relu``, 0.01 if not given.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        known = ", ".join([*GAINS, "leaky_relu"])
        raise ValueError(f"calculate_gain: unknown nonlinearity {nonlinearity!r}: use one of {known}")
    return GAINS[nonlinearity]


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, generator: Source = None) -> T:
    """Fill with draws from the uniform law on [a, b).

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.uniform_(mg.zeros(2, 3), -0.1, 0.1).abs().max().item() <= 0.1
    True
    """
    _checked("uniform_", tensor)
    draws = as_generator(generator).uniform(tensor.shape, a, b, dtype=tensor.dtype, device=tensor.device)
    return _write(tensor, draws.array)


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, generator: Source = None) -> T:
    """Fill with draws from the normal law.

    Raises
    ------
    ValueError
        If `std` is negative.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.normal_(mg.zeros(2), mean=3.0, std=0.0)
    tensor([3., 3.])
    """
    _checked("normal_", tensor)
    if not std >= 0:
        raise ValueError(f"normal_: std must not be negative, got {std}")
    draws = as_generator(generator).normal(tensor.shape, dtype=tensor.dtype, device=tensor.device)
    return _write(tensor, draws.array * std + mean)


def constant_(tensor: T, val: float) -> T:
    """Fill with one value.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.constant_(mg.zeros(2), 0.5)
    tensor([0.5000, 0.5000])
    """
    return _write(_checked("constant_", tensor), val)


def zeros_(tensor: T) -> T:
    """Fill with 0."""
    return _write(_checked("zeros_", tensor), 0.0)


def ones_(tensor: T) -> T:
    """Fill with 1."""
    return _write(_checked("ones_", tensor), 1.0)


def eye_(tensor: T) -> T:
    """Fill a matrix with the identity.

    Raises
    ------
    ValueError
        If the Tensor has not two axes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.eye_(mg.ones(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if _checked("eye_", tensor).ndim != 2:
        raise ValueError(f"eye_: expected two axes, got shape {tensor.shape}")
    return _write(tensor, namespace(tensor.array).eye(*tensor.shape))


def xavier_uniform_(tensor: T, gain: float = 1.0, generator: Source = None) -> T:
    """Fill from the uniform law on [-a, a) with a = gain sqrt(6 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If the Tensor has fewer than two axes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.xavier_uniform_(mg.zeros(2, 4)).abs().max().item() <= 1.0
    True
    """
    bound = math.sqrt(3.0) * gain * _xavier("xavier_uniform_", tensor)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: T, gain: float = 1.0, generator: Source = None) -> T:
    """Fill from the normal law with standard deviation gain sqrt(2 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If the Tensor has fewer than two axes.
    """
    return normal_(tensor, 0.0, gain * _xavier("xavier_normal_", tensor), generator)


def kaiming_uniform_(
    tensor: T, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Source = None
) -> T:
    """Fill from the uniform law on [-b, b) with b = gain sqrt(3 / fan).

    Parameters
    ----------
    tensor : Tensor, shape (out, in, …)
        The weights of a layer.
    a : float, optional
        The negative slope of the leaky ReLU that follows.
    mode : {"fan_in", "fan_out"}, optional
        Whether to keep the scale of the values or of the gradients.
    nonlinearity : str, optional
        What follows the layer; see `calculate_gain`.
    generator : Generator or int, optional
        What to draw from.

    Raises
    ------
    ValueError
        If the Tensor has fewer than two axes, or a name is unknown.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.init.kaiming_uniform_(mg.zeros(2, 6), a=1.0).abs().max().item() <= 0.5**0.5
    True
    """
    bound = math.sqrt(3.0) * _kaiming("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: T, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Source = None
) -> T:
    """Fill from the normal law with standard deviation gain / sqrt(fan); see `kaiming_uniform_`."""
    return normal_(tensor, 0.0, _kaiming("kaiming_normal_", tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: T, gain: float = 1.0, generator: Source = None) -> T:
    """Fill with a random matrix whose rows (or columns, whichever are fewer) are orthogonal and of length `gain`.

    Axes after the first count as one. The matrix is drawn evenly from all of these: the Q of the QR factors of a
    normal matrix, with the signs that make the diagonal of R positive (Mezzadri 2007).

    Raises
    ------
    ValueError
        If the Tensor has fewer than two axes.

    Examples
    --------
    >>> import minigen as mg
    >>> q = mg.nn.init.orthogonal_(mg.zeros(2, 3, dtype=mg.float64))
    >>> mg.allclose(q @ q.T, mg.eye(2, dtype=mg.float64))
    True
    """
    if _checked("orthogonal_", tensor).ndim < 2:
        raise ValueError(f"orthogonal_: expected at least two axes, got shape {tensor.shape}")
    if not tensor.numel():
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    shape = (max(rows, columns), min(rows, columns))
    normal = as_generator(generator).normal(shape, dtype="float64", device=tensor.device).array
    xp = namespace(normal)
    q, r = xp.linalg.qr(normal)
    q = q * xp.sign(xp.diagonal(r))
    return _write(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def fans(name: str, tensor: Tensor) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many weights come into a unit and how many go out of an input.

    Examples
    --------
    >>> import minigen as mg
    >>> fans("linear", mg.zeros(5, 3))
    (3, 5)
    """
    if _checked(name, tensor).ndim < 2:
        raise ValueError(f"{name}: expected the weights (out, in, …) of a layer, got shape {tensor.shape}")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _xavier(name: str, tensor: Tensor) -> float:
    return math.sqrt(2.0 / max(1, sum(fans(name, tensor))))


def _kaiming(name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"{name}: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    fan = fans(name, tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(1, fan))


def _checked(name: str, tensor: T) -> T:
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name}: expected a Tensor, got {describe(tensor)}")
    return tensor


def _write(tensor: T, values: Any) -> T:
    tensor.array[...] = values
    tensor.bump_version()
    return tensor
