"""Bad input to exponentials and their kin."""

import minigen as mg
from tests.host import host

ROWS = [
    (
        "number",
        lambda: mg.exp(1.0),
        TypeError,
        "exp: expected a Tensor, got float 1.0: make one with minigen.tensor(...)",
    ),
    ("list", lambda: mg.log([1.0]), TypeError, "log: expected a Tensor, got list [1.0]"),
    ("none", lambda: mg.sqrt(None), TypeError, "sqrt: expected a Tensor, got NoneType None"),
    ("array", lambda: mg.erf(host(mg.ones(2))), TypeError, "erf: expected a Tensor, got a ndarray float32[2]"),
    (
        "in-place",
        lambda: mg.tensor([1, 2]).sqrt_(),
        TypeError,
        "sqrt_: the result is float32 and cannot be stored in place",
    ),
    ("leaf", lambda: mg.ones(2, requires_grad=True).exp_(), RuntimeError, "exp_: a leaf Tensor that requires grad"),
]
