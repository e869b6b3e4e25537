"""Copies."""

from tests.autodiff.checks import Case, unary

CASES = [Case("clone", lambda x: x.clone() * x, unary(), covers=("clone",))]
