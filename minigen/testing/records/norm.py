"""Records of norms, variance and standard deviation."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.backend import Array
from minigen.testing.records.record import Record
from minigen.testing.records.reduction import filled, over_axes, some_tied
from minigen.testing.strategies import tied, unary

INF = float("inf")
signed = partial(unary, away=(0.0,))
distinct = partial(unary, away=(0.0,), ties=False)
equal = tied(filled, 0.2, 2.0).map(lambda x: (x,))


def ordinary(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Return `function` of x and `dim`, with these options."""
    return lambda x, **where: function(x, **where, **options)


def _power_norm(p: float) -> Callable[..., Any]:
    def reference(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
        return np.power(np.power(np.abs(x), p).sum(axes, keepdims=keepdims), 1 / p)

    return reference


def _extreme_norm(extreme: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axes, keepdims: extreme(np.abs(x), axes, keepdims=keepdims)


RECORDS = [
    *over_axes("norm", mg.norm, signed, ("norm",), empty=True, reference=_power_norm(2)),
    *over_axes("1-norm", ordinary(mg.norm, p=1), signed, empty=True, reference=_power_norm(1)),
    *over_axes("1.5-norm", ordinary(mg.norm, p=1.5), signed, ("norm",), empty=True, reference=_power_norm(1.5)),
    *over_axes("3-norm", ordinary(mg.norm, p=3), signed, ("norm",), empty=True, reference=_power_norm(3)),
    *over_axes(
        "inf-norm", ordinary(mg.norm, p=INF), distinct, ("amax",), reference=_extreme_norm(np.max), tied=equal
    ),
    *over_axes(
        "-inf-norm", ordinary(mg.norm, p=-INF), distinct, ("amin",), reference=_extreme_norm(np.min), tied=equal
    ),
    Record(
        "norm alone",
        mg.norm,
        signed(),
        ("norm",),
        reference=lambda x: np.sqrt(np.square(x).sum()),
        integers="refuse",
        errors=((lambda: mg.norm(mg.ones(2), "nuc"), ValueError, "norm: expected a number or 'fro' as p"),),
    ),
    *over_axes(
        "var",
        ordinary(mg.var, correction=0),
        unary,
        reference=lambda x, a, k: np.var(x, a, keepdims=k),
    ),
    *over_axes(
        "std",
        ordinary(mg.std, correction=0),
        lambda shape: st.one_of(unary(shape=shape, ties=False), some_tied),
        reference=lambda x, a, k: np.std(x, a, keepdims=k),
    ),
    Record("var kept", lambda x: mg.var(x, -1, correction=0, keepdim=True) * x, unary()),
    Record(
        "var of samples",
        lambda x: mg.var(mg.stack([x, x**2, -x])),
        unary(shape=filled),
        reference=lambda x: np.var(np.stack([x, x**2, -x]), ddof=1),
    ),
]
