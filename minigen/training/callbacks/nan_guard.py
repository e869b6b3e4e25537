"""Stopping when a metric, or a parameter that would be saved, is no longer a number."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from minigen.autodiff.ops.comparison import isfinite
from minigen.nn import Module
from minigen.training.callbacks.callback import Callback, positive

if TYPE_CHECKING:
    from minigen.training.loop import Loop


FIX = "train anew with a lower learning rate, or look at the data"


class NonFiniteError(ArithmeticError):
    """A metric or a parameter became NaN or infinite."""


class NanGuard(Callback):
    """Raise when a metric is NaN or infinite, naming step and metric, before a checkpoint of such a state is saved.

    A step's metrics are of the parameters before its update; so the parameters of the algorithm's modules are looked
    at too before each checkpoint.

    Parameters
    ----------
    every : int, optional
        Steps between two looks. Each looks at all steps since the one before, so that the right one is named; on a GPU
        each look waits for it.

    Raises
    ------
    NonFiniteError
        In a run. Checkpoints saved before stay as they are.
    TypeError, ValueError
        If `every` is no positive integer.

    Examples
    --------
    >>> import minigen as mg
    >>> class Diverges:
    ...     def step(self, batch):
    ...         return {"cost": float("nan")}
    >>> mg.training.fit(Diverges(), mg.zeros(4, 1), steps=4, callbacks=[NanGuard()])
    Traceback (most recent call last):
    minigen.training.callbacks.nan_guard.NonFiniteError: step 1: cost is nan: train anew with a lower learning rate, \
or look at the data
    """

    def __init__(self, every: int = 1) -> None:
        self.every = positive(every, "every", "NanGuard")
        self._unseen: list[tuple[int, Mapping[str, float]]] = []

    def on_start(self, loop: "Loop") -> None:
        """Forget what an earlier run left unseen."""
        self._unseen.clear()

    def on_step(self, loop: "Loop") -> None:
        """Note the metrics; look at them if it is time."""
        self._unseen.append((loop.step, loop.metrics))
        if len(self._unseen) >= self.every:
            self._look()

    def before_save(self, loop: "Loop") -> None:
        """Look, also at the parameters, so that no bad state is saved and no good one is removed for it."""
        self._look()
        for part, module in vars(loop.algorithm).items():
            if not isinstance(module, Module):
                continue
            for name, parameter in module.named_parameters():
                if not isfinite(parameter).all():
                    raise NonFiniteError(f"step {loop.step}: {part}.{name} is no longer finite: {FIX}")

    def on_end(self, loop: "Loop") -> None:
        """Look at the last steps."""
        self._look()

    def _look(self) -> None:
        for step, metrics in self._unseen:
            for name, value in metrics.items():
                if not math.isfinite(value):
                    raise NonFiniteError(f"step {step}: {name} is {value}: {FIX}")
        self._unseen.clear()
