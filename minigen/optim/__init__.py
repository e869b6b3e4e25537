"""Optimizers: from gradients to the next parameters.

Reading order: `optimizer` (groups, state, saving both), `sgd`, `rmsprop`, `adam`. Each opens with its update; the
passes over memory that carry it out are in `minigen.backend.kernels`. Around any of them go `scheduled` (rates that
change; `lr_scheduler` has PyTorch's) and `averaged` (the mean of the last parameters).
"""

from minigen.optim import lr_scheduler
from minigen.optim.adam import Adam, AdamW
from minigen.optim.averaged import Averaged
from minigen.optim.optimizer import Optimizer
from minigen.optim.rmsprop import RMSprop
from minigen.optim.scheduled import Schedule, Scheduled, exponential, linear
from minigen.optim.sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "lr_scheduler",
    "Schedule",
    "Scheduled",
    "linear",
    "exponential",
    "Averaged",
]
