"""Records of reductions.

Some are squared, so that the gradient of the reduction depends on its argument: second order sees every row.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from minigen.backend import Array
from minigen.testing.records.record import Record, Samples
from minigen.testing.strategies import arrays, shapes, unary

filled = shapes(filled=True)
last_filled = st.one_of(filled, st.sampled_from([(0, 3), (2, 0, 3)]))
first_filled = st.one_of(filled, st.sampled_from([(2, 0), (3, 0, 2)]))
LATIN = np.array([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0], [1.0, 2.0, 1.0]])
some_tied = arrays((), 0.5, 2.0).map(lambda scale: (scale * LATIN,))
"""Ties, but nowhere is a whole row or column equal."""
whole = unary().map(lambda arrays: (np.asarray(np.round(arrays[0])),))


def ends(x: Any) -> Any:
    """Return the first and the last axis."""
    return (0, -1) if x.ndim > 1 else 0


def over_axes(
    name: str,
    function: Callable[..., Any],
    operands: Callable[..., Samples],
    covers: tuple[str, ...] = (),
    *,
    empty: bool = False,
    reference: Callable[..., Any] | None = None,
    tied: Samples | None = None,
) -> list[Record]:
    """Return records over everything, the last axis (kept), the first, and two axes.

    `operands` takes a strategy of shapes, without empty axes to reduce unless `empty`. The reference takes an array, a
    tuple of axes and `keepdims`.
    """
    everything, last, first = (operands(shape=shapes() if empty else s) for s in (filled, last_filled, first_filled))

    def over(pick: Callable[[Any], Any], combine: Callable[[Any, Any], Any], keepdims: bool) -> Any:
        def call(x: Array) -> Any:
            axes = pick(x) if x.ndim else ()
            return combine(reference(x, axes, keepdims), x)  # type: ignore[misc]

        return call if reference else None

    def squared(y: Any, x: Any) -> Any:
        return y**2

    return [
        Record(
            name,
            lambda x: function(x) ** 2,
            everything,
            covers,
            reference=over(lambda x: tuple(range(x.ndim)), squared, False),
            tied=tied,
        ),
        Record(
            f"{name} last",
            lambda x: function(x, dim=-1, keepdim=True) * x,
            last,
            reference=over(lambda x: (-1,), lambda y, x: y * x, True),
            tied=tied,
        ),
        Record(
            f"{name} first",
            lambda x: function(x, dim=0) ** 2,
            first,
            covers,
            reference=over(lambda x: (0,), squared, False),
            tied=tied,
        ),
        Record(
            f"{name} two",
            lambda x: function(x, dim=ends(x)) ** 2,
            everything,
            reference=over(lambda x: (0, -1) if x.ndim > 1 else (0,), squared, False),
            tied=tied,
        ),
    ]


def _logsumexp(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    return np.log(np.exp(x).sum(axes, keepdims=keepdims))


def _cumsum(x: Array, axis: int) -> Array:
    return np.cumsum(x, axis) if x.ndim else x


RECORDS = [
    *over_axes(
        "sum", mg.sum, unary, ("sum", "spread"), empty=True, reference=lambda x, a, k: np.sum(x, a, keepdims=k)
    ),
    Record("sum alone", mg.sum, unary(), ("sum",), reference=np.sum, integers="keep"),
    *over_axes(
        "mean",
        mg.mean,
        unary,
        ("mean", "spread_mean"),
        reference=lambda x, a, k: np.mean(x, a, keepdims=k),
    ),
    Record(
        "mean kept",
        lambda x: mg.mean(x, -1, keepdim=True) * x,
        unary(),
        ("mean", "spread_mean"),
        errors=((lambda: mg.mean(mg.ones(2), 1), IndexError, "mean: dim 1 is out of range"),),
    ),
    Record("mean alone", mg.mean, unary(shape=filled), reference=np.mean, integers="refuse"),
    *over_axes(
        "logsumexp",
        lambda x, dim=(): mg.logsumexp(x, dim),
        unary,
        ("logsumexp",),
        reference=_logsumexp,
    )[2:3],
    Record(
        "logsumexp all",
        lambda x: mg.logsumexp(x, tuple(range(x.ndim))) ** 2,
        unary(shape=filled),
        ("logsumexp",),
        reference=lambda x: np.log(np.exp(x).sum()) ** 2,
    ),
    Record(
        "logsumexp kept",
        lambda x: mg.logsumexp(x, -1, keepdim=True) * x,
        unary(),
        covers=("logsumexp",),
        reference=lambda x: _logsumexp(x, (-1,) if x.ndim else (), True) * x,
    ),
    Record("prod", mg.prod, unary(), reference=np.prod, integers="keep"),
    Record("prod with zeros", mg.prod, whole, reference=np.prod),
    Record(
        "prod last",
        lambda x: mg.prod(x, -1, keepdim=True),
        whole,
        reference=lambda x: np.prod(x, -1 if x.ndim else (), keepdims=True),
    ),
    Record("prod first", lambda x: mg.prod(x, 0), unary(), reference=lambda x: np.prod(x, 0 if x.ndim else ())),
    Record(
        "cumsum",
        lambda x: mg.cumsum(x, -1) ** 2,
        unary(),
        covers=("cumsum",),
        reference=lambda x: _cumsum(x, -1) ** 2,
        integers="keep",
        errors=((lambda: mg.cumsum(mg.ones(2), 1), IndexError, "cumsum: dim 1 is out of range"),),
    ),
    Record(
        "cumsum backwards",
        lambda x: rows["cumsum"](x, axis=0, backwards=True) ** 2,
        unary(shape=shapes().filter(len)),
        reference=lambda x: np.cumsum(x[::-1], 0)[::-1] ** 2,
    ),
    Record(
        "cumsum first", lambda x: mg.cumsum(x, 0), unary(), covers=("cumsum",), reference=lambda x: _cumsum(x, 0)
    ),
    *[
        Record(
            name,
            lambda x, name=name: getattr(x > -1.0, name)(-1),
            unary(),
            covers=(name, "gt"),
            order=0,
            reference=lambda x, name=name: getattr(np, name)(x > -1.0, -1 if x.ndim else ()),
        )
        for name in ("all", "any")
    ],
]
