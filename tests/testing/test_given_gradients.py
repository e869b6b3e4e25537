"""One line turns a function into a property test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import op
from minigen.testing import GradientError, given_gradients

vectors = st.lists(st.floats(-2, 2), min_size=1, max_size=4).map(np.array)
wrong = op(
    "test_given_wrong", lambda x: x * x, x=lambda g, x: 2.0 * g * x * (abs(x) < 1.0) + 3.0 * g * x * (abs(x) >= 1.0)
)


@given_gradients(vectors, order=2)
def test_sine_of_a_square(x):
    """Is a test as it stands."""
    return mg.sin(x * x)


@settings(max_examples=5)
@given_gradients(vectors.map(lambda a: (a, a + 1.0)), st.just(3.0), order=2, shift=vectors.map(lambda a: a[:1]))
def test_a_tuple_numbers_and_keywords(x, y, factor, *, shift):
    assert factor == 3.0
    assert isinstance(shift, mg.Tensor)
    return x * y * factor + shift


def test_a_wrong_gradient_fails_at_simple_operands() -> None:
    test = given_gradients(vectors)(wrong)
    with pytest.raises(GradientError) as caught:
        test()
    (number,) = caught.value.inputs["inputs[0]"].tolist()
    assert 1.0 <= abs(number) <= 2.0


def test_the_order_reaches_gradcheck() -> None:
    frozen = op("test_given_frozen", lambda x: x * x, x=lambda g, x: g * (2.0 * getattr(x, "array", x)))
    somewhere = st.just(np.array([0.5, -1.5]))
    given_gradients(somewhere)(frozen)()
    with pytest.raises(GradientError, match="order 2"):
        given_gradients(somewhere, order=2)(frozen)()


def test_tolerances_reach_gradcheck() -> None:
    near = op("test_given_near", lambda x: x * x, x=lambda g, x: 2.0001 * g * x)
    given_gradients(vectors, rtol=1e-3, atol=1e-3)(near)()
    with pytest.raises(GradientError):
        given_gradients(vectors)(near)()


def test_the_test_keeps_its_name_and_needs_no_arguments() -> None:
    assert test_sine_of_a_square.__name__ == "test_sine_of_a_square"
    assert test_sine_of_a_square.__doc__ == "Is a test as it stands."
    assert test_sine_of_a_square() is None
    assert hasattr(test_sine_of_a_square, "hypothesis")
    assert type(test_sine_of_a_square) is type(given(vectors)(lambda x: None))
