"""Metrics as JSON lines, one for each step that is logged.

    {"step": 120, "epoch": 3, "discriminator": 0.61, "generator": 0.74}

A line is written by one system call, so a kill can only tear the last one; numbers are exact; what is no number
in JSON stands as "nan", "inf" or "-inf". When a run is resumed the file is cut back to the checkpoint's step, so that
it goes on without gap or repeat.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigen.training.callbacks.callback import Callback, positive

if TYPE_CHECKING:
    from minigen.training.loop import Loop


class MetricsFile(Callback):
    """Append the metrics of every `every`-th step to a file.

    Parameters
    ----------
    path : path
        The file, ``metrics.jsonl`` in a run. It is cut back to the step where the training starts: emptied at step 0.
    every : int, optional
        Only these steps' metrics are read (on a GPU, reading waits for it).

    Raises
    ------
    TypeError, ValueError
        If `every` is no positive integer.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> class Rows:
    ...     def step(self, batch):
    ...         return {"rows": len(batch)}
    >>> loader = mg.data.DataLoader(mg.zeros(7, 1), batch_size=4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = MetricsFile(f"{folder}/metrics.jsonl", every=2)
    ...     loop = mg.training.fit(Rows(), loader, steps=5, callbacks=[log])
    ...     read_metrics(log.path)
    [{'step': 2, 'epoch': 1, 'rows': 3}, {'step': 4, 'epoch': 2, 'rows': 3}]
    """

    def __init__(self, path: str | os.PathLike[str], *, every: int = 1) -> None:
        self.path = Path(path)
        self.every = positive(every, "every", "MetricsFile")

    def on_start(self, loop: "Loop") -> None:
        """Cut the file back to the loop's step."""
        keep = 0
        if self.path.exists():
            for line, record in _lines(self.path):
                if record["step"] > loop.step:
                    break
                keep += len(line)
            os.truncate(self.path, keep)
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()

    def on_step(self, loop: "Loop") -> None:
        """Write a line."""
        if loop.step % self.every:
            return
        if {"step", "epoch"} & set(loop.metrics):
            raise ValueError("MetricsFile: a metric must not be called step or epoch, which each line has already")
        record = {"step": loop.step, "epoch": loop.epoch, **{name: _plain(v) for name, v in loop.metrics.items()}}
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        try:
            with open(self.path, "ab", buffering=0) as file:
                written = file.write(line)
        except OSError as error:
            error.filename = os.fspath(self.path)
            raise
        if written != len(line):
            raise OSError(f"{self.path}: only {written} of {len(line)} bytes were written: is the disk full?")

    def before_save(self, loop: "Loop") -> None:
        """Have the lines on the disk before a checkpoint that counts on them."""
        with open(self.path, "ab") as file:
            os.fsync(file.fileno())


def read_metrics(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    r"""Return the records of a metrics file; a torn last line is left out.

    Raises
    ------
    ValueError
        If a whole line is no record.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "metrics.jsonl")
    ...     _ = path.write_text('{"step": 1, "epoch": 0, "cost": "inf"}\n{"step": 2, "ep')
    ...     read_metrics(path)
    [{'step': 1, 'epoch': 0, 'cost': inf}]
    """
    return [{name: float(v) if isinstance(v, str) else v for name, v in record.items()} for _, record in _lines(path)]


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Yield the whole lines of a file and what they say."""
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                record = json.loads(line)
                if type(record["step"]) is not int:
                    raise TypeError
            except (ValueError, TypeError, LookupError, RecursionError):
                raise ValueError(
                    f"{path}, line {number}: expected a record of metrics, got {line[:60]!r}: "
                    "remove the line, or the file"
                ) from None
            yield line, record


def _plain(value: Any) -> float | str:
    """Return a number that JSON has, or the word for one that it has not."""
    if isinstance(value, int):
        return value
    value = float(value)
    return value if math.isfinite(value) else repr(value)
