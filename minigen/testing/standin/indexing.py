"""What ``x[index]`` means on CuPy: what it refuses, and where it is silently wrong.

CuPy takes integer arrays modulo the length of the axis, lets duplicates in ``x[index] = value`` race, and sends lists
and NumPy arrays in an index to the device each time. The stand-in raises in all three cases. NumPy, which does the
rest, raises in the first.
"""

from typing import Any

import numpy

from minigen.testing.standin.counting import note_sync, note_upload
from minigen.testing.standin.holding import Held, Host, held, is_scalar, wrap


def read(array: Held, index: Any) -> Any:
    """Return ``array[index]``; integers and slices give a view, of no axes too."""
    place, _ = _places(array, index)
    return wrap(array._host[place], (array,))


def write(array: Held, index: Any, value: Any) -> None:
    """Do ``array[index] = value``."""
    place, arrays = _places(array, index)
    if isinstance(value, Held):
        held((array, value))
        if value._host.size > 1 and any(a.dtype.kind != "b" for a in arrays):
            _check_distinct(array._host, place)
        array._host[place] = value._host
    elif is_scalar(value):
        if arrays:
            note_upload("x[array] = number")
        array._host[place] = value
    elif isinstance(value, numpy.ndarray):
        raise ValueError(
            f"x[index] = value: the value is a NumPy array of shape {value.shape}: CuPy refuses it or sends it to the "
            "device unasked; use cupy.asarray(value)"
        )
    else:
        raise TypeError(f"x[index] = value: expected a CuPy array or a number as value, got {type(value).__name__}")


def add_at(ufunc: Any, array: Held, index: Any, value: Any) -> None:
    """Do ``ufunc.at(array, index, value)``, where duplicates are what it is for."""
    place, arrays = _places(array, index)
    if arrays and not isinstance(value, Held):
        note_upload("ufunc.at with a number")
    ufunc.at(array._host, place, value._host if isinstance(value, Held) else value)


def _places(array: Held, index: Any) -> tuple[tuple[Any, ...], list[Host]]:
    """Return `index` as NumPy takes it, with an Ellipsis so that a result without axes is a view; and its arrays."""
    items = index if type(index) is tuple else (index,)
    held((array, *items))
    place = [_item(item) for item in items]
    arrays = [item for item in place if type(item) is numpy.ndarray]
    masks = [item for item in arrays if item.dtype.kind == "b"]
    if len(masks) > 1:
        raise IndexError(f"CuPy takes one boolean array in an index, got {len(masks)}: combine them with &")
    if masks:
        note_sync("x[mask]")
    if not any(item is Ellipsis for item in place):
        place.append(Ellipsis)
    return tuple(place), arrays


def _item(item: Any) -> Any:
    if isinstance(item, Held):
        if item._host.dtype.kind not in "bui":
            raise IndexError(f"arrays used as indices must be of integer or boolean type, got {item._host.dtype}")
        return item._host
    if item is None or item is Ellipsis or type(item) in (int, slice) or isinstance(item, numpy.integer):
        return item
    if isinstance(item, list | tuple | range | bool | numpy.ndarray | numpy.bool_):
        raise TypeError(
            f"x[index]: CuPy would send this {type(item).__name__} to the device unasked, each time: "
            "make it an array once, with cupy.asarray(index)"
        )
    raise IndexError(
        f"only integers, slices, ..., None and CuPy arrays of integers or booleans are indices, got {type(item)}"
    )


def _check_distinct(host: Host, place: tuple[Any, ...]) -> None:
    """Raise if `place` names an element twice: on a GPU either value may be the one that stays."""
    named = numpy.arange(host.size).reshape(host.shape)[place]
    if numpy.unique(named).size < named.size:
        raise IndexError(
            "x[index] = value: the index names an element twice, and on a GPU either value may stay: "
            "make the index distinct, or use cupy.add.at"
        )
