"""From the folder of a run to what is trained in it.

``settings.json`` of a run holds ``{"recipe": name, "seed": seed, "settings": {…}}``. The seed's generator builds the
experiment and is the default generator while it is trained, so these three fix every number. How long to train, and
where data and arrays lie, may change when a run is continued; the rest may not, and checkpoints hold it. With
``"host_noise": true`` the generator draws on the host, so that the numbers are the same on every device.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from minigen import recipes
from minigen.cli.settings import LIMITS, wrong
from minigen.random import Generator, using
from minigen.recipes import Experiment
from minigen.training import (
    Callback,
    Checkpoints,
    Loop,
    MetricsFile,
    NanGuard,
    Pictures,
    Run,
    load_checkpoint,
)

PLACES = ("root", "device")  # where, not what
LOG_EVERY = 10  # steps
GUARD_EVERY = 100  # steps; more often a GPU would wait
PICTURES = 10  # along a run
LIMITS_ARE = "epochs, steps or seconds, above 0"


def build(plan: Mapping[str, Any]) -> tuple[Experiment, Generator]:
    """Return the experiment that the settings of a run describe, and the generator it was built from."""
    rng = Generator(plan["seed"], host_noise=plan.get("host_noise", False))
    with using(rng):
        experiment: Experiment = recipes.load(plan["recipe"]).build(plan["settings"], rng)
    return experiment, rng


def plan_of(run: Run) -> dict[str, Any]:
    """Return what was trained in `run`.

    Raises
    ------
    ValueError
        If its settings are not those of a recipe that there is.
    """
    plan = run.settings
    if set(plan) - {"host_noise"} != {"recipe", "seed", "settings"} or plan["recipe"] not in recipes.names():
        raise ValueError(f"{run.path}/settings.json is of no recipe that this minigen has: minigen list shows them")
    if not isinstance(plan["settings"], dict) or not valid(limit_of(plan["settings"])):
        raise ValueError(f"{run.path}/settings.json needs one limit: {LIMITS_ARE}")
    names = [set(settings) - set(LIMITS) for settings in (recipes.load(plan["recipe"]).SETTINGS, plan["settings"])]
    if names[0] != names[1]:
        other = ", ".join(sorted(names[0] ^ names[1]))
        raise ValueError(f"{run.path} has other settings than {plan['recipe']} has now ({other}): train it anew")
    return plan


def moved(plan: Mapping[str, Any], places: Mapping[str, Any]) -> dict[str, Any]:
    """Return `plan` with other places, where given.

    Raises
    ------
    ValueError
        If the recipe has no such place.

    Examples
    --------
    >>> moved({"recipe": "gan-digits", "seed": 0, "settings": {"device": "cpu"}}, {"device": "cuda", "root": None})
    {'recipe': 'gan-digits', 'seed': 0, 'settings': {'device': 'cuda'}}
    """
    given = {key: str(value) for key, value in places.items() if value is not None}
    for key in given:
        if key not in plan["settings"]:
            raise ValueError(f"the recipe {plan['recipe']} has no {key}: leave --{key} out")
    return {**plan, "settings": {**plan["settings"], **given}}


def prolonged(plan: Mapping[str, Any], limit: Mapping[str, Any]) -> dict[str, Any]:
    """Return `plan` with another limit, if one is given.

    Examples
    --------
    >>> prolonged({"recipe": "gan-digits", "seed": 0, "settings": {"lr": 0.1, "steps": 9}}, {"epochs": 2})
    {'recipe': 'gan-digits', 'seed': 0, 'settings': {'lr': 0.1, 'epochs': 2}}
    """
    kept = {key: value for key, value in plan["settings"].items() if not (limit and key in LIMITS)}
    return {**plan, "settings": {**kept, **limit}}


def identity(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must be equal for a run to be continued.

    Examples
    --------
    >>> identity({"recipe": "gan-digits", "seed": 0, "settings": {"steps": 9, "lr": 0.1, "device": "cpu"}})
    {'recipe': 'gan-digits', 'seed': 0, 'settings': {'lr': 0.1}}
    """
    settings = {key: value for key, value in plan["settings"].items() if key not in (*LIMITS, *PLACES)}
    return {**plan, "settings": settings}


def limit_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return how long to train, as `Loop.run` takes it.

    Examples
    --------
    >>> limit_of({"epochs": 20, "lr": 0.1})
    {'epochs': 20}
    """
    return {key: settings[key] for key in LIMITS if key in settings}


def valid(limit: Mapping[str, Any]) -> bool:
    """Say whether `limit` is one number above 0; whole if it counts.

    Examples
    --------
    >>> valid({"steps": 5}), valid({"steps": 2.5}), valid({"seconds": 2.5}), valid({}), valid({"epochs": "many"})
    (True, False, True, False, False)
    """
    kinds = {"epochs": (int,), "steps": (int,), "seconds": (int, float)}
    return len(limit) == 1 and all(type(n) in kinds[key] and wrong(key, n) is None for key, n in limit.items())


class Report(Callback):
    """Say now and then how far it is, a line each time, for where no bar can be shown."""

    def __init__(self, every: int) -> None:
        self.every = every

    def on_step(self, loop: Loop) -> None:
        """Say it if it is time."""
        if loop.step % self.every == 0:
            click.echo(f"  step {loop.step}, epoch {loop.epoch}, {loop.seconds:.0f} s: {numbers(loop)}", err=True)


class Cap(Callback):
    """Stop after so many seconds of training, whatever the limit."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def after_step(self, loop: Loop) -> None:
        """Stop if it is time."""
        if loop.seconds >= self.seconds:
            loop.stop(f"{self.seconds:g} seconds")


def numbers(loop: Loop) -> str:
    """Return the last metrics as text."""
    return ", ".join(f"{name} {value:.4g}" for name, value in loop.metrics.items())


def train(
    run: Run,
    plan: Mapping[str, Any],
    experiment: Experiment,
    rng: Generator,
    *,
    saves: float,
    progress: bool,
    cap: float | None = None,
) -> Loop:
    """Train `experiment` in the folder of `run`, from its latest checkpoint on if it has one, until its limit.

    Parameters
    ----------
    run : Run
        The folder. Where `plan` has another limit or other places, they are written to its settings.
    plan, experiment, rng
        The settings and what `build` made of them.
    saves : float
        Seconds between checkpoints.
    progress : bool
        Whether to show a bar; otherwise lines are written.
    cap : float, optional
        Seconds of training after which to stop at any rate.

    Returns
    -------
    Loop
        At its end.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the state has been saved.
    BlockingIOError
        If another process is training in the folder.
    """
    limit = limit_of(plan["settings"])
    every = picture_steps(limit, experiment.loader)
    callbacks: list[Callback] = [NanGuard(GUARD_EVERY), MetricsFile(run.metrics, every=LOG_EVERY)]
    callbacks += [Cap(cap)] if cap is not None else []
    callbacks += [Checkpoints(run.checkpoints, seconds=saves)]  # first to hear of the end, in case of Ctrl-C
    for name, picture in experiment.pictures.items():
        if name == "samples":
            callbacks.append(Pictures(picture.draw, run.path, every=every))
        else:
            callbacks.append(Pictures(picture.draw, run.path, name=f"{name}.png"))
    callbacks += [] if progress else [Report(every)]
    loop = Loop(experiment.algorithm, experiment.loader, callbacks=callbacks, settings=identity(plan))
    with run.held(), using(rng):
        latest = run.latest()
        if latest is not None:
            loop.load(latest)
        if plan != run.settings:
            run.change(plan)
        try:
            loop.run(**limit, progress=progress)
        finally:
            if run.metrics.exists():
                run.draw_curves()
    return loop


def picture_steps(limit: Mapping[str, Any], loader: Any) -> int:
    """Return the steps between two pictures: a tenth of the run if its length is known.

    Examples
    --------
    >>> picture_steps({"epochs": 2}, range(50)), picture_steps({"steps": 55}, []), picture_steps({"seconds": 9}, [])
    (10, 6, 1000)
    """
    if "seconds" in limit:
        return 1000
    steps: int = limit["steps"] if "steps" in limit else limit["epochs"] * len(loader)
    return max(1, math.ceil(steps / PICTURES))


def trained(path: Path, **places: Any) -> tuple[Run, Path, Experiment]:
    """Return the run in the folder `path`, its latest checkpoint, and its experiment as it was there.

    Raises
    ------
    ValueError
        If it has no checkpoint.
    """
    run = Run.open(path)
    plan = moved(plan_of(run), places)
    latest = run.latest()
    if latest is None:
        raise ValueError(f"{path} has no checkpoint yet: minigen train --resume {path}")
    experiment, _ = build(plan)
    load_checkpoint(latest, experiment.algorithm, settings=identity(plan))
    return run, latest, experiment
