"""Where the bits come from: PCG64 on the host, Philox on a GPU; their seed, their children and their exact state.

A seed and a path of child numbers (``numpy.random.SeedSequence``) name a stream; the state is that name,
the number of children it has given away, PCG64's position, and the half of a 64-bit word that a 32-bit
draw may have left over. Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
Algorithms for Random Number Generation" (2014).

The same name gives the key of a second stream, of blocks of Philox's words, for what is drawn on a GPU; its position is
the number of the next block (see `minigen.backend.philox`). Drawing from one of the two leaves the other as it is.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy

from minigen.backend.philox import Key

# A state's integers, each with the first value that is too large.
_LIMITS = {
    "seed": 2**128,
    "spawned": 2**32,
    "state": 2**128,
    "has_uint32": 2,
    "uinteger": 2**32,
    "device_block": 2**64,
}
_KEYS = {"bit_generator", "spawn_key", *_LIMITS}
_SEED_WORDS = 8  # of a SeedSequence's words, the first are PCG64's


class Stream:
    """A seeded stream of bits that can be split, saved and restored.

    Parameters
    ----------
    seed : int, optional
        From 0 to 2**128 - 1; fresh entropy of the operating system if not given.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not such an integer.

    Examples
    --------
    >>> Stream(7)
    Stream(seed=7)
    """

    def __init__(self, seed: int | None = None) -> None:
        self._start(numpy.random.SeedSequence(None if seed is None else checked_seed(seed)))

    def _start(self, sequence: "numpy.random.SeedSequence") -> None:
        self._sequence = sequence
        self._host = numpy.random.Generator(numpy.random.PCG64(sequence))
        self._key = Key(*sequence.generate_state(_SEED_WORDS + 4)[_SEED_WORDS:].tolist())
        self._block = 0

    def _take(self, blocks: int) -> int:
        """Return the number of the first of as many blocks of Philox's words, which are then used up."""
        first = self._block
        self._block = (first + blocks) % 2**64
        return first

    def manual_seed(self, seed: int) -> Self:
        """Start again, in place, as a generator made from `seed`; return the generator itself.

        Examples
        --------
        >>> Stream().manual_seed(7)
        Stream(seed=7)
        """
        self._start(numpy.random.SeedSequence(checked_seed(seed)))
        return self

    def spawn(self) -> Self:
        """Return a new generator, independent of this one and of its other children.

        Which child it is depends on the seed and on how many children came before, not on the draws. The
        count belongs to the state.

        Examples
        --------
        >>> parent = Stream(7)
        >>> parent.spawn(), parent.spawn(), parent
        (Stream(seed=7, spawn_key=(0,)), Stream(seed=7, spawn_key=(1,)), Stream(seed=7, spawned=2))
        """
        child = type(self).__new__(type(self))
        child._start(self._sequence.spawn(1)[0])
        return child

    def state_dict(self) -> dict[str, Any]:
        """Return the exact state as strings, lists and integers (of up to 128 bits) that JSON keeps.

        Examples
        --------
        >>> sorted(Stream(7).state_dict())
        ['bit_generator', 'device_block', 'has_uint32', 'seed', 'spawn_key', 'spawned', 'state', 'uinteger']
        """
        bits = self._host.bit_generator.state
        return {
            "bit_generator": "PCG64",
            "seed": self._sequence.entropy,
            "spawn_key": list(self._sequence.spawn_key),
            "spawned": self._sequence.n_children_spawned,
            "state": bits["state"]["state"],
            "has_uint32": bits["has_uint32"],
            "uinteger": bits["uinteger"],
            "device_block": self._block,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue exactly where the generator that gave `state_dict` stood.

        Parameters
        ----------
        state_dict : mapping
            What `state_dict` returned, possibly read back from JSON. One without ``device_block``, from before there
            were draws on a GPU, stands where none has been made.

        Raises
        ------
        TypeError, ValueError
            If it is anything else; the generator is then left as it was.

        Examples
        --------
        >>> stream = Stream()
        >>> stream.load_state_dict(Stream(7).state_dict())
        >>> stream
        Stream(seed=7)
        """
        state_dict = _checked_state(state_dict)
        sequence = numpy.random.SeedSequence(
            state_dict["seed"],
            spawn_key=tuple(state_dict["spawn_key"]),
            n_children_spawned=state_dict["spawned"],
        )
        self._start(sequence)
        # PCG64's other half, the increment, follows from the seed and has been set by `_start`.
        bits: dict[str, Any] = dict(self._host.bit_generator.state)
        bits["state"]["state"] = state_dict["state"]
        bits["has_uint32"], bits["uinteger"] = state_dict["has_uint32"], state_dict["uinteger"]
        self._host.bit_generator.state = bits
        self._block = state_dict["device_block"]

    def __repr__(self) -> str:
        name = f"seed={self._sequence.entropy}"
        if self._sequence.spawn_key:
            name += f", spawn_key={self._sequence.spawn_key}"
        if self._sequence.n_children_spawned:
            name += f", spawned={self._sequence.n_children_spawned}"
        return f"{type(self).__name__}({name})"


def checked_seed(seed: Any) -> int:
    """Return `seed` as an int, or raise if it is not an integer from 0 to 2**128 - 1.

    Examples
    --------
    >>> checked_seed(7)
    7
    """
    if isinstance(seed, bool) or not isinstance(seed, int | numpy.integer):
        raise TypeError(f"a seed must be an int, got {seed!r} ({type(seed).__name__})")
    if not 0 <= seed < 2**128:
        raise ValueError(f"a seed must be from 0 to 2**128 - 1, got {seed}: use abs(seed) or seed % 2**128")
    return int(seed)


def _checked_state(state: Any) -> dict[str, Any]:
    if not isinstance(state, Mapping):
        raise TypeError(f"expected the dict that Generator.state_dict() returns, got {type(state).__name__}")
    complete: dict[str, Any] = {"device_block": 0, **state}
    if set(complete) != _KEYS:
        missing, unknown = sorted(_KEYS - set(complete)), sorted(map(str, set(complete) - _KEYS))
        raise ValueError(
            f"not a Generator's state: missing {missing}, unknown {unknown}; pass what state_dict() returned"
        )
    if complete["bit_generator"] != "PCG64":
        raise ValueError(f"a Generator's state is of 'PCG64', got bit_generator {complete['bit_generator']!r}")
    for key, limit in _LIMITS.items():
        if not _is_integer_below(complete[key], limit):
            raise ValueError(
                f"a Generator's state needs an int from 0 to {limit - 1} as {key!r}, got {complete[key]!r}"
            )
    key = complete["spawn_key"]
    if not isinstance(key, list | tuple) or not all(_is_integer_below(k, 2**32) for k in key):
        raise ValueError(f"a Generator's state needs a list of 32-bit ints as 'spawn_key', got {key!r}")
    return complete


def _is_integer_below(value: Any, limit: int) -> bool:
    return type(value) is int and 0 <= value < limit
