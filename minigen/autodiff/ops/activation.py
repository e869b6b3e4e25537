"""Activation."""

from minigen.autodiff.graph import TensorBase


class ActivationMethods(TensorBase):
    """Activation as methods of Tensors."""

    __slots__ = ()
