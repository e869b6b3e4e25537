"""Is this derivative right? Every answer is compared with differences of the function itself.

`gradcheck` looks at a function in one point: the rules of a differentiable operation (`rules`), then each entry of the
Jacobian, or, where these are many, several random directions paired with random cotangents. All random components lie
between 1/2 and 3/2 in size and have random signs, so that no element can hide. For a higher order, the gradient
becomes the function. Where the function has a kink there is nothing to compare, so points near by are taken.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.autodiff import wrap
from minigen.random import Generator
from minigen.random.default import as_generator
from minigen.testing.errors import GradientError
from minigen.testing.function import Flat, Function, Gradient, Problem, flat, pull, split
from minigen.testing.numeric import Mismatch, compare
from minigen.testing.rules import Rules

SMALL = 144  # entries of a Jacobian that is checked entry by entry
DIRECTIONS = 4
KINKS = 0.2  # of the points, at most
POINTS = 20
SCANNED = 4096  # inputs among which the worst entry is sought


def gradcheck(
    fn: Callable[..., Any],
    inputs: Any,
    *,
    order: int = 1,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    rng: int | Generator | None = None,
) -> None:
    """Check the derivatives of `fn` against differences, and that it keeps the rules of a differentiable operation.

    Parameters
    ----------
    fn : callable
        Takes Tensors, returns one or more Tensors, in any nest of tuples, lists and dicts. Outputs that require grad
        are checked; if none does, all are, and their derivative must be zero. If `fn` is a `minigen.nn.Module`, its
        parameters that require grad are checked as well. It may draw from the default generator (dropout): every run
        draws the same.
    inputs : tuple, dict or Tensor
        The arguments: a tuple of them, a dict of keyword arguments, or a single Tensor. Among them, however nested, the
        float64 Tensors that require grad are checked (if none does, all floating ones), and the parameters of each
        Module; the rest is constant.
    order : int, optional
        Check the derivatives up to this order; from 2 on through ``create_graph=True``.
    rtol, atol : float, optional
        A derivative may be off by ``rtol * abs(numeric) + atol``, and by what rounding explains.
    rng : int or Generator, optional
        Source of directions and cotangents; always the same ones if not given. The default generator is never touched.

    Raises
    ------
    GradientError
        If a derivative is wrong, a rule is broken, or more than one point in five has no derivative.
    TypeError
        If something to check is not float64, or `fn` returns no floating Tensor.
    ValueError
        If there is nothing to check.

    Notes
    -----
    Checked are ``mutation`` (nobody writes to inputs, constants or cotangents), ``dtype`` (nothing passes through fewer
    digits), ``device``, ``finite``, ``determinism``, ``shape``, ``aliasing`` (a gradient shares memory with nothing),
    ``sweeps`` (plain and recorded backward agree bit for bit), ``linearity`` in the cotangent, ``values``, ``kinks``.

    At a kink no value is right or wrong: points near by are checked instead, four for each kink met.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([0.5, -1.0], dtype=mg.float64)
    >>> gradcheck(lambda x: mg.exp(x) * x, (x,), order=2)

    >>> wrong = mg.autodiff.op("wrong_cube", lambda x: x * x * x, x=lambda g, x: 2 * g * x * x)
    >>> gradcheck(wrong, (x,))
    Traceback (most recent call last):
    minigen.testing.errors.GradientError: gradcheck, order 1, check 'values': the gradient differs from the differences
      entry     d output[1] / d inputs[0][1]
      backward  2
      numeric   3
    it happens at
      inputs[0] = array([ 0.5, -1. ])
    """
    if order < 1:
        raise ValueError(f"gradcheck: order counts from 1, got {order}")
    generator = Generator(0) if rng is None else as_generator(rng)
    with Function(fn, inputs) as function, numpy.errstate(all="ignore"):
        problem: Problem = function
        for n in range(1, order + 1):
            check = Check(problem, n, rtol, atol, generator)
            check.run()
            problem = Gradient(problem, split(check.signed(check.outputs), check.output_templates))


class Check:
    """One order of one problem."""

    def __init__(self, problem: Problem, order: int, rtol: float, atol: float, generator: Generator) -> None:
        self.problem, self.order, self.rtol, self.atol = problem, order, rtol, atol
        self.generator = generator
        self.point = flat(problem.templates)

    def run(self) -> None:
        """Check the rules at the point, then the values there or, if there is a kink, near by."""
        rules = Rules(self.problem, self.point, self.order, self.rtol, self.atol)
        rules.check_outputs()
        self.output_templates = [output.array for output in rules.outputs]
        self.outputs = sum(array.size for array in self.output_templates)
        rules.check_gradients(self.signed(self.outputs), self.signed(self.outputs))
        point, kinks, points = self.point, 0, 0
        while points == 0 or kinks > KINKS * points:
            if points == POINTS:
                raise self.error(
                    "kinks",
                    f"no derivative at {kinks} of {points} points here and near by: kinks, jumps or noise",
                    point,
                )
            kinks += not self.agrees(point)
            points += 1
            point = self.point + 0.01 * self.signed(point.size) * numpy.maximum(abs(self.point), 0.1)

    def signed(self, size: int) -> Flat:
        """Draw numbers of both signs, between 1/2 and 3/2 in size."""
        signs = 2.0 * self.generator.bernoulli(numpy.full(size, 0.5)) - 1.0
        return signs * self.generator.uniform(size, 0.5, 1.5, dtype=numpy.float64).array

    def agrees(self, point: Flat) -> bool:
        """Compare the derivatives at `point`; return False if there are none."""
        tensors, outputs = self.problem.record(split(point, self.problem.templates, like=True))
        middle = flat([output.array for output in outputs])
        lengths = numpy.maximum(abs(point), 1.0)
        inputs = len(point)

        def backward(cotangent: Flat) -> Flat:
            seeds = [wrap(array) for array in split(cotangent, self.output_templates)]
            found = pull(outputs, tensors, seeds, False)
            zeros = [numpy.zeros(t.shape) if g is None else g.array for t, g in zip(tensors, found, strict=True)]
            return flat(zeros)

        def along(direction: Flat) -> Callable[[float], Flat]:
            return lambda t: flat(self.problem.values(split(point + t * direction, self.problem.templates)))

        def column(i: int, exact: Flat, weights: Flat | None) -> Mismatch | bool:
            direction = numpy.zeros(inputs)
            direction[i] = lengths[i]
            return compare(along(direction), middle, exact * lengths[i], weights, self.rtol, self.atol * lengths[i])

        if inputs * self.outputs <= SMALL:
            signs = numpy.sign(self.signed(self.outputs))
            rows = [signs[k] * backward(signs[k] * unit) for k, unit in enumerate(numpy.eye(self.outputs))]
            jacobian = numpy.reshape(rows, (self.outputs, inputs))
            verdicts = {i: column(i, jacobian[:, i], None) for i in range(inputs)} if self.outputs else {}
            self._raise_worst(verdicts, point, lengths, whole=True)
            return all(verdicts.values())
        smooth = True
        for _ in range(DIRECTIONS):
            cotangent = self.signed(self.outputs)
            direction = self.signed(inputs) * lengths
            gradient = backward(cotangent)
            verdict = compare(along(direction), middle, gradient @ direction, cotangent, self.rtol, self.atol)
            if isinstance(verdict, Mismatch):
                few = range(min(inputs, SCANNED))
                self._raise_worst({i: column(i, gradient[i], cotangent) for i in few}, point, lengths, whole=False)
                raise self.error(
                    "values",
                    "the derivative along a random direction differs from the differences",
                    point,
                    backward=verdict.backward,
                    numeric=verdict.numeric,
                )
            smooth = smooth and verdict
        return smooth

    def _raise_worst(self, verdicts: dict[int, Any], point: Flat, lengths: Flat, whole: bool) -> None:
        wrong = {i: verdict for i, verdict in verdicts.items() if isinstance(verdict, Mismatch)}
        if not wrong:
            return
        worst = max(wrong, key=lambda i: wrong[i].excess / lengths[i])
        found = wrong[worst]
        top = "(cotangent * outputs).sum()"
        if whole:
            top = place_of(found.place, self.problem.output_names, self.output_templates)
        raise self.error(
            "values",
            "the gradient differs from the differences",
            point,
            entry=f"d {top} / d {place_of(worst, self.problem.names, self.problem.templates)}",
            backward=found.backward / float(lengths[worst]),
            numeric=found.numeric / float(lengths[worst]),
        )

    def error(self, check: str, reason: str, point: Flat, **values: Any) -> GradientError:
        """Make the error that names `point`."""
        arrays = split(point, self.problem.templates)
        inputs = dict(zip(self.problem.names, arrays, strict=True))
        return GradientError(check, reason, order=self.order, inputs=inputs, **values)


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
