"""What stands for the GPU: devices by number, streams on which everything is done at once, memory of the host.

Work is done when it is asked for; only waiting is told apart. The exception is a copy between the device and pinned
host memory that is not waited for: until something waits, memory to be copied to holds nothing of use, and memory
that is copied from must not be written to.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.testing.standin.counting import note_sync, under_way
from minigen.testing.standin.holding import here

counts: list[int] = [1]  # of devices; the last is that of the stand-in in force


class CUDARuntimeError(RuntimeError):
    """What CuPy raises where CUDA fails."""


class Device:
    """A device by its number; ``with Device(1):`` makes it the current one.

    Parameters
    ----------
    device : int, optional
        The number; that of the current device if not given.
    """

    def __init__(self, device: Any = None) -> None:
        self.id = getattr(here, "device", 0) if device is None else int(device)
        self._before: list[int] = []

    def __enter__(self) -> "Device":
        if not 0 <= self.id < counts[-1]:
            raise CUDARuntimeError(f"cudaErrorInvalidDevice: invalid device ordinal {self.id}")
        self._before.append(getattr(here, "device", 0))
        here.device = self.id
        return self

    def __exit__(self, *error: object) -> None:
        here.device = self._before.pop()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<CUDA Device {self.id}>"

    def __int__(self) -> int:
        return self.id

    def use(self) -> None:
        """Make this the current device."""
        here.device = self.id

    def synchronize(self) -> None:
        """Wait for the device."""
        note_sync("Device.synchronize()")


class MemoryPointer:
    """Where an array's memory begins."""

    def __init__(self, ptr: int, device: Device) -> None:
        self.ptr = ptr
        self.device = device
        self.device_id = device.id


class Event:
    """A point in a stream that one can wait for."""

    def __init__(self, block: bool = False, disable_timing: bool = False, interprocess: bool = False) -> None:
        self._copies: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        """Whether all that was asked for before is done."""
        return not any(copy in under_way for copy in self._copies)

    def record(self, stream: Any = None) -> None:
        """Set the point to now."""
        self._copies = under_way[:]

    def synchronize(self) -> None:
        """Wait for the point."""
        note_sync("Event.synchronize()")


class Stream:
    """A queue of work; ``with stream:`` makes it the current one."""

    null: "Stream"

    def __init__(self, null: bool = False, non_blocking: bool = False, ptds: bool = False, priority: int = 0) -> None:
        self._before: list[Stream] = []

    def __enter__(self) -> "Stream":
        self._before.append(current_stream())
        here.stream = self
        return self

    def __exit__(self, *error: object) -> None:
        here.stream = self._before.pop()

    @property
    def done(self) -> bool:
        """Whether all work is done."""
        return not under_way

    def use(self) -> "Stream":
        """Make this the current stream."""
        here.stream = self
        return self

    def record(self, event: Event | None = None) -> Event:
        """Return an event at this point."""
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        """Let later work wait for an event; the program does not."""

    def synchronize(self) -> None:
        """Wait for the stream."""
        note_sync("Stream.synchronize()")


Stream.null = Stream(null=True)


def current_stream(device_id: int = -1) -> Stream:
    """Return the current stream."""
    return getattr(here, "stream", Stream.null)


class PinnedMemoryPointer(bytearray):
    """Host memory that the device reads and writes by itself."""

    def size(self) -> int:
        """Return how many bytes there are."""
        return len(self)


def alloc_pinned_memory(size: int) -> PinnedMemoryPointer:
    """Return `size` bytes of pinned memory, yet to be written."""
    return PinnedMemoryPointer(b"\xa5" * size)


def is_pinned(host: Any) -> bool:
    """Say whether a NumPy array lies in pinned memory."""
    while isinstance(host, numpy.ndarray):
        host = host.base
    return isinstance(host.obj if isinstance(host, memoryview) else host, PinnedMemoryPointer)
