"""``minigen train``: train a recipe in a new folder, or go on where a run stopped."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

EXAMPLES = """\b
Examples:
  minigen train gan-digits
  minigen train gan-digits --steps 2000 --seed 7 --out runs/first
  minigen train gan-mnist --root ~/data/mnist --epochs 10
  minigen train gan-mnist --set hidden=512 --set data=fashion-mnist
  minigen train --resume runs/gan-mnist-1
  minigen train --resume runs/gan-mnist-1 --epochs 30

A run's folder holds settings.json, metrics.jsonl, samples-*.png, curves.png and checkpoints/. Ctrl-C
stops between two steps and saves a checkpoint; a second Ctrl-C stops at once."""
FIXED = ("seed", "data", "batch_size", "lr")  # when a run is resumed
PLACE = click.Path(path_type=Path)


@click.command(epilog=EXAMPLES)
@click.argument("recipe", required=False)
@click.option("--resume", type=PLACE, metavar="RUN", help="Continue the run in this folder, bit for bit.")
@click.option("--epochs", type=click.IntRange(min=1), help="Train for so many passes over the data …")
@click.option("--steps", type=click.IntRange(min=1), help="… or so many learning steps …")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="… or so long.")
@click.option("--seed", type=click.IntRange(min=0), help="Fixes every number of the run.  [default: 0]")
@click.option("--data", help="The data set, if the recipe has several.")
@click.option("--root", type=PLACE, help="Folder with the files of data; otherwise $MINIGEN_DATA, or they are fetched.")
@click.option("--out", type=PLACE, help="Folder for the run.  [default: runs/RECIPE-n]")
@click.option("--device", help="cpu or cuda.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Examples in a batch.")
@click.option("--lr", type=click.FloatRange(min=0, min_open=True), help="Learning rate.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change a setting; may be repeated.")
@click.option("--help-settings", is_flag=True, help="Show the recipe's settings and stop.")
@click.option(
    "--save-every",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between checkpoints.",
)
@click.pass_context
def train(
    ctx: click.Context,
    /,
    recipe: str | None,
    resume: Path | None,
    out: Path | None,
    assignments: tuple[str, ...],
    help_settings: bool,
    save_every: float,
    **options: Any,
) -> None:
    """Train RECIPE in a new folder, or continue a run (--resume)."""
    if (recipe is None) == (resume is None):
        raise click.UsageError("give a recipe (minigen list shows them) or --resume with the folder of a run, not both")
    if help_settings:
        show_settings(recipe)
    elif recipe is not None:
        start(ctx, recipe, out, assignments, save_every, options)
    else:
        fixed = {name: options[name] for name in FIXED} | {"out": out, "set": assignments or None}
        given = [f"--{name.replace('_', '-')}" for name, value in fixed.items() if value is not None]
        if given:
            raise click.UsageError(f"a run that is resumed keeps its settings: leave out {', '.join(given)}")
        go_on(ctx, Path(str(resume)), save_every, options)


def show_settings(recipe: str | None) -> None:
    """Print what may be changed with --set."""
    import json

    for key, value in loaded(recipe).SETTINGS.items():
        click.echo(f"{key} = {json.dumps(value)}")


def loaded(recipe: str | None) -> Any:
    """Return the recipe's module, or say which there are."""
    from minigen import recipes

    try:
        return recipes.load(str(recipe))
    except ValueError as error:
        raise click.UsageError(f"{error}") from None


def start(
    ctx: click.Context,
    recipe: str,
    out: Path | None,
    assignments: tuple[str, ...],
    save_every: float,
    options: Mapping[str, Any],
) -> None:
    """Begin a run."""
    from minigen.cli import runs
    from minigen.cli.settings import changed

    defaults = loaded(recipe).SETTINGS
    given = {name: value for name, value in options.items() if name != "seed"}
    given["root"] = root_for(defaults, options["root"])
    try:
        settings = changed(defaults, assignments, given, recipe)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    plan = {"recipe": recipe, "seed": options["seed"] or 0, "settings": settings}
    experiment, rng = runs.build(plan)
    run = create(out, recipe, plan)
    click.echo(f"training {recipe} in {run.path}")
    train_to_the_end(ctx, run, plan, experiment, rng, runs.limit_of(settings), save_every)


def go_on(ctx: click.Context, path: Path, save_every: float, options: Mapping[str, Any]) -> None:
    """Continue a run."""
    from minigen.cli import runs
    from minigen.cli.settings import LIMITS
    from minigen.training import Run

    given = {name: options[name] for name in LIMITS if options[name] is not None}
    if len(given) > 1:
        raise click.UsageError(f"--{' and --'.join(given)} cannot be given together: choose one limit")
    run = Run.open(path)
    plan = runs.moved(runs.plan_of(run), {name: options[name] for name in runs.PLACES})
    experiment, rng = runs.build(plan)
    click.echo(f"continuing {plan['recipe']} in {run.path}")
    train_to_the_end(ctx, run, plan, experiment, rng, given or runs.limit_of(plan["settings"]), save_every)


def train_to_the_end(
    ctx: click.Context, run: Any, plan: Mapping[str, Any], experiment: Any, rng: Any, limit: Any, save_every: float
) -> None:
    """Train; say how it ended."""
    from minigen.cli import runs

    try:
        loop = runs.train(run, plan, experiment, rng, limit=limit, saves=save_every, progress=sys.stderr.isatty())
    except KeyboardInterrupt:
        how = f"minigen train --resume {shlex.quote(str(run.path))}"
        click.echo(f"interrupted: continue with {how}", err=True)
        ctx.exit(130)
    click.echo(f"{loop.step} steps, {loop.epoch} epochs, {loop.seconds:.1f} s: {runs.numbers(loop)}")
    click.echo(f"pictures, metrics and checkpoints: {run.path}")


def root_for(defaults: Mapping[str, Any], root: Path | None) -> str | None:
    """Return the folder of data as settings hold it; ``MINIGEN_DATA`` if none is given and the recipe needs one."""
    import os

    if root is None and "root" in defaults and os.environ.get("MINIGEN_DATA"):
        root = Path(os.environ["MINIGEN_DATA"])
    return None if root is None else str(root.expanduser().absolute())


def create(out: Path | None, recipe: str, plan: Mapping[str, Any]) -> Any:
    """Make the folder `out`, or the next free ``runs/RECIPE-n``."""
    from minigen.training import Run

    if out is not None:
        return Run.create(out, plan)
    n = 1
    while True:
        path = Path("runs", f"{recipe}-{n}")
        if not path.exists():
            return Run.create(path, plan)
        n += 1
