"""First and second derivative of every operation against central differences, over random operands."""

import importlib
import pkgutil

import pytest
from hypothesis import given, settings

import tests.autodiff.cases as cases
from minigen.autodiff import rows
from tests.autodiff.checks import Case, check_derivatives

ALL: list[Case] = [
    case
    for module in pkgutil.iter_modules(cases.__path__)
    for case in importlib.import_module(f"{cases.__name__}.{module.name}").CASES
]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_derivatives(case: Case) -> None:
    seen: set[str] = set()

    @settings(max_examples=15)
    @given(case.operands)
    def run(arrays):
        seen.update(check_derivatives(case.function, arrays, case.order))

    run()
    assert set(case.covers) <= seen


def test_every_row_has_a_case() -> None:
    own = {name for name, row in rows.items() if row.rules and row.forward.__module__.startswith("minigen.")}
    covered = {name for case in ALL for name in case.covers}
    assert own - covered == {"to"}  # moving to another device needs another device
