"""minigen: deep generative modelling with nothing hidden.

A small reverse-mode automatic differentiation engine on NumPy or CuPy arrays, and on it the classic
generative models. The rooms, from the ground up: `backend`, `autodiff`, `random`, `nn`, `optim`, `data`, `models`,
`learning`, `viz`. Those above `random` load when first used.
"""

import importlib
from typing import Any

from minigen import autodiff, random
from minigen.autodiff import engine as autograd
from minigen.autodiff.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from minigen.autodiff.engine import grad
from minigen.autodiff.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minigen.autodiff.ops.arithmetic import abs_ as abs
from minigen.autodiff.ops.arithmetic import (
    add,
    clip,
    div,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    reciprocal,
    sign,
    square,
    sub,
)
from minigen.autodiff.ops.exponential import cos, erf, exp, expm1, log, log1p, sin, sqrt
from minigen.autodiff.ops.indexing import where
from minigen.autodiff.tensor import Tensor
from minigen.backend import Device as device
from minigen.backend import DeviceError, get_default_dtype, set_default_dtype, to_dtype
from minigen.random import (
    bernoulli,
    manual_seed,
    multinomial,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
)

__version__ = "0.1.0"

LAZY = ("data", "learning", "models", "nn", "optim", "viz")

(bool, uint8, int8, int16, int32, int64, float16, float32, float64) = map(
    to_dtype, ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
)
half, float, double, int, long = float16, float32, float64, int32, int64


def __getattr__(name: str) -> Any:
    """Load a room above `random` when it is first named (PEP 562)."""
    if name in LAZY:
        return importlib.import_module(f"minigen.{name}")
    raise AttributeError(f"module 'minigen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *LAZY})
