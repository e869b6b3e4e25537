"""Bad input to losses."""

import minigen as mg
from minigen.autodiff.ops import loss

P, C = mg.zeros(4, 3), mg.tensor([0, 1, 2, 0])

ROWS = [
    (
        "bce sizes",
        lambda: loss.binary_cross_entropy(mg.zeros(4, 1), mg.zeros(4)),
        ValueError,
        "binary_cross_entropy: target of shape (4,) does not fit input of shape (4, 1): expected the same shape",
    ),
    (
        "logits sizes",
        lambda: loss.binary_cross_entropy_with_logits(mg.zeros(2), mg.zeros(2, 1)),
        ValueError,
        "binary_cross_entropy_with_logits: target of shape (2, 1) does not fit input of shape (2,)",
    ),
    ("bce number", lambda: loss.binary_cross_entropy(P, 1.0), TypeError, "expected a Tensor, got float 1.0"),
    ("bce integers", lambda: loss.binary_cross_entropy(C, C), TypeError, "expected a floating Tensor"),
    (
        "bce reduction",
        lambda: loss.binary_cross_entropy(P, P, reduction="average"),
        ValueError,
        "binary_cross_entropy: unknown reduction 'average': use 'mean', 'sum' or 'none'",
    ),
    ("mse reduction", lambda: loss.mse_loss(P, P, reduction="batch"), ValueError, "mse_loss: unknown reduction"),
    ("l1 reduction", lambda: loss.l1_loss(P, P, reduction=""), ValueError, "l1_loss: unknown reduction ''"),
    ("nll reduction", lambda: loss.nll_loss(P, C, reduction="avg"), ValueError, "nll_loss: unknown reduction 'avg'"),
    ("mse list", lambda: loss.mse_loss(P, [1.0]), TypeError, "mse_loss: expected a Tensor, got list [1.0]"),
    (
        "classes shape",
        lambda: loss.cross_entropy(P, mg.tensor([0, 1])),
        ValueError,
        "class indices of shape (2,) do not fit an input of shape (4, 3): expected (4,)",
    ),
    (
        "probabilities shape",
        lambda: loss.cross_entropy(P, mg.zeros(4)),
        ValueError,
        "cross_entropy: class probabilities of shape (4,) do not fit logits of shape (4, 3): expected the same",
    ),
    ("nll floating", lambda: loss.nll_loss(P, mg.zeros(4)), TypeError, "nll_loss: expected integers as class indices"),
    ("boolean classes", lambda: loss.cross_entropy(P, C > 0), TypeError, "expected integers as class indices"),
    ("no classes", lambda: loss.cross_entropy(mg.tensor(1.0), mg.tensor(0)), ValueError, "got a 0-d Tensor"),
    ("integer logits", lambda: loss.cross_entropy(C, C), TypeError, "cross_entropy: expected a floating Tensor"),
    (
        "class weight",
        lambda: loss.cross_entropy(P, C, mg.ones(4)),
        ValueError,
        "cross_entropy: weight must have shape (3,), one for each class, got a Tensor float32[4]",
    ),
    (
        "smoothing",
        lambda: loss.cross_entropy(P, C, label_smoothing=1.5),
        ValueError,
        "cross_entropy: label_smoothing must be between 0 and 1, got 1.5",
    ),
]

# of values, which are looked at on the host only
VALUES = [
    (
        "class too large",
        lambda: loss.cross_entropy(P.cpu(), mg.tensor([0, 3, 1, 2])),
        IndexError,
        "cross_entropy: class index 3 is out of range for 3 classes: expected 0 to 2, or ignore_index=-100",
    ),
    (
        "class negative",
        lambda: loss.cross_entropy(P.cpu(), mg.tensor([0, 2, -1, 2])),
        IndexError,
        "cross_entropy: class index -1 is out of range for 3 classes",
    ),
    ("nll class", lambda: loss.nll_loss(P.cpu(), C.cpu() + 1), IndexError, "nll_loss: class index 3 is out of range"),
]
