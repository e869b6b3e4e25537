"""Records of comparisons: they have no derivative (order 0); what computes with them does."""

from collections.abc import Callable
from typing import Any

import numpy as np

import minigen as mg
from minigen.testing.records.record import Record
from minigen.testing.strategies import broadcast_pair, equal_pair, unary

COMPARISONS: dict[str, Callable[..., Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "isclose": lambda x, y: np.isclose(x, y),
}
LOGICAL: dict[str, Callable[[Any, Any], Any]] = {
    "&": lambda x, y: (x > 0) & (y > 0),
    "|": lambda x, y: (x > 0) | (y > 0),
    "^": lambda x, y: (x > 0) ^ (y > 0),
}
FINITE: dict[str, Callable[..., Any]] = {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}

RECORDS = [
    Record(
        "masked by a comparison",
        lambda x: mg.where(x > 0.5, x * x, -x),
        unary(away=(0.5,)),
        covers=("where", "gt"),
        reference=lambda x: np.where(x > 0.5, x * x, -x),
    ),
    Record(
        "scaled by a comparison",
        lambda x: x * x * (x < 0.5),
        unary(away=(0.5,)),
        covers=("lt",),
        reference=lambda x: x * x * (x < 0.5),
    ),
    *[
        Record(name, getattr(mg, name), equal_pair(), covers=(name,), order=0, reference=reference)
        for name, reference in COMPARISONS.items()
    ],
    *[
        Record(name, function, broadcast_pair(), covers=(name,), order=0, reference=function)
        for name, function in LOGICAL.items()
    ],
    Record("~", lambda x: ~(x > 0), unary(), covers=("~",), order=0, reference=lambda x: x <= 0),
    *[
        Record(
            name,
            lambda x, name=name: getattr(mg, name)(x / (x > 0)),
            unary(away=(0.0,)),
            covers=(name,),
            order=0,
            reference=lambda x, reference=reference: reference(np.where(x > 0, x, -np.inf)),
        )
        for name, reference in FINITE.items()
    ],
]
