"""Bad input to products."""

import numpy as np

import minigen as mg
from minigen.autodiff.ops.matmul import linear

X, Y = mg.zeros(2, 3), mg.zeros(4, 5)

ROWS = [
    (
        "inner",
        lambda: X @ Y,
        ValueError,
        (
            "matmul: shapes (2, 3) and (4, 5) do not fit: the last axis of the first (3) must be as long as the second "
            "last axis of the second (4)"
        ),
    ),
    ("vector", lambda: X @ mg.zeros(2), ValueError, "must be as long as the only axis of the second (2)"),
    (
        "batch",
        lambda: mg.zeros(5, 2, 3) @ mg.zeros(4, 3, 2),
        ValueError,
        "matmul: the batch axes (5,) and (4,) of shapes (5, 2, 3) and (4, 3, 2) do not broadcast",
    ),
    ("scalar", lambda: X @ mg.tensor(2.0), ValueError, "expected at least one axis, got shapes (2, 3) and ()"),
    ("number", lambda: X @ 2.0, TypeError, "matmul: expected a Tensor, got float 2.0"),
    ("list", lambda: [[1.0]] @ X, TypeError, "matmul: expected a Tensor"),
    (
        "integers with floats",
        lambda: mg.tensor([[1, 2]]) @ mg.zeros(2, 2),
        TypeError,
        (
            "matmul: expected operands of one dtype, not bool, got a Tensor int64[1, 2], a Tensor float32[2, 2]: "
            "convert with .to(dtype)"
        ),
    ),
    ("float64 array", lambda: X @ np.zeros((3, 2)), TypeError, "a Tensor float32[2, 3], a Tensor float64[3, 2]"),
    ("bool", lambda: (X > 0) @ (X.T > 0), TypeError, "not bool, got a Tensor bool[2, 3]"),
    ("mm vector", lambda: mg.mm(X, mg.zeros(3)), ValueError, "mm: expected operands with 2 and 2 axes"),
    ("mm inner", lambda: X.mm(X), ValueError, "mm: shapes (2, 3) and (2, 3) do not fit"),
    (
        "bmm broadcast",
        lambda: mg.bmm(mg.zeros(1, 2, 3), mg.zeros(5, 3, 4)),
        ValueError,
        "bmm: expected batches of one length, got shapes (1, 2, 3) and (5, 3, 4): use matmul to broadcast",
    ),
    ("bmm inner", lambda: mg.zeros(1, 2, 3).bmm(mg.zeros(1, 2, 3)), ValueError, "bmm: shapes (1, 2, 3)"),
    ("mv", lambda: mg.mv(X, mg.zeros(2)), ValueError, "mv: shapes (2, 3) and (2,) do not fit"),
    ("mv matrix", lambda: X.mv(X), ValueError, "mv: expected operands with 2 and 1 axes, got shapes (2, 3) and"),
    ("dot", lambda: mg.dot(mg.zeros(2), mg.zeros(3)), ValueError, "dot: shapes (2,) and (3,) do not fit"),
    ("dot matrix", lambda: X.dot(X), ValueError, "dot: expected operands with 1 and 1 axes"),
    ("outer", lambda: mg.outer(X, mg.zeros(3)), ValueError, "outer: expected operands with 1 and 1 axes"),
    (
        "addmm",
        lambda: mg.addmm(mg.zeros(3, 3), X, X.T),
        ValueError,
        "addmm: input of shape (3, 3) does not broadcast to the product's shape (2, 2)",
    ),
    ("addmm batch", lambda: mg.zeros(1, 2, 2).addmm(X, X.T), ValueError, "expected (2, 2), (2,) or lengths of 1"),
    (
        "linear",
        lambda: linear(X, Y),
        ValueError,
        (
            "linear: shapes (2, 3) and (4, 5) do not fit: expected input (..., in_features), weight (out_features, "
            "in_features), bias (out_features,)"
        ),
    ),
    ("linear bias", lambda: linear(X, X, mg.zeros(1)), ValueError, "shapes (2, 3) and (2, 3) and (1,) do not fit"),
    ("linear scalar", lambda: linear(mg.tensor(1.0), X), ValueError, "linear: shapes () and (2, 3) do not fit"),
    ("linear dtype", lambda: linear(X.double(), X), TypeError, "linear: expected operands of one dtype"),
    ("einsum count", lambda: mg.einsum("ij,jk", X), ValueError, "einsum: 'ij,jk' is for 2 operands, got 1: [(2, 3)]"),
    ("einsum nothing", lambda: mg.einsum("ij"), ValueError, "einsum: expected operands after the equation 'ij'"),
    ("einsum sign", lambda: mg.einsum("ij=ji", X), ValueError, "expected letters, commas, '...' and one '->'"),
    ("einsum arrows", lambda: mg.einsum("ij->ij->j", X), ValueError, "einsum: cannot read 'ij->ij->j'"),
    ("einsum dot", lambda: mg.einsum("i.", X), ValueError, "einsum: cannot read 'i.'"),
    (
        "einsum axes",
        lambda: mg.einsum("ijk->i", X),
        ValueError,
        "einsum: 'ijk' in 'ijk->i' does not fit an operand of shape (2, 3): expected one label for each axis",
    ),
    ("einsum few", lambda: mg.einsum("i", X), ValueError, "einsum: 'i' in 'i' does not fit"),
    ("einsum dots", lambda: mg.einsum("...i...", X), ValueError, "einsum: '...i...' in '...i...' does not fit"),
    ("einsum unknown", lambda: mg.einsum("ij->k", X), ValueError, "a label of the result stands in it once"),
    ("einsum twice", lambda: mg.einsum("ij->ii", X), ValueError, "einsum: cannot read 'ij->ii'"),
    (
        "einsum lengths",
        lambda: mg.einsum("ij,jk", X, Y),
        ValueError,
        "einsum: label 'j' of 'ij,jk' stands for lengths 3 and 4 in operands of shapes (2, 3) and (4, 5)",
    ),
    (
        "einsum diagonal",
        lambda: mg.einsum("ii", X),
        ValueError,
        "einsum: label 'i' stands twice in an operand, for axes of lengths 2 and 3: they must be equal",
    ),
    ("einsum dtypes", lambda: mg.einsum("ij,ij", X, X.double()), TypeError, "einsum: expected operands of one dtype"),
]
