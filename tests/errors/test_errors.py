"""Bad input meets a clear error: what was given, what was expected, the fix.

A file's ``ROWS`` hold everywhere. Its ``VALUES`` are about the values in Tensors, which are looked at where that costs
nothing: on the host, not on a GPU, which would have to be waited for.
"""

import importlib
import pkgutil

import pytest

import minigen as mg
import tests.errors as errors

MODULES = [
    importlib.import_module(f"{errors.__name__}.{module.name}")
    for module in pkgutil.iter_modules(errors.__path__)
    if not module.name.startswith("test_")
]


def rows(name):
    return [
        pytest.param(*row[1:], id=f"{module.__name__.rpartition('.')[2]}-{row[0]}")
        for module in MODULES
        for row in getattr(module, name, [])
    ]


@pytest.mark.parametrize(("call", "error", "text"), rows("ROWS"))
def test_error(call, error, text) -> None:
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


@pytest.mark.parametrize(("call", "error", "text"), rows("VALUES"))
def test_error_of_a_value(call, error, text) -> None:
    with mg.device("cpu"), pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


def test_the_table_is_long_enough() -> None:
    assert len(rows("ROWS")) >= 60
