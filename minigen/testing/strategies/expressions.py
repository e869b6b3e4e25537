"""Whole random expression graphs: reuse, diamonds, broadcasting and reductions, smooth everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

import minigen.autodiff.ops.activation as activation
import minigen.autodiff.ops.exponential as exponential
from minigen.autodiff import Tensor
from minigen.autodiff.ops.arithmetic import square
from minigen.backend import Array
from minigen.testing.strategies.arrays import any_array
from minigen.testing.strategies.shapes import broadcastable_shapes, sampled

UNARY: dict[str, Callable[[Any], Any]] = {
    "tanh({})": activation.tanh,
    "sigmoid({})": activation.sigmoid,
    "sin({})": exponential.sin,
    "exp(-square({}))": lambda x: exponential.exp(-square(x)),
    "-{}": lambda x: -x,
    "{}.mean(-1, keepdim=True)": lambda x: x.mean(-1, keepdim=True) if x.ndim and x.shape[-1] else x * 0.5,
    "{}.T.T": lambda x: x.T.T,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "{} + {}": lambda x, y: x + y,
    "{} - {}": lambda x, y: x - y,
    "{} * tanh({})": lambda x, y: x * activation.tanh(y),
    "{} / (2 + sin({}))": lambda x, y: x / (2 + exponential.sin(y)),
}
"""Each result is at most as large as its operands together, so that no depth overflows."""


@dataclass(frozen=True)
class Expression:
    """A straight-line program on Tensors, `operands` for it, and how it reads.

    Attributes
    ----------
    steps : tuple
        For each step its text, and the values (operands first, then steps) that it takes.
    operands : tuple of array
        What it is called with.
    """

    steps: tuple[tuple[str, tuple[int, ...]], ...]
    operands: tuple[Array, ...]

    def __call__(self, *operands: Tensor) -> Tensor:
        """Run the steps and return the last value."""
        values: list[Any] = list(operands)
        for text, taken in self.steps:
            row: Callable[..., Any] = UNARY[text] if text in UNARY else BINARY[text]
            values.append(row(*[values[i] for i in taken]))
        result: Tensor = values[-1]
        return result

    def __repr__(self) -> str:
        first = len(self.operands)
        lines = [f"v{i} = {x.dtype}{list(x.shape)}" for i, x in enumerate(self.operands)]
        for i, (text, taken) in enumerate(self.steps):
            lines.append(f"v{first + i} = " + text.format(*[f"v{j}" for j in taken]))
        return "\n".join(lines)


@st.composite
def expressions(draw: st.DrawFn, max_steps: int = 8) -> Expression:
    """Draw an expression of two or three operands and up to `max_steps` steps.

    A step takes any earlier values, mostly the last one; values are used twice (diamonds), or never.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    max_steps : int, default: 8
        The largest number of steps.

    Examples
    --------
    >>> import minigen as mg
    >>> from hypothesis import given
    >>> @given(expressions())
    ... def check(f):
    ...     out = f(*[mg.tensor(x) for x in f.operands])
    ...     assert mg.isfinite(out).all()
    >>> check()
    """
    operands = tuple(any_array(draw, form) for form in draw(broadcastable_shapes(draw(sampled((2, 3))))))
    steps: list[tuple[str, tuple[int, ...]]] = []
    for _ in range(draw(st.sampled_from(sorted({max(1, max_steps // 4), max(1, max_steps // 2), max_steps})))):
        known = len(operands) + len(steps)
        last = known - 1
        any_of = st.integers(0, last)
        if draw(st.booleans()):
            steps.append((draw(sampled(tuple(UNARY))), (last,)))
        else:
            text = draw(sampled(tuple(BINARY)))
            steps.append((text, draw(st.sampled_from([(last, draw(any_of)), (draw(any_of), last)]))))
    return Expression(tuple(steps), operands)
