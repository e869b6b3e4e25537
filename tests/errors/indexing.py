"""Bad input to indexing."""

import numpy as np

import minigen as mg

X = mg.zeros(2, 3)
ONE = mg.tensor([0])
GRID = mg.tensor([[0]])

ROWS = [
    ("int", lambda: X[2], IndexError, "getitem: index 2 is out of bounds for axis 0 with size 2"),
    ("second int", lambda: X[0, -4], IndexError, "index -4 is out of bounds for axis 1 with size 3"),
    ("array", lambda: X[:, [0, 3]], IndexError, "index 3 is out of bounds for axis 1 with size 3"),
    ("tensor", lambda: X[mg.tensor([-3])], IndexError, "index -3 is out of bounds for axis 0 with size 2"),
    ("many", lambda: X[0, 0, 0], IndexError, "too many indices"),
    ("mask", lambda: X[np.array([True, False, True])], IndexError, "size of axis is 2"),
    ("masks", lambda: X[[True, False], [True, False]], IndexError, "a mask of shape (2,) does not fit the shape (3,)"),
    ("float", lambda: X[1.0], TypeError, "an index is made of integers"),
    ("text", lambda: X["a"], TypeError, "got str 'a'"),
    (
        "float array",
        lambda: X[mg.tensor([0.0])],
        TypeError,
        "an index holds integers or booleans, got a Tensor float32[1]",
    ),
    (
        "uint8",
        lambda: X[mg.tensor([0], dtype="uint8")],
        TypeError,
        "with .long(), or with .bool() for a mask",
    ),
    ("arrays", lambda: X[[0, 1], [0, 1, 2]], IndexError, "could not be broadcast"),
    ("setitem", lambda: X.__setitem__(0, mg.zeros(2)), ValueError, "x[index] = value"),
    (
        "setitem list",
        lambda: X.__setitem__(0, [1.0, 2.0, 3.0]),
        TypeError,
        "expected a Tensor or a number, got list",
    ),
    (
        "setitem int",
        lambda: X.__setitem__(5, 0.0),
        IndexError,
        "index 5 is out of bounds for axis 0 with size 2",
    ),
    ("index_set", lambda: mg.index_set(X, 0, mg.zeros(4)), ValueError, "index_set: could not broadcast"),
    (
        "index_set list",
        lambda: mg.index_set([1.0], 0, 0.0),
        TypeError,
        "index_set: expected a Tensor, got list",
    ),
    ("index_select axes", lambda: X.index_select(0, GRID), ValueError, "index_select: expected a 1-D index"),
    ("index_select float", lambda: X.index_select(0, mg.ones(1)), TypeError, "index must hold integers"),
    ("index_select mask", lambda: X.index_select(0, ONE.bool()), TypeError, "convert it with .long()"),
    ("index_select list", lambda: X.index_select(0, [0]), TypeError, "make one with minigen.tensor"),
    ("index_select dim", lambda: X.index_select(2, ONE), IndexError, "index_select: dim 2 is out of range"),
    (
        "index_select index",
        lambda: X.index_select(1, ONE + 3),
        IndexError,
        "index 3 is out of bounds for axis 1 with size 3",
    ),
    ("index_add shape", lambda: X.index_add(0, ONE, X), ValueError, "source must have shape (1, 3)"),
    ("index_add dtype", lambda: X.index_add(0, ONE, X[:1].double()), TypeError, "differ in dtype"),
    ("gather axes", lambda: X.gather(0, ONE), ValueError, "gather: index of shape (1,) does not fit (2, 3)"),
    (
        "gather length",
        lambda: X.gather(1, mg.tensor([[0], [0], [0]])),
        ValueError,
        "the others no longer than there",
    ),
    (
        "gather index",
        lambda: X.gather(1, GRID + 3),
        IndexError,
        "gather: index 3 is out of bounds for axis 1 with size 3",
    ),
    ("gather dim", lambda: X.gather(-3, GRID), IndexError, "gather: dim -3 is out of range"),
    ("gather float", lambda: X.gather(1, X), TypeError, "gather: index must hold integers"),
    (
        "take_along_dim",
        lambda: X.take_along_dim(mg.tensor([[0, 0]] * 3), 1),
        ValueError,
        "broadcast on all but dim 1",
    ),
    (
        "scatter_add number",
        lambda: X.scatter_add(1, GRID, 1.0),
        TypeError,
        "scatter_add: expected a Tensor, got float",
    ),
    (
        "scatter_add src",
        lambda: X.scatter_add(0, mg.tensor([[0, 0, 0]]), X[:, :2]),
        ValueError,
        "does not fit (2, 2)",
    ),
    ("scatter_add dtype", lambda: X.scatter_add(0, GRID, GRID), TypeError, "differ in dtype"),
    ("where", lambda: mg.where(X, X, 0.0), TypeError, "condition must be boolean"),
    ("masked_fill mask", lambda: X.masked_fill(X, 0.0), TypeError, "mask must be boolean"),
    (
        "masked_fill value",
        lambda: X.masked_fill(X > 0, X),
        ValueError,
        "value must be a number or a 0-d Tensor",
    ),
    ("masked_fill int", lambda: ONE.masked_fill(ONE > 0, 0.5), TypeError, "convert with .float()"),
]
