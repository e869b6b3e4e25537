"""The derivatives at one point against differences: each entry of a small Jacobian, random directions in a large one.

A direction is paired with a random cotangent: the gradient of (cotangent * outputs).sum() times the direction is one
number, and so is the difference quotient. All components of both are between 1/2 and 3/2 in size and have random
signs, so that no element can hide; the worst one is then sought by halving.

Entries need not be looked at one by one where a random direction leaves no doubt: its product with the Jacobian is
compared as closely as the smallest entry would be. Only if that fails each is compared as closely as was asked.
"""

from typing import Any

import numpy

from minigen.autodiff import wrap
from minigen.random import Generator
from minigen.testing.errors import GradientError
from minigen.testing.function import Flat, Problem, Recorded, flat, pull, split
from minigen.testing.numeric import Mismatch, compare

SMALL = 144  # entries of a Jacobian that is checked entry by entry
DIRECTIONS = 2
SCANNED = 128  # elements that are looked at one by one to find the worst


class Values:
    """A problem at one point: its outputs there, its gradients, and lines through the point."""

    def __init__(
        self, problem: Problem, point: Flat, recorded: Recorded | None, order: int, rtol: float, atol: float
    ) -> None:
        self.problem, self.point, self.order, self.rtol, self.atol = problem, point, order, rtol, atol
        self.tensors, self.outputs = recorded or problem.record(split(point, problem.templates, like=True))
        self.middle = flat([output.array for output in self.outputs])
        self.lengths = numpy.maximum(abs(point), 1.0)

    def agree(self, generator: Generator) -> bool:
        """Compare the derivatives; return False if there are none here, raise if they differ."""
        if self.middle.size * self.point.size > SMALL:
            return all(self._direction(generator) for _ in range(DIRECTIONS))
        jacobian = self._jacobian(generator)
        if self.point.size > DIRECTIONS and all(self._passes(jacobian, generator) for _ in range(DIRECTIONS)):
            return True
        return self._each_entry(jacobian)

    def _jacobian(self, generator: Generator) -> Any:
        signs = numpy.sign(signed(generator, self.middle.size))
        units = signs[:, None] * numpy.eye(self.middle.size)
        rows = [sign * self.gradient(unit) for sign, unit in zip(signs, units, strict=True)]
        return numpy.reshape(rows, (self.middle.size, self.point.size))

    def _passes(self, jacobian: Any, generator: Generator) -> bool:
        """Say whether the product with a random direction leaves no doubt about any entry."""
        direction = self._anywhere(generator)
        return self._compare(direction, jacobian @ direction, None, 0.0, self._closely(jacobian, direction)) is True

    def _anywhere(self, generator: Generator) -> Flat:
        return signed(generator, self.point.size) * self.lengths

    def _closely(self, jacobian: Any, direction: Flat) -> Any:
        """Return, for each row, the least that an entry may be off along `direction`."""
        return ((self.rtol * abs(jacobian) + self.atol) * abs(direction)).min(-1)

    def _each_entry(self, jacobian: Any) -> bool:
        verdicts = {}
        for i in range(self.point.size):
            verdicts[i] = self._column(i, jacobian[:, i], None)
            if not verdicts[i]:
                return False
        self._raise_worst(verdicts, whole=True)
        return True

    def _direction(self, generator: Generator) -> bool:
        cotangent = signed(generator, self.middle.size)
        direction = self._anywhere(generator)
        gradient = self.gradient(cotangent)
        closely = self._closely(gradient, direction)

        def along(part: Any, rtol: float = 0.0, atol: float = closely) -> Mismatch | bool:
            masked = numpy.zeros_like(direction)
            masked[part] = direction[part]
            return self._compare(masked, gradient @ masked, cotangent, rtol, atol)

        part = numpy.arange(direction.size)
        if along(part) is True:
            return True
        verdict = along(part, self.rtol, self.atol)
        if verdict is False:
            return False
        while len(part) > SCANNED:
            halves = part[: len(part) // 2], part[len(part) // 2 :]
            found = {i: v for i, v in enumerate(map(along, halves)) if isinstance(v, Mismatch)}
            if not found:
                break
            part = halves[max(found, key=lambda i: found[i].excess)]
        else:
            self._raise_worst({int(i): self._column(i, gradient[i], cotangent) for i in part}, whole=False)
        if isinstance(verdict, Mismatch):
            raise self._error("along a random direction", verdict.backward, verdict.numeric)
        return True

    def gradient(self, cotangent: Flat) -> Flat:
        """Return the vector-Jacobian product."""
        seeds = [wrap(array) for array in split(cotangent, [output.array for output in self.outputs])]
        found = pull(self.outputs, self.tensors, seeds, False)
        return flat([numpy.zeros(t.shape) if g is None else g.array for t, g in zip(self.tensors, found, strict=True)])

    def _column(self, i: int, exact: Any, weights: Flat | None) -> Mismatch | bool:
        direction = numpy.zeros_like(self.point)
        direction[i] = self.lengths[i]
        return self._compare(direction, exact * self.lengths[i], weights, self.rtol, self.atol * self.lengths[i])

    def _compare(
        self, direction: Flat, exact: Any, weights: Flat | None, rtol: float, atol: Any
    ) -> Mismatch | bool:
        def line(t: float) -> Flat:
            return flat(self.problem.values(split(self.point + t * direction, self.problem.templates)))

        distance = float((abs(self.point) / self.lengths).max(initial=0.0, where=direction != 0.0))
        return compare(line, self.middle, exact, weights, rtol, atol, distance)

    def _raise_worst(self, verdicts: dict[int, Any], whole: bool) -> None:
        wrong = {i: verdict for i, verdict in verdicts.items() if isinstance(verdict, Mismatch)}
        if not wrong:
            return
        worst = max(wrong, key=lambda i: wrong[i].excess / self.lengths[i])
        found, length = wrong[worst], float(self.lengths[worst])
        top = "(cotangent * outputs).sum()"
        if whole:
            top = place_of(found.place, self.problem.output_names, [output.array for output in self.outputs])
        entry = f"d {top} / d {place_of(worst, self.problem.names, self.problem.templates)}"
        raise self._error(entry, found.backward / length, found.numeric / length)

    def _error(self, entry: str, backward: float, numeric: float) -> GradientError:
        return GradientError(
            "values",
            "the gradient differs from the differences",
            order=self.order,
            entry=entry,
            backward=backward,
            numeric=numeric,
            inputs=dict(zip(self.problem.names, split(self.point, self.problem.templates), strict=True)),
        )


def signed(generator: Generator, size: int) -> Flat:
    """Draw numbers of both signs, between 1/2 and 3/2 in size.

    Examples
    --------
    >>> bool((abs(abs(signed(Generator(0), 1000)) - 1.0) <= 0.5).all())
    True
    """
    drawn = generator.uniform(size, -1.0, 1.0, dtype=numpy.float64, device="cpu").array
    return drawn + numpy.copysign(0.5, drawn)


def place_of(number: int, names: list[str], arrays: list[Any]) -> str:
    """Name the element with this number among all elements of `arrays`.

    Examples
    --------
    >>> place_of(4, ["x", "y"], [numpy.zeros(2), numpy.zeros((2, 2))])
    'y[1, 0]'
    """
    for name, array in zip(names, arrays, strict=True):
        if number < array.size:
            index = ", ".join(str(int(i)) for i in numpy.unravel_index(number, array.shape))
            return f"{name}[{index}]" if index else name
        number -= array.size
    raise IndexError(f"there are fewer than {number} elements")
