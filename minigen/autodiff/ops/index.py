"""What an index means: ``x[index]`` in PyTorch's sense, as one or two steps that NumPy and CuPy read alike.

Integers, slices, None and Ellipsis give a view; Tensors, arrays, lists and ranges of integers, and boolean masks,
then pick elements from it, which gives a copy. Unlike in PyTorch a slice may have a negative step. An index on a
GPU is never read here, so one that is out of range wraps silently.
"""

from typing import Any, TypeAlias

import numpy

from minigen.autodiff.graph import TensorBase, describe
from minigen.backend import Array, check_same_device, namespace, to_host
from minigen.backend.arrays import namespaces

Index: TypeAlias = tuple[Any, ...]
"""Of integers, slices, None, Ellipsis and raw arrays of integers or booleans."""

WHOLE = slice(None)


def steps(name: str, array: Array, index: Any, keep: bool) -> list[Index]:
    """Return what reads ``array[index]``: a view, a picking by arrays, or a view and then a picking.

    NumPy would let integers take part in the picking, which puts its axes elsewhere. With `keep` the arrays
    of the user are copied, because the index will be recorded.
    """
    items: Index = index if type(index) is tuple else (index,)
    if all(type(item) in (int, slice) or item is None or item is Ellipsis for item in items):
        return [items if Ellipsis in items else (*items, Ellipsis)]
    items = tuple([_item(name, array, item, keep) for item in items])
    one_mask = sum(map(_is_mask, items)) < 2  # CuPy takes no more
    if not any(item is Ellipsis for item in items):
        items = (*items, Ellipsis)
    rest = array.ndim - sum(map(_axes, items))
    view: list[Any] = []
    pick: list[Any] = []
    axis = 0
    for item in items:
        if item is Ellipsis:
            view += [WHOLE] * rest
            pick += [WHOLE] * rest
            axis += rest
        elif type(item) not in namespaces:
            view.append(item)
            pick += [WHOLE] * (type(item) is not int)
        elif item.dtype.kind == "b" and not item.ndim:
            view.append(None)
            if type(item) is numpy.ndarray:  # as rows of the new axis: how many a mask picks, a GPU had to be asked
                pick.append(namespace(array).asarray(numpy.zeros(int(item), int)))
            else:
                pick.append(item.reshape(1))
        elif not item.ndim:  # an integer on a GPU, where reading it would wait
            view.append(item)
        else:
            view += [WHOLE] * _axes(item)
            parts = [item] if one_mask or not _is_mask(item) else _positions(name, array, item, axis)
            pick += [_beside(name, array, part, axis + i) for i, part in enumerate(parts)]
        axis += _axes(item)
    if all(type(item) is slice for item in pick):
        return [(*view, Ellipsis)]  # so that NumPy gives a view, not a scalar
    if all(type(item) is slice and item == WHOLE for item in view):
        return [tuple(pick)]
    return [(*view, Ellipsis), tuple(pick)]


def _item(name: str, array: Array, item: Any, keep: bool) -> Any:
    """Return one item of an index as an int, slice, None, Ellipsis or raw array of integers or booleans."""
    if type(item) in (int, slice) or item is None or item is Ellipsis:
        return item
    if isinstance(item, TensorBase) or type(item) in namespaces:
        raw = item.array if isinstance(item, TensorBase) else item
        if keep and raw.ndim:
            raw = raw.copy()
    elif isinstance(item, list | tuple | range | bool | numpy.generic):
        raw = numpy.asarray(plain(item))
        if not raw.size:
            raw = raw.astype(int)
    else:
        raise TypeError(
            f"{name}: an index is made of integers, slices, None, ... and of Tensors, arrays or lists of "
            f"integers or booleans, got {describe(item)}"
        )
    if raw.dtype.kind not in "bui" or (raw.dtype == numpy.uint8 and not isinstance(item, numpy.generic)):
        raise TypeError(
            f"{name}: an index holds integers or booleans, got {describe(item)}: convert it with .long(), "
            "or with .bool() for a mask"
        )
    return int(raw) if type(raw) is numpy.ndarray and not raw.ndim and raw.dtype.kind != "b" else raw


def plain(data: Any) -> Any:
    """Return nested lists with NumPy arrays in the place of their Tensors."""
    if isinstance(data, list | tuple):
        return [plain(item) for item in data]
    return to_host(data.array) if isinstance(data, TensorBase) else data


def _axes(item: Any) -> int:
    """Return how many axes of the array an item of an index stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if type(item) in namespaces and item.dtype.kind == "b" else 1


def _is_mask(item: Any) -> bool:
    return type(item) in namespaces and item.dtype.kind == "b" and item.ndim > 0


def _positions(name: str, array: Array, mask: Array, axis: int) -> list[Array]:
    """Return the integers that name where a mask of the axes from `axis` on is set, an array for each."""
    masked = array.shape[axis : axis + mask.ndim]
    if mask.shape != masked:
        raise IndexError(f"{name}: a mask of shape {mask.shape} does not fit the shape {masked} of what it picks from")
    return list(namespace(mask).nonzero(mask))


def _beside(name: str, array: Array, index: Array, axis: int) -> Array:
    """Return `index` on the device of `array`; coming from the host, its bounds are checked."""
    if type(index) is type(array):
        return index
    if type(index) is not numpy.ndarray:
        check_same_device(name, [array, index])
    if index.dtype.kind != "b" and index.size and axis < array.ndim:
        length = array.shape[axis]
        for worst in (int(index.min()), int(index.max())):
            if not -length <= worst < length:
                raise IndexError(f"{name}: index {worst} is out of bounds for axis {axis} with size {length}")
    return namespace(array).asarray(index)
