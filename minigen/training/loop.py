"""The loop around one learning step.

    for batch in loader: metrics = algorithm.step(batch)

and around that: the limits, the callbacks, interruption, and a state from which it goes on bit for bit in another
process, from any step. An algorithm is anything with ``step(batch) -> metrics``; a loader anything that can be
iterated, whose ``load_state_dict`` makes the next iteration go on inside the epoch. To be saved, both need
``state_dict`` and ``load_state_dict``. The state of the default generator belongs to the loop's.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from minigen import random
from minigen.training import checkpoint
from minigen.training.callbacks.callback import Callback, positive
from minigen.training.interrupts import Interrupts
from minigen.training.progress import Progress

COUNTERS = ("step", "epoch", "batch")
END = object()


class Algorithm(Protocol):
    """What is needed of a learning algorithm."""

    def step(self, batch: Any) -> Mapping[str, float]: ...  # noqa: D102


class Loop:
    """Learning steps over batches, with everything that counts them.

    Parameters
    ----------
    algorithm : object with ``step(batch)``
        One learning step; returns metrics, a mapping of names to numbers.
    loader : iterable
        Each iteration is one epoch of batches.
    callbacks : sequence of Callback, optional
        Told of every step, in this order.
    settings : mapping, optional
        What all this was built from; stored in checkpoints.

    Attributes
    ----------
    step, epoch, batch : int
        Steps taken, epochs completed, steps taken in the present epoch.
    seconds : float
        Time spent in `run`, in all processes together.
    metrics : mapping
        What the last step reported; values are converted (and a GPU waited for) when read.
    reason : str or None
        Why the last `run` ended.

    Raises
    ------
    TypeError
        If `algorithm` has no ``step``, `loader` cannot be iterated, or something is no `Callback`.

    Examples
    --------
    >>> import minigen as mg
    >>> class Count:
    ...     def step(self, batch):
    ...         return {"rows": len(batch)}
    >>> loop = Loop(Count(), mg.data.DataLoader(mg.zeros(10, 1), batch_size=4))
    >>> loop.run(epochs=2)
    >>> loop.step, loop.epoch, loop.metrics, loop.reason
    (6, 2, {'rows': 2}, '2 epochs')
    """

    def __init__(
        self,
        algorithm: Algorithm,
        loader: Iterable[Any],
        *,
        callbacks: Sequence[Callback] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        if not callable(getattr(algorithm, "step", None)):
            raise TypeError(f"Loop: an algorithm has step(batch), got {type(algorithm).__name__}")
        if not hasattr(loader, "__iter__") or isinstance(loader, Iterator):
            raise TypeError(f"Loop: a loader can be iterated again and again, got {type(loader).__name__}")
        for callback in callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"Loop: expected callbacks, got {callback!r}: derive from minigen.training.Callback")
        self.algorithm: Any = algorithm
        self.loader: Any = loader
        self.callbacks = tuple(callbacks)
        self.settings = settings
        self.step = self.epoch = self.batch = 0
        self.seconds = 0.0
        self.metrics: Mapping[str, float] = {}
        self.reason: str | None = None
        self._batches: Iterator[Any] | None = None

    def run(
        self,
        *,
        epochs: int | None = None,
        steps: int | None = None,
        seconds: float | None = None,
        progress: bool = False,
    ) -> None:
        """Train until a limit is reached, a callback stops it, or Ctrl-C is pressed.

        Limits count from the beginning of the training, not from where it was resumed.

        Parameters
        ----------
        epochs, steps, seconds : number
            Exactly one of them.
        progress : bool, optional
            Whether to show a bar on standard error.

        Raises
        ------
        TypeError, ValueError
            If not exactly one limit is given, or it is not positive; or if an epoch has no batch.
        KeyboardInterrupt
            After Ctrl-C. The first is acted on between two steps, and the run ends in good order (`on_end` is called,
            so a checkpoint is saved); a second raises at once.
        """
        limits = {"epochs": epochs, "steps": steps, "seconds": seconds}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        if len(given) != 1:
            raise TypeError(f"fit: give exactly one of epochs, steps and seconds, got {' and '.join(given) or 'none'}")
        ((unit, limit),) = given.items()
        positive(limit, unit, "fit", float if unit == "seconds" else int)
        self.reason = None
        before, start = self.seconds, time.monotonic()
        with Interrupts() as interrupts, Progress(self, unit, limit, progress) as bar:
            self._tell("before_start")
            self._tell("on_start")
            while True:
                self.seconds = before + time.monotonic() - start
                if interrupts.noted:
                    self.stop("interrupted")
                elif self._reached(unit, limit):
                    self.stop(f"{limit} {unit if limit != 1 else unit[:-1]}")
                if self.reason is not None:
                    break
                self._advance()
                bar.update()
            self._tell("on_end")
        if interrupts.noted:
            raise KeyboardInterrupt

    def stop(self, reason: str) -> None:
        """End the run before the next step; the first reason counts."""
        self.reason = self.reason or reason

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint of algorithm, loader and loop. Call it between steps, as in `Callback.after_step`.

        Raises
        ------
        TypeError
            If a part has no ``state_dict``, or one with something in it that cannot be saved.
        OSError
            If the file cannot be written.
        """
        self._tell("before_save")
        checkpoint.save_checkpoint(path, self.algorithm, self.loader, self, settings=self.settings)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Continue from the checkpoint `path`, bit for bit; all or nothing.

        Raises
        ------
        CheckpointError
            If the file is damaged or does not fit; nothing has changed then.
        OSError
            If it cannot be read.
        """
        checkpoint.load_checkpoint(path, self.algorithm, self.loader, self, settings=self.settings)

    def state_dict(self) -> dict[str, Any]:
        """Return the counters, the last metrics, the default generator's state and the states of callbacks."""
        return {
            **{name: getattr(self, name) for name in (*COUNTERS, "seconds")},
            "rng": random.get_default_generator().state_dict(),
            "metrics": {name: float(value) for name, value in self.metrics.items()},
            "callbacks": {name: callback.state_dict() for name, callback in self._stateful().items()},
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`.

        Raises
        ------
        ValueError
            If it is not what `state_dict` returns, or is of other callbacks.
        """
        keys = {*COUNTERS, "seconds", "rng", "metrics", "callbacks"}
        if not isinstance(state_dict, Mapping) or set(state_dict) != keys:
            raise ValueError(f"Loop.load_state_dict: expected what state_dict() returns, got {state_dict!r:.200}")
        for name in COUNTERS:
            if type(state_dict[name]) is not int or state_dict[name] < 0:
                raise ValueError(f"Loop.load_state_dict: {name} must be a count, got {state_dict[name]!r}")
        if type(state_dict["seconds"]) is not float or not state_dict["seconds"] >= 0:
            raise ValueError(f"Loop.load_state_dict: seconds must be a time, got {state_dict['seconds']!r}")
        metrics = state_dict["metrics"]
        if not isinstance(metrics, Mapping) or any(type(value) is not float for value in metrics.values()):
            raise ValueError(f"Loop.load_state_dict: metrics must be numbers by name, got {metrics!r:.200}")
        saved, here = state_dict["callbacks"], self._stateful()
        if sorted(saved) != sorted(here):
            raise ValueError(
                f"Loop.load_state_dict: the state is of the callbacks {', '.join(saved) or 'none'}, "
                f"here are {', '.join(here) or 'none'}: give the same callbacks"
            )
        random.get_default_generator().load_state_dict(state_dict["rng"])
        for name, callback in here.items():
            callback.load_state_dict(saved[name])
        self.metrics = dict(metrics)
        for name in (*COUNTERS, "seconds"):
            setattr(self, name, state_dict[name])
        self._batches = None

    # ------------------------------------------------------------------------------------- one step

    def _advance(self) -> None:
        batch = self._next()
        if batch is END:  # the loader did not say its length, and ends here
            if self.batch == 0:
                raise ValueError(f"fit: the loader, {type(self.loader).__name__}, gave no batch: is its data empty?")
            self.epoch, self.batch = self.epoch + 1, 0
            self._tell("on_epoch")
            self._tell("after_step")
            return
        self.metrics = self.algorithm.step(batch)
        self.step += 1
        self.batch += 1
        # Where the length is known the epoch is ended here, so that no state falls between its last batch and its end.
        ended = hasattr(self.loader, "__len__") and self.batch == len(self.loader)
        if ended:
            if self._next() is not END:
                raise ValueError(f"fit: the loader gave more than the {len(self.loader)} batches that len(loader) says")
            self.epoch, self.batch = self.epoch + 1, 0
        self._tell("on_step")
        if ended:
            self._tell("on_epoch")
        self._tell("after_step")

    def _next(self) -> Any:
        """Return the next batch of the epoch, or END."""
        if self._batches is None:
            self._batches = iter(self.loader)
        batch = next(self._batches, END)
        if batch is END:
            self._batches = None
        return batch

    def _reached(self, unit: str, limit: float) -> bool:
        counted = {"epochs": self.epoch, "steps": self.step, "seconds": self.seconds}[unit]
        return counted >= limit

    def _tell(self, event: str) -> None:
        for callback in self.callbacks:
            getattr(callback, event)(self)

    def _stateful(self) -> dict[str, Callback]:
        """Return the callbacks that have a state by class name, numbered where a class comes again."""
        found: dict[str, Callback] = {}
        for callback in self.callbacks:
            if type(callback).state_dict is not Callback.state_dict:
                kind = type(callback).__name__
                count = sum(type(other).__name__ == kind for other in found.values())
                found[f"{kind}-{count + 1}" if count else kind] = callback
        return found


def fit(
    algorithm: Algorithm,
    loader: Iterable[Any],
    *,
    epochs: int | None = None,
    steps: int | None = None,
    seconds: float | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
    resume: str | os.PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Loop:
    """Train `algorithm` on the batches of `loader` until a limit is reached.

    Parameters
    ----------
    algorithm : object with ``step(batch)``
        One learning step; returns metrics.
    loader : iterable
        Each iteration is one epoch of batches.
    epochs, steps, seconds : number
        Exactly one of them: the limit, counted from the beginning of the training also where it is resumed.
    callbacks : sequence of Callback, optional
        Told of every step, in this order.
    progress : bool, optional
        Whether to show a bar on standard error.
    resume : path, optional
        A checkpoint to continue from, bit for bit.
    settings : mapping, optional
        What algorithm and loader were built from; stored in checkpoints, and checked on `resume`.

    Returns
    -------
    Loop
        With ``step``, ``epoch``, ``metrics`` and ``reason``, the reason why it ended.

    Raises
    ------
    TypeError, ValueError
        For arguments that make no sense.
    CheckpointError
        If the checkpoint is damaged or does not fit.
    KeyboardInterrupt
        After Ctrl-C, at the end of the present step and in good order; at once after a second one.

    Examples
    --------
    >>> import minigen as mg
    >>> generator, discriminator = mg.models.Generator(2, 1, hidden=[8]), mg.models.Discriminator(1, hidden=[8])
    >>> gan = mg.learning.Adversarial(
    ...     generator,
    ...     discriminator,
    ...     mg.optim.Adam(generator.parameters()),
    ...     mg.optim.Adam(discriminator.parameters()),
    ...     prior=2,
    ... )
    >>> loop = mg.training.fit(gan, mg.data.DataLoader(mg.zeros(64, 1), batch_size=16, shuffle=True), epochs=2)
    >>> loop.step, loop.reason
    (8, '2 epochs')
    """
    loop = Loop(algorithm, loader, callbacks=callbacks, settings=settings)
    if resume is not None:
        loop.load(resume)
    loop.run(epochs=epochs, steps=steps, seconds=seconds, progress=progress)
    return loop
