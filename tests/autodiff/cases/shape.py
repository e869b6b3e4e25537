"""Shapes. Squaring the result makes the second derivative go through the adjoint row too."""

from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff.ops.arranging import pad
from tests.autodiff.checks import Case, unary

matrices = unary(
    shape=st.sampled_from([(2, 3), (3, 2), (1, 1), (0, 2), (2, 0), (3, 3), (2, 4, 3), (2, 1, 2, 2)])
)
thin = unary(shape=st.sampled_from([(2, 1, 3), (1, 1, 3), (2, 1, 1), (0, 1, 2), (2, 1, 0)]))
lines = unary(shape=st.sampled_from([(0,), (1,), (3,), (5,)]))


def squared(y):
    return y * y


CASES = [
    Case("reshape", lambda x: squared(x.reshape(-1)), unary(), covers=("reshape",)),
    Case(
        "reshape strided", lambda x: squared(x.mT.reshape(x.shape)), matrices, covers=("reshape", "transpose")
    ),
    Case("flatten", lambda x: squared(mg.flatten(x, 1)), matrices, covers=("reshape",)),
    Case(
        "unsqueeze squeeze", lambda x: squared(x.unsqueeze(-1).squeeze((-1,))), unary(), covers=("reshape",)
    ),
    Case("permute", lambda x: squared(x.permute(1, 2, 0)), thin, covers=("transpose",)),
    Case("T", lambda x: squared(x.T), unary(), covers=("transpose",)),
    Case("expand in front", lambda x: squared(x.expand(2, *x.shape)), unary(), covers=("expand", "sum_to")),
    Case("expand inside", lambda x: squared(x.expand(2, -1, 4, -1)), thin, covers=("expand", "sum_to")),
    Case("expand to nothing", lambda x: squared(x.expand(-1, 0, -1)), thin, covers=("expand", "sum_to")),
    Case("repeat", lambda x: squared(x.repeat(2, *[3] * x.ndim)), unary(), covers=("tile",)),
    Case("repeat no times", lambda x: squared(x.repeat(0, 2, 1)), matrices.filter(lambda v: v[0].ndim < 4)),
    Case("flip", lambda x: squared(x.flip(*range(x.ndim))), unary(), covers=("flip",)),
    Case("flip an axis", lambda x: squared(x.flip(-1)), matrices, covers=("flip",)),
    Case("roll", lambda x: squared(x.roll(2)) * x, unary(), covers=("roll",)),
    Case("roll axes", lambda x: squared(x.roll((1, -2), (-1, -2))) * x, matrices, covers=("roll",)),
    Case("pad", lambda x: squared(pad(x, (1, 2, 0, 3), value=1.5)), matrices, covers=("pad", "crop")),
    Case(
        "pad negative",
        lambda x: squared(pad(x, (-1, 2))),
        lines.filter(lambda v: v[0].size),
        covers=("pad", "crop"),
    ),
    Case("tril", lambda x: squared(x.tril(-1)), matrices, covers=("tril",)),
    Case("triu", lambda x: squared(x.triu(1)), matrices, covers=("triu",)),
    Case("diagonal", lambda x: squared(x.diagonal()), matrices, covers=("diagonal", "diag_embed")),
    Case(
        "diagonal above", lambda x: squared(x.diagonal(1, -1, 0)), matrices, covers=("diagonal", "diag_embed")
    ),
]
