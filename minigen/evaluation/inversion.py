"""How well transforms undo themselves in the arithmetic they run in, by depth.

In exact arithmetic f⁻¹(f(x)) = x. Each step rounds, and each step that stretches multiplies the errors so far, so they
grow with depth: the figure to look at before samples or codes of a deep flow are trusted.
"""

from collections.abc import Sequence
from typing import Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.evaluation.likelihood import resting


class Invertible(Protocol):
    """What is needed of a step: the map and its inverse, each with a second value that is not used here."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]: ...  # noqa: D102
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]: ...  # noqa: D102


@no_grad
def inversion_errors(steps: Sequence[Invertible], x: Tensor) -> list[float]:
    """Return the largest |x - f⁻¹(f(x))| over examples for the first step, for the first two, and so on.

    Parameters
    ----------
    steps : sequence of transforms
        In the order in which they are applied to data.
    x : Tensor
        Examples, of shape (n, d).

    Examples
    --------
    >>> import minigen as mg
    >>> flow = mg.models.RealNVP(2, couplings=4)
    >>> [error < 1e-4 for error in inversion_errors(list(flow.transform.steps), mg.randn(10, 2))]
    [True, True, True, True]
    """
    steps, errors, z = list(steps), [], x
    with resting(*steps):
        for depth, step in enumerate(steps):
            z = step.forward(z)[0]
            back = z
            for earlier in reversed(steps[: depth + 1]):
                back = earlier.inverse(back)[0]
            errors.append((back - x).abs().max().item())
    return errors
