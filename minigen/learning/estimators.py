"""Estimators of the evidence lower bound and of its gradient.

The encoder's parameters φ stand under the expectation and in the law it is taken over:

    ∇ E_q[f(z)] = E_ε[∇ f(z(ε))]                       reparameterization: z = μ + σ ε, for continuous latents
                = E_q[(f(z) - b) ∇ log q(z|x) + ∇ f(z)]   score function, for any latents

where f(z) = log p(x|z) + log p(z) - log q(z|x). The second needs only that f can be computed, and has far more
variance; a baseline b that does not depend on z takes most of it away and leaves the mean as it is. Here b is the mean
of f over the other draws of the same x.

An estimator is called as ``estimator(model, x, adjust, rng)``, where `adjust` is applied to the divergences, and
returns `Terms`. Both take KL(q‖p) in closed form ("analytic"), or sample it as log q(z|x) - log p(z) at the z drawn.

Sources: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equations 6 and 7; Williams 1992, "Simple
Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"; Mnih and Rezende 2016,
"Variational Inference for Monte Carlo Objectives", section 2.3, for the baseline of other draws.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from minigen.autodiff import Tensor
from minigen.distributions import Distribution, kl_divergence
from minigen.random import Generator

DIVERGENCES = ("analytic", "sampled")
Adjust = Callable[[Tensor], Tensor]


class LatentVariableModel(Protocol):
    """What is needed of a model: q(z|x), p(z) and log p(x|z)."""

    prior: Any

    def encode(self, x: Tensor) -> Distribution: ...  # noqa: D102
    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor: ...  # noqa: D102


class Terms(NamedTuple):
    """What an estimator returns.

    Attributes
    ----------
    objective : Tensor
        Of shape (n,): its gradient is the estimate. Its value means nothing else.
    reconstruction : Tensor
        log p(x|z), of shape (n,), in nats.
    divergence : Tensor
        Of shape (n, latent_dim), in nats, before it is adjusted.
    mean : Tensor
        The mean of q(z|x), of shape (n, latent_dim).
    """

    objective: Tensor
    reconstruction: Tensor
    divergence: Tensor
    mean: Tensor


@dataclass(frozen=True)
class Reparameterization:
    """One draw z = μ + σ ε for each example, differentiated.

    Parameters
    ----------
    divergence : {"analytic", "sampled"}, optional
        Whether the divergence is in closed form or sampled.

    Raises
    ------
    ValueError
        If `divergence` is unknown.

    Examples
    --------
    >>> Reparameterization()
    Reparameterization(divergence='analytic')
    """

    divergence: str = "analytic"

    def __post_init__(self) -> None:
        check_divergence(self)

    def __call__(self, model: LatentVariableModel, x: Tensor, adjust: Adjust, rng: Generator) -> Terms:
        """Return the terms of the bound for the examples `x`."""
        posterior = model.encode(x)
        if not posterior.has_rsample:
            raise ValueError(
                f"Reparameterization: draws of {type(posterior).__name__} cannot be differentiated: use ScoreFunction()"
            )
        z = posterior.rsample(rng=rng)  # type: ignore[attr-defined]
        reconstruction = model.log_likelihood(x, z)
        if self.divergence == "analytic":
            divergence = kl_divergence(posterior, model.prior)
        else:
            divergence = posterior.log_prob(z) - model.prior.log_prob(z)
        return Terms(reconstruction - adjust(divergence).sum(1), reconstruction, divergence, posterior.mean)


@dataclass(frozen=True)
class ScoreFunction:
    """Several draws of z for each example, weighted by how much better each is than the others.

    Parameters
    ----------
    samples : int, optional
        Draws for each example, at least 2: the baseline of one is the mean of the others.
    divergence : {"analytic", "sampled"}, optional
        Whether the divergence is in closed form or sampled.

    Raises
    ------
    ValueError
        If `samples` is below 2 or `divergence` unknown.

    Examples
    --------
    >>> ScoreFunction(samples=4)
    ScoreFunction(samples=4, divergence='analytic')
    """

    samples: int = 2
    divergence: str = "analytic"

    def __post_init__(self) -> None:
        check_divergence(self)
        if not isinstance(self.samples, int) or isinstance(self.samples, bool) or self.samples < 2:
            raise ValueError(
                f"ScoreFunction: samples must be an int of at least 2, for each draw's baseline is the mean of the "
                f"others, got {self.samples!r}"
            )

    def __call__(self, model: LatentVariableModel, x: Tensor, adjust: Adjust, rng: Generator) -> Terms:
        """Return the terms of the bound for the examples `x`."""
        posterior = model.encode(x)
        z = posterior.sample((self.samples,), rng=rng)
        log_q = posterior.log_prob(z)
        reconstruction = model.log_likelihood(x, z)
        if self.divergence == "analytic":
            divergence = kl_divergence(posterior, model.prior)
            signal = reconstruction
            direct = reconstruction.mean(0) - adjust(divergence).sum(1)
        else:
            sampled = log_q - model.prior.log_prob(z)
            divergence = sampled.mean(0)
            signal = reconstruction - adjust(sampled).sum(2)
            direct = signal.mean(0)
        baseline = (signal.sum(0) - signal) / (self.samples - 1)
        score = ((signal - baseline).detach() * log_q.sum(2)).mean(0)
        return Terms(direct + score, reconstruction.mean(0), divergence, posterior.mean)


def check_divergence(estimator: Reparameterization | ScoreFunction) -> None:
    """Raise ValueError if the estimator's ``divergence`` is unknown."""
    if estimator.divergence not in DIVERGENCES:
        raise ValueError(
            f"{type(estimator).__name__}: divergence must be one of {', '.join(DIVERGENCES)}, "
            f"got {estimator.divergence!r}"
        )
