"""Bars and stripes: images whose lines are full or empty, all one way. The whole law is one small table.

A coin chooses between bars (columns) and stripes (rows), then one coin for each line says whether it is full.

Source: MacKay, "Information Theory, Inference, and Learning Algorithms" (2003), section 43.
"""

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.backend import get_default_dtype


def bars_and_stripes(n: int) -> tuple[Tensor, Tensor]:
    """Return all patterns of n x n pixels, and their probabilities.

    Parameters
    ----------
    n : int
        Pixels along a side, from 1 to 16.

    Returns
    -------
    patterns : Tensor, shape (2**(n + 1) - 2, n, n)
        Zeros and ones of the default dtype; for n = 1 the two patterns.
    probs : Tensor of float64, shape (2**(n + 1) - 2,)
        2**-n for the empty and the full one, which are both bars and stripes; 2**-(n + 1) for the others.

    Raises
    ------
    ValueError
        If `n` is not from 1 to 16.

    Notes
    -----
    The entropy, ``-(probs * probs.log()).sum()``, is 2.5993019271 nats for n = 3 and 3.3790925052 for n = 4: the least
    negative log-likelihood that a model can reach.

    Examples
    --------
    >>> import minigen as mg
    >>> patterns, probs = bars_and_stripes(4)
    >>> patterns.shape, round(-(probs * probs.log()).sum().item(), 6)
    ((30, 4, 4), 3.379093)
    >>> patterns[mg.random.Generator(0).categorical(probs.expand(100, -1))].shape  # a hundred draws
    (100, 4, 4)
    """
    if not 1 <= n <= 16:
        raise ValueError(f"bars_and_stripes: n must be from 1 to 16, got {n}")
    numbers = numpy.arange(2**n)
    lines = (numbers[:, None] >> numpy.arange(n)) & 1
    stripes = numpy.broadcast_to(lines[:, :, None], (2**n, n, n))
    bars = stripes[1:-1].swapaxes(1, 2) if n > 1 else stripes[:0]
    patterns = numpy.concatenate([stripes, bars]).astype(get_default_dtype())
    both = (patterns == patterns[:, :1, :1]).all(axis=(1, 2))
    return as_tensor(patterns), as_tensor(numpy.where(both, 2.0**-n, 2.0 ** -(n + 1)))
