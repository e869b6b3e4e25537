"""Checkpoints as a run goes on: the last few, and the best."""

import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigen.training.callbacks.callback import Callback, Metric, positive, sign_of, value_of
from minigen.training.checkpoint import checkpoints, step_of
from minigen.training.files import remove_leftovers

if TYPE_CHECKING:
    from minigen.training.loop import Loop


class Checkpoints(Callback):
    """Save ``step-00000120.safetensors`` in a folder every so often and at the end; keep the last few and the best.

    Parameters
    ----------
    folder : path
        Made if missing.
    steps, epochs, seconds : number, optional
        How often; without any of them, every epoch. Several may be given.
    keep : int, optional
        How many of the latest are kept.
    best : str or callable, optional
        A metric, or a function that measures something: of all that were saved the best one is kept too.
    mode : {"min", "max"}, optional
        Whether less or more of it is better. NaN is never better.

    Attributes
    ----------
    best_step : int or None
        The step of the best checkpoint so far.
    best_value : float or None
        What was measured there.

    Raises
    ------
    TypeError, ValueError
        If a number is not positive or `mode` is unknown.
    FileExistsError
        At the start, if the folder holds checkpoints of later steps than the one where the training starts.

    Examples
    --------
    >>> import os, tempfile, minigen as mg
    >>> from minigen.random import Generator
    >>> class Nothing(Generator):
    ...     def step(self, batch):
    ...         return {}
    >>> class Rows(Generator):
    ...     def __iter__(self):
    ...         return iter(range(4))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     loop = mg.training.fit(Nothing(), Rows(), steps=10, callbacks=[Checkpoints(folder, steps=4, keep=2)])
    ...     sorted(os.listdir(folder))
    ['step-00000008.safetensors', 'step-00000010.safetensors']
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        steps: int | None = None,
        epochs: int | None = None,
        seconds: float | None = None,
        keep: int = 3,
        best: Metric | None = None,
        mode: str = "min",
    ) -> None:
        for name, value in {"steps": steps, "epochs": epochs, "seconds": seconds}.items():
            if value is not None:
                positive(value, name, "Checkpoints", float if name == "seconds" else int)
        self.folder = Path(folder)
        self.steps = steps
        self.epochs = 1 if steps is epochs is seconds is None else epochs
        self.seconds = seconds
        self.keep = positive(keep, "keep", "Checkpoints")
        self.best = best
        self.best_step: int | None = None
        self.best_value: float | None = None
        self._sign = sign_of(mode, "Checkpoints")
        self._saved: int | None = None  # the last step saved
        self._epoch = 0  # and its epoch
        self._time = 0.0  # and the clock then

    def before_start(self, loop: "Loop") -> None:
        """Refuse a folder with checkpoints of later steps."""
        found = self._steps()
        if found and found[-1] > loop.step:
            raise FileExistsError(
                f"{self.folder} holds a checkpoint of step {found[-1]}, and the training starts at step {loop.step}: "
                "resume from the latest, or remove those that come later, or choose another folder"
            )

    def on_start(self, loop: "Loop") -> None:
        """Make the folder, or remove from it what a kill left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        self._saved = max(self._steps(), default=None)
        self._epoch = loop.epoch
        self._time = time.monotonic()

    def after_step(self, loop: "Loop") -> None:
        """Save if it is time."""
        ended = loop.epoch > self._epoch
        due = (
            bool(self.steps and loop.step % self.steps == 0)
            or bool(self.epochs and ended and loop.epoch % self.epochs == 0)
            or bool(self.seconds and time.monotonic() - self._time >= self.seconds)
        )
        self._epoch = loop.epoch
        if due:
            self._save(loop)

    def on_end(self, loop: "Loop") -> None:
        """Save the last state."""
        self._save(loop)

    def _steps(self) -> list[int]:
        return [step_of(path) or 0 for path in checkpoints(self.folder)] if self.folder.is_dir() else []

    def _save(self, loop: "Loop") -> None:
        if loop.step == self._saved:
            return
        if self.best is not None and loop.metrics:
            value = value_of(loop, self.best, "Checkpoints")
            if not math.isnan(value) and (self.best_value is None or self._sign * (value - self.best_value) < 0):
                self.best_step, self.best_value = loop.step, value
        loop.save(self.folder / f"step-{loop.step:08}.safetensors")
        self._saved, self._time = loop.step, time.monotonic()
        for path in checkpoints(self.folder)[: -self.keep]:
            if step_of(path) != self.best_step:
                path.unlink()

    def state_dict(self) -> dict[str, Any]:
        """Return which checkpoint is the best."""
        return {"best_step": self.best_step, "best_value": self.best_value}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`.

        Raises
        ------
        ValueError
            If it is not what `state_dict` returns.
        """
        step, value = (state_dict.get(name) for name in ("best_step", "best_value"))
        right = (type(step), type(value)) in ((int, float), (type(None), type(None)))
        if set(state_dict) != {"best_step", "best_value"} or not right:
            raise ValueError(f"Checkpoints.load_state_dict: expected best_step and best_value, got {state_dict!r:.200}")
        self.best_step, self.best_value = step, value
