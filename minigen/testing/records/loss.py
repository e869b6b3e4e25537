"""Records of losses in all their differentiable arguments, targets and weights included."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from minigen.autodiff.ops import loss
from minigen.backend import Array
from minigen.testing.records.indexing import beside
from minigen.testing.records.record import Record, Samples
from minigen.testing.strategies import apart, arrays, shapes
from minigen.testing.strategies.arrays import any_array

reductions = ("mean", "sum", "none")
filled = shapes(filled=True)


@st.composite
def pair(
    draw: st.DrawFn,
    low: float = -2.0,
    high: float = 2.0,
    target: tuple[float, float] = (0.0, 1.0),
    away: tuple[float, ...] = (),
    empty: bool = False,
) -> tuple[Array, ...]:
    """Draw an input and a target of one shape."""
    shape = draw(shapes() if empty else filled)
    return any_array(draw, shape, low, high, away), any_array(draw, shape, *target)


@st.composite
def examples(draw: st.DrawFn) -> tuple[Array, ...]:
    """Draw logits and targets of one shape, with widths that are halved often, once, or not at all."""
    shape = (*draw(shapes()), draw(st.sampled_from((1, 2, 3, 4, 12))))
    return draw(arrays(shape, -6, 6, away=(0,))), draw(arrays(shape, 0.0, 1.0))


def classes(shape: tuple[int, ...], probabilities: bool = False, weighted: bool = False) -> Samples:
    """Return a strategy of logits of `shape`, probabilities of the same shape, weights of the classes."""
    axis = min(len(shape) - 1, 1)
    return st.tuples(
        arrays(shape, -3, 3),
        *[arrays(shape, 0.1, 1)] * probabilities,
        *[arrays((shape[axis],), 0.5, 2)] * weighted,
    )


def three(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Return `function` under every reduction."""
    return lambda *xs: tuple(function(*xs, reduction=r, **options) for r in reductions)


def reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the mean, the sum and the elements of a function of arrays."""

    def reference(*xs: Array) -> tuple[Array, ...]:
        elements = function(*xs)
        return elements.mean(), elements.sum(), elements

    return reference


def by_index(function: Callable[..., Any], target: Any, **options: Any) -> Callable[..., Any]:
    """Return `function` of logits and weights, for a target of class numbers, under every reduction."""
    return lambda x, w=None: tuple(
        function(x, beside(x, target), w, reduction=r, **options) for r in reductions
    )


def _bce(p: Array, t: Array) -> Array:
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def _bce_with_logits(x: Array, t: Array) -> Array:
    return t * np.logaddexp(0.0, -x) + (1 - t) * np.logaddexp(0.0, x)


def _cross_entropy(x: Array, t: Array) -> Array:
    return -(t * (x - np.logaddexp.reduce(x, 1, keepdims=True))).sum(1)


def _nll(of: Callable[[Array], Array]) -> Callable[..., Any]:
    """Return the loss of the targets `FLAT`, one of which counts for nothing."""

    def reference(x: Array, w: Array | None = None) -> tuple[Array, ...]:
        kept, target = np.array([1.0, 1.0, 0.0, 1.0]), np.array([2, 0, 0, 1])
        weight = kept * (1.0 if w is None else w[target])
        elements = -weight * of(x)[np.arange(4), target]
        return elements.sum() / weight.sum(), elements.sum(), elements

    return reference


def _log_softmax(x: Array) -> Array:
    return x - np.logaddexp.reduce(x, 1, keepdims=True)


BCE, LOGITS = loss.binary_cross_entropy, loss.binary_cross_entropy_with_logits
ROWS = ("bce_with_logits", "bce_with_logits_grad")
FLAT, DEEP = [2, 0, -100, 1], [[[2, 0], [1, 1]], [[0, 0], [1, 2]]]

RECORDS = [
    Record(
        "bernoulli_log_prob",
        mg.nn.functional.bernoulli_log_prob,
        examples(),
        ("bernoulli_log_prob", "bernoulli_log_prob_grad", "sigmoid"),
        reference=lambda x, t: (t * x - np.logaddexp(0.0, x)).sum(-1),
        errors=(
            (lambda: mg.nn.functional.bernoulli_log_prob(mg.tensor(1.0), mg.tensor(1.0)), ValueError, "got () and ()"),
            (lambda: mg.nn.functional.bernoulli_log_prob(mg.zeros(2), mg.zeros(1, 2)), ValueError, "(2,) and (1, 2)"),
        ),
    ),
    Record(
        "bce",
        three(BCE),
        pair(0.05, 0.95),
        ("bce",),
        reference=reduced(_bce),
        errors=(
            (lambda: BCE(mg.ones(2), mg.ones(3)), ValueError, "binary_cross_entropy: "),
            (lambda: BCE(mg.ones(2), mg.ones(2), reduction="all"), ValueError, "binary_cross_entropy: "),
        ),
    ),
    Record(
        "bce none",
        lambda p, t: BCE(p, t, reduction="none"),
        pair(0.05, 0.95, empty=True),
        ("bce",),
        reference=_bce,
    ),
    Record(
        "bce weighted",
        lambda p, t: BCE(p, t, 3.0 * p, reduction="sum"),
        pair(0.05, 0.95, empty=True),
        ("bce",),
        reference=lambda p, t: (3.0 * p * _bce(p, t)).sum(),
    ),
    Record("bce with logits", three(LOGITS), pair(-6, 6, away=(0,)), ROWS, reference=reduced(_bce_with_logits)),
    Record(
        "bce with logits none",
        lambda x, t: LOGITS(x, t, t * x, "none"),
        pair(-3, 3, away=(0,), empty=True),
        ROWS,
        reference=lambda x, t: t * x * _bce_with_logits(x, t),
    ),
    Record(
        "bce with pos_weight",
        lambda x, t: LOGITS(x, t, pos_weight=2.0 + t * x),
        pair(-3, 3, away=(0,)),
        ("bce_with_logits", "logsigmoid"),
        reference=lambda x, t: np.mean(
            (2.0 + t * x) * t * np.logaddexp(0.0, -x) + (1 - t) * np.logaddexp(0.0, x)
        ),
    ),
    Record(
        "bce_with_logits_grad",
        lambda x, t: rows["bce_with_logits_grad"](x * t, x, t),
        pair(-3, 3, away=(0,), empty=True),
        ("bce_with_logits_grad", "sigmoid"),
        reference=lambda x, t: x * t * (1 / (1 + np.exp(-x)) - t),
    ),
    Record(
        "mse",
        three(loss.mse_loss),
        pair(),
        ("square",),
        reference=reduced(lambda x, t: np.square(x - t)),
        errors=((lambda: loss.mse_loss(mg.ones(2), mg.ones(2), "all"), ValueError, "mse_loss: "),),
    ),
    Record("mse none", lambda x, t: loss.mse_loss(x, t, "none"), pair(empty=True), ("square",)),
    Record("l1", three(loss.l1_loss), apart(filled), ("abs",), reference=reduced(lambda x, t: np.abs(x - t))),
    Record("l1 none", lambda x, t: loss.l1_loss(x, t, "none"), apart(), ("abs",)),
    Record(
        "cross entropy",
        by_index(loss.cross_entropy, FLAT),
        classes((4, 3)),
        ("log_softmax", "gather"),
        reference=_nll(_log_softmax),
        errors=((lambda: loss.cross_entropy(mg.ones(2, 3), mg.tensor([0, 1, 2])), ValueError, "cross_entropy: "),),
    ),
    Record(
        "cross entropy of one",
        by_index(loss.cross_entropy, 1),
        classes((3,)),
        ("log_softmax", "gather"),
        reference=lambda x: (np.logaddexp.reduce(x) - x[1],) * 3,
    ),
    Record(
        "cross entropy weighted",
        by_index(loss.cross_entropy, FLAT),
        classes((4, 3), weighted=True),
        ("gather",),
        reference=_nll(_log_softmax),
    ),
    Record(
        "cross entropy deep",
        by_index(loss.cross_entropy, DEEP, ignore_index=0, label_smoothing=0.2),
        classes((2, 3, 2, 2)),
        ("gather",),
    ),
    Record(
        "cross entropy smooth",
        by_index(loss.cross_entropy, FLAT, label_smoothing=0.3),
        classes((4, 3), weighted=True),
        ("gather",),
    ),
    Record(
        "cross entropy of probabilities",
        three(loss.cross_entropy),
        st.sampled_from([(2, 3, 2), (2, 3, 2), (2, 0, 2)]).flatmap(lambda s: classes(s, probabilities=True)),
        reference=lambda x, t: (
            _cross_entropy(x, t).sum() / 4,
            _cross_entropy(x, t).sum(),
            _cross_entropy(x, t),
        ),
    ),
    Record(
        "cross entropy of probabilities smooth",
        lambda x, t, w: loss.cross_entropy(x, t, w, label_smoothing=0.4),
        classes((4, 3), probabilities=True, weighted=True),
    ),
    Record("nll", by_index(loss.nll_loss, FLAT), classes((4, 3)), ("gather",), reference=_nll(lambda x: x)),
    Record(
        "nll weighted",
        by_index(loss.nll_loss, FLAT),
        classes((4, 3), weighted=True),
        ("gather",),
        reference=_nll(lambda x: x),
    ),
]
