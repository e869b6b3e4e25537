"""The folder of a run, where all that a training leaves is found again.

    settings.json       what was trained: {"format": 1, "minigen": version, "settings": {…}}
    metrics.jsonl       a line for each logged step
    samples-*.png       pictures as training went on
    curves.png          the metrics, drawn
    checkpoints/        step-*.safetensors

Files beginning with a dot and holding ``.tmp`` are being written, or were when the run was killed.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import minigen
from minigen.training import files
from minigen.training.callbacks.metrics import read_metrics
from minigen.training.checkpoint import checkpoints
from minigen.training.serialization import CheckpointError

FORMAT = 1


class Run:
    """A folder that holds a run; made by `create`, found again by `open`.

    Attributes
    ----------
    path : Path
        The folder.
    settings : dict
        What was trained.
    metrics, curves, checkpoints : Path
        ``metrics.jsonl``, ``curves.png``, ``checkpoints``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = Run.create(f"{folder}/first", {"recipe": "gan-digits", "seed": 0})
    ...     Run.open(run.path).settings, run.latest()
    ({'recipe': 'gan-digits', 'seed': 0}, None)
    """

    def __init__(self, path: str | os.PathLike[str], settings: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.settings = dict(settings)
        self.metrics = self.path / "metrics.jsonl"
        self.curves = self.path / "curves.png"
        self.checkpoints = self.path / "checkpoints"

    @classmethod
    def create(cls, path: str | os.PathLike[str], settings: Mapping[str, Any]) -> Self:
        """Make the folder, with its parents, and write its settings.

        Raises
        ------
        FileExistsError
            If there is something in it already.
        TypeError, ValueError
            If `settings` are not what JSON holds.
        """
        content = {"format": FORMAT, "minigen": minigen.__version__, "settings": dict(settings)}
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        if json.loads(text) != content:
            raise TypeError(f"Run.create: settings must be JSON's strings, numbers, lists and dicts, got {settings!r}")
        run = cls(path, settings)
        run.path.mkdir(parents=True, exist_ok=True)
        if (run.path / "settings.json").exists():
            raise FileExistsError(f"{path} holds a run already: resume it, or choose another folder")
        files.remove_leftovers(run.path)
        if any(run.path.iterdir()):
            raise FileExistsError(f"{path} is not empty and no run: choose another folder")
        files.write(run.path / "settings.json", text.encode())
        return run

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Find the run in a folder.

        Raises
        ------
        FileNotFoundError
            If there is none.
        CheckpointError
            If its settings are damaged or of a newer format.
        """
        place = Path(path) / "settings.json"
        try:
            content = json.loads(place.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"{path} is no run: it has no settings.json; give the folder of a run") from None
        except (ValueError, RecursionError) as error:
            raise CheckpointError(f"{place} is damaged: {error}: write it again, or take a copy of the run") from None
        found = content.get("format") if isinstance(content, dict) else None
        if type(found) is int and found > FORMAT:
            raise CheckpointError(f"{place} has format {found}, this minigen reads up to {FORMAT}: update minigen")
        if found != FORMAT or not isinstance(content.get("settings"), dict):
            raise CheckpointError(f"{place} is damaged: expected format {FORMAT} and settings: take a copy of the run")
        return cls(path, content["settings"])

    def file(self, name: str) -> Path:
        """Return the path of a file in the folder.

        Raises
        ------
        ValueError
            If it would lie outside.

        Examples
        --------
        >>> Run("runs/first", {}).file("notes.txt").as_posix()
        'runs/first/notes.txt'
        """
        path = self.path / name
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise ValueError(f"{name!r} lies outside the run {self.path}: give a name inside")
        return path

    def latest(self) -> Path | None:
        """Return the checkpoint of the highest step, None if there is none yet."""
        found = checkpoints(self.checkpoints)
        return found[-1] if found else None

    def draw_curves(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Draw the metrics to `path`, else to ``curves.png``; return where.

        Raises
        ------
        OSError, ValueError
            If ``metrics.jsonl`` cannot be read.
        """
        from minigen.viz.curves import save_curves

        target = self.curves if path is None else Path(path)
        with files.replacing(target) as temporary:
            save_curves(read_metrics(self.metrics), temporary)
        return target

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"
