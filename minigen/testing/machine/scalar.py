"""Automatic differentiation of single numbers, as naive as can be.

A `Scalar` knows its value and, for each number it was computed from, the slope rule: from the gradient of the
result, itself a Scalar, to that operand's share. Gradients are therefore expressions, and can be differentiated
again. There are no arrays, no memory, no modes: it is what `minigen.testing.GraphMachine` believes.

Only where the engine's rule uses its result (`tanh`, the divisor) does the rule here too: the gradient of a gradient
with respect to that result, and through its hooks, would differ else.
"""

import itertools
import math
from collections.abc import Callable, Iterable

Rule = Callable[["Scalar"], "Scalar"]


class Scalar:
    """A number and how it depends on others.

    Attributes
    ----------
    value : float
        The number.
    edges : tuple of (Scalar, callable)
        What it was computed from; each rule takes the gradient of the result to that operand's share.
    hooks : list of callable
        What replaces its gradient once it is complete, in this order.

    Examples
    --------
    >>> x = Scalar(3.0)
    >>> (slope,) = gradients([(x * x * x, Scalar(1.0))], [x])
    >>> (curvature,) = gradients([(slope, Scalar(1.0))], [x])
    >>> slope.value, curvature.value
    (27.0, 18.0)
    """

    numbers = itertools.count()

    def __init__(self, value: float, edges: tuple[tuple["Scalar", Rule], ...] = ()) -> None:
        self.value = value
        self.edges = edges
        self.hooks: list[Rule] = []
        self.number = next(Scalar.numbers)

    def __add__(self, other: "Scalar") -> "Scalar":
        return Scalar(self.value + other.value, ((self, same), (other, same)))

    def __neg__(self) -> "Scalar":
        return Scalar(-self.value, ((self, lambda g: -g),))

    def __sub__(self, other: "Scalar") -> "Scalar":
        return self + -other

    def __mul__(self, other: "Scalar | float") -> "Scalar":
        if isinstance(other, float):
            return Scalar(self.value * other, ((self, lambda g: g * other),))
        return Scalar(self.value * other.value, ((self, lambda g: g * other), (other, lambda g: g * self)))

    def __truediv__(self, other: "Scalar") -> "Scalar":
        out = Scalar(self.value / other.value)
        out.edges = (self, lambda g: g / other), (other, lambda g: -(g * out) / other)
        return out

    def sin(self) -> "Scalar":
        """Return the sine."""
        return Scalar(math.sin(self.value), ((self, lambda g: g * self.cos()),))

    def cos(self) -> "Scalar":
        """Return the cosine."""
        return Scalar(math.cos(self.value), ((self, lambda g: -(g * self.sin())),))

    def tanh(self) -> "Scalar":
        """Return the hyperbolic tangent."""
        out = Scalar(math.tanh(self.value))
        out.edges = ((self, lambda g: g - g * out * out),)
        return out

    def square(self) -> "Scalar":
        """Return the number times itself."""
        return self * self


def same(g: Scalar) -> Scalar:
    """Return the gradient of a sum: what arrived."""
    return g


def gradients(seeds: Iterable[tuple[Scalar, Scalar]], wanted: Iterable[Scalar]) -> list[Scalar]:
    """Return the gradient of the sum of ``result * seed`` with respect to each of `wanted`.

    Every number asks those computed from it for its share, newest first, since what asks is older than what answers.

    Parameters
    ----------
    seeds : iterable of (Scalar, Scalar)
        Results and the gradients they start from.
    wanted : iterable of Scalar
        With respect to what.

    Returns
    -------
    list of Scalar
        Expressions, 0 for what the results do not depend on.
    """
    shares: dict[Scalar, list[Callable[[], Scalar]]] = {}
    found: dict[Scalar, Scalar] = {}
    for result, seed in seeds:
        shares.setdefault(result, []).append(lambda seed=seed: seed)  # type: ignore[misc]
    stack = list(shares)
    while stack:
        result = stack.pop()
        for operand, rule in result.edges:
            if operand not in shares:
                shares[operand] = []
                stack.append(operand)
            shares[operand].append(lambda rule=rule, result=result: rule(found[result]))  # type: ignore[misc]
    for scalar in sorted(shares, key=lambda scalar: scalar.number, reverse=True):
        first, *others = [share() for share in shares[scalar]]
        for other in others:
            first = first + other
        for hook in scalar.hooks:
            first = hook(first)
        found[scalar] = first
    return [found.get(scalar, Scalar(0.0)) for scalar in wanted]
