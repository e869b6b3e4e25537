"""Is this derivative right? Every answer is compared with differences of the function itself.

`gradcheck` looks at a function in one point: first at the rules of a differentiable operation (`rules`), then at the
values (`values`). For a higher order the gradient becomes the function. Where a function has a kink there is nothing to
compare with, so points near by are taken.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigen.random import Generator
from minigen.random.default import as_generator
from minigen.testing.errors import GradientError
from minigen.testing.function import Function, Gradient, Problem, Recorded, flat, split
from minigen.testing.rules import Rules
from minigen.testing.values import Values, signed

KINKS = 0.2  # of the points, at most
POINTS = 20


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
            cotangents = check_order(problem, n, rtol, atol, generator)
            problem = Gradient(problem, cotangents)


def check_order(problem: Problem, order: int, rtol: float, atol: float, generator: Generator) -> list[Any]:
    """Check the first derivative of `problem`, which is one of this `order` for the user; return random cotangents."""
    point = flat(problem.templates)
    rules = Rules(problem, point, order, rtol, atol)
    rules.check_outputs()
    outputs = [output.array for output in rules.outputs]
    count = sum(array.size for array in outputs)
    rules.check_gradients(signed(generator, count), signed(generator, count))
    kinks = points = 0
    near = point
    recorded: Recorded | None = (rules.tensors, rules.outputs)
    while points == 0 or kinks > KINKS * points:
        if points == POINTS:
            inputs = dict(zip(problem.names, split(near, problem.templates), strict=True))
            reason = f"no derivative at {kinks} of {points} points here and near by: kinks, jumps or noise"
            raise GradientError("kinks", reason, order=order, inputs=inputs)
        kinks += not Values(problem, near, recorded, order, rtol, atol).agree(generator)
        points += 1
        near = point + 0.01 * signed(generator, point.size) * numpy.maximum(abs(point), 0.1)
        recorded = None
    return split(signed(generator, count), outputs)
