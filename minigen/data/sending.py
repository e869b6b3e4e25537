"""Batches on their way: into pinned memory, or to a device while the step before still runs there.

A batch is copied into pinned host memory and from there, by the GPU itself, on a stream besides the one that computes.
What computes waits on the GPU for the copy; the program waits for nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import Device
from minigen.backend.pinned import SideStream


def mapped(batch: Any, change: Callable[[Tensor], Any]) -> Any:
    """Return `batch` with each of its Tensors changed; what else is in it stays.

    Examples
    --------
    >>> import minigen as mg
    >>> mapped([mg.ones(1), {"y": mg.zeros(1), "name": "a"}], lambda x: x.shape)
    [(1,), {'y': (1,), 'name': 'a'}]
    """
    if isinstance(batch, Tensor):
        return change(batch)
    if isinstance(batch, Mapping):
        return {key: mapped(value, change) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        parts = [mapped(value, change) for value in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    return batch


def pinned(batch: Any) -> Any:
    """Return `batch` with its Tensors of the host in pinned memory."""
    return mapped(batch, lambda x: x.pin_memory() if type(x.array) is numpy.ndarray else x)


def sent(batches: Iterable[Any], device: Device, ahead: bool) -> Iterator[Any]:
    """Yield `batches` on a GPU; with `ahead` each is read, and its copy begun, before the one before it is given.

    Raises
    ------
    DeviceError
        If the device is not there.
    """
    side = SideStream(device)
    waiting: list[tuple[Any, Any]] = []
    for batch in batches:
        side.follow()
        copy = mapped(batch, lambda x: _sent(x, side, device))
        waiting.append((copy, side.record()))
        if len(waiting) > ahead:
            yield side.arrived(*waiting.pop(0))
    for copy, event in waiting:
        yield side.arrived(copy, event)


def _sent(x: Tensor, side: SideStream, device: Device) -> Tensor:
    return wrap(side.upload(x.array)) if type(x.array) is numpy.ndarray and not x.requires_grad else x.to(device)
