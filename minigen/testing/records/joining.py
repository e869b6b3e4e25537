"""Records of joining and taking apart, also with pieces that nothing depends on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.backend import Array
from minigen.testing.records.record import Record
from minigen.testing.records.shape import squared
from minigen.testing.strategies import several, unary

sliceable = unary(shape=st.sampled_from([(1,), (5,), (5, 2), (4, 0), (5, 1, 2)]))
lines = unary(shape=st.sampled_from([(4,), (1,), (2, 3), (0, 2), (2, 1, 2)]))


def product(pieces: Sequence[Any]) -> tuple[Any, ...]:
    """Multiply neighbours, so that each gradient depends on another piece."""
    return tuple(a * b for a, b in zip(pieces, (*pieces[1:], pieces[0]), strict=True))


def _pieces(x: Array, axis: int = 0) -> list[Array]:
    return list(np.moveaxis(x, axis, 0))


RECORDS = [
    Record(
        "cat",
        lambda *xs: squared(mg.cat(xs)),
        several((2, 3), (1, 3), (0, 3)),
        covers=("cat", "crop"),
        reference=lambda *xs: squared(np.concatenate(xs)),
        integers="keep",
        errors=((lambda: mg.cat([mg.ones(2, 3), mg.ones(2)]), ValueError, "cat: "),),
    ),
    Record(
        "cat columns",
        lambda *xs: squared(mg.cat(xs, -1)),
        st.one_of(several((2, 1, 3), (2, 1, 2)), several((2, 0, 3), (2, 0, 2)), several((2, 1, 0), (2, 1, 1))),
        covers=("cat", "crop"),
        reference=lambda *xs: squared(np.concatenate(xs, -1)),
    ),
    Record(
        "cat one twice",
        lambda x: squared(mg.cat([x, x * x])),
        sliceable,
        covers=("cat",),
        reference=lambda x: squared(np.concatenate([x, x * x])),
    ),
    Record(
        "stack",
        lambda x, y: squared(mg.stack([x, y, x * y], -1)),
        st.one_of(*[several(s, s) for s in ((2, 3), (), (0, 2), (3, 1, 2))]),
        covers=("stack", "getitem"),
        reference=lambda x, y: squared(np.stack([x, y, x * y], -1)),
        errors=((lambda: mg.stack([mg.ones(2), mg.ones(3)]), ValueError, "stack: "),),
    ),
    Record(
        "stack one",
        lambda x: squared(mg.stack([x, x * x])),
        unary(),
        covers=("stack", "getitem"),
        reference=lambda x: squared(np.stack([x, x * x])),
        integers="keep",
    ),
    Record(
        "hstack",
        lambda *xs: squared(mg.hstack(xs)),
        st.one_of(several((2,), (), (1,)), several((0,), (), (2,))),
        covers=("cat",),
        reference=lambda *xs: squared(np.hstack(xs)),
    ),
    Record(
        "vstack",
        lambda *xs: squared(mg.vstack(xs)),
        st.one_of(several((2,), (1, 2)), several((), (2, 1)), several((0,), (2, 0))),
        covers=("cat",),
        reference=lambda *xs: squared(np.vstack(xs)),
    ),
    Record(
        "split",
        lambda x: product(mg.split(x, (2, 1, 2), 1)[::2]),
        unary(shape=st.sampled_from([(3, 5), (1, 5, 2), (0, 5)])),
        covers=("split", "unsplit"),
        reference=lambda x: product([x[:, :2], x[:, 3:]]),
        errors=((lambda: mg.split(mg.ones(3), (1, 1)), ValueError, "split: "),),
    ),
    Record(
        "split evenly",
        lambda x: squared(mg.split(x, 2)[0]),
        sliceable,
        covers=("split", "unsplit"),
        reference=lambda x: squared(x[:2]),
    ),
    Record(
        "chunk",
        lambda x: product(mg.chunk(x, 2, 1)),
        unary(shape=st.sampled_from([(3, 4), (1, 2, 2), (0, 4)])),
        covers=("split", "unsplit"),
        reference=lambda x: product(np.split(x, 2, 1)),
    ),
    Record(
        "unbind",
        lambda x: product(mg.unbind(x, -1)),
        lines.filter(lambda v: v[0].shape[-1] > 0),
        covers=("split", "unsplit"),
        reference=lambda x: product(_pieces(x, -1)),
    ),
    Record(
        "unbind a line",
        lambda x: product(x.unbind()),
        sliceable,
        covers=("split", "unsplit"),
        reference=lambda x: product(_pieces(x)),
    ),
    Record(
        "iteration",
        lambda x: tuple([a * x[0] for a in x]),
        sliceable,
        covers=("split", "unsplit", "getitem"),
        reference=lambda x: tuple([a * x[0] for a in x]),
    ),
]
