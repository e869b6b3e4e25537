"""What a derivative rule may do: operators, shapes and other rows. Anything else would break a backend or an order."""

import builtins
import dis
from types import CodeType, FunctionType

import pytest

from minigen.autodiff import Op, rows

ATTRIBUTES = {"shape", "ndim", "dtype", "mT"}
BUILTINS = {"sorted", "range", "len", "tuple", "zip", "enumerate", "reversed", "slice", "float", "max", "min"}
RULES = [
    pytest.param(rule, id=f"{name}-{argument}")
    for name, row in rows.items()
    if row.forward.__module__.startswith("minigen.")
    for argument, rule in row.rules.items()
]


def offences(function: FunctionType, seen: set[CodeType] | None = None) -> list[str]:
    """Return the attributes and globals that `function`, or a helper it calls, may not use."""
    seen = set() if seen is None else seen
    found: list[str] = []
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        if code in seen:
            continue
        seen.add(code)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for instruction in dis.get_instructions(code):
            name = instruction.argval
            if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and name not in ATTRIBUTES:
                found.append(f"attribute {name}")
            elif instruction.opname in ("STORE_ATTR", "STORE_SUBSCR", "IMPORT_NAME"):
                found.append(f"{instruction.opname} {name}")
            elif instruction.opname == "LOAD_GLOBAL":
                value = function.__globals__.get(name, getattr(builtins, name, None))
                if isinstance(value, FunctionType):
                    found += offences(value, seen)
                elif not isinstance(value, Op | int | float | None) and name not in BUILTINS:
                    found.append(f"global {name}")
    return found


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_uses_only_operators_and_rows(rule: FunctionType) -> None:
    assert offences(rule) == []


def test_the_walk_sees_what_is_forbidden() -> None:
    import numpy as np

    assert offences(lambda g, x: np.cos(x) * g) == ["attribute cos"] or "np" in np.__name__
    assert "attribute sum" in offences(lambda g, x: (g * x).sum())
    assert "attribute copy" in offences(helped)


def helped(g, x):
    return helper(g)


def helper(g):
    return g.copy()
