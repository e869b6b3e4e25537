"""minigen: deep generative modelling with nothing hidden.

A small reverse-mode automatic differentiation engine on NumPy or CuPy arrays, and on it the classic
generative models. The rooms, from the ground up: `backend`, `autodiff`, `random`, `nn`, `optim`, `data`, `models`,
`learning`, `viz`. Those above `random` load when first used.
"""

import importlib
from typing import Any

from minigen import autodiff
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

__version__ = "0.1.0"
