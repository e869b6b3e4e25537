"""What a callback is: something the loop tells how far it has come."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from minigen.training.loop import Loop

Metric: TypeAlias = str | Callable[[], float]
"""The name of one of the step's metrics, or a function that measures something."""


class Callback:
    """The base of callbacks; override what is needed.

    At each step the loop calls `on_step` of every callback; then, if it was the last of an epoch, `on_epoch` of every
    one; then `after_step`. In `after_step` the state of everything is whole: this is where checkpoints are saved.

    Examples
    --------
    >>> import minigen as mg
    >>> class Rows:
    ...     def step(self, batch):
    ...         return {"rows": len(batch)}
    >>> class Say(Callback):
    ...     def on_epoch(self, loop):
    ...         print(f"epoch {loop.epoch}: {loop.metrics['rows']} rows in the last batch")
    >>> loop = mg.training.fit(Rows(), mg.data.DataLoader(mg.zeros(7, 1), batch_size=4), epochs=2, callbacks=[Say()])
    epoch 1: 3 rows in the last batch
    epoch 2: 3 rows in the last batch
    """

    def before_start(self, loop: "Loop") -> None:
        """Before anything is written: what is raised here prevents the run, and all is as it was."""

    def on_start(self, loop: "Loop") -> None:
        """Before the first step, of a resumed run too."""

    def on_step(self, loop: "Loop") -> None:
        """After a step: ``loop.step`` counts it, ``loop.metrics`` are its own."""

    def on_epoch(self, loop: "Loop") -> None:
        """After the last step of an epoch: ``loop.epoch`` counts it."""

    def after_step(self, loop: "Loop") -> None:
        """After all callbacks have dealt with a step."""

    def before_save(self, loop: "Loop") -> None:
        """Before a checkpoint is written; what is raised here prevents it."""

    def on_end(self, loop: "Loop") -> None:
        """After the last step, if no error ended the run; ``loop.reason`` says what did."""

    def state_dict(self) -> dict[str, Any]:
        """Return what must survive for a resumed run to be the same; nothing if not overridden."""
        return {}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`."""
        if state_dict:
            raise ValueError(f"{type(self).__name__} has no state, got {', '.join(map(str, state_dict))}")


def value_of(loop: "Loop", metric: Metric, who: str) -> float:
    """Return the value of `metric` now.

    Raises
    ------
    KeyError
        If the step reports no metric of this name.
    """
    if callable(metric):
        return float(metric())
    if metric not in set(loop.metrics):
        raise KeyError(f"{who}: there is no metric {metric!r}: the step reports {', '.join(loop.metrics) or 'none'}")
    return float(loop.metrics[metric])


def sign_of(mode: str, who: str) -> int:
    """Return 1 for ``"min"`` and -1 for ``"max"``: what a metric is multiplied with so that less is better.

    Raises
    ------
    ValueError
        If `mode` is neither.

    Examples
    --------
    >>> sign_of("max", "EarlyStopping")
    -1
    """
    if mode not in ("min", "max"):
        raise ValueError(f"{who}: mode must be 'min' or 'max', got {mode!r}")
    return 1 if mode == "min" else -1


def positive(value: Any, name: str, who: str, kind: type = int) -> Any:
    """Return `value`, or raise if it is not a positive number (with ``kind=int``, a positive integer).

    Raises
    ------
    TypeError, ValueError
        If it is not.

    Examples
    --------
    >>> positive(3, "every", "Pictures")
    3
    """
    numbers = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise TypeError(f"{who}: {name} must be {'an integer' if kind is int else 'a number'}, got {value!r}")
    if not value > 0:
        raise ValueError(f"{who}: {name} must be positive, got {value!r}")
    return value
