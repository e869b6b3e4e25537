"""Learning: how to fit a model. An algorithm owns its model and optimizers; ``step(batch)`` is one iteration.

Reading order: `metrics` (what a step reports), `algorithm` (what all share), then the algorithms.
"""

from minigen.learning.adversarial import Adversarial
from minigen.learning.algorithm import Algorithm
from minigen.learning.metrics import Metrics

__all__ = ["Adversarial", "Algorithm", "Metrics"]
