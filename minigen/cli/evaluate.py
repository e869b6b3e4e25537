"""``minigen evaluate``: score what a run has trained."""

from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  minigen evaluate runs/gan-digits-1
  minigen evaluate runs/gan-mnist-1 --seed 7

Each line says what the score is of, how it was computed and from how many samples.
The scores are also written to RUN/scores.json."""
PLACE = click.Path(path_type=Path)


@click.command(epilog=EXAMPLES)
@click.argument("run", type=PLACE)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Fixes the samples scored.")
@click.option("--root", type=PLACE, help="Folder with the files of data, if they have moved.")
@click.option("--device", help="cpu or cuda.")
def evaluate(run: Path, seed: int, root: Path | None, device: str | None) -> None:
    """Score the latest checkpoint of RUN."""
    import json

    from minigen.cli.runs import trained
    from minigen.random import using
    from minigen.training import files

    found, checkpoint, experiment = trained(run, root=root, device=device)
    with using(seed) as rng:
        scores = experiment.scores(rng)
    for score in scores:
        click.echo(score)
    content = {"checkpoint": checkpoint.name, "seed": seed, "scores": [score.as_dict() for score in scores]}
    files.write(found.file("scores.json"), (json.dumps(content, indent=2) + "\n").encode())
