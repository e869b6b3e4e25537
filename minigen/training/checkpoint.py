"""A checkpoint: algorithm, loader and loop, so that a run goes on bit for bit.

    {"format": 1, "kind": "checkpoint", "versions": …, "settings": …, "names": …,
     "state": {"algorithm": …, "loader": …, "loop": …}}

Loading is all or nothing. First everything that can be is checked: format, names, settings, keys, shapes, dtypes. Then
the states are loaded, and each must read back, bit for bit, as what was saved; whatever goes wrong, everything is put
back as it was.
"""

import contextlib
import os
import platform
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy

import minigen
from minigen.training.serialization import CheckpointError, load, save
from minigen.training.state import copied, difference, misfit

FORMAT = 1
KEYS = ("format", "kind", "versions", "settings", "names", "state")
NAME = re.compile(r"step-(\d{8,})\.safetensors")
FIX = "nothing was changed: give the checkpoint of this run, or build what it was made with"


class Stateful(Protocol):
    """What a checkpoint needs of its parts."""

    def state_dict(self) -> dict[str, Any]: ...  # noqa: D102
    def load_state_dict(self, state_dict: Any) -> Any: ...  # noqa: D102


class CheckpointWarning(UserWarning):
    """A checkpoint from another place: what follows may differ in the last bits."""


def versions() -> dict[str, Any]:
    """Return what the last bits of a result depend on: minigen, NumPy, Python, BLAS, number of threads, machine.

    Examples
    --------
    >>> list(versions())
    ['minigen', 'numpy', 'python', 'blas', 'threads', 'machine']
    """
    config: Any = numpy.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    found = config.get("SIMD Extensions", {}).get("found", [])
    asked = [os.environ.get(f"{name}_NUM_THREADS", "") for name in ("OPENBLAS", "MKL", "OMP")]
    return {
        "minigen": minigen.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "threads": next((int(n) for n in asked if n.isdigit()), os.cpu_count()),
        "machine": " ".join([platform.machine(), *found[-1:]]),
    }


def save_checkpoint(
    path: str | os.PathLike[str],
    algorithm: Stateful,
    loader: Stateful,
    loop: Stateful,
    *,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Write a checkpoint, atomically.

    Parameters
    ----------
    path : path
        Where to.
    algorithm, loader, loop : object with ``state_dict`` and ``load_state_dict``
        The parts.
    settings : mapping, optional
        What the parts were built from; stored with them.

    Raises
    ------
    TypeError
        If a part has no ``state_dict``, or one with something in it that cannot be saved.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> parts = [mg.random.Generator(seed) for seed in (1, 2, 3)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/it", *parts, settings={"seed": 1})
    ...     load_checkpoint(f"{folder}/it", *parts)
    {'seed': 1}
    """
    parts = {"algorithm": algorithm, "loader": loader, "loop": loop}
    names = {name: type(part).__name__ for name, part in parts.items()}
    for name, part in parts.items():
        if not (hasattr(part, "state_dict") and hasattr(part, "load_state_dict")):
            raise TypeError(
                f"save_checkpoint: the {name}, {names[name]}, has no state_dict and load_state_dict: give it both"
            )
    content = {
        "format": FORMAT,
        "kind": "checkpoint",
        "versions": versions(),
        "settings": None if settings is None else dict(settings),
        "names": names,
        "state": {name: part.state_dict() for name, part in parts.items()},
    }
    save(content, path)


def load_checkpoint(
    path: str | os.PathLike[str],
    algorithm: Stateful,
    loader: Stateful | None = None,
    loop: Stateful | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Load a checkpoint into `algorithm`, and into `loader` and `loop` if they are given: all or nothing.

    Parameters
    ----------
    path : path
        The file.
    algorithm, loader, loop : object with ``state_dict`` and ``load_state_dict``
        What to load into, built as it was for the checkpoint. For sampling the algorithm is enough.
    settings : mapping, optional
        What they were built from; must be what the checkpoint says.

    Returns
    -------
    dict or None
        The settings in the checkpoint.

    Raises
    ------
    CheckpointError
        If the file is damaged, no checkpoint or of a newer format, or does not fit: other settings, another class,
        missing or extra keys, other shapes or dtypes. Nothing has changed then.
    OSError
        If the file cannot be read.

    Warns
    -----
    CheckpointWarning
        If it was written with other versions or another number of threads, so that bits may differ.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> generator = mg.random.Generator(1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/it", generator, generator, generator)
    ...     _ = generator.normal(3)
    ...     load_checkpoint(f"{folder}/it", generator)
    >>> generator.state_dict() == mg.random.Generator(1).state_dict()
    True
    """
    content = read_checkpoint(path)
    parts = {"algorithm": algorithm, "loader": loader, "loop": loop}
    given = {name: part for name, part in parts.items() if part is not None}
    own = {name: part.state_dict() for name, part in given.items()}
    wrong = _unlike(content, given, own, settings)
    if wrong:
        raise CheckpointError(f"{os.fspath(path)} does not fit: {wrong}: {FIX}")
    _load(os.fspath(path), content["state"], given, own)
    now = versions()
    other = [f"{key} {was!r}, now {now.get(key)!r}" for key, was in content["versions"].items() if was != now.get(key)]
    if other:
        warnings.warn(
            f"{os.fspath(path)} was written with {'; '.join(other)}: what follows may differ in the last bits",
            CheckpointWarning,
            stacklevel=2,
        )
    return content["settings"]  # type: ignore[no-any-return]


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return all that is in a checkpoint, Tensors on the host.

    Raises
    ------
    CheckpointError
        If the file is damaged, no checkpoint, or of a newer format.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> generator = mg.random.Generator(1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/it", generator, generator, generator)
    ...     list(read_checkpoint(f"{folder}/it")["state"])
    ['algorithm', 'loader', 'loop']
    """
    name, content = os.fspath(path), load(path, map_location="cpu")
    if not isinstance(content, dict) or content.get("kind") != "checkpoint":
        raise CheckpointError(f"{name} holds no checkpoint of a run: read it with minigen.load, or give another file")
    found = content.get("format")
    if type(found) is int and found > FORMAT:
        raise CheckpointError(f"{name} has format {found}, this minigen reads up to {FORMAT}: update minigen")
    wrong = difference(dict.fromkeys(KEYS), dict.fromkeys(content), "the checkpoint")
    wrong = wrong or difference(FORMAT, found, "format")
    if wrong or not all(isinstance(content[key], dict) for key in ("versions", "names", "state")):
        raise CheckpointError(f"{name} is not what a checkpoint should be: {wrong or 'its parts are of other kinds'}")
    return content


def step_of(path: str | os.PathLike[str]) -> int | None:
    """Return the step that the name of a checkpoint tells, None for other names.

    Examples
    --------
    >>> step_of("checkpoints/step-00000120.safetensors"), step_of("notes.txt")
    (120, None)
    """
    found = NAME.fullmatch(Path(path).name)
    return int(found[1]) if found else None


def checkpoints(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the checkpoints in `folder`, oldest first; none if there is no such folder.

    Examples
    --------
    >>> checkpoints("no/such/folder")
    []
    """
    if not Path(folder).is_dir():
        return []
    return sorted((path for path in Path(folder).iterdir() if step_of(path) is not None), key=lambda p: step_of(p) or 0)


def _unlike(
    content: dict[str, Any], given: dict[str, Any], own: dict[str, Any], settings: Mapping[str, Any] | None
) -> str | None:
    """Say what in the checkpoint is not as it should be for what it is to be loaded into."""
    if settings is not None:
        wrong = difference(dict(settings), content["settings"], "settings")
        if wrong:
            return wrong
    for name, part in given.items():
        kind, was = type(part).__name__, content["names"].get(name)
        if was != kind:
            return f"its {name} is a {was}, not a {kind}"
        if name not in content["state"]:
            return f"it has no state of the {name}"
    return misfit(own["algorithm"], content["state"]["algorithm"], "algorithm")


def _load(path: str, state: dict[str, Any], parts: dict[str, Any], own: dict[str, Any]) -> None:
    """Load `state` into all `parts` or, if one refuses it or reads back otherwise, into none."""
    before = copied(own)
    try:
        for name, part in parts.items():
            part.load_state_dict(copied(state[name]))
        for name, part in parts.items():
            wrong = difference(state[name], part.state_dict(), name)
            if wrong:
                raise CheckpointError(f"after loading, {wrong}")
    except BaseException as error:
        for name, part in parts.items():
            with contextlib.suppress(Exception):
                part.load_state_dict(before[name])
        if not isinstance(error, Exception):
            raise
        raise CheckpointError(f"{path} does not fit: {error}: {FIX}") from error
