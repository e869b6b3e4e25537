"""How the stand-in's arrays hold their numbers: a NumPy array inside, which only this package may see.

By composition, not as a subclass of ``numpy.ndarray``: NumPy hands a subclass's memory out in many places without
asking (``numpy.asarray(x)``, ``x.dot(h)``, ``h[:] = x``), where CuPy raises.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy

from minigen.testing.standin.record import title

Host = Any  # a NumPy array
SCALARS = frozenset((bool, int, float, complex))
KINDS = "biufc"  # of dtypes that CuPy computes with
here = threading.local()  # `here.device` is the current device's number, 0 if not set


class Held:
    """An array of the stand-in, as its parts see it: `_host` holds the numbers, `_base` is what it is a view of."""

    __slots__ = ("__weakref__", "_base", "_device", "_host")

    array_class: "type[Held]"
    _host: Host
    _base: "Held | None"
    _device: int


def hold(host: Host, base: Held | None = None, device: int | None = None) -> Any:
    """Return `host` as an array of the stand-in, on the current device if none is given."""
    if host.dtype.kind not in KINDS:
        raise ValueError(
            f"Unsupported dtype {host.dtype} ({title()} has booleans, integers, floats and complex numbers)"
        )
    array = object.__new__(Held.array_class)
    array._host = host
    array._base = base
    array._device = getattr(here, "device", 0) if device is None else device
    return array


def wrap(value: Any, sources: Sequence[Held]) -> Any:
    """Return what NumPy made of `sources` as CuPy would give it: scalars as 0-d arrays, named tuples as tuples."""
    if isinstance(value, numpy.generic):
        value = numpy.asarray(value)
    if isinstance(value, numpy.ndarray):
        for source in sources:
            if value is source._host:
                return source
        device = sources[0]._device if sources else None
        if value.base is not None:
            memory = owner(value)
            for source in sources:
                if memory is owner(source._host):
                    return hold(value, source if source._base is None else source._base, device)
        return hold(value, None, device)
    if isinstance(value, tuple):
        return tuple([wrap(part, sources) for part in value])
    if isinstance(value, list):
        return [wrap(part, sources) for part in value]
    return value


def owner(host: Host) -> Host:
    """Return what owns the memory of `host`."""
    while isinstance(host.base, numpy.ndarray):
        host = host.base
    return host


def unwrap(value: Any, found: list[Held]) -> Any:
    """Return `value` with NumPy arrays in the place of the stand-in's, which are added to `found`."""
    kind = type(value)
    if kind is Held.array_class:
        found.append(value)
        return value._host
    if kind is tuple or kind is list:
        return kind([unwrap(part, found) for part in value])
    return value


def held(values: Any) -> list[Held]:
    """Return the stand-in's arrays among `values`, nested lists and tuples included; they must share a device."""
    found: list[Held] = []
    unwrap(values, found)
    check_device(found)
    return found


def check_device(arrays: list[Held]) -> None:
    """Raise ValueError if the arrays do not share a device."""
    for array in arrays[1:]:
        if array._device != arrays[0]._device:
            raise ValueError(f"arrays on devices {arrays[0]._device} and {array._device} meet: move one of them")


def is_scalar(value: Any) -> bool:
    """Say whether CuPy takes `value` as a number."""
    return type(value) in SCALARS or (isinstance(value, numpy.generic) and value.dtype.kind in KINDS)


def operand(name: str, value: Any) -> Any:
    """Return what NumPy computes with for `value`, an array or a number, or raise TypeError as CuPy does."""
    if isinstance(value, Held):
        return value._host
    if is_scalar(value):
        return value
    raise TypeError(f"{name}: Unsupported type {type(value)} (CuPy takes its own arrays and numbers)")
