"""An algorithm whose steps also report what is measured of the model after them.

So a small model is scored exactly while it trains, whatever it is trained by.
"""

from collections.abc import Callable, Sequence
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.learning.algorithm import Algorithm
from minigen.learning.metrics import Metrics
from minigen.random import Generator


class Monitored(Algorithm):
    """An algorithm with measurements.

    Parameters
    ----------
    algorithm : Algorithm
        What trains.
    **measures : callable
        By name: each takes nothing and returns a 0-d Tensor. It is called after every step, without a graph, and draws
        nothing.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(3, 2)
    >>> cd = mg.learning.ContrastiveDivergence(rbm, mg.optim.SGD(rbm.parameters(), lr=0.1), rng=0)
    >>> watched = Monitored(cd, log_z=lambda: mg.inference.exact_log_z(rbm))
    >>> sorted(watched.step(mg.ones(8, 3)))
    ['hidden_gap', 'log_z', 'reconstruction', 'visible_gap']
    """

    PARTS = ("algorithm",)

    def __init__(self, algorithm: Algorithm, **measures: Callable[[], Tensor]) -> None:
        self.algorithm: Any = algorithm
        self.measures = measures

    @property
    def rng(self) -> Generator:
        """The generator of the algorithm."""
        return self.algorithm.rng  # type: ignore[no-any-return]

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {"measures": sorted(self.measures), "algorithm": type(self.algorithm).__name__}

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Make a step of the algorithm; its metrics and the measures are reported."""
        metrics: Metrics = self.algorithm.step(batch)
        with no_grad():
            return metrics | Metrics(**{name: measure() for name, measure in self.measures.items()})
