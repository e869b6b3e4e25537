"""Derivatives of reductions, and of norm, variance and standard deviation.

Some are squared, so that the gradient of the reduction depends on its argument: second order sees every row.
"""

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from tests.autodiff.checks import Case, shapes, unary

filled = shapes.filter(lambda shape: 0 not in shape)
some_zero = unary(-2, 2, shape=filled).map(lambda arrays: (np.asarray(np.round(arrays[0])),))


def ends(x):
    """The first and the last axis."""
    return (0, -1) if x.ndim > 1 else 0


def over_axes(name, function, operands, covers=()):
    """Cases over everything, the last axis (kept), the first, and two axes."""
    return [
        Case(name, lambda x: function(x) ** 2, operands, covers),
        Case(f"{name} last", lambda x: function(x, dim=-1, keepdim=True) * x, operands),
        Case(f"{name} first", lambda x: function(x, dim=0) ** 2, operands, covers),
        Case(f"{name} two", lambda x: function(x, dim=ends(x)) ** 2, operands, covers),
    ]


def ordinary(function, **options):
    return lambda x, **where: function(x, **where, **options)


def variance_and_deviation(function):
    return ordinary(function, correction=0)


CASES = [
    *over_axes("sum", mg.sum, unary(), ("sum", "spread")),
    *over_axes("mean", mg.mean, unary(), ("mean", "spread_mean")),
    *over_axes("logsumexp", lambda x, dim=(): mg.logsumexp(x, dim), unary(shape=filled), ("logsumexp",))[::2],
    Case("logsumexp kept", lambda x: mg.logsumexp(x, -1, keepdim=True) * x, unary(), covers=("logsumexp",)),
    *over_axes("norm", mg.norm, unary(away=(0.0,)), ("norm",)),
    *over_axes("1-norm", ordinary(mg.norm, p=1), unary(away=(0.0,))),
    *over_axes("1.5-norm", ordinary(mg.norm, p=1.5), unary(away=(0.0,)), ("norm",)),
    *over_axes("3-norm", ordinary(mg.norm, p=3), unary(away=(0.0,)), ("norm",)),
    *over_axes("inf-norm", ordinary(mg.norm, p=float("inf")), unary(away=(0.0,), shape=filled), ("amax",)),
    *over_axes("-inf-norm", ordinary(mg.norm, p=-float("inf")), unary(away=(0.0,), shape=filled), ("amin",)),
    *over_axes("var", variance_and_deviation(mg.var), unary()),
    *over_axes("std", variance_and_deviation(mg.std), unary()),
    Case("prod", mg.prod, unary()),
    Case("prod with zeros", mg.prod, some_zero),
    Case("prod last", lambda x: mg.prod(x, -1, keepdim=True), some_zero),
    Case("prod first", lambda x: mg.prod(x, 0), unary()),
    Case("cumsum", lambda x: mg.cumsum(x, -1) ** 2, unary(), covers=("cumsum",)),
    Case(
        "cumsum backwards",
        lambda x: rows["cumsum"](x, axis=0, backwards=True) ** 2,
        unary(shape=st.just((4, 2))),
    ),
    Case("cumsum first", lambda x: mg.cumsum(x, 0), unary(), covers=("cumsum",)),
]
