"""The logit transform: from the unit interval, where pixels lie, to the whole line, where noise lies.

    z = log y - log(1 - y) with y = α + (1 - 2α) x        log|det| = Σ log(1 - 2α) - log y - log(1 - y)

With α > 0 black and white have finite logits.

Source: Dinh, Sohl-Dickstein and Bengio 2017, "Density estimation using Real NVP", section 4.1.
"""

import math

from minigen.autodiff import Tensor
from minigen.autodiff.ops.activation import logsigmoid
from minigen.models.flows.transform import Transform


class Logit(Transform):
    """Features in [0, 1] to logits; what lies outside by more than α / (1 - 2α) becomes NaN.

    Parameters
    ----------
    alpha : float, optional
        α, from 0 (then 0 and 1 themselves have no finite logit) to below 1/2.

    Raises
    ------
    ValueError
        If `alpha` is not there.

    Examples
    --------
    >>> import minigen as mg
    >>> Logit()(mg.tensor([[0.0, 0.5]]))
    (tensor([[-2.9444,  0.0000]]), tensor([4.2226]))
    """

    def __init__(self, alpha: float = 0.05) -> None:
        super().__init__()
        if not 0 <= alpha < 0.5:
            raise ValueError(f"Logit: alpha must lie in [0, 1/2), got {alpha}: with 1/2 all pixels would be the same")
        self.alpha = alpha

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits and Σ log|dz/dx| of shape (batch,)."""
        y = self.alpha + (1 - 2 * self.alpha) * x
        low, high = y.log(), (-y).log1p()
        return low - high, x.shape[1] * math.log1p(-2 * self.alpha) - (low + high).sum(dim=1)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features and Σ log|dx/dz| of shape (batch,)."""
        x = (z.sigmoid() - self.alpha) / (1 - 2 * self.alpha)
        slopes = logsigmoid(z) + logsigmoid(-z)
        return x, slopes.sum(dim=1) - z.shape[1] * math.log1p(-2 * self.alpha)

    def extra_repr(self) -> str:
        """Return α."""
        return f"alpha={self.alpha}"
