"""Products that sum over an axis: matmul and its kin, and the affine map of a linear layer.

Every derivative of a product is a product again: of y = x W the gradients are g W^T and x^T g.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy

from minigen.autodiff.graph import TensorBase, describe
from minigen.autodiff.ops.arithmetic import add, mul
from minigen.autodiff.ops.operands import checked, operand
from minigen.autodiff.ops.shape import reshape_row, sum_to_row, transpose_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _flat(x: Array) -> Array:
    """Return x as a matrix: all axes but the last become one."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _raw_linear(x: Array, weight: Array, bias: Array | None) -> Array:
    out = _flat(x) @ weight.T
    if bias is not None:
        out += bias
    return out if x.ndim == 2 else out.reshape(*x.shape[:-1], out.shape[-1])


matmul_row: Op = op(
    "matmul",
    lambda x, y: x @ y,
    x=lambda g, y: matmul_row(g, y.mT),
    y=lambda g, x: matmul_row(x.mT, g),
    broadcasts=True,
)
linear_row: Op = op(
    "linear",
    _raw_linear,
    x=lambda g, weight: linear_row(g, weight.mT, None),
    weight=lambda g, x: linear_weight_grad_row(g, x),
    bias=lambda g, bias_shape: sum_to_row(g, shape=bias_shape),
)
linear_weight_grad_row: Op = op(
    "linear_weight_grad",
    lambda outward, x: _flat(outward).T @ _flat(x),
    outward=lambda g, x: linear_row(x, g, None),
    x=lambda g, outward: linear_row(outward, g.mT, None),
)


# ----------------------------------------------------------------------------------------- arguments


def operands_of(name: str, *values: Any) -> "list[Tensor]":
    """Return Tensors of one numeric dtype; products do not promote, as in PyTorch."""
    tensors: Any = [v if isinstance(v, TensorBase) else checked(name, operand(name, v)) for v in values]
    dtype = tensors[0].array.dtype
    for tensor in tensors:
        if tensor.array.dtype != dtype or dtype.kind == "b":
            given = ", ".join(map(describe, tensors))
            raise TypeError(f"{name}: expected operands of one dtype, not bool, got {given}: convert with .to(dtype)")
    return tensors  # type: ignore[no-any-return]


def _ranked(name: str, ranks: tuple[int, ...], *values: Any) -> "list[Tensor]":
    """Return Tensors with the given numbers of axes."""
    tensors = operands_of(name, *values)
    shapes = [t.array.shape for t in tensors]
    if any(len(shape) != rank for shape, rank in zip(shapes, ranks, strict=True)):
        raise ValueError(
            f"{name}: expected operands with {' and '.join(map(str, ranks))} axes, got shapes "
            f"{' and '.join(map(str, shapes))}: use matmul or einsum for others"
        )
    return tensors


def _check_inner(name: str, x: tuple[int, ...], y: tuple[int, ...]) -> None:
    """Raise ValueError unless matrices (or vectors) of shapes x and y fit, batch axes included."""
    inner = y[-2] if len(y) > 1 else y[0]
    if x[-1] != inner:
        raise ValueError(
            f"{name}: shapes {x} and {y} do not fit: the last axis of the first ({x[-1]}) must be as long as "
            f"the {'second last' if len(y) > 1 else 'only'} axis of the second ({inner})"
        )
    if len(x) < 3 or len(y) < 3:
        return
    try:
        numpy.broadcast_shapes(x[:-2], y[:-2])
    except ValueError:
        raise ValueError(
            f"{name}: the batch axes {x[:-2]} and {y[:-2]} of shapes {x} and {y} do not broadcast: "
            "pairs of lengths, counted from the right, must be equal or contain a 1"
        ) from None


# ------------------------------------------------------------------------------------------ products


def matmul(input: Any, other: Any) -> "Tensor":
    """Return the matrix product of two Tensors, ``input @ other``.

    Parameters
    ----------
    input, other : Tensor
        Of one dtype, at least 1-D. Matrices are in the last two axes, the axes before are broadcast; a vector
        is a row on the left, a column on the right, and its axis is absent from the result.

    Returns
    -------
    Tensor
        0-d for two vectors, else of shape (..., rows of `input`, columns of `other`).

    Raises
    ------
    ValueError
        If the inner axes differ or the batch axes do not broadcast.
    TypeError
        If the dtypes differ or are bool.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.matmul(mg.ones(2, 3), mg.arange(3.0))
    tensor([3., 3.])
    """
    x, y = operands_of("matmul", input, other)
    left, right = x.array.shape, y.array.shape
    if not left or not right:
        raise ValueError(f"matmul: expected at least one axis, got shapes {left} and {right}: use * for scalars")
    _check_inner("matmul", left, right)
    if len(left) == 1:
        x = reshape_row(x, shape=(1, *left))
    if len(right) == 1:
        y = reshape_row(y, shape=(*right, 1))
    if x.array.ndim > 2 and y.array.ndim == 2:  # one large product instead of many, for the gradients too
        out = linear_row(x, transpose_row(y, axes=(1, 0)), None)
    else:
        out = matmul_row(x, y)
    if len(left) > 1 and len(right) > 1:
        return out
    *batch, rows, columns = out.array.shape
    return reshape_row(out, shape=(*batch, *[rows] * (len(left) > 1), *[columns] * (len(right) > 1)))


def mm(input: Any, mat2: Any) -> "Tensor":
    """Return the product of two matrices; see `matmul`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.mm(mg.eye(2), mg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[1., 2.],
            [3., 4.]])
    """
    x, y = _ranked("mm", (2, 2), input, mat2)
    _check_inner("mm", x.array.shape, y.array.shape)
    return matmul_row(x, y)


def bmm(input: Any, mat2: Any) -> "Tensor":
    """Return the products of two equally long batches of matrices, without broadcasting; see `matmul`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.bmm(mg.ones(5, 2, 3), mg.ones(5, 3, 4)).shape
    (5, 2, 4)
    """
    x, y = _ranked("bmm", (3, 3), input, mat2)
    if x.array.shape[0] != y.array.shape[0]:
        raise ValueError(
            f"bmm: expected batches of one length, got shapes {x.array.shape} and {y.array.shape}: "
            "use matmul to broadcast"
        )
    _check_inner("bmm", x.array.shape, y.array.shape)
    return matmul_row(x, y)


def mv(input: Any, vec: Any) -> "Tensor":
    """Return the product of a matrix and a vector; see `matmul`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.mv(mg.ones(2, 3), mg.arange(3.0))
    tensor([3., 3.])
    """
    x, y = _ranked("mv", (2, 1), input, vec)
    _check_inner("mv", x.array.shape, y.array.shape)
    return matmul(x, y)


def dot(input: Any, tensor: Any) -> "Tensor":
    """Return the sum of the products of two equally long vectors.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.dot(mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0]))
    tensor(11.)
    """
    x, y = _ranked("dot", (1, 1), input, tensor)
    _check_inner("dot", x.array.shape, y.array.shape)
    return matmul(x, y)


def outer(input: Any, vec2: Any) -> "Tensor":
    """Return the matrix of all products of the elements of two vectors.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.outer(mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    x, y = _ranked("outer", (1, 1), input, vec2)
    return mul(reshape_row(x, shape=(*x.array.shape, 1)), reshape_row(y, shape=(1, *y.array.shape)))


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> "Tensor":
    """Return ``beta * input + alpha * (mat1 @ mat2)``.

    Parameters
    ----------
    input : Tensor
        Broadcastable to the product; with ``beta=0`` it is not read, so that NaN in it does no harm.
    mat1, mat2 : Tensor
        Matrices of shapes (n, m) and (m, p).
    beta, alpha : float, optional
        Factors of `input` and of the product.

    Returns
    -------
    Tensor
        Of shape (n, p).

    Raises
    ------
    ValueError
        If the matrices do not fit, or `input` does not broadcast to their product.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.addmm(mg.ones(2), mg.eye(2), mg.eye(2), alpha=3)
    tensor([[4., 1.],
            [1., 4.]])
    """
    start = operands_of("addmm", input, mat1, mat2)[0]
    product = mm(mat1, mat2)
    given, shape = start.array.shape, product.array.shape
    if len(given) > 2 or any(n not in (1, m) for n, m in zip(given[::-1], shape[::-1], strict=False)):
        raise ValueError(
            f"addmm: input of shape {given} does not broadcast to the product's shape {shape}: "
            f"expected {shape}, {shape[1:]} or lengths of 1"
        )
    scaled = product if alpha == 1 else mul(product, alpha)
    return scaled if beta == 0 else add(scaled, start, alpha=beta)


def linear(input: Any, weight: Any, bias: Any = None) -> "Tensor":
    """Return ``input @ weight.T + bias``, the affine map of a layer.

    Parameters
    ----------
    input : Tensor
        Of shape (..., in_features).
    weight : Tensor
        Of shape (out_features, in_features).
    bias : Tensor, optional
        Of shape (out_features,).

    Returns
    -------
    Tensor
        Of shape (..., out_features).

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.functional.linear(mg.ones(5, 2), mg.tensor([[1.0, 2.0]]), mg.tensor([10.0])).T
    tensor([[13., 13., 13., 13., 13.]])
    """
    given = operands_of("linear", input, weight, *([] if bias is None else [bias]))
    shapes = [t.array.shape for t in given]
    if (
        not shapes[0]
        or len(shapes[1]) != 2
        or shapes[0][-1] != shapes[1][1]
        or (bias is not None and shapes[2] != shapes[1][:1])
    ):
        raise ValueError(
            f"linear: shapes {' and '.join(map(str, shapes))} do not fit: expected input (..., in_features), "
            "weight (out_features, in_features), bias (out_features,)"
        )
    return linear_row(given[0], given[1], given[2] if bias is not None else None)


class MatmulMethods(TensorBase):
    """Products as operators and methods of Tensors."""

    __slots__ = ()

    def __matmul__(self, other: Any) -> "Tensor":
        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> "Tensor":
        return matmul(other, self)

    def matmul(self, other: Any) -> "Tensor":
        """See `minigen.matmul`."""
        return matmul(self, other)

    def mm(self, mat2: Any) -> "Tensor":
        """See `minigen.mm`."""
        return mm(self, mat2)

    def bmm(self, mat2: Any) -> "Tensor":
        """See `minigen.bmm`."""
        return bmm(self, mat2)

    def mv(self, vec: Any) -> "Tensor":
        """See `minigen.mv`."""
        return mv(self, vec)

    def dot(self, tensor: Any) -> "Tensor":
        """See `minigen.dot`."""
        return dot(self, tensor)

    def outer(self, vec2: Any) -> "Tensor":
        """See `minigen.outer`."""
        return outer(self, vec2)

    def addmm(self, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> "Tensor":
        """See `minigen.addmm`."""
        return addmm(self, mat1, mat2, beta=beta, alpha=alpha)
