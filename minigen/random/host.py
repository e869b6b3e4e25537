"""The laws drawn on the host, by NumPy: a hook for each, which the generator that walks through outcomes overrides.

Coins have two, for probabilities and for logits. The second tosses float32 itself and leaves other types to the first.
"""

from typing import Any

import numpy

from minigen.backend import Array, DType
from minigen.random.stream import Stream


class HostLaws(Stream):
    """A stream that draws: host arrays and Python numbers in, host arrays out.

    Examples
    --------
    >>> HostLaws(0)._bernoulli(numpy.array([0.0, 1.0]))
    array([False,  True])
    """

    def _normal(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._host.standard_normal(shape, dtype=_drawn_in(dtype))

    def _uniform(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._host.random(shape, dtype=_drawn_in(dtype))

    def _bernoulli(self, probs: Array) -> Array:
        if probs.dtype.char == "f" and probs.size:
            return coins_of_16_bits(self._host, probs * numpy.float32(65536))
        return self._host.random(probs.shape) < probs

    def _bernoulli_logits(self, logits: Array) -> Array:
        """In float32 a coin is tossed for its rarer side, of probability 1 / (1 + e^|x|): exact in both tails."""
        if logits.dtype.char != "f" or not logits.size:
            return self._bernoulli(probability(logits))
        rarer = numpy.absolute(logits, numpy.empty_like(logits))
        with numpy.errstate(over="ignore"):  # infinite odds are a probability of 0
            numpy.exp(rarer, rarer)
        rarer += 1
        numpy.divide(65536, rarer, rarer)
        return coins_of_16_bits(self._host, rarer) != (logits >= 0)

    def _categorical(self, probs: Array) -> Array:
        """`probs` sum to 1 along the last axis, the one that is drawn from."""
        cumulative = probs.cumsum(-1)
        # A uniform draw is at most 1 - 2**-53, so `level` stays below the last sum also when rounded: what
        # is counted ends before the last outcome that can happen, and passes over those that cannot.
        level = self._host.random((*probs.shape[:-1], 1)) * cumulative[..., -1:]
        return (cumulative <= level).sum(-1)

    def _integers(self, low: int, high: int, shape: tuple[int, ...]) -> Array:
        return self._host.integers(low, high, shape)

    def _permutation(self, n: int) -> Array:
        return self._host.permutation(n)

    # In float64 always: a float32 draw would be exactly 0 once in 2**23, its logarithm infinite.

    def _gumbel(self, shape: tuple[int, ...]) -> Array:
        return self._host.gumbel(size=shape)

    def _exponential(self, shape: tuple[int, ...]) -> Array:
        return self._host.standard_exponential(shape)

    def _gamma(self, concentration: Array) -> Array:
        return self._host.standard_gamma(concentration)


def _drawn_in(dtype: DType) -> Any:
    """Return the type NumPy draws `dtype` in: float32 and float64 as they are, float16 as float32."""
    return numpy.float64 if dtype.itemsize == 8 else numpy.float32


def probability(logits: Array) -> Array:
    """Return 1 / (1 + e^-x) in float64, exact in the lower tail.

    Examples
    --------
    >>> probability(numpy.array([0.0, -1000.0]))
    array([0.5, 0. ])
    """
    return numpy.exp(-numpy.logaddexp(0.0, -logits.astype(numpy.float64)))


def coins_of_16_bits(host: Any, rest: Array) -> Array:
    """Toss each coin by 16 bits; one that these leave open, once in 65536, by 53 more.

    Let t = 65536 p, exact as a power of two away from p, and w a number of 16 random bits. Then w + 1 <= t says yes and
    w >= t no; between them the rest, t - w, is the probability of yes. A word of 64 bits serves four coins: of the
    coins of a Gibbs chain, most of the cost is the drawing of words.

    Parameters
    ----------
    host : numpy.random.Generator
        Of a 64-bit stream.
    rest : array of float32
        65536 times the probabilities, not empty; overwritten.

    Returns
    -------
    array of bool

    Examples
    --------
    >>> coins_of_16_bits(numpy.random.default_rng(0), numpy.array([0.0, 65536.0], "float32"))
    array([False,  True])
    """
    words = host.bit_generator.random_raw((rest.size + 3) // 4)
    rest -= words.view(numpy.uint16)[: rest.size].reshape(rest.shape)
    coins: Array = rest >= 1
    (undecided,) = ((rest > 0) != coins).ravel().nonzero()
    if len(undecided):
        coins.flat[undecided] = host.random(len(undecided)) < rest.flat[undecided]  # of any memory layout
    return coins
