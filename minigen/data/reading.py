"""How a batch is read from a data set: at once where the data set can, example by example where not."""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.data.collate import default_collate
from minigen.data.dataset import Dataset
from minigen.data.rows import Rows, index_of


def read(dataset: Any, rows: Rows, collate: Callable[[list[Any]], Any] | None = None) -> Any:
    """Return the examples `rows` of `dataset` as one batch.

    Parameters
    ----------
    dataset : object with ``__len__`` and ``__getitem__``
        Tensors, arrays, and a `Dataset` with a method ``batch`` are read at once; of others the method
        ``__getitems__`` (PyTorch's: indices in, list of examples out) is called if they have it, else
        ``__getitem__`` for each example.
    rows : range or array of int64
        Which examples. A range gives views where the data set can.
    collate : callable, optional
        Makes a batch from a list of examples; if given, nothing is read at once.

    Examples
    --------
    >>> import minigen as mg
    >>> read(mg.arange(5), range(1, 3)), read([4, 5, 6], range(1, 3))
    (tensor([1, 2]), tensor([5, 6]))
    """
    if collate is None:
        if isinstance(dataset, Tensor):
            return dataset[index_of(rows)]
        if isinstance(dataset, numpy.ndarray):
            return as_tensor(dataset[index_of(rows)])
        if _reads_batches(dataset):
            return dataset.batch(rows)
    indices = list(rows) if isinstance(rows, range) else rows.tolist()
    getitems = getattr(dataset, "__getitems__", None)
    examples = [dataset[i] for i in indices] if getitems is None else getitems(indices)
    return (collate or default_collate)(examples)


def _reads_batches(dataset: Any) -> bool:
    """Whether ``dataset.batch`` is at least as new as its ``__getitem__``: a subclass may have replaced the latter."""
    if not isinstance(dataset, Dataset):
        return False
    for kind in type(dataset).__mro__:
        if "batch" in vars(kind):
            return True
        if "__getitem__" in vars(kind):
            return False
    return False
