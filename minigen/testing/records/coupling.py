"""Records of the fused affine coupling; its composed twin is the reference."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff.ops.coupling import affine_coupling
from minigen.backend import Array
from minigen.testing.records.record import Record, Samples
from minigen.testing.strategies import several


def _twin(x: Array, net: Array, start: int, bound: float) -> tuple[Array, Array]:
    width = net.shape[1] // 2
    s = bound * np.tanh(net[:, :width] / bound)
    parts = [x[:, :start], x[:, start : start + width] * np.exp(s) + net[:, width:], x[:, start + width :]]
    return np.concatenate(parts, axis=1), s.sum(axis=1)


def _record(name: str, samples: Samples, part: Any, **options: Any) -> Record:
    return Record(
        name,
        lambda x, net: part(affine_coupling(x, net, **options)),
        samples,
        covers=("affine_coupling",),
        reference=lambda x, net: part(_twin(x, net, **options)),
        errors=(
            (lambda: affine_coupling(mg.ones(2, 3), mg.ones(2, 3), 0, bound=1.0), ValueError, "affine_coupling: "),
        ),
    )


def vectors(width: int, outputs: int) -> Samples:
    """Draw batches of vectors, empty ones too, and of what a network says of each."""
    return st.one_of(several((3, width), (3, outputs)), several((0, width), (0, outputs)))


RECORDS = [
    _record(
        "affine coupling",
        st.one_of(several((3, 2), (3, 2)), several((1, 3), (1, 4)), several((0, 3), (0, 2))),
        lambda both: (both[0], both[1] * both[1]),
        start=1,
        bound=2.0,
    ),
    _record("affine coupling, first half", vectors(3, 2), lambda both: both, start=0, bound=0.5),
    _record("affine coupling, values only", vectors(4, 4), lambda both: both[0], start=2, bound=1.5),
    _record("affine coupling, log det only", vectors(2, 2), lambda both: both[1], start=0, bound=1.5),
]
