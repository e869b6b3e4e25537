"""Comparison."""

from minigen.autodiff.graph import TensorBase


class ComparisonMethods(TensorBase):
    """Comparison as methods of Tensors."""

    __slots__ = ()
