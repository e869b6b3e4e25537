"""Automatic differentiation: Tensors, the graph, the table of derivatives.

Reading order: `graph` (Tensor's core, nodes), `table` (rows and rules), `sweep` (from node to node), `engine`
(backward and grad), `ops` (the operations by family), `tensor` (the Tensor), `printing`, `creation`.
"""

from minigen.autodiff.engine import backward, grad
from minigen.autodiff.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minigen.autodiff.graph import origin, wrap
from minigen.autodiff.table import Op, op, rows
from minigen.autodiff.tensor import Tensor

__all__ = [
    "Op",
    "Tensor",
    "backward",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "no_grad",
    "op",
    "origin",
    "rows",
    "set_grad_enabled",
    "wrap",
]
