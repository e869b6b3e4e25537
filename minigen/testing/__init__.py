"""Testing gradients and stochastic algorithms, your own as much as minigen's.

Reading order: `gradcheck` (is this derivative right?), `rules`, `values`, `numeric` and `function` (how it finds out),
`errors` (what it says), `decorators` (a function becomes a property test), `strategies` (what to draw for it);
`machine` (random programs against a naive model of the engine);
`expectation` (what does a stochastic program return in the mean?), `moments` and `restoring` (what it is made of);
`standin` (will it run on a GPU?).
"""

import importlib
from typing import TYPE_CHECKING, Any

from minigen.testing.errors import GradientError
from minigen.testing.gradcheck import gradcheck

if TYPE_CHECKING:
    from minigen.testing.decorators import given_gradients
    from minigen.testing.expectation import exact_expectation
    from minigen.testing.machine import GraphMachine
    from minigen.testing.records import op_records

__all__ = ["gradcheck", "GradientError", "given_gradients", "op_records", "exact_expectation", "GraphMachine"]

LAZY = {
    "given_gradients": "decorators",
    "op_records": "records",
    "exact_expectation": "expectation",
    "GraphMachine": "machine",
}
LAZY_MODULES = ("strategies", "records", "standin")


def __getattr__(name: str) -> Any:
    """Load what needs Hypothesis or upper rooms when it is first named."""
    if name in LAZY:
        return getattr(importlib.import_module(f"minigen.testing.{LAZY[name]}"), name)
    if name in LAZY_MODULES:
        return importlib.import_module(f"minigen.testing.{name}")
    raise AttributeError(f"module 'minigen.testing' has no attribute {name!r}")
