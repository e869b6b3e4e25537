"""Wrong settings, scores and pictures of runs."""

from types import SimpleNamespace

import minigen as mg
from minigen import recipes
from minigen.cli import runs
from minigen.cli.settings import changed
from minigen.cli.tour import make_room
from minigen.evaluation import Score
from minigen.random import Generator
from minigen.viz import save_pairs, save_sheet

DIGITS = recipes.load("gan-digits")


def change(*assignments, **options):
    return changed(DIGITS.SETTINGS, assignments, options, "gan-digits")


def build(name, **settings):
    recipe = recipes.load(name)
    return recipe.build({**recipe.SETTINGS, **settings}, Generator(0))


def plan_of(**settings):
    return runs.plan_of(SimpleNamespace(path="runs/it", settings=settings))


SCORE = Score(1.0, "log-likelihood", "nats", "exact", 1)
BITS = Score(1.0, "log-likelihood", "bits/dim", "exact", 1)

ROWS = [
    ("recipe", lambda: recipes.load("gan"), ValueError, "there is no recipe 'gan': there are gan-digits, gan-mnist"),
    ("set", lambda: change("latent"), ValueError, "--set needs key=value, got 'latent': write --set latent=…"),
    ("set-name", lambda: change("latnet=3"), ValueError, "no setting 'latnet': did you mean latent?"),
    (
        "set-json",
        lambda: change("lr=high"),
        ValueError,
        "'high' is no JSON value: lr is a number, as in --set 'lr=0.0005'",
    ),
    ("set-kind", lambda: change("latent=0.5"), ValueError, "latent must be an integer, as in --set 'latent=32'"),
    ("set-twice", lambda: change("lr=1", lr=2.0), ValueError, "lr is given twice"),
    ("limits", lambda: change(epochs=1, seconds=2.0), ValueError, "--epochs and --seconds cannot be given together"),
    ("option", lambda: change(root="x"), ValueError, "the recipe gan-digits has no root: it has steps, batch_size"),
    ("data", lambda: build("gan-mnist", data="x"), ValueError, "data must be one of mnist, fashion-mnist, got 'x'"),
    ("files", lambda: build("gan-mnist", root="nowhere"), mg.data.DataError, "place train-images-idx3-ubyte.gz there"),
    ("place", lambda: runs.moved({"recipe": "a", "settings": {}}, {"root": "x"}), ValueError, "leave --root out"),
    ("plan", lambda: plan_of(recipe="gone", seed=0, settings={}), ValueError, "is of no recipe that this minigen has"),
    ("plan-keys", lambda: plan_of(recipe="gan-digits"), ValueError, "minigen list shows them"),
    (
        "plan-settings",
        lambda: plan_of(recipe="gan-digits", seed=0, settings={**DIGITS.SETTINGS, "k": 2}),
        ValueError,
        "has other settings than gan-digits has now (k): train it anew",
    ),
    ("room", lambda: make_room(recipes_folder()), ValueError, "holds what no tour made: choose another folder"),
    ("limit", lambda: change(steps=0), ValueError, "steps must be above 0, got 0"),
    ("finite", lambda: change("lr=1e999"), ValueError, "lr must be a finite number, got inf"),
    ("score", lambda: SCORE < BITS, TypeError, "scores of unlike unit (nats, bits/dim) cannot be compared"),
    ("score-number", lambda: SCORE > 1, TypeError, "got int: compare score.value"),
    ("score-kind", lambda: Score(1, "m", "u", "good", 1), ValueError, "kind must be one of exact, lower bound"),
    ("pairs", lambda: save_pairs(mg.zeros(2, 3, 3), mg.zeros(3, 3, 3), "x.png"), ValueError, "images in pairs"),
    ("pairs-rows", lambda: save_pairs(mg.zeros(11, 3, 3), mg.zeros(11, 3, 3), "x.png"), ValueError, "give a multiple"),
    ("sheet", lambda: save_sheet([], "x.png"), ValueError, "there are no pictures"),
]


def recipes_folder():
    from pathlib import Path

    return Path(recipes.__file__).parent
