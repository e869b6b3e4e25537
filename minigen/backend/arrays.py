"""Which array library an array belongs to, and the few places where the two differ.

An operation asks `namespace(array)` once and then speaks to that module as ``xp``. Array types are
registered, so that a stand-in for CuPy needs no change here.
"""

import sys
from typing import Any, TypeAlias

import numpy

Array: TypeAlias = Any
"""A NumPy or CuPy array (typed `Any`: the two libraries share no base class)."""

namespaces: dict[type, Any] = {numpy.ndarray: numpy}


def register_array_type(array_type: type, module: Any) -> None:
    """Make `namespace` answer `module` for arrays of `array_type`.

    Parameters
    ----------
    array_type : type
        The array class.
    module : module
        The library with NumPy's function names that works on it.

    Examples
    --------
    >>> import numpy
    >>> register_array_type(numpy.ndarray, numpy)
    """
    namespaces[array_type] = module


def namespace(array: Array) -> Any:
    """Return the library (``numpy``, ``cupy``) that `array` belongs to.

    Raises
    ------
    TypeError
        If `array` is of no registered array type.

    Examples
    --------
    >>> import numpy
    >>> namespace(numpy.zeros(3)).__name__
    'numpy'
    """
    try:
        return namespaces[type(array)]
    except KeyError:
        if isinstance(array, numpy.generic):  # arithmetic on 0-d NumPy arrays gives scalars
            return numpy
        cupy = sys.modules.get("cupy")
        if cupy is not None and isinstance(array, cupy.ndarray):
            register_array_type(type(array), cupy)
            return cupy
        raise TypeError(
            f"expected a NumPy or CuPy array, got {type(array).__name__}: convert it with minigen.tensor(...)"
        ) from None


def as_array(value: Any) -> Array:
    """Return `value` as an array: NumPy's reductions give scalars where CuPy gives 0-d arrays."""
    return value if type(value) in namespaces else numpy.asarray(value)


def shares_memory(view: Array, array: Array) -> bool:
    """Say whether `view` was cut from `array` (both own their memory through ``.base``)."""
    return view is array or _owner(view) is _owner(array)


def _owner(array: Array) -> Array:
    base = array.base
    return base if type(base) is type(array) else array
