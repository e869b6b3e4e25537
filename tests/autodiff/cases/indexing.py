"""Indexing: views, repeated integers, masks, mixtures; setting; gathering and scattering along an axis."""

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from tests.autodiff.checks import Case, broadcast_pair, unary, values

grids = unary(shape=st.just((3, 4)))
cubes = unary(shape=st.sampled_from([(2, 3, 4), (2, 3, 5)]))
EMPTY = np.zeros((2, 0), int)
MASK = np.array([[True, False, True, True], [False] * 4, [False, True, False, True]])
COLUMNS = np.array([[0, 2, 2], [3, 0, 0]])


def arrays(*shapes):
    return st.tuples(*[values(shape) for shape in shapes])


def squared(y):
    return y * y


def index(name, item, operands, *covers):
    return Case(f"getitem {name}", lambda x: squared(x[item]), operands, covers=("getitem", *covers))


def condition(*arrays):
    return mg.tensor(np.asarray(sum(a.array for a in arrays) > 0))


def setting(name, item, *shapes):
    return Case(
        f"index_set {name}",
        lambda x, v: squared(mg.index_set(x, item, v)) * x.sum(),
        arrays(*shapes),
        covers=("index_set",),
    )


def autoregressive(z, w):
    """Each column from those before it, written in place."""
    z = z.clone()
    for i in range(1, 4):
        z[:, i] = (squared(z[:, :i]) * w[i, :i]).sum(1)
    return z


CASES = [
    index("int", 1, grids, "put"),
    index("negative", (-1, -2), grids, "put"),
    index("nothing", (), unary(), "put"),
    index("slices", (slice(1, None), slice(None, None, 2)), grids, "put"),
    index("negative step", (slice(None, None, -1), slice(3, 0, -2)), grids, "put"),
    index("None and ...", (None, ..., 0, None), grids, "put"),
    index("repeated integers", [0, 2, 0, 0, -3], grids, "put"),
    index("two arrays", ([0, 2, 0], [1, 1, 1]), grids, "put"),
    index("arrays that broadcast", (np.array([[0], [2], [0]]), mg.tensor([1, 1])), grids, "put"),
    index("arrays apart", ([0, 1, 1], slice(1, None), [0, 0, 2]), cubes, "put"),
    index("an int and an array apart", (1, slice(None), [0, 0, 2]), cubes, "put"),
    index("no elements", (EMPTY, slice(None)), grids, "put"),
    index("a mask", MASK, grids, "put"),
    index("a mask of rows", (np.array([True, False, True]), 1), grids, "put"),
    index("a mask and an array", (slice(None), np.array([True, False, True]), [3, 3]), cubes, "put"),
    index("True", True, unary(), "put"),
    setting("a view", (slice(None), slice(1, 3)), (3, 4), (3, 2)),
    setting("broadcast", (..., 1), (3, 4), ()),
    setting("with axes in front", 0, (3, 4), (1, 1, 4)),
    setting("arrays", ([0, 2], [1, 3]), (3, 4), (2,)),
    setting("a mask", MASK, (3, 4), (5,)),
    setting("an int and an array apart", (1, slice(None), [0, 2]), (2, 3, 4), (3, 2)),
    Case(
        "setitem autoregressive",
        autoregressive,
        arrays((2, 4), (4, 4)),
        covers=("index_set", "getitem", "put"),
    ),
    Case("where", lambda x, y: squared(mg.where(condition(x, y), x, y)), broadcast_pair(), covers=("where",)),
    Case(
        "masked_fill",
        lambda x: squared(x.masked_fill(condition(x), 3.0)),
        unary(away=(0.0,)),
        covers=("where",),
    ),
    Case(
        "index_select",
        lambda x: squared(x.index_select(1, mg.tensor([3, 0, 3]))),
        grids,
        covers=("getitem", "put"),
    ),
    Case(
        "index_add",
        lambda x, y: squared(x.index_add(1, mg.tensor([0, 2, 0, 0, 1]), y, alpha=-1.5)),
        arrays((2, 3), (2, 5)),
        covers=("put", "getitem"),
    ),
    Case(
        "gather", lambda x: squared(x.gather(1, mg.tensor(COLUMNS))), grids, covers=("gather", "scatter_add")
    ),
    Case("gather rows", lambda x: squared(x.gather(-2, mg.tensor(COLUMNS % 3))), grids, covers=("gather",)),
    Case("gather nothing", lambda x: squared(x.gather(1, mg.tensor(EMPTY))), grids, covers=("gather",)),
    Case(
        "take_along_dim",
        lambda x: squared(mg.take_along_dim(x, mg.tensor([[[1], [0]]]), 1)),
        cubes,
        covers=("gather", "scatter_add", "expand"),
    ),
    Case(
        "scatter_add",
        lambda x, y: squared(x.scatter_add(1, mg.tensor(COLUMNS), y)),
        arrays((3, 4), (3, 5)),
        covers=("scatter_add", "gather", "crop"),
    ),
    Case(
        "scatter",
        lambda x, y: squared(x.scatter(1, mg.tensor([[0, 2], [3, 1]]), y)),
        arrays((3, 4), (2, 2)),
        covers=("index_set",),
    ),
]
