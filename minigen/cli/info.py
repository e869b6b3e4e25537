"""``minigen info``: what a result depends on, and what was found on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

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
    for kind in (sets.MNIST, sets.FashionMNIST, sets.BinarizedMNIST, sets.FreyFaces, sets.TinyShakespeare):
        fetched = {} if kind is sets.FreyFaces else {"download": False}
        try:
            kind(root, **fetched)  # type: ignore[arg-type]
        except sets.DataError as error:
            missing = not error.path.exists()
            yield f"  {kind.__name__}", "not found" if missing else f"damaged: {error}"
        else:
            yield f"  {kind.__name__}", "found, and as published"
