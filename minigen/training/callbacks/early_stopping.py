"""Stopping when it no longer gets better."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minigen.training.callbacks.callback import Callback, Metric, positive, sign_of, value_of

if TYPE_CHECKING:
    from minigen.training.loop import Loop


class EarlyStopping(Callback):
    """Stop after `patience` epochs in a row without a better value.

    Parameters
    ----------
    metric : str or callable
        A metric of the epoch's last step, or a function that measures something.
    patience : int, optional
        Epochs without a better value after which the run ends.
    min_delta : float, optional
        Better means better by more than this.
    mode : {"min", "max"}, optional
        Whether less or more is better. NaN is never better.

    Attributes
    ----------
    best : float or None
        The best value so far.
    waited : int
        Epochs since.

    Raises
    ------
    TypeError, ValueError
        If `patience` is no positive integer, `min_delta` negative, or `mode` unknown.
    KeyError
        At an epoch's end, if there is no such metric.

    Examples
    --------
    >>> import minigen as mg
    >>> class Worse:
    ...     cost = 0.0
    ...     def step(self, batch):
    ...         self.cost += 1.0
    ...         return {"cost": self.cost}
    >>> stopping = EarlyStopping("cost", patience=2)
    >>> loop = mg.training.fit(Worse(), mg.zeros(4, 1), epochs=100, callbacks=[stopping])
    >>> loop.epoch, loop.reason
    (3, 'cost has not been better than 4 for 2 epochs')
    """

    def __init__(self, metric: Metric, patience: int = 10, *, min_delta: float = 0.0, mode: str = "min") -> None:
        if not min_delta >= 0:
            raise ValueError(f"EarlyStopping: min_delta must not be negative, got {min_delta!r}")
        self.metric = metric
        self.patience = positive(patience, "patience", "EarlyStopping")
        self.min_delta = min_delta
        self.best: float | None = None
        self.waited = 0
        self._sign = sign_of(mode, "EarlyStopping")

    def on_start(self, loop: "Loop") -> None:
        """Stay stopped if the run is resumed where it was stopped."""
        self._stop(loop)

    def on_epoch(self, loop: "Loop") -> None:
        """Look whether it got better."""
        value = value_of(loop, self.metric, "EarlyStopping")
        best = self._sign * math.inf if self.best is None else self.best
        if self._sign * (best - value) > self.min_delta:
            self.best, self.waited = value, 0
        else:
            self.waited += 1
            self._stop(loop)

    def _stop(self, loop: "Loop") -> None:
        if self.waited >= self.patience:
            name = self.metric if isinstance(self.metric, str) else "the measure"
            best = "NaN" if self.best is None else f"{self.best:.4g}"
            loop.stop(f"{name} has not been better than {best} for {self.waited} epochs")

    def state_dict(self) -> dict[str, Any]:
        """Return the best value and how long ago it was."""
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`.

        Raises
        ------
        ValueError
            If it is not what `state_dict` returns.
        """
        kinds = {name: type(value) for name, value in state_dict.items()}
        if kinds not in ({"best": float, "waited": int}, {"best": type(None), "waited": int}):
            raise ValueError(f"EarlyStopping.load_state_dict: expected best and waited, got {state_dict!r:.200}")
        self.best, self.waited = state_dict["best"], state_dict["waited"]
