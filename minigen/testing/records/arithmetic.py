"""Records of arithmetic."""

from typing import Any

import numpy as np

import minigen as mg
from minigen.autodiff import rows
from minigen.testing.records.record import Record, Samples
from minigen.testing.strategies import broadcast_pair, equal_pair, unary

INF = float("inf")
X = mg.ones(2, 3)


def powers(*exponents: float, operands: Samples) -> list[Record]:
    """Return a record for each exponent."""
    return [
        Record(
            f"pow {n}",
            lambda x, n=n: x**n,
            operands,
            covers=("pow_number",) if n not in (0, 1) else (),
            reference=lambda x, n=n: np.power(x, float(n)),
        )
        for n in exponents
    ]


def rounding(name: str, reference: Any, *kinks: float) -> Record:
    """Return the record of a function that rounds to whole numbers: its own derivative is 0."""
    return Record(
        name,
        lambda x: getattr(mg, name)(x) * x,
        unary(away=kinks),
        covers=(name,),
        reference=lambda x: reference(x) * x,
    )



RECORDS = [
    Record(
        "add",
        mg.add,
        broadcast_pair(),
        covers=("add",),
        reference=np.add,
        integers="keep",
        errors=(
            (lambda: mg.ones(2) + mg.ones(3), ValueError, "add: "),
            (lambda: mg.add(X, "1"), TypeError, "add: "),
        ),
    ),
    Record("add alpha", lambda x, y: mg.add(x, y, alpha=-2.5), broadcast_pair(), reference=lambda x, y: x - 2.5 * y),
    Record("add number", lambda x: 2.0 + x + 1, unary(), reference=lambda x: x + 3.0),
    Record(
        "sub",
        mg.sub,
        broadcast_pair(),
        covers=("sub",),
        reference=np.subtract,
        integers="keep",
        errors=((lambda: mg.ones(2) - mg.ones(3), ValueError, "sub: "),),
    ),
    Record("sub alpha", lambda x, y: mg.sub(x, y, alpha=3), broadcast_pair(), reference=lambda x, y: x - 3.0 * y),
    Record("sub number", lambda x: 2.0 - x - 1, unary(), reference=lambda x: 1.0 - x),
    Record(
        "mul",
        mg.mul,
        broadcast_pair(),
        covers=("mul",),
        reference=np.multiply,
        integers="keep",
        errors=((lambda: mg.ones(2, 2) * mg.ones(3), ValueError, "mul: "),),
    ),
    Record("mul itself", lambda x: x * x, unary(), reference=np.square, integers="keep"),
    Record("mul number", lambda x: 3 * x * 0.5, unary(), reference=lambda x: 1.5 * x),
    Record(
        "div",
        mg.div,
        broadcast_pair(away=(0.0,)),
        covers=("div",),
        reference=np.divide,
        integers="float",
        errors=((lambda: mg.ones(2) / mg.ones(3), ValueError, "div: "),),
    ),
    Record("div number", lambda x: x / 3.0, unary(), reference=lambda x: x / 3.0),
    Record("reciprocal", mg.reciprocal, unary(away=(0.0,)), reference=np.reciprocal, integers="float"),
    Record("rdiv", lambda x: 3 / x, unary(away=(0.0,)), reference=lambda x: 3.0 / x),
    Record(
        "cast",
        lambda x: rows["cast"](x, dtype=x.dtype) * x,
        unary(),
        covers=("cast",),
        reference=np.square,
    ),
    Record("neg", mg.neg, unary(), covers=("neg",), reference=np.negative, domain=(-INF, INF), integers="keep"),
    Record("pos", lambda x: +x * x, unary(), reference=np.square),
    Record(
        "abs",
        mg.abs,
        unary(away=(0.0,)),
        covers=("abs",),
        reference=np.abs,
        domain=(-INF, INF),
        integers="keep",
    ),
    Record(
        "sign",
        mg.sign,
        unary(away=(0.0,)),
        covers=("sign",),
        reference=np.sign,
        domain=(-INF, INF),
        integers="keep",
    ),
    rounding("floor", np.floor, -2, -1, 0, 1, 2),
    rounding("ceil", np.ceil, -2, -1, 0, 1, 2),
    rounding("trunc", np.trunc, -2, -1, 0, 1, 2),
    rounding("round", np.round, -1.5, -0.5, 0.5, 1.5),
    Record("zeros_like", rows["zeros_like"], unary(), covers=("zeros_like",), reference=np.zeros_like),
    Record("square", mg.square, unary(), covers=("square",), reference=np.square, integers="keep"),
    *powers(0, 1, 2, 3, operands=unary()),
    *powers(-1, -2, operands=unary(away=(0.0,))),
    *powers(0.5, -0.5, 2.7, operands=unary(0.3, 2.0)),
    Record("pow", mg.pow, broadcast_pair(0.3, 2.0), covers=("pow",), reference=np.power, integers="keep"),
    Record("pow of a number", lambda y: 2.5**y, unary(), reference=lambda y: np.power(2.5, y)),
    Record(
        "maximum",
        mg.maximum,
        broadcast_pair(apart=0.1),
        covers=("maximum",),
        reference=np.maximum,
        tied=equal_pair(),
        integers="keep",
        errors=((lambda: mg.maximum(mg.ones(2), mg.ones(3)), ValueError, "maximum: "),),
    ),
    Record(
        "minimum",
        mg.minimum,
        broadcast_pair(apart=0.1),
        covers=("minimum",),
        reference=np.minimum,
        tied=equal_pair(),
        integers="keep",
    ),
    Record(
        "maximum number",
        lambda x: mg.maximum(x, 0.5) ** 2,
        unary(away=(0.5,)),
        reference=lambda x: np.square(np.maximum(x, 0.5)),
    ),
    Record(
        "clip",
        lambda x: mg.clip(x, -0.5, 1.0) ** 2,
        unary(away=(-0.5, 1.0)),
        covers=("clip",),
        reference=lambda x: np.square(np.clip(x, -0.5, 1.0)),
    ),
    Record(
        "clip below",
        lambda x: mg.clip(x, min=-0.5) ** 2,
        unary(away=(-0.5,)),
        reference=lambda x: np.square(np.maximum(x, -0.5)),
    ),
    Record(
        "clip above",
        lambda x: mg.clip(x, max=0.5) ** 2,
        unary(away=(0.5,)),
        reference=lambda x: np.square(np.minimum(x, 0.5)),
    ),
    Record(
        "clip at a Tensor",
        lambda x, y: mg.clip(x, min=y) ** 2,
        broadcast_pair(apart=0.1),
        reference=lambda x, y: np.square(np.maximum(x, y)),
        tied=equal_pair(),
    ),
    Record(
        "clip under a Tensor",
        lambda x, y: mg.clip(x, -9.0, y) ** 2,
        broadcast_pair(apart=0.1),
        reference=lambda x, y: np.square(np.minimum(x, y)),
        tied=equal_pair(),
    ),
]
