"""Where an array lives: ``cpu`` (NumPy) or ``cuda`` (CuPy), and where new ones are made.

Nothing moves by itself: an operation on arrays of two devices raises `DeviceError`. What is new is made on the default
device: the cpu, unless `set_default_device` or a block ``with device(...):`` says otherwise, each for its thread.
"""

import threading
from types import TracebackType
from typing import Any, Self

import numpy

from minigen.backend.arrays import Array, namespace, namespaces, register_array_type


class DeviceError(RuntimeError):
    """Raised when arrays of different devices meet, or when a device is not there."""


class Device:
    """A place where arrays live: ``cpu``, or ``cuda`` with the index of a GPU.

    As a context manager it is the default device of this thread for the length of the block.

    Parameters
    ----------
    type : str, int or Device
        ``"cpu"`` or ``"cuda"``, optionally with an index, as in ``"cuda:0"``; an int is the index of a GPU.
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
    >>> with Device("cuda"):
    ...     get_default_device()
    device('cuda:0')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: "str | int | Device", index: int | None = None) -> None:
        if isinstance(type, int) and not isinstance(type, bool):
            type = f"cuda:{type}"
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

    def __enter__(self) -> Self:
        _chosen.blocks.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _chosen.blocks.pop()


class _Chosen(threading.local):
    """The default devices of a thread: that of `set_default_device`, and those of the blocks it is in."""

    def __init__(self) -> None:
        self.device: Device | None = None
        self.blocks: list[Device] = []


CPU = Device("cpu")
_chosen = _Chosen()
_gpus: dict[int, Device] = {}
_counts: dict[Any, int] = {}  # the GPUs that CuPy has found


def set_default_device(name: "str | int | Device | None") -> None:
    """Choose where what follows in this thread is made: new Tensors, parameters, random draws, data sets.

    A function's own ``device=`` goes first, and so does a block ``with device(...):``. Nothing that exists is moved.

    Parameters
    ----------
    name : str, int, Device or None
        None takes an earlier choice back.

    Raises
    ------
    ValueError
        If the name is unknown. A GPU that is missing is found out when something is made there.

    Examples
    --------
    >>> before = get_default_device()
    >>> set_default_device("cuda")
    >>> get_default_device()
    device('cuda:0')
    >>> set_default_device(before)
    """
    _chosen.device = None if name is None else device(name)


def chosen_device() -> Device | None:
    """Return the default device of this thread if one was chosen, else None."""
    return _chosen.blocks[-1] if _chosen.blocks else _chosen.device


def get_default_device() -> Device:
    """Return where new Tensors are made in this thread: the cpu unless another device was chosen.

    Examples
    --------
    >>> with device("cpu"):
    ...     get_default_device()
    device('cpu')
    """
    return chosen_device() or CPU


def device(name: "str | int | Device | None" = None) -> Device:
    """Return the `Device` called `name` (None: the default device).

    Examples
    --------
    >>> device("cpu")
    device('cpu')
    """
    if isinstance(name, Device):
        return name
    if name is None:
        return get_default_device()
    return CPU if name == "cpu" else Device(name)


def device_of(array: Array) -> Device:
    """Return the device that `array` lives on."""
    if type(array) is numpy.ndarray:
        return CPU
    index = array.device.id
    return _gpus.get(index) or _gpus.setdefault(index, Device("cuda", index))


def library_of(where: Device) -> Any:
    """Return CuPy for a GPU that is there.

    Raises
    ------
    DeviceError
        If CuPy or the GPU is missing.
    """
    try:
        import cupy
    except ImportError:
        raise DeviceError(
            f"device {str(where)!r} needs CuPy, which is not installed: "
            "pip install 'minigen[cuda13]' (or 'minigen[cuda12]'), or use device='cpu'"
        ) from None
    if cupy not in _counts:
        if not cupy.is_available():
            raise DeviceError(f"device {str(where)!r} asks for a GPU, and CuPy finds none: use device='cpu'")
        _counts[cupy] = int(cupy.cuda.runtime.getDeviceCount())
        register_array_type(cupy.ndarray, cupy)
    if where.index >= _counts[cupy]:
        raise DeviceError(
            f"device {str(where)!r} is not there (CuPy finds {_counts[cupy]}): use a lower index or device='cpu'"
        )
    return cupy


def check_same_device(name: str, arrays: list[Any]) -> None:
    """Raise `DeviceError` if the arrays among `arrays` live on different devices.

    Python scalars are at home everywhere. Costs nothing while there is only one array library.
    """
    if len(namespaces) == 1:
        return
    first: Any = None
    for array in arrays:
        kind = type(array)
        if kind not in namespaces:
            continue
        if first is None:
            first = array
        elif kind is not type(first) or (kind is not numpy.ndarray and device_of(array) is not device_of(first)):
            found = {device_of(a): a for a in arrays if type(a) in namespaces}
            where = ", ".join(f"{namespace(a).__name__} array {a.shape} on {d}" for d, a in found.items())
            raise DeviceError(f"{name}: operands live on different devices ({where}): move one with .to(device)")
