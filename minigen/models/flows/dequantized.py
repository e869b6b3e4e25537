"""A density as a model of discrete data: the probability of a level is what the density holds in its cell.

    P(k) = ∫_[0,1)^d p((k + u) / n) du / n^d        log P(k) >= E_u[log p((k + u) / n)] - d log n

The right side, with u uniform, is what training on dequantised data raises; it is exact where p is flat over cells.

Source: Theis, van den Oord and Bethge 2016, "A note on the evaluation of generative models", section 3.1.
"""

import math
from typing import Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.data.transforms.dequantize import dequantized
from minigen.nn import Module
from minigen.random import Generator, as_generator


class Density(Protocol):
    """What is needed of a model of numbers in [0, 1): `Flow` and anything that behaves like it."""

    def log_prob(self, x: Tensor) -> Tensor: ...  # noqa: D102
    def sample(self, n: int, rng: Generator | int | None = None) -> Tensor: ...  # noqa: D102


class Dequantized(Module):
    """The law of levels 0 … n - 1 under a density on [0, 1).

    Parameters
    ----------
    density : Module
        With ``log_prob`` and ``sample``, of examples in [0, 1).
    levels : int, optional
        n.

    Examples
    --------
    >>> import minigen as mg
    >>> model = Dequantized(mg.models.NICE((2, 2), hidden=[8]))
    >>> levels = mg.tensor([[[0, 255], [3, 4]]], dtype="uint8")
    >>> model.elbo(levels, rng=0).shape, model.sample(5, rng=0).dtype
    ((1,), dtype('int64'))
    """

    density: Density

    def __init__(self, density: Density, levels: int = 256) -> None:
        super().__init__()
        if levels < 2:
            raise ValueError(f"Dequantized: expected at least 2 levels, got {levels}")
        self.density = density
        self.levels = levels

    def elbo(self, x: Tensor, rng: Generator | int | None = None) -> Tensor:
        """Return log p((x + u) / n) - d log n for one draw of u, of shape (batch,), in nats.

        Its expectation is a lower bound of log P(x).

        Parameters
        ----------
        x : Tensor
            Levels, of shape (batch, …).
        rng : None, int or minigen.random.Generator, optional
            What u is drawn from.
        """
        features = math.prod(x.shape[1:])
        return self.density.log_prob(dequantized(x, self.levels, as_generator(rng))) - features * math.log(self.levels)

    @no_grad
    def sample(self, n: int, rng: Generator | int | None = None) -> Tensor:
        """Draw `n` examples: the levels in whose cells draws of the density fall, the nearest ones for those outside.

        Returns
        -------
        Tensor of int64
            Of shape (n, …).
        """
        x = self.density.sample(n, rng)
        return (x * self.levels).floor().clip(0, self.levels - 1).to("int64")

    def extra_repr(self) -> str:
        """Return the number of levels."""
        return f"levels={self.levels}"
