"""The laws of `noise` on a GPU: one launch each of a kernel of ``philox.cu``, compiled by NVRTC on first use.

The words are the same bits. Logarithms and cosines are CUDA's, so that a float64 draw may differ from the array
operations in its last digits.
"""

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from minigen.backend.arrays import Array
from minigen.backend.dtypes import DType, float64
from minigen.backend.noise import TRIES, blocks, per_block
from minigen.backend.philox import Key

SOURCE = Path(__file__).with_name("philox.cu")
OPTIONS = ("--std=c++14", "--fmad=false")
THREADS = 256
GRID = 2**16  # blocks of threads at most; each goes on to further elements


@cache
def module(cupy: Any) -> Any:
    """Return the compiled source."""
    return cupy.RawModule(code=SOURCE.read_text(encoding="utf-8"), options=OPTIONS)


def launch(cupy: Any, name: str, key: Key, first: int, work: int, *arguments: Any) -> None:
    """Run a kernel with one thread for each of `work` blocks or elements, as far as the grid goes."""
    if work:
        stream = (*map(numpy.uint32, key), numpy.uint64(first))
        grid = min(-(-work // THREADS), GRID)
        module(cupy).get_function(name)((grid,), (THREADS,), (*stream, *arguments))


def uniform(xp: Any, key: Key, first: int, shape: tuple[int, ...], dtype: DType) -> Array:
    """Return draws from the uniform law on [0, 1)."""
    return _floats(xp, "uniform", key, first, shape, dtype)


def normal(xp: Any, key: Key, first: int, shape: tuple[int, ...], dtype: DType) -> Array:
    """Return draws from N(0, 1)."""
    return _floats(xp, "normal", key, first, shape, dtype)


def exponential(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    """Return draws from the exponential law of rate 1."""
    return _floats(xp, "exponential", key, first, shape, float64)


def gumbel(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    """Return draws from the standard Gumbel law."""
    return _floats(xp, "gumbel", key, first, shape, float64)


def _floats(xp: Any, law: str, key: Key, first: int, shape: tuple[int, ...], dtype: DType) -> Array:
    out, each = xp.empty(shape, dtype), per_block(dtype)
    launch(xp, f"{law}_{dtype.char}", key, first, blocks(out.size, each), out, numpy.int64(out.size))
    return out


def bernoulli(xp: Any, key: Key, first: int, probs: Array, logits: bool) -> Array:
    """Return booleans that are true with the probabilities `probs`, or those of `logits`."""
    out = xp.empty(probs.shape, "bool")
    step = int(any(probs.strides))  # 0: one number stands for all
    p = xp.ascontiguousarray(probs if step else probs[(slice(0, 1),) * probs.ndim])
    if p.dtype.itemsize == 2:
        p = p.astype("float32")
    sizes = (numpy.int32(step), numpy.int32(logits), out, numpy.int64(out.size))
    launch(xp, f"bernoulli_{p.dtype.char}", key, first, blocks(out.size, 2), p, *sizes)
    return out


def categorical(xp: Any, key: Key, first: int, weights: Array) -> Array:
    """Return indices into the last axis, drawn in proportion to float64 `weights` of at most 1."""
    out, k = xp.empty(weights.shape[:-1], "int64"), weights.shape[-1]
    w = xp.ascontiguousarray(weights)
    launch(xp, "categorical", key, first, out.size, w, numpy.int64(k), out, numpy.int64(out.size))
    return out


def integers(xp: Any, key: Key, first: int, shape: tuple[int, ...], low: int, count: int) -> Array:
    """Return draws from `low`, …, `low` + `count` - 1."""
    out = xp.empty(shape, "int64")
    ends = (numpy.int64(low), numpy.uint64(count % 2**64))
    launch(xp, "integers", key, first, out.size, *ends, out, numpy.int64(out.size))
    return out


def bits(xp: Any, key: Key, first: int, n: int) -> Array:
    """Return `n` words of 64 bits."""
    out = xp.empty(n, "uint64")
    launch(xp, "bits", key, first, blocks(n, 2), out, numpy.int64(n))
    return out


def gamma(xp: Any, key: Key, first: int, concentration: Array) -> Array:
    """Return draws from the gamma law of rate 1, elementwise for float64 concentrations."""
    a = xp.ascontiguousarray(concentration)
    out = xp.empty(math.prod(a.shape), "float64")
    launch(xp, "gamma_d", key, first, out.size, a, out, numpy.int64(out.size), numpy.int32(TRIES))
    return out.reshape(concentration.shape)
