"""Philox 4x32-10: random bits as a function of a key and a counter, here as operations on whole arrays.

A block of four 32-bit words is what ten rounds make of a counter (c0, c1, c2, c3) under a key (k0, k1). With hi and lo
the halves of a 64-bit product,

    c ← (hi(M1 c2) ⊕ c1 ⊕ k0,  lo(M1 c2),  hi(M0 c0) ⊕ c3 ⊕ k1,  lo(M0 c0)),      k ← k + (W0, W1)

Blocks do not depend on each other, so a GPU makes them all at once, and what has been drawn is known from the number of
the next block alone. The same bits come from `philox.cu`; these operations run on every array library and are what
that file is checked against.

Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from typing import Any, NamedTuple

from minigen.backend.arrays import Array

M0, M1 = 0xD2511F53, 0xCD9E8D57
W0, W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
MASK = 0xFFFFFFFF


class Key(NamedTuple):
    """What names a stream: the key (k0, k1), and the upper half (c2, c3) of its counters; 32 bits each."""

    k0: int
    k1: int
    c2: int
    c3: int


def words(xp: Any, key: Key, first: int, blocks: int) -> Array:
    """Return the blocks number `first` and on of a stream.

    Parameters
    ----------
    xp : module
        The array library.
    key : Key
        The stream.
    first : int
        The lower half (c0, c1) of the first block's counter, c0 the lower word.
    blocks : int
        How many.

    Returns
    -------
    array of uint64, shape (blocks, 4)
        Words, each below 2**32.

    Examples
    --------
    >>> import numpy
    >>> [f"{word:08x}" for word in words(numpy, Key(0, 0, 0, 0), 0, 1)[0].tolist()]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    number = xp.arange(blocks, dtype="uint64") + first
    c0, c1 = number & MASK, number >> 32
    c2, c3 = (xp.full(blocks, word, "uint64") for word in (key.c2, key.c3))
    k0, k1 = key.k0, key.k1
    for _ in range(ROUNDS):
        product0, product1 = c0 * M0, c2 * M1
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & MASK, (product0 >> 32) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + W0) & MASK, (k1 + W1) & MASK
    return xp.stack([c0, c1, c2, c3], 1)
