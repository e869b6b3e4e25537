"""Mixtures of equal round Gaussians: p(x) = 1/K sum_k N(x; m_k, s² I), above all the ring of 8 and the grid of 25."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.ops.reduction import logsumexp
from minigen.backend import get_default_dtype
from minigen.data.toy.density import Density, check_points, constant
from minigen.random import Generator, as_generator


class GaussianMixture(Density):
    """Equally likely Gaussians N(m_k, std² I), all equally wide.

    Parameters
    ----------
    means : array or sequence of pairs, shape (K, 2)
        The centres m_k.
    std : float
        Their common standard deviation s along each axis.

    Attributes
    ----------
    means : Tensor of float64, shape (K, 2)
    std : float

    Raises
    ------
    ValueError
        If `means` are not pairs, or `std` is not above 0.

    Examples
    --------
    >>> import minigen as mg
    >>> one = GaussianMixture([[0.0, 0.0]], 1.0)
    >>> one.log_prob(mg.zeros(1, 2))  # -log 2 pi
    tensor([-1.8379])
    >>> round(one.entropy(), 6)  # 1 + log 2 pi
    2.837877
    """

    def __init__(self, means: Any | Sequence[Sequence[float]], std: float) -> None:
        centres = numpy.asarray(means, numpy.float64)
        if centres.ndim != 2 or centres.shape[1] != 2 or len(centres) == 0:
            raise ValueError(f"{type(self).__name__}: means must be pairs, shape (K, 2), got shape {centres.shape}")
        if not 0 < std < math.inf:
            raise ValueError(f"{type(self).__name__}: std must be above 0, got {std}")
        self.means, self.std = wrap(centres), float(std)
        (left, bottom), (right, top) = (centres.min(0) - 8 * std).tolist(), (centres.max(0) + 8 * std).tolist()
        self.box = (left, right, bottom, top)
        self.scale = self.std

    def sample(self, n: int, *, rng: int | Generator | None = None) -> Tensor:
        """Draw `n` points: a centre, each equally likely, then noise around it; shape (n, 2)."""
        rng, dtype = as_generator(rng), get_default_dtype()
        which = rng.integers(len(self.means), shape=n)
        noise = rng.normal((n, 2), dtype=dtype)
        return constant(self.means.array, noise)[which] + self.std * noise

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats for points of shape (n, 2); of shape (n,)."""
        check_points(self, x)
        means = constant(self.means.array, x)
        squares = (x[:, :1] - means[:, 0]) ** 2 + (x[:, 1:] - means[:, 1]) ** 2
        log_scale = math.log(len(means) * 2 * math.pi * self.std**2)
        return logsumexp(squares / (-2 * self.std**2), dim=1) - log_scale


class Ring(GaussianMixture):
    """Gaussians on a circle, at the angles 2 pi i / n: eight of them are the ring that GANs are tried on.

    A widely copied script spaces n angles from 0 to 2 pi inclusive, and so has only n - 1 modes; this one has n.

    Parameters
    ----------
    n : int
        How many.
    radius : float
        Of the circle.
    std : float
        Standard deviation of each. With 0.1 the entropy of eight is 0.31215 nats; GAN papers also use 0.02.

    Examples
    --------
    >>> round(Ring().entropy(), 5)
    0.31215
    """

    def __init__(self, n: int = 8, radius: float = 2.0, std: float = 0.1) -> None:
        angles = 2 * numpy.pi * numpy.arange(n) / n
        super().__init__(radius * numpy.stack([numpy.cos(angles), numpy.sin(angles)], axis=1), std)


class Grid(GaussianMixture):
    """Gaussians on a square grid around 0: 5 x 5 of them, 2 apart, are the grid of 25 that GANs are tried on.

    Parameters
    ----------
    side : int
        Gaussians in a row.
    spacing : float
        Distance of neighbours.
    std : float
        Standard deviation of each.

    Examples
    --------
    >>> Grid().means[0].tolist(), len(Grid().means)
    ([-4.0, -4.0], 25)
    """

    def __init__(self, side: int = 5, spacing: float = 2.0, std: float = 0.05) -> None:
        along = spacing * (numpy.arange(side) - (side - 1) / 2)
        super().__init__([[x, y] for x in along for y in along], std)
