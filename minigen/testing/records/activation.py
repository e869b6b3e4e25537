"""Records of activations; softmax and its logarithm along every axis."""

from collections.abc import Callable
from typing import Any

import numpy as np

import minigen as mg
from minigen.autodiff import rows, wrap
from minigen.backend import Array
from minigen.testing.records.record import Record
from minigen.testing.strategies import shapes, unary

INF = float("inf")


def along(function: Callable[..., Any]) -> Callable[..., Any]:
    """Apply `function` along the first, the last and a middle axis, and weigh it by its argument."""
    return lambda x: (
        function(x, dim=0) * x,
        function(x, dim=-1) * x,
        function(x, dim=x.ndim // 2 if x.ndim > 1 else 0),
    )


def _softmax(x: Array, dim: int) -> Array:
    if not x.ndim:
        return np.ones(())
    weights = np.exp(x)
    return weights / weights.sum(dim, keepdims=True)


def _log_softmax(x: Array, dim: int) -> Array:
    return x - np.logaddexp.reduce(x, dim, keepdims=True) if x.ndim else np.zeros(())


RECORDS = [
    Record("tanh", mg.tanh, unary(-3, 3), ("tanh",), reference=np.tanh, domain=(-INF, INF), integers="float"),
    Record(
        "sigmoid",
        mg.sigmoid,
        unary(-6, 6),
        ("sigmoid",),
        reference=lambda x: np.exp(-np.logaddexp(0.0, -x)),
        domain=(-700.0, INF),
        integers="float",
    ),
    Record(
        "logsigmoid",
        mg.logsigmoid,
        unary(-6, 6, away=(0,)),
        ("logsigmoid",),
        reference=lambda x: -np.logaddexp(0.0, -x),
        domain=(-INF, INF),
        note="smooth at 0, where its rule and its kernel change branches",
    ),
    Record(
        "softplus",
        mg.softplus,
        unary(-6, 6, away=(0,)),
        ("softplus",),
        reference=lambda x: np.logaddexp(0.0, x),
        domain=(-INF, 20.0),
        note="above the threshold of 20 it is the identity",
    ),
    Record(
        "softplus_sum",
        mg.nn.functional.softplus_sum,
        unary(-6, 6, away=(0,), shape=shapes().filter(len)),
        ("softplus_sum", "sigmoid"),
        reference=lambda x: np.logaddexp(0.0, x).sum(-1),
        errors=((lambda: mg.nn.functional.softplus_sum(mg.tensor(1.0)), ValueError, "without axes: use softplus"),),
    ),
    Record(
        "softplus beta",
        lambda x: mg.softplus(x, 2.5, 1.0),
        unary(-3, 3, away=(0, 0.4)),
        ("softplus",),
        reference=lambda x: np.where(x > 0.4, x, np.logaddexp(0.0, 2.5 * x) / 2.5),
    ),
    Record(
        "relu",
        lambda x: mg.relu(x) * x,
        unary(away=(0,)),
        ("relu", "keep"),
        reference=lambda x: np.maximum(x, 0.0) * x,
        integers="keep",
        errors=((lambda: mg.relu(None), TypeError, "relu: expected a Tensor"),),  # type: ignore[arg-type]
    ),
    Record(
        "leaky_relu",
        lambda x: mg.leaky_relu(x) * x,
        unary(away=(0,)),
        ("leaky_relu", "keep"),
        reference=lambda x: np.where(x > 0, x, 0.01 * x) * x,
    ),
    Record(
        "leaky_relu steep",
        lambda x: mg.leaky_relu(x, 3.0) * x,
        unary(away=(0,)),
        reference=lambda x: np.where(x > 0, x, 3.0 * x) * x,
    ),
    Record(
        "leaky_relu falling",
        lambda x: mg.leaky_relu(x, -0.5) * x,
        unary(away=(0,)),
        reference=lambda x: np.where(x > 0, x, -0.5 * x) * x,
    ),
    Record(
        "keep",
        lambda x: rows["keep"](x, wrap(x.array > 0)) * x,
        unary(away=(0,)),
        ("keep",),
        reference=lambda x: np.where(x > 0, x, 0.0) * x,
    ),
    Record(
        "softmax",
        along(mg.softmax),
        unary(-3, 3),
        ("softmax", "sum_to"),
        reference=along(_softmax),
        errors=((lambda: mg.softmax(mg.ones(2), 1), IndexError, "softmax: dim 1 is out of range"),),
    ),
    Record(
        "log_softmax",
        along(mg.log_softmax),
        unary(-3, 3),
        ("log_softmax", "sum_to"),
        reference=along(_log_softmax),
        errors=((lambda: mg.log_softmax(mg.ones(2), -2), IndexError, "log_softmax: dim -2 is out of range"),),
    ),
]
