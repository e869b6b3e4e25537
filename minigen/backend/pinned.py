"""Host memory that a GPU reads and writes by itself ("pinned"), while the program goes on.

Ordinary host memory may be moved about by the operating system, so that CuPy first copies what is to be uploaded into
pinned memory of its own; what lies in pinned memory already is sent as it is. Memory with a copy under way is kept
until the copy has ended, whoever else lets go of it.
"""

import math
import sys
import threading
from collections import deque
from typing import Any, TypeVar

import numpy

from minigen.backend.arrays import Array
from minigen.backend.devices import Device, library_of
from minigen.backend.dtypes import DType

T = TypeVar("T")


class _UnderWay(threading.local):
    """The copies that a thread has begun: the event that ends each, and the host memory."""

    def __init__(self) -> None:
        self.copies: deque[tuple[Any, Array]] = deque()


_under_way = _UnderWay()


def pinned_empty(shape: tuple[int, ...], dtype: DType) -> Array:
    """Return a NumPy array in pinned memory, yet to be written.

    Raises
    ------
    DeviceError
        If there is no GPU.
    """
    cupy = library_of(Device("cuda"))
    count = math.prod(shape)
    memory = cupy.cuda.alloc_pinned_memory(max(1, count) * dtype.itemsize)
    return numpy.frombuffer(memory, dtype, count).reshape(shape)


def pinned_copy(array: Array) -> Array:
    """Return a copy of a NumPy array in pinned memory."""
    copy = pinned_empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def is_pinned(array: Array) -> bool:
    """Say whether a NumPy array lies in memory of `pinned_empty`.

    Examples
    --------
    >>> is_pinned(numpy.zeros(2))
    False
    """
    cupy = sys.modules.get("cupy")
    base = array
    while isinstance(base, numpy.ndarray):
        base = base.base
    owner = base.obj if isinstance(base, memoryview) else base
    return cupy is not None and isinstance(owner, cupy.cuda.PinnedMemoryPointer)


def upload(cupy: Any, host: Array, non_blocking: bool) -> Array:
    """Return `host` on the current GPU.

    The program may write to `host` afterwards, unless it is pinned and the copy `non_blocking`.
    """
    if not is_pinned(host):
        return cupy.asarray(host)
    array = cupy.asarray(host, blocking=not non_blocking)
    if non_blocking:
        keep(cupy, host)
    return array


def download(cupy: Any, array: Array) -> Array:
    """Return a pinned host array that is yet to receive `array`: the program waits for it by `cuda.synchronize`."""
    host = pinned_empty(array.shape, array.dtype)
    with array.device:
        array.get(out=host, blocking=False)
        keep(cupy, host)
    return host


def keep(cupy: Any, host: Array) -> None:
    """Keep `host` until all that the current stream was given up to now is done."""
    copies = _under_way.copies
    while copies and copies[0][0].done:
        copies.popleft()
    copies.append((cupy.cuda.get_current_stream().record(), host))


class SideStream:
    """A stream of a GPU besides the one that computes, for uploads while that one works.

    Parameters
    ----------
    where : Device
        The GPU.

    Raises
    ------
    DeviceError
        If it is not there.
    """

    def __init__(self, where: Device) -> None:
        self._cupy = library_of(where)
        self._device = self._cupy.cuda.Device(where.index)
        with self._device:
            self._stream = self._cupy.cuda.Stream(non_blocking=True)

    def follow(self) -> None:
        """Let uploads to come begin after what computes has done what it was given: it may use freed memory still."""
        with self._device:
            self._stream.wait_event(self._cupy.cuda.get_current_stream().record())

    def upload(self, host: Array) -> Array:
        """Begin to copy a NumPy array, which may be written to at once, and return where it will be."""
        with self._device, self._stream:
            return upload(self._cupy, pinned_copy(host), True)

    def record(self) -> Any:
        """Return the event that ends all uploads begun so far."""
        with self._device:
            return self._stream.record()

    def arrived(self, what: T, event: Any) -> T:
        """Let what computes wait on the GPU for `event`, and return `what` was uploaded up to it."""
        with self._device:
            self._cupy.cuda.get_current_stream().wait_event(event)
        return what
