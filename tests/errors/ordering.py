"""Bad input to extremes and sorting."""

import minigen as mg

X = mg.ones(2, 3)
EMPTY = mg.zeros(2, 0)

ROWS = [
    ("empty-max", lambda: EMPTY.max(), ValueError, "max: no elements to choose from in a Tensor float32[2, 0]"),
    ("empty-max-dim", lambda: EMPTY.max(1), ValueError, "max: no elements to choose from"),
    ("empty-min", lambda: mg.min(mg.zeros(0)), ValueError, "min: no elements to choose from"),
    ("empty-amax", lambda: EMPTY.amax(-1), ValueError, "amax: no elements to choose from"),
    ("empty-amin", lambda: EMPTY.amin(), ValueError, "amin: no elements to choose from"),
    ("empty-argmax", lambda: EMPTY.argmax(), ValueError, "argmax: no elements to choose from"),
    ("empty-argmin", lambda: EMPTY.argmin(1), ValueError, "argmin: no elements to choose from"),
    ("empty-norm", lambda: EMPTY.norm(float("inf")), ValueError, "no elements to choose from"),
    ("range", lambda: X.max(2), IndexError, "max: dim 2 is out of range for 2 axes"),
    ("argmax-range", lambda: X.argmax(-3), IndexError, "argmax: dim -3 is out of range"),
    ("sort-range", lambda: X.sort(2), IndexError, "sort: dim 2 is out of range"),
    ("argsort", lambda: mg.argsort([2, 1]), TypeError, "argsort: expected a Tensor, got list [2, 1]"),
    ("topk-many", lambda: X.topk(4), ValueError, "topk: expected k from 0 to 3, the length of dim -1, got k=4"),
    ("topk-negative", lambda: X.topk(-1), ValueError, "topk: expected k from 0 to 3"),
    ("argmax-dims", lambda: X.argmax((0, 1)), TypeError, "argmax: dim must be an integer, got (0, 1)"),
]
