"""CuPy's random Generator: NumPy's under CuPy's names, and other streams.

Seeds are cut to 32 bits and draws are not those of CuPy. The functions of ``cupy.random`` with a global state have no
stand-in.
"""

from typing import Any

import numpy

from minigen.testing.standin.calling import check, run
from minigen.testing.standin.record import bound, missing, record


class Generator:
    """A source of draws, made by ``cupy.random.default_rng``."""

    def __init__(self, seed: Any = None) -> None:
        self._generator = numpy.random.default_rng(seed if seed is None else int(seed) % 2**32)

    def __getattr__(self, name: str) -> Any:
        methods = record()["cupy.random.Generator"]["methods"]
        if name not in methods:
            missing("cupy.random.Generator", name)

        def method(*args: Any, **keywords: Any) -> Any:
            check(name, bound(f"cupy.random.Generator.{name}", methods[name], args, keywords), False)
            result = run(getattr(self._generator, name), *args, **keywords)
            return run(numpy.asarray, result) if isinstance(result, int | float) else result

        return method


def default_rng(seed: Any = None) -> Generator:
    """Return a new source of draws."""
    return Generator(seed)
