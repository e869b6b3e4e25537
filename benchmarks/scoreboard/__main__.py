"""Train the rows of the scoreboard, score them, and write docs/scoreboard.

    MINIGEN_DATA=~/data/mnist python -m benchmarks.scoreboard [ROW …] [--seconds S]

With --seconds each training is cut to that length: a trial, printed and not written to docs. With --page nothing is
trained, and the page is made anew of the results that are there.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.scoreboard.page import page, read
from benchmarks.scoreboard.rows import ROWS, Row
from minigen import recipes
from minigen.cli import runs
from minigen.cli.train import root_for
from minigen.random import using
from minigen.training import Run, files
from minigen.training.checkpoint import versions
from minigen.training.progress import on_terminal

DOCS = Path(__file__).parents[2] / "docs" / "scoreboard"


def main() -> None:
    """Read the command line, make the rows."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scoreboard", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all by default: {', '.join(ROWS)}")
    parser.add_argument("--seconds", type=float, metavar="S", help="a trial of so many seconds of training a seed")
    parser.add_argument("--runs", type=Path, default=Path("runs/scoreboard"), help="where to train (%(default)s)")
    parser.add_argument("--page", action="store_true", help="train nothing, only make the page anew")
    options = parser.parse_args()
    for name in options.rows:
        if name not in ROWS:
            parser.error(f"there is no row {name!r}: there are {', '.join(ROWS)}")
    for name in [] if options.page else options.rows or ROWS:
        result = make(name, ROWS[name], options.runs, options.seconds)
        if options.seconds is None:
            files.write(DOCS / f"{name}.json", (json.dumps(result, indent=2, ensure_ascii=False) + "\n").encode())
            print(f"written: {DOCS / name}.json")
        else:
            print(f"{name}: a trial of {options.seconds:g} s; nothing is written to docs")
    if options.seconds is None:
        files.write(DOCS / "README.md", page(read(DOCS, list(ROWS))).encode())


def make(name: str, row: Row, folder: Path, seconds: float | None) -> dict[str, Any]:
    """Train and score a row for each seed; return all that is to be known."""
    print(f"{name}: {row.what}")
    trained = [train_and_score(name, row, seed, folder, seconds) for seed in row.seeds]
    if seconds is None:
        Run.open(folder / f"{name}-{row.seeds[0]}").draw_curves(DOCS / f"{name}.png")
    found = versions()
    return {
        "row": name,
        "what": row.what,
        "note": row.note,
        "recipe": row.recipe,
        "settings": dict(row.settings),
        "published": [entry._asdict() for entry in row.published],
        "headline": list(row.headline),
        "runs": trained,
        "command": f"make scoreboard ROW={name} THREADS={found['threads']}",
        "threads": found["threads"],
        "machine": f"a machine with {os.cpu_count()} cores ({found['machine']}, {platform.system()})",
        "versions": {key: found[key] for key in ("minigen", "python", "numpy", "blas")},
        "date": datetime.date.today().isoformat(),
    }


def train_and_score(name: str, row: Row, seed: int, folder: Path, seconds: float | None) -> dict[str, Any]:
    """Train one seed in its folder, or go on there, and score it."""
    path = folder / (f"{name}-{seed}" if seconds is None else f"trial-{name}-{seed}")
    plan = plan_of(row, seed, seconds)
    if seconds is not None and path.exists():
        shutil.rmtree(path)
    run = Run.open(path) if path.exists() else Run.create(path, plan)
    if runs.identity(run.settings) != runs.identity(plan):
        raise SystemExit(f"{path} was trained with other settings: remove it")
    experiment, rng = runs.build(plan)
    loop = runs.train(run, plan, experiment, rng, saves=30.0, progress=on_terminal())
    start = time.monotonic()
    with using(seed) as own:
        scores = row.scores(experiment, plan["settings"], own)
    scoring = time.monotonic() - start
    for score in scores:
        print(f"  seed {seed}: {score}")
    print(f"  {loop.step} steps, training {loop.seconds:.0f} s, scoring {scoring:.0f} s", flush=True)
    return {
        "seed": seed,
        "steps": loop.step,
        "epochs": loop.epoch,
        "training_seconds": round(loop.seconds, 1),
        "scoring_seconds": round(scoring, 1),
        "scores": [score.as_dict() for score in scores],
        "texts": [str(score) for score in scores],
    }


def plan_of(row: Row, seed: int, seconds: float | None) -> dict[str, Any]:
    """Return the settings of the run, as ``minigen train`` would write them."""
    settings = dict(recipes.load(row.recipe).SETTINGS)
    if "root" in settings:
        settings["root"] = root_for(settings["root"])
    limit = runs.limit_of(row.settings) if seconds is None else {"seconds": seconds}
    plan = {"recipe": row.recipe, "seed": seed, "settings": {**settings, **without_limit(row.settings)}}
    return runs.prolonged(plan, limit)


def without_limit(settings: Any) -> dict[str, Any]:
    """Return settings but how long to train."""
    return {key: value for key, value in settings.items() if key not in runs.LIMITS}


if __name__ == "__main__":
    main()
