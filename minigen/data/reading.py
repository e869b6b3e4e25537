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


def is_constant(dataset: Any) -> bool:
    """Say whether reading `dataset` draws nothing and changes nothing, so that a batch may be read ahead of its time.

    Examples
    --------
    >>> import minigen as mg
    >>> is_constant(mg.zeros(3)), is_constant(mg.data.TensorDataset(mg.zeros(3)))
    (True, True)
    """
    if isinstance(dataset, Tensor | numpy.ndarray | list | tuple | range | str):
        return True
    return _is_as_new(dataset, "is_constant", ("__getitem__", "batch")) and bool(dataset.is_constant())


def _reads_batches(dataset: Any) -> bool:
    return _is_as_new(dataset, "batch", ("__getitem__",))


def _is_as_new(dataset: Any, method: str, others: tuple[str, ...]) -> bool:
    """Say whether a `Dataset` has a method, and no subclass has replaced one of the `others` since."""
    for kind in type(dataset).__mro__ if isinstance(dataset, Dataset) else ():
        if method in vars(kind):
            return True
        if any(other in vars(kind) for other in others):
            return False
    return False
