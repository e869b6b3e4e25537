"""Training: the loop around one learning step, and what a run leaves on the disk.

Reading order: `loop` (`fit`, `Loop`), `callbacks`, `checkpoint` (all that a run continues from), `serialization`
(`save`, `load`: arrays and JSON in one file, no pickle), `structure`, `state`, `files` (atomic writing), `run` (the
folder of a run).
"""

from minigen.training.callbacks import (
    EMA,
    Callback,
    Checkpoints,
    EarlyStopping,
    MetricsFile,
    NanGuard,
    NonFiniteError,
    Pictures,
    read_metrics,
)
from minigen.training.checkpoint import (
    CheckpointWarning,
    checkpoints,
    load_checkpoint,
    read_checkpoint,
    save_checkpoint,
)
from minigen.training.loop import Loop, fit
from minigen.training.run import Run
from minigen.training.serialization import CheckpointError, load, save

__all__ = [
    "fit",
    "Loop",
    "Callback",
    "MetricsFile",
    "read_metrics",
    "Checkpoints",
    "Pictures",
    "EarlyStopping",
    "NanGuard",
    "NonFiniteError",
    "EMA",
    "save",
    "load",
    "save_checkpoint",
    "load_checkpoint",
    "read_checkpoint",
    "checkpoints",
    "CheckpointError",
    "CheckpointWarning",
    "Run",
]
