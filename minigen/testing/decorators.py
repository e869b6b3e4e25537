"""A function of Tensors becomes a property test: Hypothesis draws the operands, `gradcheck` looks at each."""

from collections.abc import Callable
from typing import Any

import numpy
from hypothesis import given
from hypothesis import strategies as st

from minigen.autodiff import wrap
from minigen.backend import asarray_on
from minigen.testing.gradcheck import gradcheck


def given_gradients(
    *operands: "st.SearchStrategy[Any]",
    order: int = 1,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    **named: "st.SearchStrategy[Any]",
) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """Turn the function below into a property test of its derivatives.

    Parameters
    ----------
    *operands : strategy
        One for each positional argument, drawing what `gradcheck` takes; float64 arrays become Tensors that require
        grad. A strategy that draws a tuple gives as many arguments.
    order, rtol, atol : optional
        As for `gradcheck`.
    **named : strategy
        For keyword arguments.

    Returns
    -------
    callable
        The decorator. What it returns takes no arguments, and `hypothesis.settings` and its kin apply to it; a failure
        is a `GradientError` at the simplest operands that Hypothesis finds.

    Examples
    --------
    >>> import minigen as mg
    >>> from hypothesis import strategies as st
    >>> numbers = st.lists(st.floats(-2, 2), min_size=1, max_size=5).map(numpy.array)
    >>> @given_gradients(numbers, order=2)
    ... def test_sine_of_square(x):
    ...     return mg.sin(x * x)
    >>> test_sine_of_square()
    """

    def decorate(fn: Callable[..., Any]) -> Callable[[], None]:
        def test(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
            spread: list[Any] = []
            for value in arguments:
                spread.extend(value if isinstance(value, tuple) else (value,))

            def call(*values: Any) -> Any:
                return fn(*values[:-1], **values[-1])

            gradcheck(call, _as_inputs((*spread, keywords)), order=order, rtol=rtol, atol=atol)

        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(test, name, getattr(fn, name, getattr(test, name)))
        property_test: Callable[[], None] = given(st.tuples(*operands), st.fixed_dictionaries(named))(test)
        return property_test

    return decorate


def _as_inputs(value: Any) -> Any:
    """Return nested operands with float64 arrays as Tensors that require grad."""
    if isinstance(value, dict):
        return {key: _as_inputs(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_as_inputs(part) for part in value)
    if isinstance(value, numpy.ndarray) and value.dtype == numpy.float64:
        return wrap(asarray_on(None, value), requires_grad=True)
    return value
