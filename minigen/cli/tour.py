"""``minigen tour``: train every family for some seconds, and write one page of pictures and scores."""

import json
import re
import shlex
import shutil
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from minigen.cli.page import Section, page

EXAMPLES = """\b
Examples:
  minigen tour
  minigen tour gan-digits gan-ring
  minigen tour --seed 7 --out runs/tour-7

Each recipe of the tour trains on small bundled data for at most 12 s."""
CAP = 10.5  # seconds of training a recipe; with building, drawing and scoring it takes 12 at most
FRAMES = 5
WIDE = 1.8  # width / height of pictures that take a row of the page
MARK = ".tour"  # in the folders that a tour made and the next may replace
OWN = re.compile(r"settings\.json|metrics\.jsonl|scores\.json|.*\.png|checkpoints|\.tour|\.lock|\..+\.tmp(\.\w+)?")


@click.command(epilog=EXAMPLES)
@click.argument("recipe", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/tour"), show_default=True, help="Folder.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Fixes every number.")
def tour(recipe: tuple[str, ...], out: Path, seed: int) -> None:
    """Train each family briefly (or each RECIPE), write a page of pictures."""
    from minigen.training import files
    from minigen.viz import save_sheet

    stops = stops_of(recipe)
    for name in stops:
        make_room(out / name)
    start, sections = time.monotonic(), []
    for name, module in stops.items():
        sections.append(visit(name, module, out, seed))
    took = time.monotonic() - start
    note = f"{len(stops)} recipes, trained with seed {seed} in {took:.0f} s. All recipes: minigen list."
    files.write(out / "index.html", page("minigen: a tour", note, sections).encode())
    pictures = [
        (f"{section.name}: {caption}", out / path)
        for section in sections
        for path, caption in (*section.pictures, *section.wide)
    ]
    with files.replacing(out / "tour.png") as temporary:
        save_sheet(pictures, temporary, columns=2)
    click.echo(f"the page: {out / 'index.html'}")
    click.echo(f"all pictures on one sheet: {out / 'tour.png'}")


def stops_of(chosen: Sequence[str]) -> dict[str, Any]:
    """Return the modules of the recipes to visit, by name: those of the tour, or those of them that are chosen.

    Raises
    ------
    click.UsageError
        If one that is chosen is not there, or takes no part.

    Examples
    --------
    >>> list(stops_of(["gan-ring", "gan-digits"]))
    ['gan-digits', 'gan-ring']
    """
    from minigen import recipes

    modules = {name: recipes.load(name) for name in recipes.names()}
    stops = {name: module for name, module in modules.items() if hasattr(module, "TOUR")}
    for name in chosen:
        if name not in stops:
            raise click.UsageError(f"the tour does not visit {name!r}: it visits {', '.join(stops)}")
    return {name: module for name, module in stops.items() if not chosen or name in chosen}


def make_room(path: Path) -> None:
    """Remove the run that an earlier tour left in the folder `path`; refuse to remove anything else."""
    from minigen.training import Run

    if (path / MARK).is_file() and all(OWN.fullmatch(file.name) for file in path.iterdir()):
        with Run(path, {}).held():
            pass  # nobody is training there
        shutil.rmtree(path)
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ValueError(f"{path} holds what no tour made: choose another folder with --out")


def visit(name: str, recipe: Any, out: Path, seed: int) -> Section:
    """Train one recipe, score it, and say what was found."""
    from minigen.cli import runs
    from minigen.random import using
    from minigen.training import Run
    from minigen.training.progress import on_terminal

    start = time.monotonic()
    title = (recipe.__doc__ or name).splitlines()[0]
    click.echo(f"{name}: {title}")
    settings = settings_of(recipe)
    plan = {"recipe": name, "seed": seed, "settings": settings}
    experiment, rng = runs.build(plan)
    run = Run.create(out / name, plan)
    (run.path / MARK).touch()
    loop = runs.train(run, plan, experiment, rng, saves=60.0, progress=on_terminal(), cap=CAP)
    with using(seed) as own:
        scores = experiment.scores(own)
    for score in scores:
        click.echo(f"  {score}")
    frames = sorted(run.path.glob("samples-*.png"))
    files = {key: run.path / f"{key}.png" for key in experiment.pictures} | {"samples": frames[-1]}
    step = len(frames) / FRAMES
    shown = [frames[int(step * i)] for i in range(FRAMES)] if len(frames) > FRAMES else frames[:-1]
    click.echo(f"  {loop.step} steps, {time.monotonic() - start:.1f} s in all")
    pictures: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    for key, picture in experiment.pictures.items():
        pictures[ratio(files[key]) > WIDE].append((f"{name}/{files[key].name}", picture.caption))
    return Section(
        name,
        title,
        f"{loop.step} steps, {loop.seconds:.0f} s.",
        command_of(name, recipe, loop.step, seed),
        [described(score) for score in scores],
        pictures[False],
        pictures[True],
        [(f"{name}/{frame.name}", f"step {int(frame.stem.split('-')[1])}") for frame in shown],
        f"{name}/{run.curves.name}",
    )


def ratio(png: Path) -> float:
    """Return width / height of a picture, which stand at the beginning of its file.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ratio(mg.viz.save_image(mg.zeros(1, 4, 12), Path(folder) / "a.png", padding=0))
    3.0
    """
    with open(png, "rb") as file:
        width, height = struct.unpack(">II", file.read(24)[16:])
    return float(width) / float(height)


def settings_of(recipe: Any) -> dict[str, Any]:
    """Return the settings of the recipe in a tour: its own, with a limit of the tour in place of its own."""
    from minigen.cli.settings import LIMITS

    other: Mapping[str, Any] = recipe.TOUR
    drop = LIMITS if set(LIMITS) & set(other) else ()
    return {key: value for key, value in recipe.SETTINGS.items() if key not in drop} | dict(other)


def command_of(name: str, recipe: Any, steps: int, seed: int) -> str:
    """Return the command that trains what a tour has trained.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> command_of("gan-ring", SimpleNamespace(TOUR={"steps": 9, "std": 0.1, "hidden": [8, 8]}), 5, 0)
    "minigen train gan-ring --steps 5 --seed 0 --set std=0.1 --set 'hidden=[8, 8]'"
    """
    from minigen.cli.settings import LIMITS

    changed = [f"{key}={json.dumps(value)}" for key, value in recipe.TOUR.items() if key not in LIMITS]
    return shlex.join(
        ["minigen", "train", name, "--steps", str(steps), "--seed", str(seed)]
        + [part for assignment in changed for part in ("--set", assignment)]
    )


def described(score: Any) -> tuple[str, str, str]:
    """Return measure, value with unit, and what kind of figure it is."""
    measure, whole = score.measure, str(score)
    value, _, note = whole.removeprefix(f"{measure} ").partition(" (")
    return measure, value, note.removesuffix(")")
