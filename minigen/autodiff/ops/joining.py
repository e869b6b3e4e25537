"""Joining."""

from minigen.autodiff.graph import TensorBase


class JoiningMethods(TensorBase):
    """Joining as methods of Tensors."""

    __slots__ = ()
