"""Bad input meets a clear error: what was given, what was expected, the fix."""

import importlib
import pkgutil

import pytest

import tests.errors as errors

ROWS = [
    pytest.param(*row[1:], id=f"{module.name}-{row[0]}")
    for module in pkgutil.iter_modules(errors.__path__)
    if not module.name.startswith("test_")
    for row in importlib.import_module(f"{errors.__name__}.{module.name}").ROWS
]


@pytest.mark.parametrize(("call", "error", "text"), ROWS)
def test_error(call, error, text) -> None:
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 60
