"""Recipes: named experiments, one short file each, from the data to the scores.

The recipe `gan-digits` is the module `minigen/recipes/gan_digits.py`: each file in this folder is a recipe, and nothing
needs to be entered anywhere. A recipe has

* a docstring, whose first line says what it is;
* ``SETTINGS``, a dict that JSON can hold: all that may be changed without changing the file. Among them is one of
  ``epochs``, ``steps`` and ``seconds``, how long to train; ``batch_size``, ``lr`` and ``device``; where data come from
  files, ``root``, their folder, and ``check_files``, whether they must be the published ones;
* ``build(settings, rng)``, which returns an `Experiment`. Everything random in it comes from children of `rng`, so a
  seed fixes the run;
* if it takes part in ``minigen tour``, ``TOUR``, the settings that are other there: a training of at most 12 s.

Commands, resuming, tests, the tour and the pages need nothing else.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from minigen.autodiff import Tensor
from minigen.random import Generator

if TYPE_CHECKING:  # a list of the recipes loads no scores
    from minigen.evaluation import Score

__all__ = ["Experiment", "Picture", "load", "names"]


class Picture(NamedTuple):
    """Something to look at.

    Parameters
    ----------
    caption : str
        What is to be seen, for those who did not make it.
    draw : callable
        ``draw(path)`` writes it to a file; what is random in it is drawn from the default generator.

    Examples
    --------
    >>> import minigen as mg
    >>> Picture("64 samples", lambda path: mg.viz.save_image(mg.rand(64, 8, 8), path)).caption
    '64 samples'
    """

    caption: str
    draw: Callable[[Path], Any]


@dataclass(frozen=True)
class Experiment:
    """What a recipe builds: all that is needed to train, look and judge.

    Attributes
    ----------
    algorithm : object
        Has ``step(batch)``, ``state_dict()`` and ``load_state_dict()``; owns its model and optimizers.
    loader : object
        Each iteration over it is one epoch of batches; has ``state_dict()`` and ``load_state_dict()``.
    sample : callable
        ``sample(n, rng)`` returns n samples as the data are seen: images with pixels in [0, 1].
    pictures : mapping
        `Picture`s by the name of their file. ``samples`` is drawn as training goes on, all at its end.
    scores : callable
        ``scores(rng)`` returns a sequence of `minigen.evaluation.Score`.

    Examples
    --------
    >>> from minigen import recipes
    >>> from minigen.random import Generator
    >>> recipe = recipes.load("gan-digits")
    >>> experiment = recipe.build(recipe.SETTINGS, Generator(0))
    >>> experiment.sample(5, Generator(1)).shape
    (5, 8, 8)
    """

    algorithm: Any
    loader: Any
    sample: Callable[[int, Generator | int | None], Tensor]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    scores: "Callable[[Generator | int | None], Sequence[Score]]" = lambda rng: []


def names() -> list[str]:
    """Return the names of all recipes, in alphabetical order.

    Examples
    --------
    >>> "gan-digits" in names()
    True
    """
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def load(name: str) -> ModuleType:
    """Return the module of the recipe called `name`.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> load("gan-mnist").SETTINGS["batch_size"]
    32
    """
    if name not in names():
        raise ValueError(f"there is no recipe {name!r}: there are {', '.join(names())}")
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
