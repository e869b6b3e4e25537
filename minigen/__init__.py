"""minigen: deep generative modelling with nothing hidden.

A small reverse-mode automatic differentiation engine on NumPy or CuPy arrays, and on it the classic
generative models. The rooms, from the ground up: `backend`, `autodiff`, `random`, `nn`, `optim`, `distributions`,
`data`, `inference`, `sampling`, `models`, `learning`, `evaluation`, `viz`, `training`, `recipes`; `testing` stands
beside. Those above `random` load when first used.
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
from minigen.autodiff.ops.activation import (
    leaky_relu,
    log_softmax,
    logsigmoid,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from minigen.autodiff.ops.arithmetic import abs_ as abs
from minigen.autodiff.ops.arithmetic import add, div, mul, neg, pow, reciprocal, sign, square, sub
from minigen.autodiff.ops.arranging import diagonal, flip, roll, tril, triu
from minigen.autodiff.ops.comparison import (
    allclose,
    eq,
    equal,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
)
from minigen.autodiff.ops.einsum import einsum
from minigen.autodiff.ops.exponential import cos, erf, exp, expm1, log, log1p, sin, sqrt
from minigen.autodiff.ops.gathering import (
    gather,
    index_add,
    index_select,
    scatter,
    scatter_add,
    take_along_dim,
)
from minigen.autodiff.ops.indexing import index_set, masked_fill, where
from minigen.autodiff.ops.joining import cat, chunk, concat, hstack, split, stack, unbind, vstack
from minigen.autodiff.ops.limits import ceil, clip, floor, maximum, minimum, round, trunc
from minigen.autodiff.ops.limits import clip as clamp
from minigen.autodiff.ops.matmul import addmm, bmm, dot, matmul, mm, mv, outer
from minigen.autodiff.ops.norm import norm, std, var
from minigen.autodiff.ops.ordering import amax, amin, argmax, argmin, argsort, sort, topk
from minigen.autodiff.ops.ordering import max_ as max
from minigen.autodiff.ops.ordering import min_ as min
from minigen.autodiff.ops.reduction import all_ as all
from minigen.autodiff.ops.reduction import any_ as any
from minigen.autodiff.ops.reduction import cumsum, logsumexp, mean, prod
from minigen.autodiff.ops.reduction import sum_ as sum
from minigen.autodiff.ops.shape import (
    broadcast_to,
    flatten,
    movedim,
    permute,
    reshape,
    squeeze,
    swapaxes,
    t,
    transpose,
    unsqueeze,
)
from minigen.autodiff.tensor import Tensor
from minigen.backend import Device as device
from minigen.backend import (
    DeviceError,
    cuda,
    get_default_device,
    get_default_dtype,
    set_default_device,
    set_default_dtype,
)
from minigen.backend.dtypes import bool_ as bool
from minigen.backend.dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from minigen.backend.dtypes import float16 as half
from minigen.backend.dtypes import float32 as float
from minigen.backend.dtypes import float64 as double
from minigen.backend.dtypes import int32 as int
from minigen.backend.dtypes import int64 as long
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

LAZY = (
    "data", "distributions", "evaluation", "inference", "learning", "models", "nn", "optim", "recipes", "sampling",
    "testing", "training", "viz",
)  # fmt: skip
LAZY_NAMES = {"load": "training.serialization", "save": "training.serialization"}

__all__ = [
    # the rooms; see LAZY
    "autodiff", "random", "nn", "optim", "distributions", "data", "inference", "sampling", "models", "learning",
    "evaluation", "viz",
    "testing",
    # the Tensor and its gradient
    "Tensor", "grad", "autograd", "no_grad", "enable_grad", "set_grad_enabled", "is_grad_enabled",
    # creation
    "tensor", "as_tensor", "from_numpy", "zeros", "ones", "full", "empty", "zeros_like", "ones_like", "full_like",
    "empty_like", "arange", "linspace", "eye",
    # randomness
    "manual_seed", "rand", "randn", "rand_like", "randn_like", "randint", "randperm", "bernoulli", "multinomial",
    # types and devices
    "device", "cuda", "DeviceError", "get_default_device", "set_default_device", "get_default_dtype",
    "set_default_dtype", "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "half",
    "float", "double", "int", "long",
    # arithmetic
    "add", "sub", "mul", "div", "neg", "pow", "square", "reciprocal", "abs", "sign", "maximum", "minimum", "clip",
    "clamp", "floor", "ceil", "round", "trunc",
    # exponentials and activations
    "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "erf", "tanh", "sigmoid", "logsigmoid", "softplus",
    "relu", "leaky_relu", "softmax", "log_softmax",
    # comparison
    "eq", "ne", "lt", "le", "gt", "ge", "equal", "isclose", "allclose", "isnan", "isinf", "isfinite",
    "logical_and", "logical_or", "logical_xor", "logical_not",
    # reduction and order
    "sum", "mean", "var", "std", "norm", "prod", "cumsum", "logsumexp", "amax", "amin", "max", "min", "all",
    "any", "argmax", "argmin", "sort", "argsort", "topk",
    # products
    "matmul", "mm", "bmm", "mv", "dot", "outer", "addmm", "einsum",
    # shape
    "reshape", "flatten", "transpose", "swapaxes", "permute", "movedim", "t", "squeeze", "unsqueeze",
    "broadcast_to", "flip", "roll", "tril", "triu", "diagonal",
    # joining and indexing
    "cat", "concat", "stack", "hstack", "vstack", "split", "chunk", "unbind", "where", "gather", "scatter",
    "scatter_add", "index_add", "index_select", "index_set", "masked_fill", "take_along_dim",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a room above `random`, or what stands there, when it is first named (PEP 562)."""
    if name in LAZY:
        return importlib.import_module(f"minigen.{name}")
    if name in LAZY_NAMES:
        return getattr(importlib.import_module(f"minigen.{LAZY_NAMES[name]}"), name)
    raise AttributeError(f"module 'minigen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *LAZY, *LAZY_NAMES})
