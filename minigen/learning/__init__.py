"""Learning: how to fit a model. An algorithm owns its model and optimizers; ``step(batch)`` is one iteration."""

from minigen.learning.adversarial import Adversarial
from minigen.learning.metrics import Metrics

__all__ = ["Adversarial", "Metrics"]
