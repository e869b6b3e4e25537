"""Bad input to arithmetic."""

import minigen as mg

X = mg.ones(2, 3)
WHOLE = mg.tensor([1, 2])
FLAGS = mg.tensor([True, False])

ROWS = [
    ("shapes", lambda: X + mg.ones(2), ValueError, "add: operands could not be broadcast together"),
    ("given", lambda: X * mg.ones(2), ValueError, "(given a Tensor float32[2, 3], a Tensor float32[2])"),
    ("none", lambda: X + None, TypeError, "add: expected a Tensor or a number, got NoneType None"),
    ("text", lambda: "a" * X, TypeError, "mul: expected a Tensor or a number, got str 'a'"),
    ("list", lambda: X - [1.0], TypeError, "sub: expected a Tensor or a number, got list [1.0]"),
    ("complex", lambda: X / 1j, TypeError, "div: expected a Tensor or a number, got complex 1j"),
    ("numbers", lambda: mg.add(1, 2), TypeError, "add: expected at least one Tensor, got int 1, int 2"),
    ("bool-sub", lambda: FLAGS - FLAGS, TypeError, "sub: numpy boolean subtract"),
    ("bool-neg", lambda: -FLAGS, TypeError, "neg:"),
    ("power", lambda: WHOLE**-1, ValueError, "pow_number: Integers to negative integer powers are not allowed"),
    ("abs", lambda: mg.abs(-1.0), TypeError, "abs: expected a Tensor, got float -1.0"),
    (
        "clip-none",
        lambda: mg.clip(X),
        ValueError,
        "clip: expected a bound, got min=None and max=None: give one of them",
    ),
    ("clip-text", lambda: mg.clip(X, "a"), TypeError, "clip: expected a Tensor or a number, got str 'a'"),
    ("clip-input", lambda: mg.clip(1.0, 0.0), TypeError, "clip: expected a Tensor, got float 1.0"),
    ("clip-shape", lambda: mg.clip(X, mg.ones(2)), ValueError, "lt: operands could not be broadcast"),
    ("leaf", lambda: mg.ones(2, requires_grad=True).add_(1.0), RuntimeError, "add_: a leaf Tensor that requires grad"),
    ("in-place-type", lambda: WHOLE.mul_(0.5), TypeError, "mul_: the result is float32 and cannot be stored in place"),
    (
        "in-place-shape",
        lambda: mg.ones(3).sub_(X),
        ValueError,
        "sub_: the result has shape (2, 3) and cannot be stored",
    ),
    ("item", lambda: float(X + X), ValueError, "item: expected one element, got shape (2, 3)"),
]
