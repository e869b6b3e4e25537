"""Well-conditioned matrices: safe to invert, to factor and to take a logarithm of the determinant of."""

import numpy as np
from hypothesis import strategies as st

from minigen.backend import Array
from minigen.random import Generator
from minigen.testing.strategies.arrays import SEEDS
from minigen.testing.strategies.layouts import laid_out

SIZES = (2, 3, 1, 4, 0, 5)
KINDS = ("general", "symmetric", "positive", "orthogonal", "triangular")


@st.composite
def matrices(
    draw: st.DrawFn, size: int | None = None, *, kinds: tuple[str, ...] = KINDS, condition: float = 10.0
) -> Array:
    """Draw a square float64 matrix whose singular values lie between 1 and `condition`.

    Triangular ones have them on the diagonal, and small numbers beside it.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    size : int, optional
        Rows and columns, 0 to 5 by default.
    kinds : tuple of str, optional
        Some of "general", "symmetric", "positive" (definite), "orthogonal", "triangular" (lower).
    condition : float, default: 10.0
        The largest singular value.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> @given(matrices(3))
    ... def check(a):
    ...     assert np.allclose(a @ np.linalg.inv(a), np.eye(3))
    >>> check()
    """
    n = draw(st.sampled_from(SIZES)) if size is None else size
    kind = draw(st.sampled_from(kinds))
    rng = Generator(draw(SEEDS))
    left, right = (np.linalg.qr(rng.normal((n, n), dtype="float64", device="cpu").array)[0] for _ in range(2))
    values = rng.uniform((n,), 1.0, condition, dtype="float64", device="cpu").array
    signs = np.where(rng.bernoulli(np.full(n, 0.5)), 1.0, -1.0)
    if kind == "triangular":
        found = np.tril(0.1 * left, -1) + np.diag(values * signs)
    elif kind == "orthogonal":
        found = left
    elif kind == "general":
        found = left * values @ right
    else:
        found = left * (values if kind == "positive" else values * signs) @ left.T
        found = (found + found.T) / 2
    return laid_out(draw, found)
