"""Records of products: all ranks, broadcast batches, sums of length 0, strided operands."""

from typing import Any

import numpy as np

import minigen as mg
from minigen.autodiff import rows
from minigen.autodiff.ops.matmul import linear
from minigen.backend import Array
from minigen.testing.records.record import Record
from minigen.testing.strategies import labelled


def product(name: str, *patterns: str, covers: tuple[str, ...] = ("matmul",), **details: Any) -> Record:
    """Return the record of a function of `mg`, for operands of these patterns."""
    return Record(
        f"{name} {' '.join(patterns)}",
        getattr(mg, name),
        labelled(*patterns),
        covers,
        reference=details.pop("reference", np.matmul),
        **details,
    )


def _linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    out = np.matmul(x, weight.T)
    return out if bias is None else out + bias


LINEAR = ("linear", "linear_weight_grad")

RECORDS = [
    product(
        "matmul",
        "ij",
        "jk",
        integers="keep",
        errors=(
            (lambda: mg.ones(2, 3) @ mg.ones(2, 3), ValueError, "matmul: "),
            (lambda: mg.matmul(mg.ones(()), mg.ones(2)), ValueError, "matmul: "),
        ),
    ),
    product("matmul", "j", "j"),
    product("matmul", "j", "jk"),
    product("matmul", "ij", "j"),
    product("matmul", "aij", "jk", covers=LINEAR),
    product("matmul", "abij", "j", covers=LINEAR),
    product("matmul", "ij", "ajk"),
    product("matmul", "j", "ajk"),
    product("matmul", "Aij", "Ajk"),
    product("matmul", "aBij", "Bjk"),
    product("mm", "ij", "jk", errors=((lambda: mg.mm(mg.ones(2), mg.ones(2)), ValueError, "mm: "),)),
    product("bmm", "aij", "ajk", errors=((lambda: mg.bmm(mg.ones(2, 2), mg.ones(2, 2)), ValueError, "bmm: "),)),
    product("mv", "ij", "j", errors=((lambda: mg.mv(mg.ones(2), mg.ones(2)), ValueError, "mv: "),)),
    product("dot", "j", "j", errors=((lambda: mg.dot(mg.ones(2), mg.ones(3)), ValueError, "dot: "),)),
    product("outer", "i", "j", covers=("mul",), reference=np.outer),
    Record("@", lambda x, y: x @ y @ x, labelled("ij", "ji"), ("matmul",), reference=lambda x, y: x @ y @ x),
    Record(
        "addmm",
        lambda c, x, y: mg.addmm(c, x, y, beta=0.5, alpha=-2.0),
        labelled("Ik", "ij", "jk"),
        ("matmul",),
        reference=lambda c, x, y: 0.5 * c - 2.0 * np.matmul(x, y),
    ),
    Record(
        "addmm vector",
        mg.addmm,
        labelled("k", "ij", "jk"),
        ("matmul",),
        reference=lambda c, x, y: c + np.matmul(x, y),
    ),
    Record(
        "linear",
        linear,
        labelled("ij", "kj", "k"),
        LINEAR,
        reference=_linear,
        errors=((lambda: linear(mg.ones(2, 3), mg.ones(4, 2)), ValueError, "linear: "),),
    ),
    Record("linear vector", linear, labelled("j", "kj", "k"), LINEAR, reference=_linear),
    Record("linear deep", linear, labelled("abj", "kj", "k"), LINEAR, reference=_linear),
    Record("linear without bias", linear, labelled("aj", "kj"), LINEAR, reference=_linear),
    Record(
        "linear_weight_grad",
        rows["linear_weight_grad"],
        labelled("abk", "abj"),
        LINEAR,
        reference=lambda g, x: np.tensordot(g, x, ((0, 1), (0, 1))),
    ),
]
