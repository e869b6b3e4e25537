"""Batches of a data set, in order or shuffled."""

from collections.abc import Iterator
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.ops.joining import stack
from minigen.backend import to_dtype
from minigen.data.dataset import TensorDataset
from minigen.random import Generator, as_generator


class DataLoader:
    """Iterate over batches of `dataset`; each ``for`` over the loader is one epoch.

    Parameters
    ----------
    dataset : Tensor, TensorDataset, array, or any object with ``__len__`` and ``__getitem__``
        The first three are read a batch at a time, the others example by example.
    batch_size : int
        Examples a batch; the last batch holds what is left.
    shuffle : bool
        Whether each epoch has a new order, drawn when the iteration starts.
    drop_last : bool
        Whether to leave out the last batch if it is not full.
    rng : None, int or Generator
        What the order is drawn from. None: the default generator in force when the iteration starts.
    generator : Generator, optional
        PyTorch's name for `rng`.

    Attributes
    ----------
    dataset, batch_size, shuffle, drop_last
        As given.

    Raises
    ------
    TypeError
        If `dataset` has no length or cannot be indexed, `batch_size` is not an int, `rng` is not a
        generator, or both `rng` and `generator` are given.
    ValueError
        If `dataset` is empty or `batch_size` is below 1.

    Notes
    -----
    A batch is of the form of an example: a Tensor for a data set of Tensors, arrays or numbers (Python
    floats give float64, as in PyTorch), a list of such for a data set of tuples.

    Without `shuffle`, batches of a Tensor or TensorDataset are views of its storage, not copies: clone a
    batch before writing into it.

    Examples
    --------
    >>> import minigen as mg
    >>> loader = DataLoader(TensorDataset(mg.arange(5), mg.zeros(5, 2)), batch_size=2)
    >>> len(loader)
    3
    >>> for index, x in loader:
    ...     print(index.tolist(), x.shape)
    [0, 1] (2, 2)
    [2, 3] (2, 2)
    [4] (1, 2)
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        rng: int | Generator | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
            raise TypeError(
                f"DataLoader: a data set needs __len__ and __getitem__, got {type(dataset).__name__}: "
                "pass a Tensor, a TensorDataset or a sequence"
            )
        if isinstance(batch_size, bool) or not isinstance(batch_size, int | numpy.integer):
            raise TypeError(f"DataLoader: batch_size must be an int, got {batch_size!r}")
        if batch_size < 1:
            raise ValueError(f"DataLoader: batch_size must be at least 1, got {batch_size}")
        if len(dataset) == 0:
            raise ValueError(f"DataLoader: the data set is empty ({type(dataset).__name__} of length 0)")
        if rng is not None and generator is not None:
            raise TypeError("DataLoader: rng and generator are two names for one argument: give one")
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        chosen = generator if rng is None else rng
        self.rng = None if chosen is None else as_generator(chosen)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        full, left = divmod(len(self.dataset), self.batch_size)
        return full + (left > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator over one epoch, whose order is drawn now."""
        n = len(self.dataset)
        order = as_generator(self.rng).permutation(n) if self.shuffle else None
        return self._batches(n, order)

    def _batches(self, n: int, order: Tensor | None) -> Iterator[Any]:
        end = n - n % self.batch_size if self.drop_last else n
        for start in range(0, end, self.batch_size):
            rows = slice(start, min(start + self.batch_size, end))
            yield _read(self.dataset, rows if order is None else order[rows])


def _read(dataset: Any, rows: "slice | Tensor") -> Any:
    """Return the batch `rows`: at once from Tensors and arrays, example by example from other data sets."""
    if isinstance(dataset, Tensor):
        return dataset[rows]
    if isinstance(dataset, numpy.ndarray):
        return wrap(dataset)[rows]
    if isinstance(dataset, TensorDataset) and type(dataset).__getitem__ is TensorDataset.__getitem__:
        return list(dataset[rows])
    numbers = range(rows.start, rows.stop) if isinstance(rows, slice) else rows.tolist()
    return _collate([dataset[i] for i in numbers])


def _collate(examples: list[Any]) -> Any:
    """Return examples of one form (Tensor, array, number, tuple of such) as one batch of that form."""
    first = examples[0]
    if isinstance(first, tuple | list):
        lengths = {len(example) for example in examples}
        if len(lengths) > 1:
            raise ValueError(f"DataLoader: a batch mixes tuples of lengths {sorted(lengths)}")
        return [_collate(list(column)) for column in zip(*examples, strict=True)]
    shapes = {getattr(example, "shape", ()) for example in examples}
    if len(shapes) > 1:
        raise ValueError(f"DataLoader: a batch mixes examples of shapes {sorted(shapes)}: make them equal")
    if isinstance(first, Tensor):
        return stack(examples)
    if isinstance(first, numpy.ndarray | numpy.generic | bool | int | float):
        batch = numpy.stack(examples)
        return wrap(batch.astype(to_dtype(batch.dtype), copy=False))
    raise TypeError(
        f"DataLoader: cannot batch examples of type {type(first).__name__}: "
        "let the data set give Tensors, arrays, numbers or tuples of them"
    )
