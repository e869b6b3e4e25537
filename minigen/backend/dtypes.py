"""Number types: the default type and PyTorch's promotion between types.

A dtype is a ``numpy.dtype``. Promotion goes by category first (bool < integer < floating): an integer
with a floating operand gives the floating operand's type, and 0-d operands and Python scalars are weak
within their category. Source: PyTorch, "Tensor attributes: torch.dtype", type promotion.
"""

from typing import Any, TypeAlias

import numpy

DType: TypeAlias = numpy.dtype[Any]

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
bool_, uint8, int8, int16, int32, int64, float16, float32, float64 = map(numpy.dtype, NAMES)
_KNOWN = {name: numpy.dtype(name) for name in NAMES}
_ALIASES = {"half": "float16", "float": "float32", "double": "float64", "int": "int32", "long": "int64"}
_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}
_default: DType = _KNOWN["float32"]


def get_default_dtype() -> DType:
    """Return the type given to new floating Tensors (float32 unless changed).

    Examples
    --------
    >>> get_default_dtype()
    dtype('float32')
    """
    return _default


def set_default_dtype(dtype: Any) -> None:
    """Set the type given to new floating Tensors.

    Parameters
    ----------
    dtype : dtype
        A floating type.

    Raises
    ------
    TypeError
        If `dtype` is not floating.

    Examples
    --------
    >>> set_default_dtype("float32")
    """
    global _default
    dtype = to_dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"the default dtype must be floating, got {dtype}: use float32 or float64")
    _default = dtype


def to_dtype(dtype: Any) -> DType:
    """Return `dtype` as a ``numpy.dtype`` that minigen computes with.

    Parameters
    ----------
    dtype : numpy.dtype, numpy scalar type, str, or the Python types bool, int and float
        ``int`` means int64 and ``float`` float64, as in PyTorch; PyTorch's names (``"long"``) are known.

    Raises
    ------
    TypeError
        For anything else (complex, object, text …).

    Examples
    --------
    >>> to_dtype("long"), to_dtype("float"), to_dtype(float)
    (dtype('int64'), dtype('float32'), dtype('float64'))
    """
    if isinstance(dtype, str):
        dtype = _ALIASES.get(dtype, dtype)
    try:
        return _KNOWN[numpy.dtype(dtype).name]
    except (TypeError, KeyError):
        raise TypeError(f"unknown dtype {dtype!r}: use one of {', '.join(NAMES)}") from None


def is_floating(dtype: DType) -> bool:
    """Say whether `dtype` is a floating type."""
    return bool(dtype.kind == "f")


def promote(arrays: list[Any], scalars: list[Any]) -> DType:
    """Return the type that an operation on `arrays` and Python `scalars` computes in.

    Examples
    --------
    >>> import numpy
    >>> promote([numpy.zeros(3, "int64"), numpy.zeros(3, "float16")], [])
    dtype('float16')
    >>> promote([numpy.zeros(3, "float32"), numpy.zeros((), "float64")], [2.0])
    dtype('float32')
    >>> promote([numpy.zeros(3, "int64")], [0.5])
    dtype('float32')
    """
    full = _common([a.dtype for a in arrays if a.ndim])
    zero = _common([a.dtype for a in arrays if not a.ndim])
    weak = _common([_scalar_dtype(s) for s in scalars])
    result = _weaken(_weaken(full, zero), weak)
    if result is None:
        raise TypeError("promotion needs at least one operand")
    return result


def _scalar_dtype(scalar: Any) -> DType:
    if isinstance(scalar, bool):
        return _KNOWN["bool"]
    return _KNOWN["int64"] if isinstance(scalar, int) else _default


def _pair(a: DType, b: DType) -> DType:
    if _CATEGORY[a.kind] == _CATEGORY[b.kind]:
        return numpy.promote_types(a, b)
    return max(a, b, key=lambda d: _CATEGORY[d.kind])


def _common(dtypes: list[DType]) -> DType | None:
    result = None
    for dtype in dtypes:
        result = dtype if result is None else _pair(result, dtype)
    return result


def _weaken(strong: DType | None, weak: DType | None) -> DType | None:
    """`strong`, unless `weak` is of a higher category."""
    if strong is None or weak is None:
        return strong or weak
    return strong if _CATEGORY[strong.kind] >= _CATEGORY[weak.kind] else weak
