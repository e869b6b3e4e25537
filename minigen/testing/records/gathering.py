"""Records of gathering and scattering along an axis."""

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.backend import Array
from minigen.testing.records.indexing import EMPTY, beside
from minigen.testing.records.record import Record
from minigen.testing.records.shape import squared
from minigen.testing.strategies import several, unary

grids = unary(shape=st.just((3, 4)))
COLUMNS = np.array([[0, 2, 2], [3, 0, 0]])
PAIRS = np.array([[0, 2], [3, 1]])


def _index_add(x: Array, y: Array) -> Array:
    out = np.array(x.T)
    np.add.at(out, np.array([0, 2, 0, 0, 1]), -1.5 * y.T)
    return squared(out.T)


def _scatter_add(x: Array, y: Array) -> Array:
    out = np.array(x)
    np.add.at(out, (np.arange(2)[:, None], COLUMNS), y[:2, :3])
    return squared(out)


def _scatter(x: Array, y: Array) -> Array:
    out = np.array(x)
    np.put_along_axis(out[:2], PAIRS, y, 1)
    return squared(out)


RECORDS = [
    Record(
        "index_select",
        lambda x: squared(x.index_select(1, beside(x, [3, 0, 3]))),
        unary(shape=st.sampled_from([(3, 4), (0, 4), (1, 4, 2)])),
        covers=("getitem", "put"),
        reference=lambda x: squared(np.take(x, [3, 0, 3], 1)),
        integers="keep",
        errors=((lambda: mg.ones(2).index_select(1, mg.tensor([0])), IndexError, "index_select: "),),
    ),
    Record(
        "index_add",
        lambda x, y: squared(x.index_add(1, beside(x, [0, 2, 0, 0, 1]), y, alpha=-1.5)),
        several((2, 3), (2, 5)),
        covers=("put", "getitem"),
        reference=_index_add,
    ),
    Record(
        "gather",
        lambda x: squared(x.gather(1, beside(x, COLUMNS))),
        grids,
        covers=("gather", "scatter_add"),
        reference=lambda x: squared(np.take_along_axis(x[:2], COLUMNS, 1)),
        integers="keep",
        errors=((lambda: mg.ones(2).gather(0, mg.tensor([0.5])), TypeError, "gather: "),),
    ),
    Record(
        "gather rows",
        lambda x: squared(x.gather(-2, beside(x, COLUMNS % 3))),
        grids,
        covers=("gather",),
        reference=lambda x: squared(np.take_along_axis(x[:, :3], COLUMNS % 3, 0)),
    ),
    Record(
        "gather nothing",
        lambda x: squared(x.gather(1, beside(x, EMPTY))),
        unary(shape=st.sampled_from([(3, 4), (2, 0), (2, 3)])),
        covers=("gather",),
        reference=lambda x: np.zeros((2, 0)),
    ),
    Record(
        "take_along_dim",
        lambda x: squared(mg.take_along_dim(x, beside(x, [[[1], [0]]]), 1)),
        unary(shape=st.sampled_from([(2, 3, 4), (2, 3, 5), (2, 3, 0)])),
        covers=("gather", "scatter_add", "expand"),
        reference=lambda x: squared(x[:, [1, 0]]),
    ),
    Record(
        "scatter_add",
        lambda x, y: squared(x.scatter_add(1, beside(x, COLUMNS), y)),
        several((3, 4), (3, 5)),
        covers=("scatter_add", "gather", "crop"),
        reference=_scatter_add,
    ),
    Record(
        "scatter",
        lambda x, y: squared(x.scatter(1, beside(x, PAIRS), y)),
        several((3, 4), (2, 2)),
        covers=("index_set",),
        reference=_scatter,
    ),
]
