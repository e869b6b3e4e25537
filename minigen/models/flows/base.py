"""The laws of noise that flows end in: independent features, each standard normal or standard logistic.

    Gaussian    log p(z) = Σ -z²/2 - log(2π)/2
    Logistic    log p(z) = Σ log σ(z) + log σ(-z), from `minigen/distributions/logistic.py`

The logistic law has heavier tails; NICE was trained with it. Both sample what they score: a flow fitted under one law
and sampled under another is a different model.

Source: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation", sections 2 and 5.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from minigen.autodiff import Tensor
from minigen.distributions.logistic import standard_draws, standard_log_prob
from minigen.models.perceptron import shape_of_example
from minigen.nn import Module
from minigen.random import Generator, as_generator


class Base(Module, ABC):
    """A law of vectors; `data_shape` is the shape of the examples that a flow makes of them.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch; vectors have as many features as it has elements.

    Raises
    ------
    ValueError
        If that is no shape.
    """

    def __init__(self, data_shape: int | Sequence[int]) -> None:
        super().__init__()
        self.data_shape = shape_of_example(data_shape)
        self.features = math.prod(self.data_shape)

    @abstractmethod
    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats, of shape (batch,), for vectors of shape (batch, features)."""

    @abstractmethod
    def sample(self, n: int, *, rng: Generator | int | None = None, dtype: Any = None, device: Any = None) -> Tensor:
        """Draw `n` vectors, of shape (n, features)."""

    def extra_repr(self) -> str:
        """Return the shape of an example."""
        return f"data_shape={self.data_shape}"


class Gaussian(Base):
    """N(0, I).

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch.

    Examples
    --------
    >>> import minigen as mg
    >>> Gaussian(2).log_prob(mg.zeros(1, 2))
    tensor([-1.8379])
    """

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats, of shape (batch,), for vectors of shape (batch, features)."""
        return -0.5 * z.square().sum(dim=1) - 0.5 * self.features * math.log(2 * math.pi)

    def sample(self, n: int, *, rng: Generator | int | None = None, dtype: Any = None, device: Any = None) -> Tensor:
        """Draw `n` vectors, of shape (n, features)."""
        return as_generator(rng).normal((n, self.features), dtype=dtype, device=device)


class Logistic(Base):
    """Independent features of density 1 / (2 + e^z + e^-z), of variance π²/3.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch.

    Examples
    --------
    >>> import minigen as mg
    >>> Logistic(2).log_prob(mg.zeros(1, 2))  # -2 log 4
    tensor([-2.7726])
    """

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats, of shape (batch,), for vectors of shape (batch, features)."""
        return standard_log_prob(z).sum(dim=1)

    def sample(self, n: int, *, rng: Generator | int | None = None, dtype: Any = None, device: Any = None) -> Tensor:
        """Draw `n` vectors, of shape (n, features)."""
        return standard_draws((n, self.features), rng=rng, dtype=dtype, device=device)
