"""Records of shapes. Squaring the result makes the second derivative go through the adjoint row too."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff.ops.arranging import pad
from minigen.testing.records.record import Record
from minigen.testing.strategies import shapes, unary

matrices = unary(
    shape=st.sampled_from(
        [(2, 3), (3, 2), (1, 1), (0, 2), (2, 0), (3, 3), (2, 4, 3), (2, 1, 2, 2), (1, 2, 1, 2, 3)]
    )
)
thin = unary(shape=st.sampled_from([(2, 1, 3), (1, 1, 3), (2, 1, 1), (0, 1, 2), (2, 1, 0)]))
lines = unary(shape=st.sampled_from([(1,), (3,), (5,), (2, 3), (0, 2)]))


def squared(y: Any) -> Any:
    """Return the square, whose gradient depends on y."""
    return y * y



RECORDS = [
    Record(
        "reshape",
        lambda x: squared(x.reshape(-1)),
        unary(),
        covers=("reshape",),
        reference=lambda x: squared(x.reshape(-1)),
        integers="keep",
        errors=((lambda: mg.ones(2, 3).reshape(4), ValueError, "reshape: "),),
    ),
    Record(
        "reshape strided",
        lambda x: squared(x.mT.reshape(x.shape)),
        matrices,
        covers=("reshape", "transpose"),
        reference=lambda x: squared(x.swapaxes(-1, -2).reshape(x.shape)),
    ),
    Record(
        "flatten",
        lambda x: squared(mg.flatten(x, 1)),
        matrices,
        covers=("reshape",),
        reference=lambda x: squared(x.reshape(x.shape[0], int(np.prod(x.shape[1:])))),
    ),
    Record(
        "unsqueeze squeeze",
        lambda x: squared(x.unsqueeze(-1).squeeze((-1,))),
        unary(),
        covers=("reshape",),
        reference=squared,
    ),
    Record(
        "permute",
        lambda x: squared(x.permute(1, 2, 0)),
        thin,
        covers=("transpose",),
        reference=lambda x: squared(x.transpose(1, 2, 0)),
        errors=((lambda: mg.ones(2, 3).permute(0, 0), ValueError, "permute"),),
    ),
    Record("T", lambda x: squared(x.T), unary(), covers=("transpose",), reference=lambda x: squared(x.T)),
    Record(
        "expand in front",
        lambda x: squared(x.expand(2, *x.shape)),
        unary(),
        covers=("expand", "sum_to"),
        reference=lambda x: squared(np.broadcast_to(x, (2, *x.shape))),
        integers="keep",
        errors=((lambda: mg.ones(2).expand(3), ValueError, "expand: "),),
    ),
    Record(
        "expand inside",
        lambda x: squared(x.expand(2, -1, 4, -1)),
        thin,
        covers=("expand", "sum_to"),
        reference=lambda x: squared(np.broadcast_to(x, (2, x.shape[0], 4, x.shape[2]))),
    ),
    Record(
        "expand to nothing",
        lambda x: squared(x.expand(-1, 0, -1)),
        thin,
        covers=("expand", "sum_to"),
        reference=lambda x: np.zeros((x.shape[0], 0, x.shape[2])),
    ),
    Record(
        "repeat",
        lambda x: squared(x.repeat(2, *[3] * x.ndim)),
        unary(),
        covers=("tile",),
        reference=lambda x: squared(np.tile(x, (2, *[3] * x.ndim))),
    ),
    Record(
        "repeat no times",
        lambda x: squared(x.repeat(0, 2, 1)),
        unary(shape=shapes(max_dims=3)),
        reference=lambda x: np.tile(x, (0, 2, 1)),
    ),
    Record(
        "flip",
        lambda x: squared(x.flip(*range(x.ndim))),
        unary(),
        covers=("flip",),
        reference=lambda x: squared(np.flip(x)),
        integers="keep",
    ),
    Record(
        "flip an axis",
        lambda x: squared(x.flip(-1)),
        unary(),
        covers=("flip",),
        reference=lambda x: squared(np.flip(x, -1 if x.ndim else ())),
    ),
    Record(
        "roll",
        lambda x: squared(x.roll(2)) * x,
        unary(),
        covers=("roll",),
        reference=lambda x: squared(np.roll(x, 2)) * x,
    ),
    Record(
        "roll axes",
        lambda x: squared(x.roll((1, -2), (-1, -2))) * x,
        matrices,
        covers=("roll",),
        reference=lambda x: squared(np.roll(x, (1, -2), (-1, -2))) * x,
    ),
    Record(
        "pad",
        lambda x: squared(pad(x, (1, 2, 0, 3), value=1.5)),
        matrices,
        covers=("pad", "crop"),
        reference=lambda x: squared(
            np.pad(x, [*[(0, 0)] * (x.ndim - 2), (0, 3), (1, 2)], constant_values=1.5)
        ),
    ),
    Record(
        "pad negative",
        lambda x: squared(pad(x, (-1, 2))),
        lines,
        covers=("pad", "crop"),
        reference=lambda x: squared(np.pad(x[..., 1:], [*[(0, 0)] * (x.ndim - 1), (0, 2)])),
    ),
    Record("tril", lambda x: squared(x.tril(-1)), matrices, covers=("tril",), reference=lambda x: np.tril(x * x, -1)),
    Record("triu", lambda x: squared(x.triu(1)), matrices, covers=("triu",), reference=lambda x: np.triu(x * x, 1)),
    Record(
        "diagonal",
        lambda x: squared(x.diagonal()),
        matrices,
        covers=("diagonal", "diag_embed"),
        reference=lambda x: squared(np.diagonal(x)),
    ),
    Record(
        "diagonal above",
        lambda x: squared(x.diagonal(1, -1, 0)),
        matrices,
        covers=("diagonal", "diag_embed"),
        reference=lambda x: squared(np.diagonal(x, 1, -1, 0)),
    ),
]
