"""Records of extremes and sorting; sampled elements are distinct, so that the order holds near them.

At ties, extremes are positively homogeneous still: there `tied` operands are checked along themselves.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from minigen.testing.records.record import Record
from minigen.testing.records.reduction import filled, first_filled, last_filled, over_axes, some_tied
from minigen.testing.strategies import tied, unary


def with_mask(name: str) -> Callable[..., Any]:
    """Return a row of the pair that shares among ties, with a mask of what is above the mean."""

    def function(x: Any) -> Any:
        fixed = x.detach()
        return rows[name](x, fixed >= fixed.mean(-1, keepdim=True), axis=(x.ndim - 1,), keepdims=True) ** 2

    return function


def shared(x: Any) -> Any:
    """Share the row means among the elements above them."""
    fixed = x.detach()
    mask = fixed >= fixed.mean(-1, keepdim=True)
    return rows["share_ties"](x.mean(-1), mask, axis=(x.ndim - 1,), keepdims=False) ** 2


distinct = partial(unary, ties=False)
nonempty = distinct(shape=filled)
last = distinct(shape=last_filled)
first = distinct(shape=first_filled)
any_shape = unary(ties=False)
some = st.sampled_from([(4,), (2, 3), (2, 1, 3), (1, 2, 2, 1, 3), (0, 2)])
rows_of_some = unary(shape=some, ties=False)
equal = tied(filled).map(lambda x: (x,))
equal_rows = tied(some).map(lambda x: (x,))

RECORDS = [
    *over_axes(
        "amax",
        mg.amax,
        distinct,
        ("amax", "share_ties"),
        reference=lambda x, a, k: np.max(x, a, keepdims=k),
        tied=equal,
    ),
    *over_axes(
        "amin",
        mg.amin,
        distinct,
        ("amin", "share_ties"),
        reference=lambda x, a, k: np.min(x, a, keepdims=k),
        tied=equal,
    ),
    Record(
        "max",
        lambda x: mg.max(x) ** 2,
        nonempty,
        covers=("amax",),
        reference=lambda x: np.max(x) ** 2,
        tied=equal,
        errors=((lambda: mg.max(mg.ones(0)), ValueError, "max"),),
    ),
    Record(
        "min",
        lambda x: mg.min(x) ** 2,
        nonempty,
        covers=("amin",),
        reference=lambda x: np.min(x) ** 2,
        tied=equal,
        errors=((lambda: mg.min(mg.ones(0)), ValueError, "min"),),
    ),
    Record(
        "max last",
        lambda x: mg.max(x, -1, keepdim=True).values ** 2,
        last,
        covers=("max", "scatter_add"),
        reference=lambda x: np.max(x, -1 if x.ndim else (), keepdims=True) ** 2,
        tied=equal,
        integers="keep",
    ),
    Record("max first", lambda x: mg.max(x, 0), first, covers=("max",), tied=equal),
    Record(
        "min last",
        lambda x: mg.min(x, -1, keepdim=True).values ** 2,
        last,
        covers=("min", "scatter_add"),
        reference=lambda x: np.min(x, -1 if x.ndim else (), keepdims=True) ** 2,
        tied=equal,
        integers="keep",
    ),
    Record("min first", lambda x: mg.min(x, 0), first, covers=("min",), tied=equal),
    Record(
        "sort",
        lambda x: mg.sort(x).values ** 2,
        any_shape,
        covers=("sort", "scatter_add"),
        reference=lambda x: (np.sort(x) if x.ndim else x) ** 2,
        tied=equal,
        integers="keep",
    ),
    Record("sort first", lambda x: mg.sort(x, 0, descending=True), any_shape, covers=("sort",), tied=equal),
    Record(
        "topk",
        lambda x: mg.topk(x, 2).values ** 2,
        rows_of_some,
        covers=("topk", "scatter_add"),
        reference=lambda x: np.sort(x)[..., :-3:-1] ** 2,
        tied=equal_rows,
        errors=((lambda: mg.topk(mg.ones(2), 3), (ValueError), "topk"),),
    ),
    Record(
        "topk smallest",
        lambda x: mg.topk(x, 1, dim=0, largest=False),
        first,
        covers=("topk",),
        tied=equal,
    ),
    Record("share_ties", shared, st.one_of(rows_of_some, some_tied), covers=("share_ties",)),
    Record("mean_ties", with_mask("mean_ties"), st.one_of(rows_of_some, some_tied), covers=("mean_ties", "share_ties")),
    *[
        Record(
            name,
            lambda x, name=name: getattr(mg, name)(x, -1),
            nonempty,
            covers=(name,),
            order=0,
            reference=lambda x, name=name: getattr(np, name)(x, -1) if x.ndim else np.zeros((), int),
        )
        for name in ("argmax", "argmin")
    ],
]
