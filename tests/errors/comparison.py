"""Bad input to comparisons and logic."""

import minigen as mg

X = mg.ones(2, 3)

ROWS = [
    ("shapes", lambda: mg.ones(2) == mg.ones(3), ValueError, "eq: operands could not be broadcast together"),
    ("given", lambda: mg.ones(2) < mg.ones(3), ValueError, "float32[2], a ndarray float32[3]"),
    ("stranger", lambda: mg.lt(X, "a"), TypeError, "lt: expected a Tensor or a number, got str 'a'"),
    ("no-tensor", lambda: mg.ge(1, 2), TypeError, "ge: expected at least one Tensor, got int 1, int 2"),
    ("order", lambda: X > None, TypeError, "not supported between instances of"),
    ("and", lambda: X & True, TypeError, "&: expected booleans or integers, got a Tensor float32[2, 3]: use (x > 0)"),
    ("or", lambda: mg.tensor([True]) | 1.5, TypeError, "|: expected booleans or integers, got float 1.5"),
    ("not", lambda: ~X, TypeError, "~: expected booleans or integers"),
    ("logical", lambda: mg.logical_and(X, None), TypeError, "logical_and: expected a Tensor or a number"),
    (
        "isnan",
        lambda: mg.isnan(1.0),
        TypeError,
        "isnan: expected a Tensor, got float 1.0: make one with minigen.tensor",
    ),
    ("equal", lambda: mg.equal(X, 1.0), TypeError, "equal: expected a Tensor, got float 1.0"),
    (
        "truth",
        lambda: bool(X == X),
        ValueError,
        "the truth of a Tensor of shape (2, 3) is ambiguous: use .any(), .all()",
    ),
]
