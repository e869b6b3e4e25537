"""The laws drawn on a GPU, each from the next blocks of a stream's Philox words (`minigen.backend.philox`).

Nothing is waited for and no value is looked at: NaN, negative weights and probabilities above 1 give draws that mean
nothing. On CuPy each law is one kernel (`minigen.backend.noise_cuda`); the array operations of `minigen.backend.noise`
make the same draws everywhere else.
"""

import math
from types import ModuleType
from typing import Any

from minigen.backend import Array, Device, DType, made_on, namespace, noise, noise_cuda
from minigen.backend.dtypes import float32, float64
from minigen.backend.noise import TRIES, blocks
from minigen.random.stream import Stream


class DeviceLaws:
    """What a stream draws on a GPU: device arrays and Python numbers in, device arrays out.

    Parameters
    ----------
    stream : Stream
        Whose words are used up.
    device : Device
        Where the draws are made.
    """

    def __init__(self, stream: Stream, device: Device) -> None:
        self._stream = stream
        self._device = device

    def _draw(self, law: str, used: int, *arguments: Any) -> Array:
        key, first = self._stream._key, self._stream._take(used)
        return made_on(self._device, lambda xp: getattr(_implementation(xp), law)(xp, key, first, *arguments))

    def _floats(self, law: str, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._draw(law, blocks(math.prod(shape), noise.per_block(dtype)), shape, dtype)

    def _normal(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._floats("normal", shape, _drawn_in(dtype))

    def _uniform(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._floats("uniform", shape, _drawn_in(dtype))

    def _gumbel(self, shape: tuple[int, ...]) -> Array:
        return self._draw("gumbel", blocks(math.prod(shape), 2), shape)

    def _exponential(self, shape: tuple[int, ...]) -> Array:
        return self._draw("exponential", blocks(math.prod(shape), 2), shape)

    def bernoulli(self, probs: Array, logits: bool) -> Array:
        """Toss one coin for each probability, or with `logits` for each log(p / (1 - p))."""
        return self._draw("bernoulli", blocks(probs.size, 2), probs, logits)

    def categorical(self, weights: Array, dim: int, logits: bool) -> Array:
        """Draw one of the outcomes along `dim` for each of the other positions."""
        xp = namespace(weights)
        weights = xp.moveaxis(weights.astype("float64"), dim, -1)
        top = weights.max(-1, keepdims=True)
        weights = xp.exp(weights - top) if logits else weights / top
        return self._draw("categorical", blocks(weights.size, 2), weights)

    def _integers(self, low: int, high: int, shape: tuple[int, ...]) -> Array:
        return self._draw("integers", math.prod(shape), shape, low, high - low)

    def _permutation(self, n: int) -> Array:
        words = self._draw("bits", blocks(n, 2), n)
        return namespace(words).argsort(words)

    def _gamma(self, concentration: Array) -> Array:
        return self._draw("gamma", (TRIES + 1) * concentration.size, concentration)


def _implementation(xp: Any) -> ModuleType:
    """Return who draws on the array library `xp`: kernels where it can compile them."""
    return noise_cuda if hasattr(xp, "RawModule") else noise


def _drawn_in(dtype: DType) -> DType:
    return float64 if dtype.itemsize == 8 else float32
