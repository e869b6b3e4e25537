"""Reduction."""

from minigen.autodiff.graph import TensorBase


class ReductionMethods(TensorBase):
    """Reduction as methods of Tensors."""

    __slots__ = ()
