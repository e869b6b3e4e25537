"""Einsum: a sum of products, written by labelling axes.

The row knows the plain case only: a label stands once in an operand, and in the result or in another operand.
Then the gradient of an operand is an einsum again, of g with the other operands, for that one's labels. The
function brings every equation there: it takes diagonals where a label stands twice, sums over labels that
stand alone, and drops axes of length 1 that others stretch.
"""

import math
import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from minigen.autodiff.ops.arranging import diagonal
from minigen.autodiff.ops.matmul import operands_of
from minigen.autodiff.ops.reduction import sum_row
from minigen.autodiff.ops.shape import reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

BLAS_PAYS = 1 << 16  # multiplications from which preparing a contraction for BLAS costs less than it saves


def _raw_einsum(xp: Any, *xs: Array, inputs: tuple[str, ...], output: str) -> Array:
    """Contract, through BLAS where it pays; a lone operand is copied, as einsum may return a view of it."""
    sizes: dict[str, int] = {}
    for labels, x in zip(inputs, xs, strict=True):
        sizes.update(zip(labels, x.shape, strict=True))
    contracts = len(xs) > 2 or (set(sizes) > set(output) and set(inputs[0]) != set(inputs[-1]))
    optimize = contracts and math.prod(sizes.values()) >= BLAS_PAYS
    out = xp.einsum(f"{','.join(inputs)}->{output}", *xs, optimize=optimize)
    return out.copy() if len(xs) == 1 else out


def _einsum_gradient(g: Any, position: int, xs: Any, inputs: tuple[str, ...], output: str) -> Any:
    """Contract g with the other operands: each label stands in the result or in one of these."""
    others = (*xs[:position], *xs[position + 1 :])
    labels = (output, *inputs[:position], *inputs[position + 1 :])
    return einsum_row(g, *others, inputs=labels, output=inputs[position])


einsum_row: Op = op("einsum", _raw_einsum, xs=_einsum_gradient)


def einsum(equation: str, *operands: Any) -> "Tensor":
    """Return a sum of products, written by labelling axes.

    Parameters
    ----------
    equation : str
        Labels (letters) for the axes of each operand, separated by commas, then ``->`` and the labels of
        the result; the others are summed over. Without ``->`` the result has the labels that stand once,
        sorted. ``...`` stands for further axes, which are broadcast. A label twice in one operand takes
        its diagonal. An axis of length 1 is broadcast against longer ones of its label.
    *operands : Tensor
        One for each group of labels, of one dtype.

    Returns
    -------
    Tensor
        In memory of its own.

    Raises
    ------
    ValueError
        If the equation cannot be read or does not fit the operands.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> mg.einsum("ij,j->i", x, mg.ones(2))
    tensor([3., 7.])
    >>> mg.einsum("ii->", x)
    tensor(5.)
    """
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    if not operands:
        raise ValueError(f"einsum: expected operands after the equation {equation!r}, got none")
    xs = operands_of("einsum", *operands)
    read, output = _read_equation(equation, tuple([x.array.shape for x in xs]))
    inputs = list(read)
    for i in range(len(xs)):
        xs[i], inputs[i] = _distinct(xs[i], inputs[i])
    sizes = _sizes(equation, xs, inputs)
    for i in range(len(xs)):
        xs[i], inputs[i] = _unstretched(xs[i], inputs[i], sizes)
    for i in range(len(xs)):
        elsewhere = output + "".join(inputs[:i] + inputs[i + 1 :])
        lonely = tuple([k for k, label in enumerate(inputs[i]) if label not in elsewhere])
        if lonely:
            xs[i] = sum_row(xs[i], axis=lonely, keepdims=False)
            inputs[i] = "".join(label for label in inputs[i] if label in elsewhere)
    return einsum_row(*xs, inputs=tuple(inputs), output=output)


@lru_cache(1024)
def _read_equation(equation: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[tuple[str, ...], str]:
    """Return the labels of each operand and of the result, with letters in the place of ``...``."""
    left, arrow, output = equation.replace(" ", "").replace("...", "…").partition("->")
    inputs = left.split(",")
    if not set(left + output) <= set(string.ascii_letters + "…,") or "," in output:
        raise ValueError(f"einsum: cannot read {equation!r}: expected letters, commas, '...' and one '->'")
    if len(inputs) != len(shapes):
        raise ValueError(f"einsum: {equation!r} is for {len(inputs)} operands, got {len(shapes)}: {list(shapes)}")
    rests = [len(shape) - len(labels.replace("…", "")) for labels, shape in zip(inputs, shapes, strict=True)]
    for labels, shape, rest in zip(inputs, shapes, rests, strict=True):
        if rest < 0 or (rest > 0 and "…" not in labels) or labels.count("…") > 1:
            raise ValueError(
                f"einsum: {labels.replace('…', '...')!r} in {equation!r} does not fit an operand of shape "
                f"{shape}: expected one label for each axis"
            )
    spare = "".join(c for c in string.ascii_letters if c not in equation)[: max(rests)]
    labelled = tuple([labels.replace("…", spare[len(spare) - n :]) for labels, n in zip(inputs, rests, strict=True)])
    if not arrow:
        named = [c for labels in labelled for c in labels if c not in spare]
        return labelled, spare + "".join(sorted(c for c in named if named.count(c) == 1))
    output = output.replace("…", spare)
    if len(set(output)) < len(output) or not set(output) <= set("".join(labelled)):
        raise ValueError(
            f"einsum: cannot read {equation!r}: a label of the result stands in it once, and in some operand"
        )
    return labelled, output


def _distinct(x: "Tensor", labels: str) -> "tuple[Tensor, str]":
    """Take the diagonal for each label that stands twice."""
    for label in sorted(set(labels)):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if x.array.shape[first] != x.array.shape[second]:
                raise ValueError(
                    f"einsum: label {label!r} stands twice in an operand, for axes of lengths "
                    f"{x.array.shape[first]} and {x.array.shape[second]}: they must be equal"
                )
            x = diagonal(x, 0, first, second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    return x, labels


def _sizes(equation: str, xs: "list[Tensor]", inputs: list[str]) -> dict[str, int]:
    """Return the length that each label stands for."""
    sizes: dict[str, int] = {}
    for x, labels in zip(xs, inputs, strict=True):
        for label, n in zip(labels, x.array.shape, strict=True):
            if n != 1 and sizes.get(label, 1) not in (1, n):
                shapes = " and ".join(str(x.array.shape) for x in xs)
                raise ValueError(
                    f"einsum: label {label!r} of {equation!r} stands for lengths {sizes[label]} and {n} "
                    f"in operands of shapes {shapes}: they must be equal, or one of them 1"
                )
            if n != 1 or label not in sizes:
                sizes[label] = n
    return sizes


def _unstretched(x: "Tensor", labels: str, sizes: dict[str, int]) -> "tuple[Tensor, str]":
    """Drop the axes of length 1 that others broadcast, so that a gradient is not owed along them."""
    keep = [k for k, label in enumerate(labels) if x.array.shape[k] == sizes[label]]
    if len(keep) == len(labels):
        return x, labels
    return reshape_row(x, shape=tuple([x.array.shape[k] for k in keep])), "".join(labels[k] for k in keep)
