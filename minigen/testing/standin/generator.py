"""CuPy's random Generator: NumPy's under CuPy's names, and other streams.

Seeds are cut to 32 bits and draws are not those of CuPy. The functions of ``cupy.random`` with a global state have no
stand-in.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.testing.standin.calling import check, run
from minigen.testing.standin.holding import held
from minigen.testing.standin.record import bound, missing, record


class Generator:
    """A source of draws, made by ``cupy.random.default_rng``."""

    def __init__(self, seed: Any = None) -> None:
        self._generator = numpy.random.default_rng(seed if seed is None else int(seed) % 2**32)

    def __getattr__(self, name: str) -> Any:
        missing("cupy.random.Generator", name)


def _method(name: str, parameters: str) -> Callable[..., Any]:
    """Return NumPy's law `name` under CuPy's parameters."""

    def method(self: Generator, *args: Any, **keywords: Any) -> Any:
        title = f"cupy.random.Generator.{name}"
        numbers = {key: value for key, value in bound(title, parameters, args, keywords).items() if not held(value)}
        check(title, numbers, False)
        result = run(getattr(self._generator, name), *args, **keywords)
        return run(numpy.asarray, result) if isinstance(result, int | float) else result

    method.__name__ = method.__qualname__ = name
    return method


for _name, _parameters in record()["cupy.random.Generator"]["methods"].items():
    setattr(Generator, _name, _method(_name, _parameters))


def default_rng(seed: Any = None) -> Generator:
    """Return a new source of draws."""
    return Generator(seed)
