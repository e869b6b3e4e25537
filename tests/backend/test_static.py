"""Every ``xp.name(keyword=…)`` in minigen against the record of CuPy, run or not.

It sees names and keywords, not what is passed, so it is the second guard: the first is the suite on the stand-in.
"""

import ast
from pathlib import Path

import pytest

import minigen
from minigen.testing.standin.record import record, signature

PACKAGE = Path(minigen.__file__).parent
LIBRARY = {"xp": "cupy", "cupy": "cupy"}  # what a name in the code stands for
UFUNC_KEYWORDS = {"casting", "dtype", "out"}


def chain(node):
    """Return ``["xp", "linalg", "qr"]`` for ``xp.linalg.qr``, or nothing."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []


def unknown(tree):
    """Yield (line, what is wrong) for each use of the array library that CuPy does not have."""
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        names = chain(node) if isinstance(node, ast.Attribute) and id(node) not in inner else []
        if names and names[0] in LIBRARY:
            reason = judged(names[1:], calls.get(id(node)))
            if reason:
                yield node.lineno, f"{'.'.join(names)}: {reason}"


def judged(names, call):
    """Say what CuPy lacks of ``xp.<names>(…)``, or None."""
    place = "cupy"
    for i, name in enumerate(names):
        entry = record().get(place, {})
        if any(f"{known}.".startswith(f"{place}.{name}.") for known in record()):
            place = f"{place}.{name}"
            continue
        if entry and not any(name in known for known in entry.values()):
            return f"{place} has no {name}"
        rest = names[i + 1 :]
        if name in entry.get("ufuncs", {}):
            return ufunc_judged(entry["ufuncs"][name].split(), rest, call)
        if name in entry.get("functions", {}) and call is not None and not rest:
            return call_judged(signature(entry["functions"][name]), call)
        return None
    return None


def ufunc_judged(facts, rest, call):
    if rest:
        method = rest[0]
        return None if method in (*facts[2:], "outer", "nin", "nout") else f"no method {method}"
    given = {keyword.arg for keyword in call.keywords} if call is not None else set()
    wrong = given - UFUNC_KEYWORDS - {None}
    if wrong:
        return f"no keyword {', '.join(sorted(wrong))}"
    count = int(facts[0]) + int(facts[1])
    return f"more than {count} arguments" if call is not None and len(call.args) > count else None


def call_judged(parameters, call):
    plain = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    keywords = {keyword.arg: None for keyword in call.keywords if keyword.arg is not None}
    spread = len(plain) < len(call.args) or len(keywords) < len(call.keywords)
    try:
        (parameters.bind_partial if spread else parameters.bind)(*plain, **keywords)
    except TypeError as error:
        return str(error)
    return None


def test_minigen_asks_the_array_library_for_what_cupy_has():
    wrong, seen = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        if "standin" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        seen += sum(chain(node)[:1] == ["xp"] for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        wrong += [f"{path.relative_to(PACKAGE)}:{line} {reason}" for line, reason in unknown(tree)]
    assert not wrong
    assert seen > 100  # the library's name in the code is still xp


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("xp.sum(x, where=m)", "unexpected keyword argument 'where'"),
        ("xp.add(x, y, where=m)", "no keyword where"),
        ("xp.maximum.reduce(x)", "no method reduce"),
        ("xp.errstate(all='ignore')", "cupy has no errstate"),
        ("xp.linalg.vector_norm(x)", "cupy.linalg has no vector_norm"),
        ("xp.clip(x, min=0)", "'a_min'"),
        ("xp.random.Generator.normal", "cupy.random.Generator has no normal"),
        ("xp.lib.stride_tricks.as_strided(x, s, t, writeable=False)", "unexpected keyword argument 'writeable'"),
        ("xp.exp(a, b, c)", "more than 2 arguments"),
        ("xp.concatenate(xs, axis=0)", None),
        ("xp.add(x, y, out=z)", None),
        ("xp.add.at(x, i, 1.0)", None),
        ("xp.linalg.qr(*xs)", None),
        ("xp.float32(1)", None),
        ("cupy.cuda.runtime.getDeviceCount()", None),
        ("numpy.einsum_path(x)", None),
    ],
)
def test_the_check_sees(code, reason):
    found = list(unknown(ast.parse(code)))
    assert bool(found) == bool(reason)
    assert not reason or reason in found[0][1]
