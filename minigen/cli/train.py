"""``minigen train``: train a recipe in a new folder, or go on where a run stopped."""

import shlex
from collections.abc import Mapping
from math import isfinite
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
FIXED = ("seed", "host_noise", "data", "batch_size", "lr")  # when a run is resumed
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
@click.option("--host-noise", is_flag=True, default=None, help="Draw on the host: the same numbers on every device.")
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
    if help_settings and recipe is None:
        raise click.UsageError("--help-settings needs a recipe: the settings of a run are in its settings.json")
    if not isfinite(save_every):
        raise click.UsageError(f"--save-every must be a finite number, got {save_every}")
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
    from minigen.backend import device
    from minigen.cli import runs
    from minigen.cli.settings import changed

    defaults = loaded(recipe).SETTINGS
    given = {name: value for name, value in options.items() if name not in ("seed", "host_noise")}
    try:
        settings = changed(defaults, assignments, given, recipe)
        if "root" in settings:
            settings["root"] = root_for(settings["root"])
        device(settings["device"])
        plan = {"recipe": recipe, "seed": options["seed"] or 0, "settings": settings}
        if options["host_noise"]:
            plan["host_noise"] = True
        experiment, rng = runs.build(plan)
    except (ValueError, TypeError) as error:  # of settings that make no sense
        raise click.UsageError(" ".join(str(error).split())) from error
    if len(experiment.loader) == 0:
        raise click.UsageError(f"batch_size={settings['batch_size']} is more than there are examples: make it smaller")
    run = create(out, recipe, plan)
    click.echo(f"training {recipe} in {run.path}")
    train_to_the_end(ctx, run, plan, experiment, rng, save_every)


def go_on(ctx: click.Context, path: Path, save_every: float, options: Mapping[str, Any]) -> None:
    """Continue a run."""
    from minigen.cli import runs
    from minigen.cli.settings import limit_in
    from minigen.cli.tour import MARK
    from minigen.training import Run

    try:
        limit = limit_in(options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    run = Run.open(path)
    root = None if options["root"] is None else root_for(options["root"])
    plan = runs.prolonged(runs.moved(runs.plan_of(run), {"root": root, "device": options["device"]}), limit)
    experiment, rng = runs.build(plan)
    click.echo(f"continuing {plan['recipe']} in {run.path}")
    (path / MARK).unlink(missing_ok=True)  # it is the user's own now
    train_to_the_end(ctx, run, plan, experiment, rng, save_every)


def train_to_the_end(
    ctx: click.Context, run: Any, plan: Mapping[str, Any], experiment: Any, rng: Any, save_every: float
) -> None:
    """Train; say how it ended."""
    from minigen.cli import runs
    from minigen.training.checkpoint import step_of
    from minigen.training.progress import on_terminal

    before = run.latest()
    try:
        loop = runs.train(run, plan, experiment, rng, saves=save_every, progress=on_terminal())
    except KeyboardInterrupt:
        how = f"minigen train --resume {shlex.quote(str(run.path))}"
        click.echo(f"interrupted: continue with {how}", err=True)
        ctx.exit(130)
    nothing = before is not None and step_of(before) == loop.step
    end = "the limit was reached already: give a higher one (--epochs, --steps, --seconds)"
    click.echo(
        f"{loop.step} steps, {loop.epoch} epochs, {loop.seconds:.1f} s: {end if nothing else runs.numbers(loop)}"
    )
    click.echo(f"pictures, metrics and checkpoints: {run.path}")


def root_for(root: str | Path | None) -> str | None:
    """Return the folder of data as settings hold it, whole; that of ``MINIGEN_DATA`` if none is given."""
    import os

    root = root or os.environ.get("MINIGEN_DATA") or None
    return None if root is None else str(Path(root).expanduser().absolute())


def create(out: Path | None, recipe: str, plan: Mapping[str, Any]) -> Any:
    """Make the folder `out`, or the next free ``runs/RECIPE-n``."""
    from minigen.training import Run

    if out is not None:
        return Run.create(out, plan)
    n = 1
    while True:
        path = Path("runs", f"{recipe}-{n}")
        try:
            path.mkdir(parents=True)  # whoever makes the folder has it
        except FileExistsError:
            n += 1
        else:
            return Run.create(path, plan)
