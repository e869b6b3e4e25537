"""The logistic law, element by element: bell-shaped like the normal law, with the heavier tails of exp(-|x|).

    log p(x) = log σ(z) + log σ(-z) - log s = z + 2 log σ(-z) - log s,    z = (x - μ) / s

Its distribution function is the sigmoid σ(z), its variance π² s² / 3. The difference of two independent Gumbel draws is
logistic, since E / E' for two exponential draws exceeds t with probability 1 / (1 + t).
"""

import math
from typing import Any, ClassVar

from minigen.autodiff import Tensor
from minigen.autodiff.ops.activation import logsigmoid
from minigen.backend import namespace
from minigen.distributions.distribution import Distribution, as_tensors, broadcast
from minigen.random import Generator, as_generator
from minigen.random.arguments import Shape


class Logistic(Distribution):
    """The logistic law around `loc` for each element.

    Parameters
    ----------
    loc : Tensor or float
        The means μ.
    scale : Tensor or float
        s > 0, broadcast against `loc`; the standard deviation is π s / √3.
    validate_args : bool, optional
        Whether to check values; see `Distribution`.

    Attributes
    ----------
    loc, scale : Tensor
        The parameters, of shape `batch_shape`.

    Raises
    ------
    ValueError
        If a scale is not positive, or a parameter is NaN, and values are checked; if shapes do not broadcast.

    Examples
    --------
    >>> import minigen as mg
    >>> law = mg.distributions.Logistic(mg.tensor([0.0, 1.0]), 1.0)
    >>> law.log_prob(mg.tensor([0.0, 1.0]))
    tensor([-1.3863, -1.3863])
    """

    has_rsample: ClassVar[bool] = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        loc, scale = as_tensors(loc, scale)
        self._validate_args = validate_args
        self._check("loc must be a number", loc, lambda x: x == x, "look where NaN came from")
        self._check("scale must be positive", scale, lambda x: x > 0, "give log_scale.exp()")
        self.loc, self.scale = broadcast("Logistic", loc, scale)
        self.batch_shape = self.loc.shape

    @property
    def mean(self) -> Tensor:
        """The means."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The variances π² s² / 3."""
        return self.scale.square() * (math.pi**2 / 3)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density at `value`, which is broadcast against the parameters, in nats."""
        self._check("values must be finite", value, lambda x: namespace(x).isfinite(x), "look where they came from")
        return standard_log_prob((value - self.loc) / self.scale) - self.scale.log()

    def entropy(self) -> Tensor:
        """Return log s + 2 of each element, in nats."""
        return self.scale.log() + 2.0

    def rsample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Draw μ + s z, with the graph of μ and s; the arguments are those of `sample`."""
        z = standard_draws(self._extended(sample_shape), rng=rng, dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + self.scale * z

    def sample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Draw, outside any graph; of shape `sample_shape` + `batch_shape`."""
        return self.rsample(sample_shape, rng=rng).detach()

    def __repr__(self) -> str:
        return f"Logistic(loc={self.loc!r}, scale={self.scale!r})"


def standard_log_prob(z: Tensor) -> Tensor:
    """Return z + 2 log σ(-z), the log-density of mean 0 and scale 1; exact in both tails.

    Examples
    --------
    >>> import minigen as mg
    >>> standard_log_prob(mg.tensor([-1000.0, 0.0, 1000.0]))
    tensor([-1000.0000,    -1.3863, -1000.0000])
    """
    return z + 2.0 * logsigmoid(-z)


def standard_draws(
    shape: Shape, *, rng: Generator | int | None = None, dtype: Any = None, device: Any = None
) -> Tensor:
    """Draw from the logistic law of mean 0 and scale 1.

    Examples
    --------
    >>> standard_draws((2, 3), rng=0).shape
    (2, 3)
    """
    rng = as_generator(rng)
    one, other = (rng.gumbel(shape, dtype=dtype, device=device) for _ in range(2))
    return one - other
