"""Counting what a GPU program should not do in a step: waiting for the device, sending it data, computing in float64.

CuPy queues work and goes on; it waits when a value is asked for (``float(x)``, ``if x:``, ``x.get()``, the shape of
``x[mask]``). On a CPU that costs nothing and nobody sees it, so the stand-in notes it, with the line that asked.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = str(Path(__file__).parent)


class Count:
    """What happened inside `syncs`.

    Attributes
    ----------
    syncs : list of str
        Each wait for the device: what asked for it, and the file and line.
    uploads : list of str
        Each copy from the host to the device, asked for (``asarray``) or not (``x[rows] = 0.0``).
    drifts : list of str
        Each operation that a NumPy scalar made wider than its arrays (``numpy.float64(2.0) * x``, x of float32).
    """

    def __init__(self) -> None:
        self.syncs: list[str] = []
        self.uploads: list[str] = []
        self.drifts: list[str] = []

    def __repr__(self) -> str:
        return f"{len(self.syncs)} syncs, {len(self.uploads)} uploads, {len(self.drifts)} drifts"


active: list[Count] = []
under_way: list[Callable[[], None]] = []  # what is left to do of copies that nobody has waited for


@contextmanager
def syncs() -> Iterator[Count]:
    """Note each synchronisation, upload and drift of the stand-in while the block runs.

    Examples
    --------
    >>> from minigen.testing import standin
    >>> with standin.installed() as xp:
    ...     x = xp.arange(3.0)
    ...     with standin.syncs() as count:
    ...         y = 2.0 * x
    ...         positive = bool((y > 0).all())
    >>> count
    1 syncs, 0 uploads, 0 drifts
    """
    count = Count()
    active.append(count)
    try:
        yield count
    finally:
        active[:] = [other for other in active if other is not count]


def note_sync(what: str) -> None:
    """Say that `what` waits for the device; copies under way end."""
    for count in active:
        count.syncs.append(f"{what} at {_caller()}")
    copies = under_way[:]
    under_way.clear()
    for end in copies:
        end()


def note_upload(what: str) -> None:
    """Say that `what` copies from the host to the device."""
    for count in active:
        count.uploads.append(f"{what} at {_caller()}")


def note_drift(what: str) -> None:
    """Say that `what` computes in a wider type than its arrays have."""
    for count in active:
        count.drifts.append(f"{what} at {_caller()}")


def _caller() -> str:
    """Return the file and line that called the stand-in."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
