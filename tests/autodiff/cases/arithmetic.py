"""Derivatives of arithmetic."""

import minigen as mg
from minigen.autodiff import rows
from tests.autodiff.checks import Case, broadcast_pair, unary


def powers(*exponents, operands):
    return [
        Case(f"pow {n}", lambda x, n=n: x**n, operands, covers=("pow_number",) if n not in (0, 1) else ())
        for n in exponents
    ]


CASES = [
    Case("add", mg.add, broadcast_pair(), covers=("add",)),
    Case("add alpha", lambda x, y: mg.add(x, y, alpha=-2.5), broadcast_pair()),
    Case("add number", lambda x: 2.0 + x + 1, unary()),
    Case("sub", mg.sub, broadcast_pair(), covers=("sub",)),
    Case("sub alpha", lambda x, y: mg.sub(x, y, alpha=3), broadcast_pair()),
    Case("sub number", lambda x: 2.0 - x - 1, unary()),
    Case("mul", mg.mul, broadcast_pair(), covers=("mul",)),
    Case("mul itself", lambda x: x * x, unary()),
    Case("mul number", lambda x: 3 * x * 0.5, unary()),
    Case("div", mg.div, broadcast_pair(away=(0.0,)), covers=("div",)),
    Case("div number", lambda x: x / 3.0, unary()),
    Case("reciprocal", mg.reciprocal, unary(away=(0.0,))),
    Case("rdiv", lambda x: 3 / x, unary(away=(0.0,))),
    Case("cast", lambda x: rows["cast"](x, dtype=x.dtype) * x, unary(), covers=("cast",)),
    Case("neg", mg.neg, unary(), covers=("neg",)),
    Case("pos", lambda x: +x * x, unary()),
    Case("abs", mg.abs, unary(away=(0.0,)), covers=("abs",)),
    Case("sign", mg.sign, unary(away=(0.0,)), covers=("sign",)),
    *[
        Case(name, lambda x, name=name: getattr(mg, name)(x) * x, unary(away=(-2, -1, 0, 1, 2)), covers=(name,))
        for name in ("floor", "ceil", "trunc")
    ],
    Case("round", lambda x: mg.round(x) * x, unary(away=(-1.5, -0.5, 0.5, 1.5)), covers=("round",)),
    Case("zeros_like", lambda x: rows["zeros_like"](x), unary(), covers=("zeros_like",)),
    Case("square", mg.square, unary(), covers=("square",)),
    *powers(0, 1, 2, 3, operands=unary()),
    *powers(-1, -2, operands=unary(away=(0.0,))),
    *powers(0.5, -0.5, 2.7, operands=unary(0.3, 2.0)),
    Case("pow", mg.pow, broadcast_pair(0.3, 2.0), covers=("pow",)),
    Case("pow of a number", lambda y: 2.5**y, unary()),
    Case("maximum", mg.maximum, broadcast_pair(apart=0.1), covers=("maximum",)),
    Case("minimum", mg.minimum, broadcast_pair(apart=0.1), covers=("minimum",)),
    Case("maximum number", lambda x: mg.maximum(x, 0.5) ** 2, unary(away=(0.5,))),
    Case("clip", lambda x: mg.clip(x, -0.5, 1.0) ** 2, unary(away=(-0.5, 1.0)), covers=("clip",)),
    Case("clip below", lambda x: mg.clip(x, min=-0.5) ** 2, unary(away=(-0.5,))),
    Case("clip above", lambda x: mg.clip(x, max=0.5) ** 2, unary(away=(0.5,))),
    Case("clip at a Tensor", lambda x, y: mg.clip(x, min=y) ** 2, broadcast_pair(apart=0.1)),
    Case("clip under a Tensor", lambda x, y: mg.clip(x, -9.0, y) ** 2, broadcast_pair(apart=0.1)),
]
