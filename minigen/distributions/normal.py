"""The normal law, element by element.

    log p(x) = -1/2 ((x - μ) / σ)² - log σ - 1/2 log 2π

Its draws x = μ + σ ε, ε from N(0, 1), are differentiable in μ and σ (the reparameterization of Kingma and Welling 2014,
"Auto-Encoding Variational Bayes", section 2.4).
"""

import math
from typing import Any, ClassVar

from minigen.autodiff import Tensor
from minigen.backend import namespace
from minigen.distributions.distribution import Distribution, as_tensors, broadcast
from minigen.random import Generator, as_generator
from minigen.random.arguments import Shape

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class Normal(Distribution):
    """N(loc, scale²) for each element.

    Parameters
    ----------
    loc : Tensor or float
        The means μ.
    scale : Tensor or float
        The standard deviations σ > 0, broadcast against `loc`.
    log_scale : Tensor or float
        Instead of `scale`: log σ, which any number may be, as a network's output.
    validate_args : bool, optional
        Whether to check values; see `Distribution`.

    Attributes
    ----------
    loc, scale, log_scale : Tensor
        The parameters, of shape `batch_shape`.

    Raises
    ------
    ValueError
        If a scale is not positive, or a parameter is NaN, and values are checked; if shapes do not broadcast.
    TypeError
        If not exactly one of `scale` and `log_scale` is given.

    Examples
    --------
    >>> import minigen as mg
    >>> law = mg.distributions.Normal(mg.tensor([0.0, 1.0]), 2.0)
    >>> law.log_prob(mg.tensor([0.0, 1.0]))
    tensor([-1.6121, -1.6121])
    >>> law.sample((3,), rng=0).shape
    (3, 2)
    """

    has_rsample: ClassVar[bool] = True

    def __init__(
        self, loc: Any, scale: Any = None, validate_args: bool | None = None, *, log_scale: Any = None
    ) -> None:
        if (scale is None) == (log_scale is None):
            raise TypeError(f"Normal: give either scale or log_scale, got {'none' if scale is None else 'both'}")
        loc, given = as_tensors(loc, log_scale if scale is None else scale)
        self._validate_args = validate_args
        self._check("loc must be a number", loc, lambda x: x == x, "look where NaN came from")
        if scale is None:
            self._check("log_scale must be a number", given, lambda x: x == x, "look where NaN came from")
        else:
            self._check("scale must be positive", given, lambda x: x > 0, "give log_scale=… where any number may come")
        # computed before they are repeated: one number for all is one exponential
        scale, log_scale = (given.exp(), given) if scale is None else (given, given.log())
        self.loc, self.scale, self.log_scale = broadcast("Normal", loc, scale, log_scale)
        self.batch_shape = self.loc.shape

    @property
    def mean(self) -> Tensor:
        """The means."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """Where the density is greatest: the means."""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """The standard deviations."""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """The variances."""
        return self.scale.square()

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density at `value`, which is broadcast against the parameters, in nats."""
        self._check("values must be finite", value, lambda x: namespace(x).isfinite(x), "look where they came from")
        return ((value - self.loc) / self.scale).square() * -0.5 - self.log_scale - HALF_LOG_TWO_PI

    def entropy(self) -> Tensor:
        """Return log σ + 1/2 log 2πe of each element, in nats."""
        return self.log_scale + (0.5 + HALF_LOG_TWO_PI)

    def rsample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Draw μ + σ ε, with the graph of μ and σ; the arguments are those of `sample`."""
        noise = as_generator(rng).normal(self._extended(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + self.scale * noise

    def sample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Draw, outside any graph; of shape `sample_shape` + `batch_shape`."""
        return self.rsample(sample_shape, rng=rng).detach()

    def __repr__(self) -> str:
        return f"Normal(loc={self.loc!r}, scale={self.scale!r})"
