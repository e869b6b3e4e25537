"""``minigen sample``: draw from what a run has trained."""

import sys
from pathlib import Path
from typing import Any

import click

EXAMPLES = """\b
Examples:
  minigen sample runs/gan-digits-1 -n 64
  minigen sample runs/gan-digits-1 -n 10000 --seed 7 --out samples.npy"""
PLACE = click.Path(path_type=Path)


@click.command(epilog=EXAMPLES)
@click.argument("run", type=PLACE)
@click.option("-n", "n", type=click.IntRange(min=1), default=64, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Fixes the samples.")
@click.option("--out", type=PLACE, help="A picture (.png) or an array (.npy).  [default: RUN/drawn.png]")
@click.option("--root", type=PLACE, help="Folder with the files of data, if they have moved.")
@click.option("--device", help="cpu or cuda.")
def sample(run: Path, n: int, seed: int, out: Path | None, root: Path | None, device: str | None) -> None:
    """Draw samples from the latest checkpoint of RUN."""
    from minigen.cli.runs import trained
    from minigen.random import using

    path = run / "drawn.png" if out is None else out
    if path.suffix not in (".png", ".npy"):
        raise click.UsageError(f"--out must end in .png or .npy, got {path}")
    _, _, experiment = trained(run, root=root, device=device)
    if n > sys.maxsize // 4096:  # more than arrays can hold, whatever a sample is
        raise MemoryError
    with using(seed) as rng:
        samples = experiment.sample(n, rng)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(samples, path)
    click.echo(f"{n} samples: {path}")


def write(samples: Any, path: Path) -> None:
    """Write samples as a picture or, whatever they are, as an array."""
    import numpy

    from minigen import viz
    from minigen.training.files import replacing

    with replacing(path) as temporary:
        if path.suffix == ".npy":
            numpy.save(temporary, samples.cpu().numpy())
        elif samples.ndim == 3:
            viz.save_image(samples, temporary, nrow=max(1, round(len(samples) ** 0.5)))
        elif samples.ndim == 2 and samples.shape[1] == 2:
            viz.save_scatter(samples, temporary)
        else:
            raise ValueError(
                f"samples of shape {samples.shape} are neither images nor points of the plane: "
                f"write them with --out samples.npy"
            )
