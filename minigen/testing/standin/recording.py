"""Writing down what CuPy offers: names, parameters, and which methods its ufuncs support.

``python -m minigen.testing.standin.recording --check`` compares the record with the CuPy that is installed, ``--write``
makes it anew. Neither needs a GPU: parameters are read off the functions, those of compiled methods off the first
line of their docstring, and a ufunc's method is called on something that is no array, which only a supported one sees.
"""

import argparse
import difflib
import importlib
import inspect
import json
import re
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy

from minigen.testing.standin.record import PLACE

MODULES = (
    "cupy",
    "cupy.cuda",
    "cupy.lib.stride_tricks",
    "cupy.linalg",
    "cupy.random",
    "cupyx",
    "cupyx.scipy.special",
)
CLASSES = ("cupy.ndarray", "cupy.random.Generator")
LIBRARIES = ("cupy", "cupy_backends", "cupyx")  # whose modules count as CuPy's
METHODS = ("accumulate", "at", "reduce", "reduceat")
ANYWHERE = set(dir(object)) | {"__array_finalize__", "__dict__", "__module__", "__pyx_vtable__", "__weakref__"}


def record() -> dict[str, Any]:
    """Return the record of the CuPy that is installed."""
    import cupy

    found: dict[str, Any] = {"version": cupy.__version__}
    for name in MODULES:
        found[name] = _module(importlib.import_module(name))
    for name in CLASSES:
        module, _, cls = name.rpartition(".")
        found[name] = _class(getattr(importlib.import_module(module), cls))
    return found


def text_of(found: dict[str, Any]) -> str:
    """Return a record as it is written to the file: sorted, an entry a line."""
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def _module(module: types.ModuleType) -> dict[str, Any]:
    """Sort the public names of a module: NumPy's own objects, ufuncs, functions, and what else there is."""
    import cupy

    host = getattr(numpy, module.__name__.removeprefix("cupy."), numpy)
    found: dict[str, Any] = {"functions": {}, "other": [], "same": [], "ufuncs": {}}
    for name in sorted(n for n in dir(module) if not n.startswith("_")):
        value = getattr(module, name)
        if isinstance(value, types.ModuleType) and value.__name__.partition(".")[0] not in LIBRARIES:
            continue
        if isinstance(value, cupy.ufunc):
            found["ufuncs"][name] = " ".join([str(value.nin), str(value.nout), *_supported(value)])
        elif value is getattr(host, name, cupy):
            found["same"].append(name)
        elif callable(value) and not isinstance(value, type) and (signature := _signature(value)) is not None:
            found["functions"][name] = signature
        elif name != "annotations":
            found["other"].append(name)
    return {kind: names for kind, names in found.items() if names}


def _class(cls: type) -> dict[str, Any]:
    """Sort the names of a class: methods, attributes, and the operators it defines."""
    found: dict[str, Any] = {"attributes": [], "methods": {}, "operators": []}
    for name in dir(cls):
        value = getattr(cls, name)
        if name.startswith("__"):
            if name not in ANYWHERE or name in ("__eq__", "__lt__"):
                found["operators"].append(name)
        elif not name.startswith("_"):
            signature = _signature(value) if callable(value) else None
            if signature is None:
                found["attributes"].append(name)
            else:
                found["methods"][name] = signature.removeprefix("self").removeprefix(", ")
    return found


def _signature(function: Callable[..., Any]) -> str | None:
    """Return the parameters as they would stand in a ``def``, without types, or None if they are not to be had."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        first = (function.__doc__ or "").partition("\n")[0]
        match = re.fullmatch(r"[\w.]*\((.*)\)(?: -> \w+)?", first)
        return match and ", ".join(part.split(" ")[-1] for part in match[1].split(", "))
    plain = [p.replace(annotation=p.empty, default=_default(p.default)) for p in parameters]
    return str(inspect.Signature(plain))[1:-1]


class _Named:
    """A default value that prints as a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def _default(value: Any) -> Any:
    return _Named(value.__name__) if isinstance(value, type) and value is not inspect.Parameter.empty else value


def _supported(ufunc: Any) -> list[str]:
    """Return the methods that do not say at once that they are not supported."""
    found = []
    for name in METHODS:
        try:
            getattr(ufunc, name)(object(), 0)
        except NotImplementedError:
            continue
        except Exception:  # the object is no array
            pass
        found.append(name)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Compare or write; return 1 if CuPy is no longer what the record says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--check", action="store_true", help="print the differences from the CuPy that is installed")
    task.add_argument("--write", action="store_true", help="make the record anew")
    options = parser.parse_args(arguments)
    new = text_of(record())
    if options.write:
        PLACE.write_text(new, encoding="utf-8")
        return 0
    old = PLACE.read_text(encoding="utf-8")
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "recorded", "installed"))
    return int(new != old)


if __name__ == "__main__":
    sys.exit(main())
