"""Records of exponentials and their kin."""

import math

import numpy as np

import minigen as mg
from minigen.testing.records.record import Record
from minigen.testing.strategies import unary

INF = float("inf")
_erf = np.vectorize(math.erf, otypes=["float64"])

RECORDS = [
    Record(
        "exp",
        mg.exp,
        unary(),
        covers=("exp",),
        reference=np.exp,
        domain=(-INF, INF),
        integers="float",
        errors=((lambda: mg.exp("1"), TypeError, "exp: expected a Tensor"),),  # type: ignore[arg-type]
    ),
    Record("log", mg.log, unary(0.2, 3.0), covers=("log",), reference=np.log, domain=(0.0, INF), integers="float"),
    Record("expm1", mg.expm1, unary(), covers=("expm1",), reference=np.expm1, domain=(-INF, INF), integers="float"),
    Record(
        "log1p",
        mg.log1p,
        unary(-0.7, 3.0),
        covers=("log1p",),
        reference=np.log1p,
        domain=(-1.0, INF),
        integers="float",
    ),
    Record("sqrt", mg.sqrt, unary(0.2, 3.0), covers=("sqrt",), reference=np.sqrt, domain=(0.0, INF), integers="float"),
    Record("sin", mg.sin, unary(-4.0, 4.0), covers=("sin",), reference=np.sin, domain=(-1e6, 1e6), integers="float"),
    Record("cos", mg.cos, unary(-4.0, 4.0), covers=("cos",), reference=np.cos, domain=(-1e6, 1e6), integers="float"),
    Record("erf", mg.erf, unary(), covers=("erf",), reference=_erf, domain=(-INF, INF), integers="float"),
]
