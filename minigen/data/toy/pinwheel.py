"""The pinwheel: Gaussian blades around 0, bent by a turn that grows with the radius.

With R(a) the turn by angle a, blade k is x = R(2 pi k / K + rate exp(|z|)) z, where z is normal with mean (1, 0) and
standard deviations `radial` and `tangential`. Turning each circle as a whole keeps areas, so p(x) is the density at the
point turned back. (The usual script lets the turn grow with the first coordinate of z instead; that has no inverse in
closed form.)
"""

import math
from functools import cached_property

from minigen.autodiff import Tensor
from minigen.autodiff.ops.exponential import cos, exp, sin, sqrt
from minigen.autodiff.ops.joining import stack
from minigen.autodiff.ops.reduction import logsumexp
from minigen.backend import get_default_dtype
from minigen.data.toy.density import Density, check_points, constant
from minigen.random import Generator, as_generator


class Pinwheel(Density):
    """Bent blades around 0.

    Parameters
    ----------
    blades : int
        How many.
    radial, tangential : float
        Standard deviations along and across a blade, before it is bent.
    rate : float
        How much a blade is bent.

    Raises
    ------
    ValueError
        If `blades` is below 1, or a standard deviation not above 0.

    Examples
    --------
    >>> Pinwheel().sample(3, rng=0).shape
    (3, 2)
    """

    def __init__(self, blades: int = 5, radial: float = 0.3, tangential: float = 0.1, rate: float = 0.25) -> None:
        if blades < 1 or not min(radial, tangential) > 0:
            raise ValueError(
                "Pinwheel: needs blades of some width along and across, got "
                f"blades={blades}, radial={radial}, tangential={tangential}"
            )
        self.blades, self.radial, self.tangential, self.rate = blades, radial, tangential, rate
        reach = math.hypot(1 + 8 * radial, 8 * tangential)
        self.box = (-reach, reach, -reach, reach)
        self.scale = min(radial, tangential) / 3  # bending makes a blade up to that much thinner

    def sample(self, n: int, *, rng: int | Generator | None = None) -> Tensor:
        """Draw `n` points: a blade, a point of it, the turn; shape (n, 2)."""
        rng, dtype = as_generator(rng), get_default_dtype()
        start = rng.integers(self.blades, shape=n).to(dtype) * (2 * math.pi / self.blades)
        z = rng.normal((n, 2), dtype=dtype)
        z = z * constant([self.radial, self.tangential], z) + constant([1, 0], z)
        return _turned(z, start + self._bend(z))

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats for points of shape (n, 2); of shape (n,)."""
        check_points(self, x)
        straight = _turned(x, -self._bend(x))
        starts = [2 * math.pi * k / self.blades for k in range(self.blades)]
        blades = [_turned(straight, constant(-start, x)) for start in starts]
        terms = [((z[:, 0] - 1) / self.radial) ** 2 + (z[:, 1] / self.tangential) ** 2 for z in blades]
        log_scale = math.log(self.blades * 2 * math.pi * self.radial * self.tangential)
        return logsumexp(stack(terms, dim=1) / -2, dim=1) - log_scale

    @cached_property
    def _entropy(self) -> float:
        """That of straight blades, because the bend keeps areas."""
        return super()._entropy if self.rate == 0 else Pinwheel(self.blades, self.radial, self.tangential, 0).entropy()

    def _bend(self, z: Tensor) -> Tensor:
        return self.rate * exp(sqrt((z**2).sum(dim=1)))


def _turned(z: Tensor, angle: Tensor) -> Tensor:
    c, s = cos(angle), sin(angle)
    return stack([c * z[:, 0] - s * z[:, 1], s * z[:, 0] + c * z[:, 1]], dim=1)
