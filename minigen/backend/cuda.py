"""The GPUs of this machine, under PyTorch's names (``minigen.cuda``): whether there are any, and waiting for one.

Work is handed to a GPU and done there in the order in which it was handed over, while the program goes on. Reading a
value waits for all that comes before it; so does `synchronize`, which a measurement of time needs.
"""

import sys
from typing import Any

from minigen.backend.devices import Device, device, library_of

__all__ = ["is_available", "device_count", "current_device", "synchronize", "memory_allocated", "empty_cache"]


def is_available() -> bool:
    """Say whether Tensors can be made on ``cuda``: CuPy is installed and finds a GPU.

    Examples
    --------
    >>> is_available() == (device_count() > 0)
    True
    """
    return device_count() > 0


def device_count() -> int:
    """Return the number of GPUs that CuPy finds; 0 without CuPy.

    Examples
    --------
    >>> device_count() >= 0
    True
    """
    try:
        import cupy
    except ImportError:
        return 0
    return int(cupy.cuda.runtime.getDeviceCount()) if cupy.is_available() else 0


def current_device() -> int:
    """Return the index of the GPU that CuPy's own functions use now in this thread.

    Raises
    ------
    DeviceError
        If there is none.
    """
    return int(library_of(Device("cuda")).cuda.Device().id)


def synchronize(where: "str | int | Device | None" = None) -> None:
    """Wait until a GPU has done all that it was given.

    Parameters
    ----------
    where : str, int or Device, optional
        Which one; the current one if not given.

    Raises
    ------
    ValueError
        If it is no GPU.
    DeviceError
        If it is not there.
    """
    _gpu("synchronize", where).synchronize()


def memory_allocated(where: "str | int | Device | None" = None) -> int:
    """Return the bytes of a GPU's memory that living arrays take; 0 if nothing has been made there.

    Parameters
    ----------
    where : str, int or Device, optional
        Which GPU; the current one if not given.

    Examples
    --------
    >>> memory_allocated() >= 0
    True
    """
    if not _started():
        return 0
    with _gpu("memory_allocated", where):
        return int(_started().get_default_memory_pool().used_bytes())


def empty_cache() -> None:
    """Give the memory that no array takes back to the GPUs.

    Examples
    --------
    >>> empty_cache()
    """
    if _started():
        _started().get_default_memory_pool().free_all_blocks()
        _started().get_default_pinned_memory_pool().free_all_blocks()


def _started() -> Any:
    """Return CuPy if it is in use and finds a GPU, else None."""
    cupy = sys.modules.get("cupy")
    return cupy if cupy is not None and cupy.is_available() else None


def _gpu(name: str, where: "str | int | Device | None") -> Any:
    """Return CuPy's object for a GPU."""
    chosen = Device("cuda", current_device()) if where is None else device(where)
    if chosen.type != "cuda":
        raise ValueError(f"{name}: expected a GPU, got {str(chosen)!r}: only a GPU is waited for, name 'cuda:<index>'")
    return library_of(chosen).cuda.Device(chosen.index)
