"""The affine coupling of Real NVP as one operation: on small vectors the eight it is made of would be mostly overhead.

With b the features of x from `start` on that move, and (r, t) the two halves of what a network says of the others,

    s = c tanh(r / c)        z = x with b exp(s) + t in the place of b        log|det dz/dx| = Σ s

Source: Dinh, Sohl-Dickstein and Bengio 2017, "Density estimation using Real NVP", section 3.
"""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.ops.activation import tanh_row
from minigen.autodiff.ops.exponential import exp_row
from minigen.autodiff.ops.indexing import getitem_row, index_set_row
from minigen.autodiff.ops.joining import cat_row
from minigen.autodiff.ops.matmul import operands_of
from minigen.autodiff.ops.operands import needs_floating
from minigen.autodiff.ops.shape import reshape_row
from minigen.autodiff.table import Op, op
from minigen.backend import Array

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def _raw_affine_coupling(xp: Any, x: Array, net: Array, *, start: int, bound: float) -> tuple[Array, Array]:
    width = net.shape[1] // 2
    s = net[:, :width] / bound
    xp.tanh(s, s)
    s *= bound
    z = x.copy()
    moved = z[:, start : start + width]
    moved *= xp.exp(s)
    moved += net[:, width:]
    return z, s.sum(1)


affine_coupling_row: Op = op(
    "affine_coupling",
    _raw_affine_coupling,
    x=lambda g, net, start, bound: _x_grad(g[0], net, start, bound),
    net=lambda g, out, net, start, bound: _net_grad(g, out[0], net, start, bound),
)


def _x_grad(g: Any, net: Any, start: int, bound: float) -> Any:
    """Scale what moved as it was scaled."""
    if g is None:
        return None
    width = net.shape[1] // 2
    place = _columns(start, width)
    factor = exp_row(bound * tanh_row(getitem_row(net, index=_columns(0, width)) / bound))
    return index_set_row(g, getitem_row(g, index=place) * factor, index=place)


def _net_grad(g: Any, z: Any, net: Any, start: int, bound: float) -> Any:
    """Return the gradients of r and t side by side; that of s comes from z, where b exp(s) = z_b - t, and from Σ s."""
    width = net.shape[1] // 2
    place = _columns(start, width)
    tanh = tanh_row(getitem_row(net, index=_columns(0, width)) / bound)
    of_t = 0.0 * tanh if g[0] is None else getitem_row(g[0], index=place)
    of_s = of_t * (getitem_row(z, index=place) - getitem_row(net, index=_columns(width, width)))
    if g[1] is not None:
        of_s = of_s + reshape_row(g[1], shape=(net.shape[0], 1))
    return cat_row(of_s * (1.0 - tanh * tanh), of_t, axis=1)


def _columns(start: int, width: int) -> tuple[slice, slice]:
    return slice(None), slice(start, start + width)


def affine_coupling(input: Any, net: Any, start: int, *, bound: float) -> "tuple[Tensor, Tensor]":
    """Return vectors of which some features are scaled and shifted, and the logarithm of what that does to volumes.

    Parameters
    ----------
    input : Tensor
        x, of shape (batch, d).
    net : Tensor
        r and t side by side, of shape (batch, 2 m): they must not depend on the m features that move.
    start : int
        The first feature that moves; they lie in a row.
    bound : float
        c, above 0: s lies between -c and c.

    Returns
    -------
    (Tensor, Tensor)
        z of shape (batch, d) and Σ s of shape (batch,).

    Raises
    ------
    ValueError
        If the shapes do not fit, or `bound` is not above 0.
    TypeError
        If the dtypes differ or are not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.autodiff.ops.coupling import affine_coupling
    >>> affine_coupling(mg.tensor([[1.0, 2.0]]), mg.tensor([[0.0, 3.0]]), 1, bound=2.0)
    (tensor([[1., 5.]]), tensor([0.]))
    """
    x, outputs = operands_of("affine_coupling", input, net)
    needs_floating("affine_coupling", x)
    left, right = x.array.shape, outputs.array.shape
    if len(left) != 2 or len(right) != 2 or left[0] != right[0] or right[1] % 2:
        raise ValueError(
            f"affine_coupling: shapes {left} and {right} do not fit: expected input (batch, d) and net (batch, 2 m)"
        )
    if start < 0 or start + right[1] // 2 > left[1]:
        raise ValueError(
            f"affine_coupling: {right[1] // 2} features from {start} on do not lie within {left[1]}: start, or net's "
            "width, is too large"
        )
    if not 0 < bound < float("inf"):
        raise ValueError(f"affine_coupling: bound must be above 0 and finite, got {bound}")
    return affine_coupling_row(x, outputs, start=start, bound=bound)  # type: ignore[return-value]
