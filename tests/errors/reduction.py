"""Bad input to reductions and norms."""

import minigen as mg

X = mg.ones(2, 3)
WHOLE = mg.tensor([1, 2])

ROWS = [
    ("no-tensor", lambda: mg.sum([1.0, 2.0]), TypeError, "sum: expected a Tensor, got list [1.0, 2.0]"),
    ("range", lambda: X.sum(2), IndexError, "sum: dim 2 is out of range for 2 axes: "),
    ("range-negative", lambda: X.mean((0, -3)), IndexError, "mean: dim -3 is out of range"),
    ("range-0-d", lambda: mg.tensor(1.0).sum(1), IndexError, "sum: dim 1 is out of range for 0 axes: "),
    ("twice", lambda: X.sum((0, -2)), ValueError, "sum: dim (0, -2) names an axis twice"),
    ("dim-type", lambda: X.sum("x"), TypeError, "sum: dim must be an integer, got 'x'"),
    ("dim-float", lambda: X.amax(0.5), TypeError, "amax: dim must be an integer, got 0.5"),
    ("dtype", lambda: X.sum(dtype="complex64"), TypeError, "unknown dtype 'complex64'"),
    (
        "mean-int",
        lambda: WHOLE.mean(),
        TypeError,
        "mean: expected a floating Tensor, got a Tensor int64[2]: convert it",
    ),
    ("var-int", lambda: WHOLE.var(), TypeError, "var: expected a floating Tensor"),
    ("std-bool", lambda: mg.tensor([True]).std(), TypeError, "std: expected a floating Tensor"),
    ("norm-int", lambda: WHOLE.norm(), TypeError, "norm: expected a floating Tensor"),
    ("norm-p", lambda: X.norm("nuc"), ValueError, "norm: expected a number or 'fro' as p, got 'nuc'"),
    ("prod-dims", lambda: X.prod((0, 1)), TypeError, "prod: dim must be an integer, got (0, 1)"),
    ("cumsum-range", lambda: X.cumsum(-3), IndexError, "cumsum: dim -3 is out of range"),
    ("logsumexp", lambda: mg.logsumexp(2.0, 0), TypeError, "logsumexp: expected a Tensor, got float 2.0"),
    ("all-range", lambda: (X > 0).all(5), IndexError, "all: dim 5 is out of range"),
    ("backward", lambda: mg.ones(2, requires_grad=True).cumsum(0).backward(), RuntimeError, "reduce it, as in .sum()"),
]
