"""Derivatives of exponentials and their kin."""

import minigen as mg
from tests.autodiff.checks import Case, unary

CASES = [
    Case("exp", mg.exp, unary(), covers=("exp",)),
    Case("log", mg.log, unary(0.2, 3.0), covers=("log",)),
    Case("expm1", mg.expm1, unary(), covers=("expm1",)),
    Case("log1p", mg.log1p, unary(-0.7, 3.0), covers=("log1p",)),
    Case("sqrt", mg.sqrt, unary(0.2, 3.0), covers=("sqrt",)),
    Case("sin", mg.sin, unary(-4.0, 4.0), covers=("sin",)),
    Case("cos", mg.cos, unary(-4.0, 4.0), covers=("cos",)),
    Case("erf", mg.erf, unary(), covers=("erf",)),
]
