"""Comparisons have no derivative; what computes with them does."""

import minigen as mg
from tests.autodiff.checks import Case, unary

CASES = [
    Case(
        "masked by a comparison",
        lambda x: mg.where(x > 0.5, x * x, -x),
        unary(away=(0.5,)),
        covers=("where",),
    ),
    Case("scaled by a comparison", lambda x: x * x * (x < 0.5), unary(away=(0.5,))),
]
