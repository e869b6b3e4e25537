"""One record for each operation and way of calling it: what all tests of the operation are generated from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from minigen.backend import Array

Samples = st.SearchStrategy[tuple[Array, ...]]


@dataclass(frozen=True)
class Record:
    """An operation under test.

    Attributes
    ----------
    name : str
        The operation, and how it is called; no two records share it.
    function : callable
        Takes Tensors, one for each operand; returns a Tensor or a tuple of them.
    samples : strategy of tuple of array
        Draws float64 operands at which the function is as often differentiable as `order` says.
    covers : tuple of str
        The rows of the table that the function and its derivatives must go through.
    order : int
        The highest derivative to compare with differences.
    reference : callable, optional
        The same function of NumPy arrays.
    errors : tuple of (callable, type, str)
        Wrong calls: each takes nothing, raises the exception, whose text contains the str.
    domain : tuple of float, optional
        Of an elementwise function: the open interval in which it equals its reference at any magnitude.
    tied : strategy of tuple of array, optional
        Operands at which elements tie and the function has a kink, but is positively homogeneous (or a power of such
        a function): there its derivative along the operands themselves is compared with differences.
    integers : {"keep", "float", "refuse"}, optional
        What becomes of int64 operands: the dtype is kept, is the default one, or a TypeError is raised.
    note : str
        Why the record is as it is.

    Examples
    --------
    A user's own operation gets a record too:

    >>> import numpy as np
    >>> import minigen as mg
    >>> from minigen.autodiff import op
    >>> from minigen.testing.strategies import unary
    >>> cosh = op("cosh", lambda xp, x: xp.cosh(x), x=lambda g, x: g * (mg.exp(x) - mg.exp(-x)) / 2)
    >>> Record("cosh", cosh, unary(), covers=("cosh",), reference=np.cosh)
    Record('cosh')
    """

    name: str
    function: Callable[..., Any]
    samples: Samples
    covers: tuple[str, ...] = ()
    order: int = 2
    reference: Callable[..., Any] | None = None
    errors: tuple[tuple[Callable[[], Any], type[Exception], str], ...] = ()
    domain: tuple[float, float] | None = None
    tied: Samples | None = None
    integers: Literal["keep", "float", "refuse"] | None = None
    note: str = ""

    def __repr__(self) -> str:
        return f"Record({self.name!r})"
