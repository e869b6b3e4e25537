"""Where an array lives: ``cpu`` (NumPy) or ``cuda`` (CuPy), and the moves between the two.

Nothing moves by itself. An operation on arrays of two devices raises `DeviceError`.
"""

from typing import Any

import numpy

from minigen.backend.arrays import Array, namespace, namespaces, register_array_type


class DeviceError(RuntimeError):
    """Raised when arrays of different devices meet, or when a device is not there."""


class Device:
    """A place where arrays live: ``cpu``, or ``cuda`` with the index of a GPU.

    Parameters
    ----------
    type : str
        ``"cpu"`` or ``"cuda"``, optionally with an index, as in ``"cuda:0"``.
    index : int, optional
        Which GPU; 0 if not given.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> Device("cuda:1").index
    1
    >>> Device("cpu") == "cpu"
    True
    """

    __slots__ = ("index", "type")

    def __init__(self, type: str, index: int | None = None) -> None:
        name, _, suffix = str(type).partition(":")
        if name not in ("cpu", "cuda") or (suffix and not suffix.isdigit()):
            raise ValueError(f"unknown device {type!r}: use 'cpu', 'cuda' or 'cuda:<index>'")
        if name == "cpu" and int(suffix or index or 0):
            raise ValueError(f"there is one cpu, got {type!r}: use 'cpu'")
        self.type = name
        self.index = int(suffix) if suffix else (index or 0)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            other = Device(other)
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.type == "cpu" else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device({str(self)!r})"


CPU = Device("cpu")


def device(name: "str | Device | None" = None) -> Device:
    """Return the `Device` called `name` (None: the cpu).

    Examples
    --------
    >>> device("cpu")
    device('cpu')
    """
    if isinstance(name, Device):
        return name
    return CPU if name is None or name == "cpu" else Device(name)


def device_of(array: Array) -> Device:
    """Return the device that `array` lives on."""
    if type(array) is numpy.ndarray:
        return CPU
    return Device("cuda", array.device.id)


def to_device(array: Array, where: "str | Device | None") -> Array:
    """Return `array` on the device `where`: itself if it is there already.

    Raises
    ------
    DeviceError
        If the device is not to be had on this machine.
    """
    where = device(where)
    if device_of(array) == where:
        return array
    return to_host(array) if where.type == "cpu" else asarray_on(where, to_host(array))


def to_host(array: Array) -> Any:
    """Return `array` as a NumPy array (a copy from a GPU waits for it)."""
    return array if type(array) is numpy.ndarray else array.get()


def asarray_on(where: "str | Device | None", array: Any) -> Array:
    """Put the host `array` on the device `where`.

    Raises
    ------
    DeviceError
        If `where` is a GPU and CuPy or the GPU is missing.
    """
    where = device(where)
    if where.type == "cpu":
        return numpy.asarray(array)
    cupy = _cupy(where)
    with cupy.cuda.Device(where.index):
        return cupy.asarray(array)


def _cupy(where: Device) -> Any:
    try:
        import cupy
    except ImportError:
        raise DeviceError(
            f"device {str(where)!r} needs CuPy, which is not installed: "
            "pip install 'minigen[cuda13]' (or 'minigen[cuda12]'), or use device='cpu'"
        ) from None
    if not cupy.is_available():
        raise DeviceError(f"device {str(where)!r} asks for a GPU, and CuPy finds none: use device='cpu'")
    count = cupy.cuda.runtime.getDeviceCount()
    if where.index >= count:
        raise DeviceError(f"device {str(where)!r} is not there (CuPy finds {count}): use a lower index or device='cpu'")
    register_array_type(cupy.ndarray, cupy)
    return cupy


def check_same_device(name: str, arrays: list[Any]) -> None:
    """Raise `DeviceError` if the arrays among `arrays` live on different devices.

    Python scalars are at home everywhere. Costs nothing while there is only one array library.
    """
    if len(namespaces) == 1:
        return
    found = {device_of(a): a for a in arrays if type(a) in namespaces}
    if len(found) > 1:
        where = ", ".join(f"{namespace(a).__name__} array {a.shape} on {d}" for d, a in found.items())
        raise DeviceError(f"{name}: operands live on different devices ({where}): move one with .to(device)")
