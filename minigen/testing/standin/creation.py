"""Functions of CuPy that make arrays, or take them to the host, where its parameters do not say all."""

from typing import Any

import numpy

from minigen.testing.standin.calling import check, run
from minigen.testing.standin.counting import note_sync, note_upload, under_way
from minigen.testing.standin.device import alloc_pinned_memory, is_pinned
from minigen.testing.standin.holding import Held, Host, held, hold
from minigen.testing.standin.ndarray import unwritten


def array(
    obj: Any,
    dtype: Any = None,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    *,
    blocking: bool = False,
) -> Any:
    """Return `obj` as an array, by default a new one."""
    if subok:
        raise TypeError("cupy.array: subok is not supported")
    if isinstance(obj, Held):
        return run(numpy.array, obj, dtype, copy=copy, order=order, ndmin=ndmin)
    if not held(obj):
        return upload(numpy.array(obj, dtype, order=order, ndmin=ndmin), blocking, obj)  # type: ignore[call-overload]
    _check_nested(obj)
    return run(numpy.array, obj, dtype, order=order, ndmin=ndmin)


def asarray(a: Any, dtype: Any = None, order: Any = None, *, copy: bool | None = None, blocking: bool = False) -> Any:
    """Return `a` as an array: itself if it is one of this dtype."""
    return array(a, dtype, copy, order or "K", blocking=blocking)


def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """Return `a`, an array already, in C order."""
    check("cupy.ascontiguousarray", {"a": a, "dtype": dtype}, True)
    return array(a, dtype, None, "C", ndmin=1)


def upload(host: Host, blocking: bool, source: Any) -> Any:
    """Hold `host`, a copy of `source`; if that is pinned memory and nobody waits, it must stay as it is until later."""
    note_upload("asarray(host)")
    if blocking:
        note_sync("asarray(blocking=True)")
    elif isinstance(source, numpy.ndarray) and is_pinned(source):
        before = source.copy()
        under_way.append(lambda: _check_unchanged(source, before))
    return hold(host)


def _check_unchanged(source: Host, before: Host) -> None:
    if not numpy.array_equal(source, before, equal_nan=source.dtype.kind == "f"):
        raise RuntimeError("pinned memory was written to while a copy from it was under way: wait for the copy first")


def _check_nested(value: Any) -> None:
    for part in value:
        if type(part) in (tuple, list):
            _check_nested(part)
        elif not isinstance(part, Held):
            raise TypeError(f"cupy.array: a list holds CuPy arrays, and {type(part).__name__}: use one kind")


def empty(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """Return an array yet to be written."""
    return unwritten(numpy.empty(shape, dtype, order))  # type: ignore[call-overload]


def empty_like(prototype: Any, dtype: Any = None, order: str = "K", subok: None = None, shape: Any = None) -> Any:
    """Return an array like `prototype`, yet to be written."""
    check("cupy.empty_like", {"prototype": prototype, "dtype": dtype, "shape": shape}, True)
    result = unwritten(numpy.empty_like(prototype._host, dtype, order, shape=shape))  # type: ignore[call-overload]
    result._device = prototype._device
    return result


def asnumpy(a: Any, stream: Any = None, order: str = "C", out: Any = None, *, blocking: bool = True) -> Any:
    """Return `a` as a NumPy array."""
    if isinstance(a, Held):
        return a.get(stream, order, out, blocking)  # type: ignore[attr-defined]
    return numpy.asarray(a, order=order)  # type: ignore[call-overload]


def get_array_module(*args: Any) -> Any:
    """Return this library if an argument is one of its arrays, else NumPy."""
    if not held(args):
        return numpy
    import cupy

    return cupy


def empty_pinned(shape: Any, dtype: Any = float, order: str = "C") -> Host:
    """Return a NumPy array in pinned memory, yet to be written."""
    like = numpy.empty(shape, dtype)
    memory = alloc_pinned_memory(max(1, like.nbytes))
    return numpy.frombuffer(memory, like.dtype, like.size).reshape(like.shape, order=order)  # type: ignore[call-overload]


FUNCTIONS = {
    "array": array,
    "asanyarray": asarray,
    "asarray": asarray,
    "ascontiguousarray": ascontiguousarray,
    "asnumpy": asnumpy,
    "empty": empty,
    "empty_like": empty_like,
    "get_array_module": get_array_module,
}
