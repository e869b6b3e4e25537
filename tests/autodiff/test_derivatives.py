"""First and second derivative of every operation against central differences, over random operands."""

import importlib
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings

import minigen as mg
import tests.autodiff.cases as cases
from minigen.autodiff import rows
from tests.autodiff.checks import Case, check_derivatives

ALL: list[Case] = [
    case
    for module in pkgutil.iter_modules(cases.__path__)
    for case in importlib.import_module(f"{cases.__name__}.{module.name}").CASES
]

OWN = {name for name, row in rows.items() if row.rules}  # before any example registers an operation of its own


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_derivatives(case: Case) -> None:
    seen: set[str] = set()

    @settings(max_examples=15)
    @given(case.operands)
    def run(arrays):
        seen.update(check_derivatives(case.function, arrays, case.order))

    run()
    assert set(case.covers) <= seen


POINTS = np.linspace(0.01, 0.99, 1001)  # inside every domain
ELEMENTWISE = {
    **{name: getattr(mg, name) for name in ("exp", "log", "expm1", "log1p", "sqrt", "sin", "cos", "erf", "abs")},
    **{name: getattr(mg, name) for name in ("square", "tanh", "sigmoid", "logsigmoid", "softplus")},
    **{name: getattr(mg, name) for name in ("relu", "leaky_relu")},
    "bce": lambda p: mg.nn.functional.binary_cross_entropy(p, 1.0 - p, reduction="none"),
    "bce with logits": lambda x: mg.nn.functional.binary_cross_entropy_with_logits(x, 1.0 - x, reduction="none"),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_element_of_a_thousand_is_forgotten(name) -> None:
    function = ELEMENTWISE[name]
    x = mg.tensor(POINTS, requires_grad=True)
    (g,) = mg.grad(function(x).sum(), x)
    h = 1e-6
    numeric = (function(mg.tensor(POINTS + h)).array - function(mg.tensor(POINTS - h)).array) / (2 * h)
    np.testing.assert_allclose(g.array, numeric, rtol=1e-6, atol=1e-8)


def test_every_row_has_a_case() -> None:
    covered = {name for case in ALL for name in case.covers}
    assert OWN - covered == {"to"}  # moving to another device needs another device
