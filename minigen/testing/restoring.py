"""Objects that are put back as they were before every run of a program."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from minigen.autodiff import Tensor
from minigen.random import Generator
from minigen.random.enumerating import EnumeratingGenerator
from minigen.training.state import copied, difference


class Restored:
    """A context in which objects draw from an enumerating generator and can be put back; at its end they are.

    Put back are the ``state_dict`` of each object, and the gradients of its parameters, which no state_dict holds. A
    generator that an object keeps in an attribute (such as the ``rng`` of a learning algorithm) is replaced inside the
    context by a child of `rng`, one for each generator. An object is looked into as far as its own attributes and the
    modules below them.

    Parameters
    ----------
    objects : object or sequence of objects
        With ``state_dict`` and ``load_state_dict``.
    rng : EnumeratingGenerator
        What they are to draw from.

    Raises
    ------
    TypeError
        If an object has no state_dict.

    Examples
    --------
    >>> import minigen as mg
    >>> layer = mg.nn.Linear(1, 1)
    >>> before = layer.weight.item()
    >>> with Restored([layer], EnumeratingGenerator()):
    ...     _ = mg.nn.init.zeros_(layer.weight)
    >>> layer.weight.item() == before
    True
    """

    def __init__(self, objects: Any, rng: EnumeratingGenerator) -> None:
        single = hasattr(objects, "state_dict")
        self._objects = [objects] if single else list(objects)
        for thing in self._objects:
            if not (hasattr(thing, "state_dict") and hasattr(thing, "load_state_dict")):
                raise TypeError(
                    f"restore: expected objects with state_dict and load_state_dict, got {type(thing).__name__}"
                )
        self._rng = rng

    def __enter__(self) -> Self:
        parts = list({id(part): part for thing in self._objects for part in _parts(thing)}.values())
        self._own = [
            (part, name, value)
            for part in parts
            for name, value in getattr(part, "__dict__", {}).items()
            if isinstance(value, Generator)
        ]
        children = {id(generator): self._rng.spawn() for _, _, generator in self._own}
        try:
            for part, name, generator in self._own:
                setattr(part, name, children[id(generator)])
            self._states = [copied(thing.state_dict()) for thing in self._objects]
        except BaseException:
            self._return_generators()
            raise
        parameters = {id(p): p for part in parts for p in _parameters(part)}
        self._gradients = [(p, copied(p.grad)) for p in parameters.values()]
        return self

    def put_back(self) -> None:
        """Load the state of each object that has changed, and set the gradients."""
        for thing, state in zip(self._objects, self._states, strict=True):
            if difference(state, thing.state_dict()) is not None:
                thing.load_state_dict(copied(state))
        for parameter, gradient in self._gradients:
            if difference(gradient, parameter.grad) is not None:
                parameter.grad = copied(gradient)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.put_back()
        finally:
            self._return_generators()

    def _return_generators(self) -> None:
        for part, name, generator in self._own:
            setattr(part, name, generator)


def _parts(thing: Any) -> Iterator[Any]:
    """Yield an object, what it keeps in attributes and has a state, and all modules below."""
    for part in (thing, *getattr(thing, "__dict__", {}).values()):
        if hasattr(part, "state_dict") and not isinstance(part, Generator):
            yield part
            if callable(getattr(part, "modules", None)):
                yield from part.modules()


def _parameters(part: Any) -> Iterator[Tensor]:
    """Yield the parameters of a module or of an optimizer."""
    if callable(getattr(part, "parameters", None)):
        yield from part.parameters()
    for group in getattr(part, "param_groups", ()):
        yield from group["params"]
