"""Derivatives of extremes and sorting; drawn elements are distinct, so that the order holds near them."""

from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from tests.autodiff.cases.reduction import filled, over_axes
from tests.autodiff.checks import Case, unary


def with_mask(name):
    """A row of the pair that shares among ties, with a mask of what is above the mean."""

    def function(x):
        fixed = x.detach()
        return rows[name](x, fixed >= fixed.mean(-1, keepdim=True), axis=(x.ndim - 1,), keepdims=True) ** 2

    return function


def shared(x):
    """Share the row means among the elements above them."""
    fixed = x.detach()
    mask = fixed >= fixed.mean(-1, keepdim=True)
    return rows["share_ties"](x.mean(-1), mask, axis=(x.ndim - 1,), keepdims=False) ** 2


nonempty = unary(shape=filled)
rows_of_some = unary(shape=st.sampled_from([(4,), (2, 3), (2, 1, 3)]))

CASES = [
    *over_axes("amax", mg.amax, nonempty, ("amax", "share_ties")),
    *over_axes("amin", mg.amin, nonempty, ("amin", "share_ties")),
    Case("max", lambda x: mg.max(x) ** 2, nonempty, covers=("amax",)),
    Case("min", lambda x: mg.min(x) ** 2, nonempty, covers=("amin",)),
    Case("max last", lambda x: mg.max(x, -1, keepdim=True).values ** 2, nonempty, covers=("max", "scatter_add")),
    Case("max first", lambda x: mg.max(x, 0), nonempty, covers=("max",)),
    Case("min last", lambda x: mg.min(x, -1, keepdim=True).values ** 2, nonempty, covers=("min", "scatter_add")),
    Case("min first", lambda x: mg.min(x, 0), nonempty, covers=("min",)),
    Case("sort", lambda x: mg.sort(x).values ** 2, unary(), covers=("sort", "scatter_add")),
    Case("sort first", lambda x: mg.sort(x, 0, descending=True), unary(), covers=("sort",)),
    Case("topk", lambda x: mg.topk(x, 2).values ** 2, rows_of_some, covers=("topk", "scatter_add")),
    Case("topk smallest", lambda x: mg.topk(x, 1, dim=0, largest=False), nonempty, covers=("topk",)),
    Case("share_ties", shared, rows_of_some, covers=("share_ties",)),
    Case("mean_ties", with_mask("mean_ties"), rows_of_some, covers=("mean_ties", "share_ties")),
]
