"""Nested containers taken apart into a JSON tree and named arrays, and put together again.

In the tree None, bools, ints, strings and lists stand for themselves, floats too, written by ``repr`` and so exact.
Everything else is a dict of one entry that says what it is:

    {"dict": {…}}      keys are strings          {"tensor": name}   a Tensor, named array
    {"items": [[k, v]]}  other keys              {"leaf": name}     a Tensor that requires grad
    {"tuple": […]}                               {"array": name}    a NumPy array
    {"float": "nan"}   "inf", "-inf"             {"on": [device, {"tensor": name}]}  not on the host

so nothing a user writes can be mistaken for it.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe
from minigen.backend import Device, asarray_on, to_dtype, to_host

DTYPES = {
    name: numpy.dtype(text)
    for name, text in {
        "BOOL": "bool",
        **{f"{kind}{bits}": f"{kind.lower()}{bits // 8}" for kind in "UI" for bits in (8, 16, 32, 64)},
        **{f"F{bits}": f"f{bits // 8}" for bits in (16, 32, 64)},
    }.items()
}
"""The types of arrays that are saved, by the names of safetensors."""

DEEPEST = 100


def take_apart(value: Any) -> tuple[Any, dict[str, Any]]:
    """Return the JSON tree of `value` and its arrays: on the host, in C order, named by the place they were in.

    Raises
    ------
    TypeError
        If something in it is neither data nor a container.
    ValueError
        If it is nested too deep, as when it contains itself.

    Examples
    --------
    >>> import minigen as mg
    >>> take_apart({"weights": [mg.zeros(1, device="cpu"), 0.5]})
    ({'dict': {'weights': [{'tensor': 'weights.0'}, 0.5]}}, {'weights.0': array([0.], dtype=float32)})
    """
    arrays: dict[str, Any] = {}
    return _encode(value, (), arrays), arrays


def _encode(value: Any, path: tuple[Any, ...], arrays: dict[str, Any]) -> Any:
    if len(path) > DEEPEST:
        raise ValueError(f"save: nested deeper than {DEEPEST} levels at {_place(path[:8])}…: does it contain itself?")
    if isinstance(value, numpy.generic):
        value = value.item()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, Tensor):
        tag = "leaf" if value.requires_grad else "tensor"
        node: dict[str, Any] = {tag: _add(to_host(value.array), path, arrays)}
        return node if value.device.type == "cpu" else {"on": [str(value.device), node]}
    if type(value) is numpy.ndarray:
        return {"array": _add(value, path, arrays)}
    if isinstance(value, Mapping):
        pairs = [(key, _encode(item, (*path, key), arrays)) for key, item in value.items()]
        if all(isinstance(key, str) for key, _ in pairs):
            return {"dict": {str(key): item for key, item in pairs}}
        return {"items": [[_key(key, path), item] for key, item in pairs]}
    if isinstance(value, list | tuple):
        items = [_encode(item, (*path, i), arrays) for i, item in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    if hasattr(value, "state_dict"):
        raise TypeError(f"save: {type(value).__name__} at {_place(path)} is no data: save its .state_dict()")
    raise TypeError(
        f"save: expected Tensors, arrays, numbers, strings, None and dicts, lists or tuples of them, got "
        f"{describe(value)} at {_place(path)}"
    )


def _key(key: Any, path: tuple[Any, ...]) -> Any:
    if not (key is None or isinstance(key, bool | int | float | str)):
        raise TypeError(f"save: a key must be a string, a number or None, got {describe(key)} at {_place(path)}")
    return _encode(key, path, {})


def _add(array: Any, path: tuple[Any, ...], arrays: dict[str, Any]) -> str:
    """Put `array` among `arrays` and return its name there."""
    native = array.dtype.newbyteorder("=")
    if native not in DTYPES.values():
        raise TypeError(f"save: cannot save an array of {array.dtype} at {_place(path)}: convert it to numbers")
    stem = ".".join(map(str, path)).encode("utf-8", "replace").decode() or "value"
    name = stem
    while name in arrays or name == "__metadata__":
        name = f"{stem}#{len(arrays)}"
    # asarray, and not ascontiguousarray, which would turn 0-d into 1-d; safetensors 0.8.0 reads memory as it lies
    arrays[name] = numpy.asarray(array, native, order="C")
    return name


def _place(path: tuple[Any, ...]) -> str:
    return "".join(f"[{key!r}]" for key in path) or "the top"


def put_together(tree: Any, arrays: dict[str, Any], where: Callable[[Device], Device]) -> Any:
    """Return what `take_apart` was given; each Tensor is put on ``where(the device it was on)``.

    Raises
    ------
    ValueError, KeyError, TypeError
        If no value has this tree with these arrays.

    Examples
    --------
    >>> put_together({"tuple": [1, {"float": "-inf"}]}, {}, lambda device: device)
    (1, -inf)
    """
    left = dict(arrays)
    value = _decode(tree, left, where)
    if left:
        raise ValueError(f"arrays that belong nowhere: {', '.join(left)}")
    return value


def _decode(node: Any, left: dict[str, Any], where: Callable[[Device], Device], device: str = "cpu") -> Any:
    if isinstance(node, list):
        return [_decode(item, left, where) for item in node]
    if not isinstance(node, dict):
        return node
    ((tag, content),) = node.items()
    match tag:
        case "dict":
            return {key: _decode(item, left, where) for key, item in content.items()}
        case "items":
            items = {_decode(key, {}, where): _decode(item, left, where) for key, item in content}
            if len(items) < len(content):
                raise ValueError("a dict with a key twice")
            return items
        case "tuple":
            return tuple(_decode(item, left, where) for item in content)
        case "float" if content in ("nan", "inf", "-inf"):
            return float(content)
        case "array":
            return left.pop(content)
        case "tensor" | "leaf":
            array = left.pop(content)
            to_dtype(array.dtype)  # raises for what no Tensor has
            return wrap(asarray_on(where(Device(device)), array)).requires_grad_(tag == "leaf")
        case "on":
            return _decode(content[1], left, where, content[0])
    raise ValueError(f"an entry {tag!r}")
