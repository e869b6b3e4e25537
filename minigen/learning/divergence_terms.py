"""What may be done to the divergence KL(q(z|x)‖p(z)) before it is descended.

Early in training the likelihood says little, and the divergence pulls latents into the prior, from where they may not
come back. Either its weight grows from 0 (`Annealing`), or what each latent may cost freely is left out (`FreeBits`).

A term is a function of the divergences, of shape (n, latent_dim), and of the number of steps taken. Terms are applied
one after another:

    ELBO(model, optimizer, kl=[FreeBits(0.1), Annealing(10_000)])

Sources: Bowman, Vilnis, Vinyals, Dai, Jozefowicz and Bengio 2016, "Generating Sentences from a Continuous Space", for
annealing; Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling 2016, "Improved Variational Inference with Inverse
Autoregressive Flow", appendix C.8, for free bits.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from minigen.autodiff import Tensor
from minigen.autodiff.ops.indexing import where


class DivergenceTerm(Protocol):
    """What is needed of a term."""

    @property
    def linear(self) -> bool:
        """Whether it commutes with expectations, so that it may be applied to a divergence that is sampled."""

    def __call__(self, divergence: Tensor, step: int) -> Tensor:
        """Return what takes the place of `divergence`, of its shape, after `step` steps."""


@dataclass(frozen=True)
class Annealing:
    """Weight the divergence by a number that goes from `start` to `end` over `steps` steps, and stays there.

    Parameters
    ----------
    steps : int
        How many steps it takes.
    start, end : float, optional
        The weights, not negative.

    Raises
    ------
    ValueError
        If `steps` is below 1 or a weight negative.

    Examples
    --------
    >>> import minigen as mg
    >>> Annealing(10)(mg.tensor([[2.0]]), step=5)
    tensor([[1.]])
    """

    steps: int
    start: float = 0.0
    end: float = 1.0
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.steps, int) or isinstance(self.steps, bool) or self.steps < 1:
            raise ValueError(f"Annealing: steps must be a positive int, got {self.steps!r}")
        if not (self.start >= 0 and self.end >= 0):
            raise ValueError(f"Annealing: weights must not be negative, got {self.start} and {self.end}")

    def __call__(self, divergence: Tensor, step: int) -> Tensor:
        """Return the weighted divergence."""
        return divergence * (self.start + (self.end - self.start) * min(step, self.steps) / self.steps)


@dataclass(frozen=True)
class FreeBits:
    """Let every latent cost `nats` on average over the batch for nothing: max(nats, mean divergence).

    Parameters
    ----------
    nats : float
        What each latent has free.

    Raises
    ------
    ValueError
        If `nats` is negative.

    Examples
    --------
    >>> import minigen as mg
    >>> FreeBits(0.5)(mg.tensor([[0.25, 3.0], [0.25, 1.0]]), step=0)
    tensor([[0.5000, 3.0000],
            [0.5000, 1.0000]])
    """

    nats: float
    linear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.nats >= 0:
            raise ValueError(f"FreeBits: nats must not be negative, got {self.nats}")

    def __call__(self, divergence: Tensor, step: int) -> Tensor:
        """Return the divergence, `nats` for the latents whose mean is below."""
        return where(divergence.mean(0, keepdim=True) > self.nats, divergence, self.nats)
