"""Records of indexing: views, repeated integers, masks, mixtures; setting."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.backend import Array, to_host
from minigen.testing.records.record import Record, Samples
from minigen.testing.records.shape import squared
from minigen.testing.strategies import broadcast_pair, several, unary

grids = unary(shape=st.sampled_from([(3, 4), (3, 4), (3, 4, 2), (3, 4, 0)]))
cubes = unary(shape=st.sampled_from([(2, 3, 4), (2, 3, 5)]))
rows_of_any = unary(shape=st.sampled_from([(3,), (3, 2), (3, 0), (3, 1, 2)]))
EMPTY = np.zeros((2, 0), int)
MASK = np.array([[True, False, True, True], [False] * 4, [False, True, False, True]])


def _plain(item: Any) -> Any:
    """Return an index of NumPy's with the same meaning."""
    if isinstance(item, tuple):
        return tuple(map(_plain, item))
    return to_host(item.array) if isinstance(item, mg.Tensor) else item


def index(name: str, item: Any, operands: Samples, *covers: str, **details: Any) -> Record:
    """Return the record of reading at `item`."""
    return Record(
        f"getitem {name}",
        lambda x: squared(x[item]),
        operands,
        covers=("getitem", *covers),
        **{"reference": lambda x: squared(x[_plain(item)])} | details,
    )


def setting(name: str, item: Any, *shapes: list[tuple[int, ...]]) -> Record:
    """Return the record of setting at `item`, for an array and a value of one of these pairs of shapes."""

    def reference(x: Array, value: Array) -> Array:
        out = np.array(x)
        part, place = (out[item[0]], item[1:]) if type(item) is tuple and type(item[0]) is int else (out, item)
        part[_plain(place)] = value
        return squared(out) * x.sum()

    return Record(
        f"index_set {name}",
        lambda x, v: squared(mg.index_set(x, item, v)) * x.sum(),
        st.one_of(*[several(*pair) for pair in shapes]),
        covers=("index_set",),
        reference=reference,
    )


def beside(x: Any, values: Any) -> mg.Tensor:
    """Return a Tensor of `values` on the device of x."""
    return mg.tensor(values, device=x.device)


def condition(*operands: Any) -> mg.Tensor:
    """Return where the sum of the operands is positive."""
    with mg.no_grad():
        return sum(operands) > 0  # type: ignore[no-any-return]


def autoregressive(z: Any, w: Any) -> Any:
    """Return each column from those before it, written in place."""
    z = z.clone()
    for i in range(1, 4):
        z[:, i] = (squared(z[:, :i]) * w[i, :i]).sum(1)
    return z


def _autoregressive(z: Array, w: Array) -> Array:
    z = np.array(z)
    for i in range(1, 4):
        z[:, i] = (squared(z[:, :i]) * w[i, :i]).sum(1)
    return z


RECORDS = [
    index("int", 1, grids, "put", errors=((lambda: mg.ones(3)[3], IndexError, "out of"),)),
    index("an int of rows", -2, rows_of_any, "put"),
    index("negative", (-1, -2), grids, "put"),
    index("nothing", (), unary(), "put", integers="keep"),
    index("slices", (slice(1, None), slice(None, None, 2)), grids, "put"),
    index("a slice of rows", slice(None, None, -2), rows_of_any, "put"),
    index("negative step", (slice(None, None, -1), slice(3, 0, -2)), grids, "put"),
    index("None and ...", (None, ..., 0, None), unary(shape=st.sampled_from([(3, 4), (0, 4), (2,)])), "put"),
    index("repeated integers", [0, 2, 0, 0, -3], grids, "put"),
    index("repeated rows", [0, 2, 0, 0, -3], rows_of_any, "put"),
    index("two arrays", ([0, 2, 0], [1, 1, 1]), grids, "put"),
    index("arrays that broadcast", (np.array([[0], [2], [0]]), mg.tensor([1, 1], device="cpu")), grids, "put"),
    index("arrays apart", ([0, 1, 1], slice(1, None), [0, 0, 2]), cubes, "put"),
    index(
        "an int and an array apart",
        (1, slice(None), [0, 0, 2]),
        cubes,
        "put",
        reference=lambda x: squared(x[1][:, [0, 0, 2]]),
        note="NumPy moves the axis of the array to the front",
    ),
    index("no elements", (EMPTY, slice(None)), grids, "put"),
    index("a mask", MASK, grids, "put"),
    index("a mask of rows", (np.array([True, False, True]), 1), grids, "put"),
    index("a mask and an array", (slice(None), np.array([True, False, True]), [3, 3]), cubes, "put"),
    index("True", True, unary(), "put"),
    setting("a view", (slice(None), slice(1, 3)), [(3, 4), (3, 2)], [(0, 4), (0, 2)]),
    setting("broadcast", (..., 1), [(3, 4), ()], [(0, 4), (0,)]),
    setting("everything", ..., [(2, 3), (3,)], [(), ()], [(0, 3), (3,)], [(2, 3), (2, 1)]),
    setting("nothing", [], [(3, 4), (4,)], [(0, 4), (4,)]),
    setting("with axes in front", 0, [(3, 4), (1, 1, 4)], [(3, 0), (1, 0)]),
    setting("arrays", ([0, 2], [1, 3]), [(3, 4), (2,)], [(3, 4), ()]),
    setting("a mask", MASK, [(3, 4), (5,)], [(3, 4), ()]),
    setting("an int and an array apart", (1, slice(None), [0, 2]), [(2, 3, 4), (3, 2)], [(2, 0, 4), (0, 2)]),
    Record(
        "setitem autoregressive",
        autoregressive,
        several((2, 4), (4, 4)),
        covers=("index_set", "getitem", "put"),
        reference=_autoregressive,
    ),
    Record(
        "where",
        lambda x, y: squared(mg.where(condition(x, y), x, y)),
        broadcast_pair(),
        covers=("where",),
        reference=lambda x, y: squared(np.where(x + y > 0, x, y)),
        errors=((lambda: mg.where(mg.ones(2), mg.ones(2), mg.ones(2)), TypeError, "where"),),
        note="nearer to the border of the condition than a difference's step lies hardly a sample",
    ),
    Record(
        "masked_fill",
        lambda x: squared(x.masked_fill(condition(x), 3.0)),
        unary(away=(0.0,)),
        covers=("where",),
        reference=lambda x: np.where(x > 0, 9.0, x * x),
    ),
]
