"""Hypothesis strategies for whatever computes with arrays, in reading order.

Shapes and memory layouts, the numbers in an array, Tensors, indices, operands of products, matrices that are safe
to invert, and whole functions: random expression graphs and small networks.

Every strategy samples its kinds from a list, so that a few examples meet all of them: 0-d, size 0 and 1, broadcast
axes, permuted and negative strides, ties, kinks, and the far ends of a dtype.
"""

from minigen.testing.strategies.arrays import arrays, extremes, near_kinks, subnormals, tied
from minigen.testing.strategies.expressions import Expression, expressions
from minigen.testing.strategies.indices import indices
from minigen.testing.strategies.layouts import layouts
from minigen.testing.strategies.matrices import matrices
from minigen.testing.strategies.networks import networks
from minigen.testing.strategies.operands import apart, broadcast_pair, equal_pair, several, unary
from minigen.testing.strategies.products import einsum_operands, labelled, matmul_operands
from minigen.testing.strategies.shapes import broadcastable_shapes, shapes
from minigen.testing.strategies.tensors import tensors

__all__ = [
    "shapes",
    "broadcastable_shapes",
    "layouts",
    "arrays",
    "tied",
    "near_kinks",
    "extremes",
    "subnormals",
    "unary",
    "broadcast_pair",
    "equal_pair",
    "apart",
    "several",
    "tensors",
    "indices",
    "matmul_operands",
    "einsum_operands",
    "labelled",
    "matrices",
    "Expression",
    "expressions",
    "networks",
]
