"""Laws made of Philox's words, as operations on whole arrays: what `philox.cu` does on a GPU, to be read and compared.

Every law says how many elements a block of four words gives, so that the next draw begins after the last block used.
Nothing here reads a value, and no value is checked: that would make the program wait for the GPU.

    in [0, 1)       the upper 24 bits of a word, the upper 53 of two
    in (0, 1)       the middles of 2^32 or 2^52 equal parts, u: never 0 or 1, so that log u is finite and not 0
    normal          √(-2 log u) (cos 2πu', sin 2πu')                                         Box and Muller 1958
    exponential     -log u                      Gumbel     -log(-log u)
    bernoulli(p)    [0, 1) < p, in 53 bits
    categorical(w)  the first of k arrivals at exponential times of rates w                  a race
    integers        the whole part of the number of outcomes times a fraction of 128 bits
    permutation     the order of random 64-bit words
    gamma(a)        d (1 + c x)³ with x normal, accepted in at most 16 tries                 Marsaglia and Tsang 2000

Permutations are equally likely but for equal words, n^2 / 2^65 of all; a gamma draw has no accepted try with a
probability below 1e-20.
"""

import math
from typing import Any

from minigen.backend.arrays import Array
from minigen.backend.dtypes import DType
from minigen.backend.philox import MASK, Key, words

TRIES = 16
"""A try of gamma's is refused with a probability below 0.05; after so many x = 0 is taken."""


def per_block(dtype: DType) -> int:
    """Return how many elements of a floating type one block gives."""
    return 4 if dtype.itemsize == 4 else 2


def blocks(elements: int, each: int) -> int:
    """Return how many blocks hold `elements`, `each` to a block.

    Examples
    --------
    >>> blocks(5, 4), blocks(0, 4)
    (2, 0)
    """
    return -(-elements // each)


def uniform(xp: Any, key: Key, first: int, shape: tuple[int, ...], dtype: DType) -> Array:
    """Return draws from the uniform law on [0, 1), in float32 or float64.

    Examples
    --------
    >>> import numpy
    >>> draws = uniform(numpy, Key(1, 2, 3, 4), 0, (1000,), numpy.dtype("float32"))
    >>> bool((draws >= 0).all() and (draws < 1).all())
    True
    """
    if dtype.itemsize == 4:
        return (_words(xp, key, first, shape) >> 8).astype(dtype) * 2.0**-24
    return _closed(_pairs(xp, key, first, shape))


def normal(xp: Any, key: Key, first: int, shape: tuple[int, ...], dtype: DType) -> Array:
    """Return draws from N(0, 1), in float32 or float64; both of a pair are used."""
    n = math.prod(shape)
    even = (n + n % 2,)
    single = dtype.itemsize == 4
    u = _open32(_words(xp, key, first, even)) if single else _open(_pairs(xp, key, first, even))
    draws = xp.stack(_normals(xp, u[0::2], u[1::2]), 1)
    return draws.reshape(-1)[:n].reshape(shape).astype(dtype)


def exponential(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    """Return draws from the exponential law of rate 1, in float64, above 0."""
    return -xp.log(_open(_pairs(xp, key, first, shape)))


def gumbel(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    """Return draws from the standard Gumbel law, in float64."""
    return -xp.log(-xp.log(_open(_pairs(xp, key, first, shape))))


def bernoulli(xp: Any, key: Key, first: int, probs: Array, logits: bool) -> Array:
    """Return booleans that are true with the probabilities `probs`; with `logits`, log(p / (1 - p)) is given."""
    p = probs.astype("float64")
    if logits:
        e = xp.exp(-abs(p))
        p = xp.where(p < 0.0, e, 1.0) / (1.0 + e)
    return _closed(_pairs(xp, key, first, p.shape)) < p


def categorical(xp: Any, key: Key, first: int, weights: Array) -> Array:
    """Return indices into the last axis, drawn in proportion to float64 `weights` of which the largest is about 1."""
    times = -xp.log(_open(_pairs(xp, key, first, weights.shape)))
    return (weights / times).argmax(-1)


def integers(xp: Any, key: Key, first: int, shape: tuple[int, ...], low: int, count: int) -> Array:
    """Return draws from `low`, …, `low` + `count` - 1, all within int64."""
    block = words(xp, key, first, math.prod(shape))
    high, rest = block[:, 0] << 32 | block[:, 1], block[:, 2] << 32 | block[:, 3]
    if count == 2**64:
        whole = high
    else:
        product = high * count
        whole = _high(high, count) + (product + _high(rest, count) < product)
    return (whole + low % 2**64).astype("int64").reshape(shape)


def bits(xp: Any, key: Key, first: int, n: int) -> Array:
    """Return `n` words of 64 bits."""
    return _pairs(xp, key, first, (n,))


def gamma(xp: Any, key: Key, first: int, concentration: Array) -> Array:
    """Return draws from the gamma law of rate 1, elementwise for float64 concentrations."""
    n, shape = concentration.size, concentration.shape
    a = concentration.reshape(-1)
    d = xp.where(a < 1.0, a + 1.0, a) - 1.0 / 3.0
    c = 1.0 / xp.sqrt(9.0 * d)
    v, done = xp.ones(n), xp.zeros(n, "bool")
    for t in range(TRIES):
        block = words(xp, key, first + t * n, n)
        x, _ = _normals(xp, _open(block[:, 0] << 32 | block[:, 1]), _open32(block[:, 2]))
        root = 1.0 + c * x
        cube = xp.where(root > 0.0, root * root * root, 1.0)
        fits = xp.log(_open32(block[:, 3])) < 0.5 * x * x + d * (1.0 - cube + xp.log(cube))
        accepted = (root > 0.0) & fits & ~done
        v, done = xp.where(accepted, cube, v), done | accepted
    block = words(xp, key, first + TRIES * n, n)
    shrunk = xp.exp(xp.log(_open(block[:, 0] << 32 | block[:, 1])) / a)
    return (d * v * xp.where(a < 1.0, shrunk, 1.0)).reshape(shape)


# ------------------------------------------------------------------------------------------- words as numbers


def _words(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    n = math.prod(shape)
    return words(xp, key, first, blocks(n, 4)).reshape(-1)[:n].reshape(shape)


def _pairs(xp: Any, key: Key, first: int, shape: tuple[int, ...]) -> Array:
    n = math.prod(shape)
    halves = words(xp, key, first, blocks(n, 2)).reshape(-1, 2)[:n]
    return (halves[:, 0] << 32 | halves[:, 1]).reshape(shape)


def _closed(pair: Array) -> Array:
    return (pair >> 11).astype("float64") * 2.0**-53


def _open(pair: Array) -> Array:
    return ((pair >> 12).astype("float64") + 0.5) * 2.0**-52


def _open32(word: Array) -> Array:
    return (word.astype("float64") + 0.5) * 2.0**-32


def _normals(xp: Any, radius: Array, angle: Array) -> tuple[Array, Array]:
    r, turn = xp.sqrt(-2.0 * xp.log(radius)), 2.0 * math.pi * angle
    return r * xp.cos(turn), r * xp.sin(turn)


def _high(x: Array, y: int) -> Array:
    """Return the upper half of the 128-bit product of 64-bit integers."""
    x1, x0, y1, y0 = x >> 32, x & MASK, y >> 32, y & MASK
    middle = x1 * y0 + (x0 * y0 >> 32)
    return x1 * y1 + (middle >> 32) + (x0 * y1 + (middle & MASK) >> 32)
