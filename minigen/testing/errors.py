"""What a failed check says."""

from collections.abc import Mapping
from typing import Any

import numpy

SHOWN = 1000  # numbers of an input that are printed, at most


class GradientError(AssertionError):
    """A derivative is wrong, or a function breaks the rules of a differentiable operation.

    Attributes
    ----------
    check : str
        Which check failed: ``values``, ``kinks``, ``finite``, ``dtype``, ``shape``, ``device``, ``determinism``,
        ``mutation``, ``aliasing``, ``linearity`` or ``sweeps``.
    order : int
        The order of the derivative.
    entry : str or None
        The worst entry, as in ``d output[2] / d inputs[0][1]``.
    backward, numeric : float or None
        What the backward sweep and the difference quotient say there.
    inputs : dict of str to array
        The point where it failed, by the names that the text uses.

    Examples
    --------
    >>> error = GradientError("values", "the gradient differs", order=1, entry="d output / d inputs[0]",
    ...                       backward=2.0, numeric=1.0, inputs={"inputs[0]": numpy.array(0.5)})
    >>> print(error)
    gradcheck, order 1, check 'values': the gradient differs
      entry     d output / d inputs[0]
      backward  2
      numeric   1
    it happens at
      inputs[0] = array(0.5)
    """

    def __init__(
        self,
        check: str,
        reason: str,
        *,
        order: int = 1,
        entry: str | None = None,
        backward: float | None = None,
        numeric: float | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        self.check, self.order, self.entry = check, order, entry
        self.backward, self.numeric = backward, numeric
        self.inputs = dict(inputs or {})
        lines = [f"gradcheck, order {order}, check {check!r}: {reason}"]
        if entry is not None:
            lines.append(f"  entry     {entry}")
        if backward is not None:
            lines.append(f"  backward  {backward:.12g}")
        if numeric is not None:
            lines.append(f"  numeric   {numeric:.12g}")
        if self.inputs:
            lines.append("it happens at")
            with numpy.printoptions(floatmode="unique", threshold=SHOWN):
                lines += [f"  {name} = {array!r}" for name, array in self.inputs.items()]
        super().__init__("\n".join(lines))
