"""States, the nested dicts that ``state_dict`` returns: copying, comparing, and fitting one to another."""

from collections.abc import Mapping
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe
from minigen.backend import to_host


def copied(state: Any) -> Any:
    """Return `state` with Tensors and arrays of its own.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.zeros(1)
    >>> state = copied({"x": x})
    >>> x += 1.0
    >>> state
    {'x': tensor([0.])}
    """
    if isinstance(state, Tensor):
        return wrap(state.array.copy())
    if isinstance(state, numpy.ndarray):
        return state.copy()
    if isinstance(state, Mapping):
        return {key: copied(value) for key, value in state.items()}
    if isinstance(state, list | tuple):
        return [copied(value) for value in state] if isinstance(state, list) else tuple(map(copied, state))
    return state


def difference(expected: Any, found: Any, place: str = "") -> str | None:
    """Say where two states first differ in a bit, or return None.

    Examples
    --------
    >>> difference({"a": [1, 0.5]}, {"a": [1, 0.25]}, "state")
    'state.a.1 is 0.25, not 0.5'
    """
    kinds = (Mapping, list | tuple, Tensor, numpy.ndarray)
    if [isinstance(expected, kind) for kind in kinds] != [isinstance(found, kind) for kind in kinds]:
        return f"{place} is {describe(found)}, not {describe(expected)}"
    if isinstance(expected, Mapping):
        wrong = _keys(expected, found, place)
        pairs = [(key, value, found[key]) for key, value in expected.items() if key in found]
        return wrong or _first(difference(a, b, _join(place, key)) for key, a, b in pairs)
    if isinstance(expected, list | tuple):
        if len(expected) != len(found):
            return f"{place} has length {len(found)}, not {len(expected)}"
        return _first(difference(a, b, _join(place, i)) for i, (a, b) in enumerate(zip(expected, found, strict=True)))
    if isinstance(expected, Tensor | numpy.ndarray):
        a, b = (to_host(x.array if isinstance(x, Tensor) else x) for x in (expected, found))
        if (a.shape, a.dtype) != (b.shape, b.dtype):
            return f"{place} is {describe(found)}, not {describe(expected)}"
        return None if a.tobytes() == b.tobytes() else f"{place} has other values"
    a, b = (x.item() if isinstance(x, numpy.generic) else x for x in (expected, found))
    same = repr(a) == repr(b)  # NaN is itself, True is not 1, -0.0 is not 0.0
    return None if same else f"{place} is {found!r}, not {expected!r}"


def misfit(own: Any, given: Any, place: str = "") -> str | None:
    """Say why `given` cannot be loaded where the state is `own` (names, shapes, dtypes), or return None.

    Values may differ, and so may all that an optimizer remembers, which it begins to do at its first step.

    Examples
    --------
    >>> import minigen as mg
    >>> misfit({"weight": mg.zeros(2)}, {"weight": mg.zeros(3)}, "model")
    'model.weight is a Tensor float32[3], not a Tensor float32[2]'
    """
    if isinstance(own, Mapping):
        if not isinstance(given, Mapping):
            return f"{place} is {describe(given)}, not a dict"
        remembered = {"state"} if {"state", "param_groups"} <= own.keys() else set()
        wrong = _keys(own, given, place)
        pairs = [(key, value, given[key]) for key, value in own.items() if key in given and key not in remembered]
        return wrong or _first(misfit(a, b, _join(place, key)) for key, a, b in pairs)
    if isinstance(own, Tensor | numpy.ndarray) and isinstance(given, Tensor | numpy.ndarray):
        same = (own.shape, own.dtype) == (given.shape, given.dtype)
        return None if same else f"{place} is {describe(given)}, not {describe(own)}"
    return None


def _keys(expected: Mapping[Any, Any], found: Mapping[Any, Any], place: str) -> str | None:
    missing = [str(key) for key in expected if key not in found]
    extra = [str(key) for key in found if key not in expected]
    said = [f"missing {', '.join(missing)}"] * bool(missing) + [f"extra {', '.join(extra)}"] * bool(extra)
    return f"{place or 'the top'} has {' and '.join(said)}" if said else None


def _first(found: Any) -> str | None:
    return next((text for text in found if text), None)


def _join(place: str, key: Any) -> str:
    return f"{place}.{key}" if place else str(key)
