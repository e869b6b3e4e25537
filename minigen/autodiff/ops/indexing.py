"""Reading and writing parts: ``x[…]``, where, gather, scatter_add, index_add, index_set, tril, triu.

Reading and adding-into are each other's adjoint: the gradient of ``x[index]`` puts g at `index` into zeros, and
the gradient of that reads g at `index`.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.grad_mode import mode
from minigen.autodiff.ops.inplace import assign, check_writable
from minigen.autodiff.ops.operands import as_dtype, checked, operand, promoted
from minigen.autodiff.table import op
from minigen.backend import Array, namespace

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

where_row = op(
    "where",
    lambda xp, condition, x, y: xp.where(condition, x, y),
    fixed=("condition",),
    x=lambda g, condition: where_row(condition, g, 0.0),
    y=lambda g, condition: where_row(condition, 0.0, g),
    broadcasts=True,
)


def where(condition: TensorBase, input: Any, other: Any) -> "Tensor":
    """Return `input` where `condition` holds, `other` elsewhere.

    Parameters
    ----------
    condition : Tensor of bool
        Broadcastable with the operands.
    input, other : Tensor or number
        Values to choose from.

    Returns
    -------
    Tensor
        Of the broadcast shape and promoted dtype.

    Raises
    ------
    TypeError
        If `condition` is not boolean.

    Notes
    -----
    A branch not taken gets gradient 0, but 0 times its infinite slope is NaN. Make the argument safe first:
    ``where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0)``.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([-1.0, 2.0])
    >>> mg.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    if checked("where", condition).array.dtype.kind != "b":
        raise TypeError(f"where: condition must be boolean, got {describe(condition)}: compare, as in x > 0")
    if not isinstance(input, TensorBase) and not isinstance(other, TensorBase):
        input, other = operand("where", input), operand("where", other)
        xp = namespace(condition.array)
        dtype = promoted("where", wrap(xp.zeros((), bool)), input, other)[0].array.dtype
        return wrap(xp.where(condition.array, xp.asarray(input, dtype), xp.asarray(other, dtype)))
    return where_row(condition, *promoted("where", input, other))


class IndexingMethods(TensorBase):
    """Indexing as methods of Tensors."""

    __slots__ = ()
