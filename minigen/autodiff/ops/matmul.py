"""Matmul."""

from minigen.autodiff.graph import TensorBase


class MatmulMethods(TensorBase):
    """Matmul as methods of Tensors."""

    __slots__ = ()
