"""``minigen info``: what a result depends on, and what was found on this machine."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click


@click.command(epilog="\b\nExample:\n  minigen info --root ~/data/mnist")
@click.option("--root", type=click.Path(path_type=Path), help="Folder to look for files of data in.")
def info(root: Path | None) -> None:
    """Show versions, BLAS, devices and which data are there."""
    for name, value in rows(root):
        click.echo(f"{name:<16} {value}")


def rows(root: Path | None) -> Iterator[tuple[str, str]]:
    """Yield what there is to know, name and value."""
    import importlib.metadata

    from minigen.training.checkpoint import versions

    found = versions()
    for name in ("minigen", "python", "numpy"):
        yield name, str(found[name])
    for name in ("scipy", "matplotlib", "safetensors"):
        yield name, importlib.metadata.version(name)
    yield "blas", f"{found['blas']}, {found['threads']} threads"
    yield "cpu", f"{found['machine']}, {os.cpu_count()} cores"
    yield "cuda", gpu()
    where = root or os.environ.get("MINIGEN_DATA") or None
    yield "data", f"in {where or 'the cache'}"
    yield from data(None if where is None else Path(where))


def gpu() -> str:
    """Say whether arrays can be put on a GPU, and if not, why."""
    from minigen.autodiff.creation import zeros
    from minigen.backend import DeviceError

    try:
        return str(zeros(1).to("cuda").device)
    except DeviceError as error:
        return f"not there: {error}"


def data(root: Path | None) -> Iterator[tuple[str, str]]:
    """Yield the data sets and whether their files are there and are the published ones."""
    from minigen import data as sets

    yield "  digits", "in the package"
    train_and_test = [{"train": True}, {"train": False}]
    splits: dict[Any, list[dict[str, Any]]] = {
        sets.MNIST: train_and_test,
        sets.FashionMNIST: train_and_test,
        sets.BinarizedMNIST: [{"split": split} for split in ("train", "valid", "test")],
        sets.FreyFaces: [{}],
        sets.TinyShakespeare: [{}],
    }
    for kind, parts in splits.items():
        fetched = {} if kind is sets.FreyFaces else {"download": False}
        yield f"  {kind.__name__}", state([partial(kind, root, **part, **fetched) for part in parts])


def state(parts: Sequence[Callable[[], object]]) -> str:
    """Say whether all parts of a data set can be read.

    Examples
    --------
    >>> state([list, dict])
    'found, and as published'
    """
    from minigen.data import DataError

    missing: list[DataError] = []
    for read in parts:
        try:
            read()
        except DataError as error:
            if error.path.exists():
                return f"damaged: {error}"
            missing.append(error)
    if not missing:
        return "found, and as published"
    return "not found" if len(missing) == len(parts) else f"not all there: {missing[0]}"
