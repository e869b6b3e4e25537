"""The stand-in as modules: ``cupy`` and its parts, and ``cupyx``, each name looked up in the record."""

import importlib
import types
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import Any

import numpy

from minigen.testing.standin import creation, device, generator, pools
from minigen.testing.standin.calling import checked
from minigen.testing.standin.ndarray import ndarray
from minigen.testing.standin.record import missing, record
from minigen.testing.standin.ufuncs import Ufunc


class Module(types.ModuleType):
    """A module of CuPy by its record: names that are missing there, or in the NumPy module behind it, are errors."""

    def __init__(self, name: str, host: Callable[[], Any] | None = None, **own: Any) -> None:
        super().__init__(name, f"The stand-in for {name}.")
        self.__spec__ = ModuleSpec(name, None, is_package=True)
        self.__path__: list[str] = []
        self.__dict__.update(own)
        self._behind = host

    def __getattr__(self, name: str) -> Any:
        entry = record().get(self.__name__, {})
        host = self._behind() if self._behind and not name.startswith("__") else None
        if not hasattr(host, name):
            missing(self.__name__, name)
        value = getattr(host, name)
        if name in entry.get("ufuncs", {}):
            value = Ufunc(self.__name__, name, value)
        elif not entry.get("functions", {}).get(name, "*args, **").startswith("*args, **"):  # those run on the host
            value = checked(self.__name__, name, entry["functions"][name], value)
        elif name not in entry.get("same", []):
            missing(self.__name__, name)
        setattr(self, name, value)
        return value


def modules(devices: int) -> dict[str, Module]:
    """Return new modules by name, for a machine with so many GPUs."""
    runtime = Module(
        "cupy.cuda.runtime",
        CUDARuntimeError=device.CUDARuntimeError,
        deviceSynchronize=lambda: device.Device().synchronize(),
        getDevice=lambda: device.Device().id,
        getDeviceCount=lambda: devices,
        setDevice=lambda number: device.Device(number).use(),
    )
    cuda = Module(
        "cupy.cuda",
        Device=device.Device,
        Event=device.Event,
        MemoryPointer=device.MemoryPointer,
        PinnedMemoryPointer=device.PinnedMemoryPointer,
        Stream=device.Stream,
        alloc_pinned_memory=device.alloc_pinned_memory,
        get_current_stream=device.current_stream,
        get_device_id=lambda: device.Device().id,
        is_available=lambda: devices > 0,
        runtime=runtime,
    )
    tricks = Module("cupy.lib.stride_tricks", lambda: numpy.lib.stride_tricks)
    lib = Module("cupy.lib", stride_tricks=tricks)
    linalg = Module("cupy.linalg", lambda: numpy.linalg)
    random = Module("cupy.random", Generator=generator.Generator, default_rng=generator.default_rng)
    cupy = Module(
        "cupy",
        lambda: numpy,
        **creation.FUNCTIONS,
        __version__=record()["version"],
        cuda=cuda,
        get_default_memory_pool=pools.MemoryPool,
        get_default_pinned_memory_pool=pools.PinnedMemoryPool,
        is_available=lambda: devices > 0,
        lib=lib,
        linalg=linalg,
        ndarray=ndarray,
        random=random,
        ufunc=Ufunc,
    )
    special = Module("cupyx.scipy.special", lambda: importlib.import_module("scipy.special"))
    scipy = Module("cupyx.scipy", special=special)
    cupyx = Module("cupyx", empty_pinned=creation.empty_pinned, scipy=scipy)
    return {m.__name__: m for m in (cupy, cuda, runtime, lib, tricks, linalg, random, cupyx, scipy, special)}
