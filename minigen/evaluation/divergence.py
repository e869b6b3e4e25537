"""How far a model of the plane is from a density that is known: the Kullback-Leibler divergence, by quadrature.

    KL(p‖q) = E_p[log p - log q] = E_p[-log q] - H(p) >= 0

the nats by which the model's likelihood falls short of the best there is, which is the entropy of the data.
"""

import math
from typing import Any, Protocol

import numpy

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import tensor
from minigen.backend import get_default_dtype
from minigen.evaluation.likelihood import Model, resting
from minigen.evaluation.score import Score

BLOCK = 2**15  # points at a time


class Known(Protocol):
    """What is needed of a density of the plane, as in `minigen.data.toy`."""

    box: tuple[float, float, float, float]
    scale: float

    def log_prob(self, x: Tensor) -> Tensor: ...  # noqa: D102


@no_grad
def divergence(density: Known, model: Model, *, data: str, fineness: int = 6, device: Any = None) -> Score:
    """Return KL(p‖q) in nats of a density p from a model q of points of the plane.

    Parameters
    ----------
    density : object
        p, with ``log_prob``, the rectangle ``box`` that holds it and the length ``scale`` below which it is smooth.
    model : object
        q, with ``log_prob``.
    data : str
        What the score calls p.
    fineness : int, optional
        Points of the midpoint rule along ``scale``.
    device : optional
        Where the model is; by default the default device.

    Returns
    -------
    Score
        Exact but for the error of the rule, which is small where log q is smooth on the scale of p.

    Raises
    ------
    ValueError
        If log q is NaN somewhere.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.data.toy import GaussianMixture
    >>> from minigen.models.flows import Flow, Gaussian, Scaling
    >>> score = divergence(GaussianMixture([[0.0, 0.0]], 0.5), Flow(Gaussian(2), [Scaling([2.0, 1.0])]), data="a bell")
    >>> round(score.value, 4)  # log 2 - 3/8
    0.3181
    """
    left, right, bottom, top = density.box
    (x, width), (y, height) = (
        midpoints(low, high, density.scale / fineness) for low, high in ((left, right), (bottom, top))
    )
    total, rows = 0.0, max(1, BLOCK // len(x))
    with resting(model):
        for i in range(0, len(y), rows):
            across, up = numpy.meshgrid(x, y[i : i + rows])
            points = numpy.stack([across.ravel(), up.ravel()], axis=1)
            log_p = density.log_prob(tensor(points)).cpu().numpy()
            log_q = (
                model.log_prob(tensor(points.astype(get_default_dtype()), device=device)).cpu().numpy().astype(float)
            )
            p = numpy.exp(log_p)
            if numpy.isnan(log_q).any():
                raise ValueError("divergence: log q is NaN at points of the box: the model has diverged")
            inside = p > 0
            total += float((p[inside] * (log_p[inside] - log_q[inside])).sum())
    return Score(total * width * height, "divergence", "nats", "exact", len(x) * len(y), data=data)


def midpoints(low: float, high: float, step: float) -> tuple[numpy.ndarray, float]:
    """Return the middles of equal intervals of at most `step`, and their length.

    Examples
    --------
    >>> midpoints(0.0, 1.0, 0.5)
    (array([0.25, 0.75]), 0.5)
    """
    n = math.ceil((high - low) / step)
    width = (high - low) / n
    return low + width * (numpy.arange(n) + 0.5), width
