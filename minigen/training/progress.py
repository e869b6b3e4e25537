"""A bar that shows how far a run is (tqdm, imported when one is shown)."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from minigen.training.loop import Loop

PAUSE = 0.5  # seconds between two looks at the metrics, which on a GPU wait for it
LOG_PAUSE = 30.0  # seconds between two lines where standard error is no terminal but a file


def on_terminal() -> bool:
    """Say whether standard error is there and a terminal.

    Examples
    --------
    >>> on_terminal() in (True, False)
    True
    """
    return sys.stderr is not None and sys.stderr.isatty()


class Progress:
    """A bar over the steps of `loop`, or nothing if not `shown`.

    Examples
    --------
    >>> with Progress(None, "steps", 10, shown=False) as bar:
    ...     bar.update()
    """

    def __init__(self, loop: "Loop", unit: str, limit: float, shown: bool) -> None:
        self._loop = loop
        self._bar: Any = None
        if shown and sys.stderr is not None:
            from tqdm import tqdm

            length = len(loop.loader) if hasattr(loop.loader, "__len__") else None
            total = {"steps": int(limit), "epochs": length and length * int(limit)}.get(unit)
            pause = 0.1 if on_terminal() else LOG_PAUSE
            self._bar = tqdm(total=total, initial=loop.step, unit="step", dynamic_ncols=True, mininterval=pause)
            self._looked = time.monotonic() - PAUSE

    def __enter__(self) -> Self:
        return self

    def update(self) -> None:
        """Show the step, and now and then the metrics."""
        if self._bar is None:
            return
        self._bar.update(self._loop.step - self._bar.n)
        if time.monotonic() - self._looked >= PAUSE:
            self._bar.set_postfix({name: f"{value:.4g}" for name, value in self._loop.metrics.items()}, refresh=False)
            self._looked = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
