"""The diagonal scaling that ends NICE: without it no feature could be given more room than another.

z = exp(s) x with a learned s for each feature, log|det| = Σ s. Features that hardly vary in the data get a large s. The
exponential keeps every factor above 0.

Source: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation", section 3.3.
"""

from collections.abc import Sequence

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import tensor, zeros
from minigen.backend import get_default_dtype
from minigen.models.flows.transform import Transform, check_features, check_width
from minigen.nn import Parameter


class Scaling(Transform):
    """Each feature times a factor of its own.

    Parameters
    ----------
    features : int or sequence of float
        How many, each with factor 1 at first; or their factors.

    Attributes
    ----------
    log_scale : Parameter, shape (d,)
        s.

    Raises
    ------
    ValueError
        If there are no features, or a factor is not a positive number: 0 could not be undone.

    Examples
    --------
    >>> import minigen as mg
    >>> scaling = Scaling([2.0, 0.5, 4.0])
    >>> with mg.no_grad():
    ...     scaling(mg.ones(1, 3))
    (tensor([[2.0000, 0.5000, 4.0000]]), tensor([1.3863]))
    """

    log_scale: Parameter

    def __init__(self, features: int | Sequence[float]) -> None:
        super().__init__()
        if not isinstance(features, Sequence | numpy.ndarray):
            check_features(self, features)
            self.log_scale = Parameter(zeros(features))
            return
        factors = numpy.asarray(features, numpy.float64)
        if factors.ndim != 1 or not ((factors > 0) & (factors < numpy.inf)).all():
            raise ValueError(
                f"Scaling: factors must be positive and finite, got {features}: with 0 nothing is left to invert, and "
                "a sign is not needed for a density"
            )
        self.log_scale = Parameter(tensor(numpy.log(factors), dtype=get_default_dtype()))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = exp(s) x and Σ s for each example, of shape (batch,)."""
        check_width(self, x, len(self.log_scale))
        return x * self.log_scale.exp(), self.log_scale.sum().broadcast_to(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = exp(-s) z and -Σ s for each example, of shape (batch,)."""
        check_width(self, z, len(self.log_scale))
        return z * (-self.log_scale).exp(), -self.log_scale.sum().broadcast_to(len(z))

    def extra_repr(self) -> str:
        """Return the number of features."""
        return f"features={len(self.log_scale)}"
