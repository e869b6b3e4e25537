"""The folder of a run, where all that a training leaves is found again.

    settings.json       what was trained: {"format": 1, "minigen": version, "settings": {…}}
    metrics.jsonl       a line for each logged step
    samples-*.png       pictures as training went on
    curves.png          the metrics, drawn
    checkpoints/        step-*.safetensors

Files beginning with a dot and holding ``.tmp`` are being written, or were when the run was killed. While a process
trains there is ``.lock``, held with ``flock``: the system lets go of it however the process ends.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import minigen
from minigen.training import files
from minigen.training.callbacks.metrics import read_metrics
from minigen.training.checkpoint import checkpoints
from minigen.training.serialization import CheckpointError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

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
        BlockingIOError
            If another process is making it a run.
        TypeError, ValueError
            If `settings` are not what JSON holds.
        """
        run, content = cls(path, settings), _content(settings)
        run.path.mkdir(parents=True, exist_ok=True)
        run._check_free()
        with run.held():
            run._check_free()
            files.remove_leftovers(run.path)
            files.write(run.path / "settings.json", content)
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

    def change(self, settings: Mapping[str, Any]) -> None:
        """Write other settings, as how long to train; call it while the run is `held`.

        Raises
        ------
        TypeError, ValueError
            If `settings` are not what JSON holds.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = Run.create(f"{folder}/first", {"steps": 100})
        ...     with run.held():
        ...         run.change({"steps": 200})
        ...     Run.open(run.path).settings
        {'steps': 200}
        """
        content = _content(settings)
        files.remove_leftovers(self.path)
        files.write(self.path / "settings.json", content)
        self.settings = dict(settings)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from training in the folder meanwhile, where the system and its disk have locks.

        Raises
        ------
        BlockingIOError
            If another process holds it.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Run(folder, {}).held(), Run(folder, {}).held():
        ...     pass
        Traceback (most recent call last):
        BlockingIOError: ... is being trained by another process: wait for it, or stop it
        """
        lock = self.path / ".lock"
        with open(lock, "ab") as file:
            if not _locked(lock, file.fileno()):
                raise BlockingIOError(f"{self.path} is being trained by another process: wait for it, or stop it")
            try:
                yield
            finally:
                with suppress(OSError):  # Windows removes no open file
                    lock.unlink()

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

    def _check_free(self) -> None:
        names = {path.name for path in self.path.iterdir()}
        if "settings.json" in names:
            raise FileExistsError(f"{self.path} holds a run already: resume it, or choose another folder")
        if any(name != ".lock" and not files.LEFTOVER.fullmatch(name) for name in names):
            raise FileExistsError(f"{self.path} is not empty and no run: choose another folder")

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


def _content(settings: Mapping[str, Any]) -> bytes:
    """Return what ``settings.json`` holds."""
    content = {"format": FORMAT, "minigen": minigen.__version__, "settings": dict(settings)}
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if json.loads(text) != content:
        raise TypeError(f"Run: settings must be JSON's strings, numbers, lists and dicts, got {settings!r}")
    return text.encode()


def _locked(path: Path, descriptor: int) -> bool:
    """Lock the open file `path`; say whether it is ours, and still the file of that name."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError:  # a disk without locks
        return True
