"""Arguments of the laws: shapes, types, and parameters that give the draw back as what they are."""

import operator
from typing import Any, TypeAlias

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import (
    Array,
    Device,
    DType,
    as_array,
    device_of,
    get_default_device,
    get_default_dtype,
    namespace,
    to_device,
    to_dtype,
    to_host,
)

Shape: TypeAlias = int | tuple[int, ...] | list[int]


class Parameter:
    """A parameter of a law: the `raw` array, its `dtype` and `device`; on the `host`, its `values` in float64.

    Parameters
    ----------
    name : str
        What errors call it.
    value : Tensor or array or float or list of float
        Numbers and lists count as Tensors of the default dtype on the default device.
    floating : bool
        Whether `value` must be floating, because the draw takes its dtype.

    Raises
    ------
    TypeError
        If `value` is nothing of the kind.

    Examples
    --------
    >>> Parameter("bernoulli", 0.5).dtype
    dtype('float32')
    """

    def __init__(self, name: str, value: Any, *, floating: bool = False) -> None:
        raw = value.array if isinstance(value, Tensor) else value
        self._is_array = raw is value and _is_array(value)
        if raw is value and not self._is_array:
            try:
                raw = numpy.asarray(value, dtype=get_default_dtype())
            except (TypeError, ValueError):
                raise TypeError(
                    f"{name}: parameters must be Tensors, arrays or numbers, got {type(value).__name__}"
                ) from None
        if floating and raw.dtype.kind != "f":
            raise TypeError(f"{name}: parameters must be floating, got {raw.dtype}: convert them first")
        self.device = device_of(raw) if self._is_array or isinstance(value, Tensor) else get_default_device()
        self.dtype: DType = raw.dtype
        self._raw = raw

    @property
    def raw(self) -> Array:
        """The parameter as it was given, on its device."""
        return to_device(self._raw, self.device)

    @property
    def host(self) -> Array:
        """The parameter as it was given, on the host; a GPU is waited for."""
        return to_host(self._raw)

    @property
    def values(self) -> Array:
        """The parameter as a new array of float64 on the host."""
        return self.host.astype(numpy.float64)

    def give_back(self, draw: Array, dtype: DType) -> Tensor | Array:
        """Return `draw` on the parameter's device: as an array if it was one, else as a Tensor."""
        tensor = to_tensor(draw, dtype, self.device)
        return tensor.array if self._is_array else tensor


def to_tensor(draw: Array, dtype: DType, device: Device) -> Tensor:
    """Return `draw`, which is on the host or on `device`, as a Tensor of type `dtype` on `device`."""
    return wrap(to_device(as_array(draw).astype(dtype, copy=False), device))


def either_parameter(name: str, probs: Any, logits: Any, *, floating: bool = False) -> Parameter:
    """Return the one of the two that was given.

    Raises
    ------
    TypeError
        If both or none was given.
    """
    if (probs is None) == (logits is None):
        raise TypeError(f"{name}: give either probs or logits, got {'none' if probs is None else 'both'}")
    return Parameter(name, logits if probs is None else probs, floating=floating)


def as_shape(shape: Any) -> tuple[int, ...]:
    """Return `shape`, an int or a sequence of ints, as a tuple of ints that are not negative.

    Examples
    --------
    >>> as_shape(3), as_shape([2, 0])
    ((3,), (2, 0))
    """
    try:
        sizes = tuple(map(operator.index, shape if isinstance(shape, tuple | list) else (shape,)))
    except TypeError:
        raise TypeError(f"shape must be an int or a tuple of ints, got {shape!r}") from None
    if any(size < 0 for size in sizes):
        raise ValueError(f"shape must not hold negative sizes, got {shape!r}")
    return sizes


def as_integer(name: str, value: Any) -> int:
    """Return `value` as an int, or raise TypeError with its `name`."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, got {value!r} ({type(value).__name__})") from None


def as_floating(name: str, dtype: Any) -> DType:
    """Return `dtype` (None: the default dtype), or raise TypeError if it is not floating."""
    floating = get_default_dtype() if dtype is None else to_dtype(dtype)
    if floating.kind != "f":
        raise TypeError(f"{name}: draws are floating, got dtype {dtype}: use float32, or integers()")
    return floating


def check_values(rule: str, values: Array, valid: Array) -> None:
    """Raise ValueError with `rule` and the first value at fault unless all of `valid` is true."""
    if not numpy.all(valid):
        wrong = numpy.extract(~valid, values)
        fix = ": look where NaN came from, a model that has diverged gives it" if numpy.isnan(wrong[0]) else ""
        raise ValueError(f"{rule}, got {wrong[0]} ({wrong.size} of {values.size} values){fix}")


def _is_array(value: Any) -> bool:
    if isinstance(value, numpy.generic):
        return False  # a number
    try:
        return namespace(value) is not None
    except TypeError:
        return False
