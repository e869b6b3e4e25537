"""A density in the plane whose value is known, and its entropy by quadrature."""

import math
from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy

from minigen.autodiff import Tensor, no_grad, wrap
from minigen.backend import Array, asarray_on
from minigen.random import Generator


class Density(ABC):
    """A law of points in the plane, with exact `log_prob`.

    Attributes
    ----------
    box : (float, float, float, float)
        Lowest and highest x, lowest and highest y: a rectangle that holds all of the law but less than 1e-12.
    scale : float
        Length below which the density is smooth.

    Examples
    --------
    >>> from minigen.data.toy import Ring
    >>> isinstance(Ring(), Density)
    True
    """

    box: tuple[float, float, float, float]
    scale: float

    @abstractmethod
    def sample(self, n: int, *, rng: int | Generator | None = None) -> Tensor:
        """Draw `n` points, of shape (n, 2) and the default dtype.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int or Generator
            What they are drawn from.
        """

    @abstractmethod
    def log_prob(self, x: Tensor) -> Tensor:
        """Return the logarithm of the density at points of shape (n, 2), in nats; of shape (n,)."""

    def entropy(self) -> float:
        """Return -E[log p(x)] in nats.

        By the midpoint rule on `box` with steps of a third of `scale`. For a smooth density that ends before the
        borders the rule converges faster than any power of the step; here the error is below 1e-9.
        """
        return self._entropy

    @cached_property
    def _entropy(self) -> float:
        left, right, bottom, top = self.box
        x, width = _midpoints(left, right, self.scale / 3)
        y, height = _midpoints(bottom, top, self.scale / 3)
        total = 0.0
        with no_grad():
            for column in x:
                log_p = self.log_prob(wrap(numpy.stack([numpy.full_like(y, column), y], axis=1))).array
                total -= float((numpy.exp(log_p) * log_p).sum())
        return total * width * height


def check_points(density: Density, x: Tensor) -> None:
    """Raise unless `x` is a floating Tensor of points, of shape (n, 2)."""
    if x.ndim != 2 or x.shape[1] != 2 or not x.is_floating_point():
        raise ValueError(
            f"{type(density).__name__}.log_prob: expected floating points of shape (n, 2), got {x.dtype} of {x.shape}"
        )


def constant(values: Any, x: Tensor) -> Tensor:
    """Return numbers of the host as a Tensor of the device and dtype of `x`."""
    return wrap(asarray_on(x.device, numpy.asarray(values, x.dtype)))


def _midpoints(low: float, high: float, step: float) -> tuple[Array, float]:
    n = math.ceil((high - low) / step)
    width = (high - low) / n
    return low + width * (numpy.arange(n) + 0.5), width
