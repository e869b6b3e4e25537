"""Derivatives of losses in all their differentiable arguments, targets and weights included."""

import numpy as np
from hypothesis import strategies as st

from minigen.autodiff import rows, wrap
from minigen.autodiff.ops import loss
from tests.autodiff.checks import Case, shapes, values

reductions = ("mean", "sum", "none")


@st.composite
def pair(draw, low=-2.0, high=2.0, target=(0.0, 1.0), away=(), empty=False):
    """Draw an input and a target of one shape."""
    shape = draw(shapes if empty else shapes.filter(lambda s: 0 not in s))
    return draw(values(shape, low, high, away)), draw(values(shape, *target))


@st.composite
def apart(draw, empty=False):
    """Draw an input and a target that differ by at least 0.1 everywhere."""
    x, gap = draw(pair(target=(0.1, 2.0), empty=empty))
    sign = np.where(np.arange(x.size).reshape(x.shape) % 2, 1.0, -1.0)
    return x, np.asarray(x + sign * gap)


def classes(shape, probabilities=False, weighted=False):
    """Logits of `shape`, then probabilities of the same shape, then weights of the classes."""
    axis = min(len(shape) - 1, 1)
    return st.tuples(
        values(shape, -3, 3),
        *[values(shape, 0.1, 1)] * probabilities,
        *[values((shape[axis],), 0.5, 2)] * weighted,
    )


def three(function, **options):
    return lambda *xs: tuple(function(*xs, reduction=r, **options) for r in reductions)


def by_index(function, target, **options):
    return lambda x, w=None: tuple(function(x, wrap(np.array(target)), w, reduction=r, **options) for r in reductions)


BCE, LOGITS = loss.binary_cross_entropy, loss.binary_cross_entropy_with_logits
ROWS = ("bce_with_logits", "bce_with_logits_grad")
FLAT, DEEP = [2, 0, -100, 1], [[[2, 0], [1, 1]], [[0, 0], [1, 2]]]

CASES = [
    Case("bce", three(BCE), pair(0.05, 0.95), ("bce",)),
    Case("bce none", lambda p, t: BCE(p, t, reduction="none"), pair(0.05, 0.95, empty=True), ("bce",)),
    Case(
        "bce weighted",
        lambda p, t: BCE(p, t, 3.0 * p, reduction="sum"),
        pair(0.05, 0.95, empty=True),
        ("bce",),
    ),
    Case("bce with logits", three(LOGITS), pair(-6, 6, away=(0,)), ROWS),
    Case("bce with logits none", lambda x, t: LOGITS(x, t, t * x, "none"), pair(-3, 3, away=(0,), empty=True), ROWS),
    Case(
        "bce with pos_weight",
        lambda x, t: LOGITS(x, t, pos_weight=2.0 + t * x),
        pair(-3, 3, away=(0,)),
        ("bce_with_logits", "logsigmoid"),
    ),
    Case(
        "bce_with_logits_grad",
        lambda x, t: rows["bce_with_logits_grad"](x * t, x, t),
        pair(-3, 3, away=(0,), empty=True),
        ("bce_with_logits_grad", "sigmoid"),
    ),
    Case("mse", three(loss.mse_loss), pair(), ("square",)),
    Case("l1", three(loss.l1_loss), apart(), ("abs",)),
    Case("cross entropy", by_index(loss.cross_entropy, FLAT), classes((4, 3)), ("log_softmax", "gather")),
    Case("cross entropy of one", by_index(loss.cross_entropy, 1), classes((3,)), ("log_softmax", "gather")),
    Case("cross entropy weighted", by_index(loss.cross_entropy, FLAT), classes((4, 3), weighted=True), ("gather",)),
    Case(
        "cross entropy deep",
        by_index(loss.cross_entropy, DEEP, ignore_index=0, label_smoothing=0.2),
        classes((2, 3, 2, 2)),
        ("gather",),
    ),
    Case(
        "cross entropy smooth",
        by_index(loss.cross_entropy, FLAT, label_smoothing=0.3),
        classes((4, 3), weighted=True),
        ("gather",),
    ),
    Case("cross entropy of probabilities", three(loss.cross_entropy), classes((2, 3, 2), probabilities=True), ()),
    Case(
        "cross entropy of probabilities smooth",
        lambda x, t, w: loss.cross_entropy(x, t, w, label_smoothing=0.4),
        classes((4, 3), probabilities=True, weighted=True),
    ),
    Case("nll", by_index(loss.nll_loss, FLAT), classes((4, 3)), ("gather",)),
    Case("nll weighted", by_index(loss.nll_loss, FLAT), classes((4, 3), weighted=True), ("gather",)),
]
