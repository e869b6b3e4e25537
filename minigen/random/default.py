"""The generator that is used where none is given.

There is one for the process, made on first use from fresh entropy. `manual_seed` seeds it, `using` puts
another in its place for a while, in the calling thread only.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy

from minigen.random.generator import Generator

_thread = threading.local()
_lock = threading.Lock()
_process_generator: Generator | None = None


def get_default_generator() -> Generator:
    """Return the default generator in force: that of the innermost `using`, else the process's.

    Examples
    --------
    >>> with using(7):
    ...     get_default_generator()
    Generator(seed=7)
    """
    global _process_generator
    swapped: Generator | None = getattr(_thread, "generator", None)
    if swapped is not None:
        return swapped
    with _lock:
        if _process_generator is None:
            _process_generator = Generator()
        return _process_generator


def manual_seed(seed: int) -> Generator:
    """Seed the default generator in force: all draws without ``rng`` that follow depend on `seed` only.

    Parameters
    ----------
    seed : int
        From 0 to 2**128 - 1.

    Returns
    -------
    Generator
        The generator that was seeded.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not such an integer.

    Examples
    --------
    >>> manual_seed(0)
    Generator(seed=0)
    """
    return get_default_generator().manual_seed(seed)


@contextmanager
def using(rng: int | Generator | None) -> Iterator[Generator]:
    """Make `rng` the default generator of this thread inside a ``with`` block, which may be nested.

    Parameters
    ----------
    rng : int or Generator or None
        A seed, a generator, or None to keep the one in force.

    Yields
    ------
    Generator
        The generator in force inside the block.

    Examples
    --------
    >>> with using(7) as rng:
    ...     get_default_generator() is rng
    True
    """
    outer = getattr(_thread, "generator", None)
    _thread.generator = generator = as_generator(rng)
    try:
        yield generator
    finally:
        _thread.generator = outer


def as_generator(rng: Any = None) -> Generator:
    """Return the generator that the argument `rng` of a public function means.

    Parameters
    ----------
    rng : None, int or Generator
        None: the default generator in force. An int: a new generator with this seed. A Generator: itself.

    Raises
    ------
    TypeError
        If `rng` is anything else, NumPy's generators included.
    ValueError
        If the seed is negative.

    Examples
    --------
    >>> as_generator(7)
    Generator(seed=7)
    """
    if rng is None:
        return get_default_generator()
    if isinstance(rng, Generator):
        return rng
    if isinstance(rng, int | numpy.integer) and not isinstance(rng, bool):
        return Generator(int(rng))
    fix = "pass a seed or minigen.random.Generator(seed)"
    if isinstance(rng, numpy.random.Generator):
        fix = "pass minigen.random.Generator(int(rng.integers(2**63)))"
    elif isinstance(rng, numpy.random.RandomState):
        fix = "pass minigen.random.Generator(rng.randint(2**31))"
    raise TypeError(
        f"rng must be None, an int or a minigen.random.Generator, got {_full_name(type(rng))}: {fix}"
    )


def _full_name(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
