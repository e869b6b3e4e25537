"""Which examples make a batch: a range where they lie in order (read as a view), else an array of int64."""

from typing import Any, TypeAlias

import numpy

from minigen.backend import Array

Rows: TypeAlias = range | Array


def index_of(rows: Rows) -> Any:
    """Return `rows` as an index of arrays and Tensors: a slice, which gives a view, where they are a range.

    Examples
    --------
    >>> index_of(range(2, 8, 3))
    slice(2, 8, 3)
    """
    if not isinstance(rows, range):
        return rows
    if rows.step < 0 or rows.start < 0:
        return numpy.asarray(rows, numpy.int64)
    return slice(rows.start, rows.stop, rows.step)


def at(rows: Rows, chosen: Rows) -> Rows:
    """Return those `chosen` of `rows`; a range of a range is a range.

    Examples
    --------
    >>> at(range(10, 20, 2), range(1, 3)), at(range(10, 20, 2), numpy.array([4, 0]))
    (range(12, 16, 2), array([18, 10]))
    """
    if isinstance(rows, range):
        return rows[index_of(chosen)] if isinstance(chosen, range) else rows.start + rows.step * chosen
    return rows[index_of(chosen)]
