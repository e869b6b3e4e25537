"""Gauss quadrature for the continuous laws: n nodes and probabilities that give E[f] exactly for polynomials.

The polynomials p_0, p_1, … that are orthonormal under a law obey x p_k = b_k p_{k-1} + a_k p_k + b_{k+1} p_{k+1}. The
nodes are the zeros of p_n, the eigenvalues of the tridiagonal matrix with diagonal a and off-diagonal b; the
probability of a node x is 1 / (p_0(x)² + … + p_{n-1}(x)²). A polynomial of degree up to 2n - 1 has its exact
expectation; a smooth function converges fast; a function with a kink or a jump does not.

    normal       Hermite      a_k = 0               b_k² = k
    uniform      Legendre     a_k = 1/2             b_k² = k² / (4 (4k² - 1))     on [0, 1]
    exponential  Laguerre     a_k = 2k + 1          b_k² = k²
    gamma(c)     Laguerre     a_k = 2k + c          b_k² = k (k + c - 1)
    gumbel       (no name)    by the discretised Stieltjes procedure

Sources: Golub and Welsch 1969, "Calculation of Gauss quadrature rules"; Gautschi 2004, "Orthogonal Polynomials:
Computation and Approximation", sections 1.4, 2.2.3 and 3.1.1.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy

from minigen.backend import Array

Rule: TypeAlias = tuple[Array, Array]
"""Nodes in rising order, and their probabilities."""


@lru_cache
def normal(n: int) -> Rule:
    """Return the rule of N(0, 1).

    Examples
    --------
    >>> nodes, probabilities = normal(2)
    >>> nodes.round(4).tolist(), probabilities.round(4).tolist()
    ([-1.0, 1.0], [0.5, 0.5])
    """
    k = numpy.arange(1.0, n)
    return gauss(numpy.zeros(n), numpy.sqrt(k))


@lru_cache
def uniform(n: int) -> Rule:
    """Return the rule of the uniform law on [0, 1].

    Examples
    --------
    >>> nodes, probabilities = uniform(3)
    >>> round(float(probabilities @ nodes**5), 12) == round(1 / 6, 12)
    True
    """
    k = numpy.arange(1.0, n)
    return gauss(numpy.full(n, 0.5), k / numpy.sqrt(4 * (4 * k * k - 1)))


@lru_cache
def gamma(n: int, concentration: float) -> Rule:
    """Return the rule of the gamma law of rate 1; the exponential law has concentration 1.

    Examples
    --------
    >>> nodes, probabilities = gamma(2, 3.0)
    >>> round(float(probabilities @ nodes**3), 9)
    60.0
    """
    k = numpy.arange(n)
    return gauss(2.0 * k + concentration, numpy.sqrt(k[1:] * (k[1:] + concentration - 1.0)))


@lru_cache
def gumbel(n: int) -> Rule:
    """Return the rule of the standard Gumbel law.

    Examples
    --------
    >>> nodes, probabilities = gumbel(8)
    >>> round(float(probabilities @ nodes), 6)
    0.577216
    """
    # The density and its derivatives vanish at both ends, so that equal steps integrate it as well as can be; up to
    # the right one, beyond which x^(2n) exp(-x) counts for nothing.
    x = numpy.arange(-6.0, 60.0 + 8.0 * n, 0.02)
    density = numpy.exp(-x - numpy.exp(-x))
    density /= density.sum()
    diagonal, beside = numpy.zeros(n), numpy.zeros(n)
    before, current = numpy.zeros_like(x), numpy.ones_like(x)
    for k in range(n):
        diagonal[k] = density @ (x * current**2)
        rest = (x - diagonal[k]) * current - beside[k - 1] * before
        beside[k] = numpy.sqrt(density @ rest**2)
        before, current = current, rest / beside[k]
    return gauss(diagonal, beside[:-1])


def gauss(diagonal: Array, beside: Array) -> Rule:
    """Return the rule whose orthonormal polynomials have the coefficients a = `diagonal` and b_1, … = `beside`."""
    nodes = numpy.linalg.eigvalsh(numpy.diag(diagonal) + numpy.diag(beside, -1))  # reads the lower triangle
    before, current = numpy.zeros_like(nodes), numpy.ones_like(nodes)
    squares = numpy.ones_like(nodes)
    for k, b in enumerate(beside):
        last = beside[k - 1] if k else 0.0
        before, current = current, ((nodes - diagonal[k]) * current - last * before) / b
        squares += current**2
    probabilities = 1.0 / squares
    probabilities /= probabilities.sum()
    nodes.flags.writeable = probabilities.flags.writeable = False  # they are kept for the next who asks
    return nodes, probabilities
