"""Pictures as a run goes on."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigen.random import Generator, using
from minigen.training.callbacks.callback import Callback, positive
from minigen.training.files import remove_leftovers, replacing

if TYPE_CHECKING:
    from minigen.training.loop import Loop


class Pictures(Callback):
    """Draw a picture every `every` steps and at the end, each whole or not at all.

    Parameters
    ----------
    draw : callable
        ``draw(path)`` writes a picture to `path`. It draws random numbers from a generator of its own, the same at
        every picture, so the training does not depend on it, and successive pictures show the same noise.
    folder : path
        Where the pictures are put; made if missing.
    name : str, optional
        ``{step}`` stands for the step; without it each picture replaces the one before. Decides the file's type.
    every : int, optional
        Steps between pictures; without it only one at the end.
    seed : int, optional
        Seed of that generator.

    Raises
    ------
    TypeError, ValueError
        If `every` is no positive integer, `draw` cannot be called, or `name` leaves the folder.

    Examples
    --------
    >>> import os, tempfile, minigen as mg
    >>> class Nothing:
    ...     def step(self, batch):
    ...         return {}
    >>> def draw(path):
    ...     mg.viz.save_image(mg.rand(4, 8, 8), path)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pictures = Pictures(draw, folder, every=2)
    ...     loop = mg.training.fit(Nothing(), mg.zeros(8, 1), steps=5, callbacks=[pictures])
    ...     sorted(os.listdir(folder))
    ['samples-00000002.png', 'samples-00000004.png', 'samples-00000005.png']
    """

    def __init__(
        self,
        draw: Callable[[Path], Any],
        folder: str | os.PathLike[str],
        *,
        name: str = "samples-{step:08}.png",
        every: int | None = None,
        seed: int = 0,
    ) -> None:
        if not callable(draw):
            raise TypeError(f"Pictures: draw must be a function of a path, got {draw!r}")
        if Path(name).name != name:
            raise ValueError(f"Pictures: name must be that of a file in the folder, got {name!r}")
        self.draw = draw
        self.folder = Path(folder)
        self.name = name
        self.every = None if every is None else positive(every, "every", "Pictures")
        self.seed = seed
        self._drawn: int | None = None

    def on_start(self, loop: "Loop") -> None:
        """Make the folder, or remove from it what a kill left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)

    def on_step(self, loop: "Loop") -> None:
        """Draw if it is time."""
        if self.every is not None and loop.step % self.every == 0:
            self._draw(loop)

    def on_end(self, loop: "Loop") -> None:
        """Draw the last picture."""
        self._draw(loop)

    def _draw(self, loop: "Loop") -> None:
        if self._drawn == loop.step:
            return
        with using(Generator(self.seed)), replacing(self.folder / self.name.format(step=loop.step)) as path:
            self.draw(path)
        self._drawn = loop.step
