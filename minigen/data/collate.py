"""Many examples as one batch."""

from collections.abc import Mapping
from typing import Any

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.autodiff.ops.joining import stack


def default_collate(examples: list[Any]) -> Any:
    """Return examples of one form as one batch of that form.

    Parameters
    ----------
    examples : list
        Tensors, arrays, numbers, texts, or tuples, lists, named tuples and dicts of such.

    Returns
    -------
    Tensor, list or dict
        Tensors, arrays and numbers are stacked along a new first axis (Python floats give float64, as in PyTorch);
        texts stay a list; tuples and lists give a list, named tuples and dicts one of their kind, of batches.

    Raises
    ------
    ValueError
        If the examples differ in shape, length or keys.
    TypeError
        If they are of another type.

    Examples
    --------
    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ['a', 'b']]
    """
    first = examples[0]
    if isinstance(first, Mapping):
        if any(not isinstance(example, Mapping) or example.keys() != first.keys() for example in examples):
            raise ValueError(f"DataLoader: a batch mixes dicts whose keys differ from {list(first)}")
        return {key: default_collate([example[key] for example in examples]) for key in first}
    if isinstance(first, tuple | list):
        lengths = {len(example) if isinstance(example, tuple | list) else -1 for example in examples}
        if len(lengths) > 1:
            raise ValueError(f"DataLoader: a batch mixes tuples of lengths {sorted(lengths)} (-1 for what is none)")
        columns = [default_collate(list(column)) for column in zip(*examples, strict=True)]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    if isinstance(first, str | bytes):
        return examples
    shapes = {getattr(example, "shape", ()) for example in examples}
    if len(shapes) > 1:
        raise ValueError(f"DataLoader: a batch mixes examples of shapes {sorted(shapes)}: make them equal")
    if isinstance(first, Tensor):
        return stack(examples)
    if isinstance(first, numpy.ndarray | numpy.generic | bool | int | float):
        batch = numpy.stack(examples)
        return as_tensor(batch)
    raise TypeError(
        f"DataLoader: cannot batch examples of type {type(first).__name__}: let the data set give Tensors, arrays, "
        "numbers, texts, or tuples or dicts of them, or give a collate_fn"
    )
