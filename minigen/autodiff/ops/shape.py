"""Shapes: reshape, transpose, expand and their kin; adjoints come in pairs.

``expand`` and ``sum_to`` are each other's adjoint, and so are ``pad`` and ``crop``.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase
from minigen.autodiff.ops.operands import checked
from minigen.autodiff.table import op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_sum_to(x: Array, *, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which an array of `shape` was broadcast to that of x."""
    lead = x.ndim - len(shape)
    stretched = tuple(i + lead for i, n in enumerate(shape) if n == 1 and x.shape[i + lead] != 1)
    return x.sum(axis=(*range(lead), *stretched), keepdims=True).reshape(shape)


expand_row = op(
    "expand",
    lambda xp, x, *, shape: xp.broadcast_to(x, shape),
    x=lambda g, x_shape: sum_to_row(g, shape=x_shape),
    view=True,
)
sum_to_row = op("sum_to", _raw_sum_to, x=lambda g, x_shape: expand_row(g, shape=x_shape))
reshape_row = op(
    "reshape",
    lambda x, *, shape: x.reshape(shape),
    x=lambda g, x_shape: reshape_row(g, shape=x_shape),
    view=True,
)
transpose_row = op(
    "transpose",
    lambda x, *, axes: x.transpose(axes),
    x=lambda g, axes: transpose_row(g, axes=inverse(axes)),
    view=True,
)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the permutation that undoes `axes`."""
    return tuple(sorted(range(len(axes)), key=lambda i: axes[i]))


class ShapeMethods(TensorBase):
    """Shape operations as methods of Tensors."""

    __slots__ = ()
