"""A part of a data set, and a random split into parts."""

import math
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy

from minigen.autodiff import Tensor
from minigen.data.dataset import Dataset
from minigen.data.reading import is_constant, read
from minigen.data.rows import Rows, at
from minigen.data.state import restore, state_of
from minigen.random import Generator, as_generator


class Subset(Dataset[Any]):
    """The examples `indices` of a data set, in that order.

    Parameters
    ----------
    dataset : object with ``__len__`` and ``__getitem__``
        The whole.
    indices : sequence of int
        Which examples; a ``range`` lets a `DataLoader` cut batches without copying.

    Attributes
    ----------
    dataset, indices
        As given.

    Raises
    ------
    IndexError
        If there is no such example.
    TypeError
        If `indices` are not integers.

    Examples
    --------
    >>> part = Subset("abcdef", [4, 0])
    >>> len(part), part[0], part[1]
    (2, 'e', 'a')
    """

    def __init__(self, dataset: Any, indices: Sequence[int] | Tensor) -> None:
        chosen = numpy.asarray(indices.tolist() if isinstance(indices, Tensor) else indices)
        if chosen.size and (chosen.dtype.kind not in "iu" or chosen.ndim != 1):
            raise TypeError(f"Subset: indices must be a sequence of integers, got {chosen.dtype} of {chosen.shape}")
        n = len(dataset)
        wrong = chosen[(chosen < -n) | (chosen >= n)]
        if wrong.size:
            raise IndexError(f"Subset: index {wrong[0]} is out of range for a data set of {n} examples")
        self.dataset = dataset
        self.indices = indices
        in_range = isinstance(indices, range) and not (chosen < 0).any()
        self._rows: Rows = indices if in_range else numpy.where(chosen < 0, chosen + n, chosen).astype(numpy.int64)

    def __getitem__(self, index: SupportsIndex) -> Any:
        """Return example number ``indices[index]`` of the whole."""
        return self.dataset[int(self._rows[index])]

    def __len__(self) -> int:
        """Return the number of examples chosen."""
        return len(self._rows)

    def __getitems__(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return the examples at `indices`, with one call of the whole if it takes several."""
        chosen = [int(self._rows[index]) for index in indices]
        several = getattr(self.dataset, "__getitems__", None)
        return [self.dataset[index] for index in chosen] if several is None else several(chosen)

    def batch(self, rows: Rows) -> Any:
        """Return the examples `rows` as one batch."""
        return read(self.dataset, at(self._rows, rows))

    def is_constant(self) -> bool:
        """Return whether the whole is."""
        return is_constant(self.dataset)

    def state_dict(self) -> dict[str, Any] | None:
        """Return the state of the whole, if it has one."""
        return state_of(self.dataset)

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        try:
            restore(self.dataset, state_dict)
        except ValueError as error:
            raise ValueError(f"Subset: {error}") from None


def random_split(
    dataset: Any,
    lengths: Sequence[int | float],
    generator: Generator | None = None,
    *,
    rng: int | Generator | None = None,
) -> list[Subset]:
    """Deal the examples out at random into parts of the given lengths.

    Parameters
    ----------
    dataset : object with ``__len__`` and ``__getitem__``
        The whole.
    lengths : sequence of int, or of float
        The parts' lengths, which add up to that of the whole; or their fractions, which add up to 1. Fractions are
        rounded down, and what is left is dealt out one by one, to the first part first.
    generator : Generator, optional
        PyTorch's name for `rng`.
    rng : None, int or Generator
        What the order is drawn from.

    Returns
    -------
    list of Subset
        One for each length.

    Raises
    ------
    ValueError
        If the lengths are negative or do not add up.
    TypeError
        If both `rng` and `generator` are given.

    Examples
    --------
    >>> train, valid = random_split(range(10), [0.75, 0.25], rng=0)
    >>> len(train), len(valid), sorted([*train, *valid]) == list(range(10))
    (8, 2, True)
    """
    if rng is not None and generator is not None:
        raise TypeError("random_split: rng and generator are two names for one argument: give one")
    n = len(dataset)
    sizes = _sizes(n, list(lengths))
    order = as_generator(generator if rng is None else rng).permutation(n, device="cpu").array
    ends = numpy.cumsum(sizes)
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


def _sizes(n: int, lengths: list[int | float]) -> list[int]:
    if any(not length >= 0 for length in lengths):
        raise ValueError(f"random_split: lengths must not be negative, got {lengths}")
    if all(isinstance(length, int | numpy.integer) for length in lengths) and sum(lengths) == n:
        return [int(length) for length in lengths]
    if not math.isclose(sum(lengths), 1.0):
        raise ValueError(f"random_split: lengths {lengths} add up neither to {n} examples nor to 1.0")
    sizes = [math.floor(n * length) for length in lengths]
    for i in range(n - sum(sizes)):
        sizes[i % len(sizes)] += 1
    return sizes
