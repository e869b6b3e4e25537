"""Bad input to joining and taking apart."""

import minigen as mg

X = mg.zeros(2, 3)

ROWS = [
    ("cat nothing", lambda: mg.cat([]), ValueError, "cat: expected at least one Tensor, got an empty list"),
    ("cat a Tensor", lambda: mg.cat(X), TypeError, "cat: expected a list or tuple of Tensors, got a Tensor"),
    ("cat a number", lambda: mg.cat([X, 1.0]), TypeError, "cat: expected a Tensor, got float 1.0"),
    ("cat shapes", lambda: mg.cat([X, mg.zeros(2, 2)]), ValueError, "cat: Tensor 1 has shape (2, 2), Tensor 0 (2, 3)"),
    ("cat axes", lambda: mg.cat([X, mg.zeros(3)]), ValueError, "they must agree on all axes but 0"),
    ("cat 0-d", lambda: mg.cat([mg.tensor(1.0)]), ValueError, "cat: Tensors without axes cannot be joined: use stack"),
    ("cat dim", lambda: mg.cat([X, X], 2), IndexError, "cat: dim 2 is out of range for 2 axes: use -2 to 1"),
    ("stack nothing", lambda: mg.stack([]), ValueError, "stack: expected at least one Tensor"),
    ("stack shapes", lambda: mg.stack([X, X.T]), ValueError, "stack: Tensor 1 has shape (3, 2), Tensor 0 (2, 3)"),
    ("stack dim", lambda: mg.stack([X, X], 3), IndexError, "stack: dim 3 is out of range for 3 axes"),
    ("hstack", lambda: mg.hstack([X, mg.zeros(3, 3)]), ValueError, "they must agree on all axes but 1"),
    (
        "split sum",
        lambda: X.split([1, 1], 1),
        ValueError,
        "split: lengths (1, 1) must not be negative and must add up to 3",
    ),
    ("split negative", lambda: X.split([-1, 3]), ValueError, "must not be negative"),
    ("split zero", lambda: X.split(0), ValueError, "split: the length of a piece must be positive, got 0"),
    ("split size", lambda: X.split(-2), ValueError, "must be positive, got -2"),
    ("split float", lambda: X.split(1.5), TypeError, "split: expected integers"),
    ("split dim", lambda: X.split(1, 2), IndexError, "split: dim 2 is out of range"),
    ("split 0-d", lambda: mg.tensor(1.0).split(1), ValueError, "a Tensor without axes cannot be taken apart"),
    ("chunk", lambda: X.chunk(0), ValueError, "chunk: the number of chunks must be positive, got 0"),
    ("chunk float", lambda: X.chunk(2.0), TypeError, "chunk: expected integers"),
    ("unbind 0-d", lambda: mg.tensor(1.0).unbind(), ValueError, "unbind: a Tensor without axes"),
    ("unbind dim", lambda: X.unbind(-3), IndexError, "unbind: dim -3 is out of range"),
    ("unbind list", lambda: mg.unbind([1.0]), TypeError, "make one with minigen.tensor"),
]
