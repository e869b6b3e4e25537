"""Ordering."""

from minigen.autodiff.graph import TensorBase


class OrderingMethods(TensorBase):
    """Ordering as methods of Tensors."""

    __slots__ = ()
