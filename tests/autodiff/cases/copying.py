"""Derivatives of a copy and of a change of type."""

from minigen.autodiff import rows
from tests.autodiff.checks import Case, unary

CASES = [
    Case("clone", lambda x: x.clone() * x, unary(), covers=("clone",)),
    Case("cast", lambda x: rows["cast"](x, dtype=x.dtype) * x, unary(), covers=("cast",)),
]
