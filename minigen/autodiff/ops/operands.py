"""What an operation accepts: Tensors, brought to a common type by PyTorch's promotion."""

from typing import TYPE_CHECKING, Any

import numpy

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.table import Op, op
from minigen.backend import get_default_dtype, promote
from minigen.backend.arrays import namespaces

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

cast = op("cast", lambda x, *, dtype: x.astype(dtype), x=lambda g: g)


def checked(name: str, value: Any) -> "Tensor":
    """Return `value` if it is a Tensor, else raise TypeError in the name of the function `name`."""
    if not isinstance(value, TensorBase):
        raise TypeError(f"{name}: expected a Tensor, got {describe(value)}: make one with minigen.tensor(...)")
    return value  # type: ignore[return-value]


def floating(name: str, value: Any) -> "Tensor":
    """Return the Tensor `value`; integers and booleans become the default floating type."""
    tensor = checked(name, value)
    if tensor.array.dtype.kind != "f":
        return cast(tensor, dtype=get_default_dtype())
    return tensor


def needs_floating(name: str, value: Any) -> "Tensor":
    """Return the Tensor `value`, or raise TypeError if it is not floating."""
    tensor = checked(name, value)
    if tensor.array.dtype.kind != "f":
        raise TypeError(f"{name}: expected a floating Tensor, got {describe(value)}: convert it with .float()")
    return tensor


def as_dtype(tensor: TensorBase, dtype: Any) -> "Tensor":
    """Return `tensor` in `dtype`: itself if it has it; outside the graph if `dtype` is not floating."""
    if tensor.array.dtype == dtype:
        return tensor  # type: ignore[return-value]
    if dtype.kind != "f":
        return wrap(tensor.array.astype(dtype))
    return cast(tensor, dtype=dtype)


def operand(name: str, value: Any) -> Any:
    """Return `value` as a Tensor or a Python scalar, or raise TypeError."""
    if isinstance(value, numpy.generic):  # before float: numpy.float64 is one, and not weak in NumPy
        return value.item()
    if isinstance(value, TensorBase | bool | int | float):
        return value
    if type(value) in namespaces:  # the caller may write to it before the gradient is asked for
        return wrap(value.copy() if mode.enabled else value)
    raise TypeError(f"{name}: expected a Tensor or a number, got {describe(value)}")


def promoted(name: str, *values: Any, division: bool = False) -> tuple[Any, ...]:
    """Return `values` with every Tensor in the type they compute in; Python scalars stay scalars.

    With `division`, integers become the default floating type.
    """
    values = tuple([operand(name, value) for value in values])
    arrays = [v.array for v in values if isinstance(v, TensorBase)]
    if not arrays:
        raise TypeError(f"{name}: expected at least one Tensor, got {', '.join(map(describe, values))}")
    dtype = promote(arrays, [v for v in values if not isinstance(v, TensorBase)])
    if division and dtype.kind != "f":
        dtype = get_default_dtype()
    return tuple([as_dtype(v, dtype) if isinstance(v, TensorBase) else v for v in values])


def binary(row: Op, x: Any, y: Any) -> "Tensor":
    """Return ``row(x, y)`` after promotion; free of cost when the types agree."""
    if isinstance(x, TensorBase):
        if isinstance(y, TensorBase):
            if x.array.dtype is y.array.dtype:
                return row(x, y)
        elif type(y) is float and x.array.dtype.kind == "f":
            return row(x, y)
    return row(*promoted(row.name, x, y))
