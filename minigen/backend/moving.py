"""Making an array on a device, and moving one to another.

What a program uploads it may write to at once, and what it downloads it may read at once, unless it says
``non_blocking``. Only a download waits for the GPU.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.backend import pinned
from minigen.backend.arrays import Array, namespace
from minigen.backend.devices import Device, device, device_of, library_of


def to_device(array: Array, where: "str | Device", non_blocking: bool = False) -> Array:
    """Return `array` on the device `where`: itself if it is there already.

    With `non_blocking` a copy between a GPU and pinned host memory may still be under way: what comes from the host is
    not to be written to, what comes to the host not to be read, before ``cuda.synchronize()``.

    Raises
    ------
    DeviceError
        If the device is not to be had on this machine.
    """
    where, origin = device(where), device_of(array)
    if origin == where:
        return array
    if origin.type == "cpu":
        return asarray_on(where, array, non_blocking)
    if where.type == "cpu":
        return pinned.download(namespace(array), array) if non_blocking else to_host(array)
    return asarray_on(where, to_host(array))


def to_host(array: Array) -> Any:
    """Return `array` as a NumPy array (a copy from a GPU waits for it)."""
    return array if type(array) is numpy.ndarray else array.get()


def asarray_on(where: "str | Device | None", array: Any, non_blocking: bool = False) -> Array:
    """Put the host `array` on the device `where` (None: the default device); `non_blocking` as for `to_device`.

    Raises
    ------
    DeviceError
        If `where` is a GPU and CuPy or the GPU is missing.
    """
    where, host = device(where), numpy.asarray(array)
    if where.type == "cpu":
        return host
    return made_on(where, lambda cupy: pinned.upload(cupy, host, non_blocking))


def made_on(where: "str | Device | None", make: Callable[[Any], Array]) -> Array:
    """Return ``make(xp)`` for the array library ``xp`` of the device `where` (None: the default device).

    Raises
    ------
    DeviceError
        If `where` is a GPU and CuPy or the GPU is missing.

    Examples
    --------
    >>> made_on("cpu", lambda xp: xp.zeros(2))
    array([0., 0.])
    """
    where = device(where)
    if where.type == "cpu":
        return make(numpy)
    cupy = library_of(where)
    with cupy.cuda.Device(where.index):
        return make(cupy)
