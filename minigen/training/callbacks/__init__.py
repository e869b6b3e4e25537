"""Callbacks, one a file: what happens besides learning. The base and the order of events: `callback`."""

from minigen.training.callbacks.callback import Callback
from minigen.training.callbacks.checkpoints import Checkpoints
from minigen.training.callbacks.early_stopping import EarlyStopping
from minigen.training.callbacks.ema import EMA
from minigen.training.callbacks.metrics import MetricsFile, read_metrics
from minigen.training.callbacks.nan_guard import NanGuard, NonFiniteError
from minigen.training.callbacks.pictures import Pictures

__all__ = [
    "Callback",
    "MetricsFile",
    "read_metrics",
    "Checkpoints",
    "Pictures",
    "EarlyStopping",
    "NanGuard",
    "NonFiniteError",
    "EMA",
]
