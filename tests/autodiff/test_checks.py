"""The checker of derivatives itself: it accepts what is right and rejects each kind of wrong rule."""

import itertools

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import op
from tests.autodiff.checks import check_derivatives

RNG = np.random.default_rng(0)
unused = itertools.count()


def square(rule):
    """x * x as a row with this rule."""
    return op(f"test_square_{next(unused)}", lambda x: x * x, x=rule)


def test_it_accepts_what_is_right() -> None:
    check_derivatives(square(lambda g, x: 2.0 * g * x), (RNG.normal(size=(3, 4)),))


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_it_rejects_a_gradient_with_one_element_of_many_0(size) -> None:
    x = RNG.uniform(0.5, 1.5, size)
    mask = np.ones(size)
    mask[size // 3] = 0.0
    with pytest.raises(AssertionError, match="first derivative in input 0"):
        check_derivatives(square(lambda g, x: 2.0 * g * x * mask), (x,), order=1)


@pytest.mark.parametrize("factor", [1.001, 1.0001])
def test_it_rejects_a_gradient_with_a_factor(factor) -> None:
    with pytest.raises(AssertionError, match="first derivative in input 0"):
        check_derivatives(square(lambda g, x: 2.0 * factor * g * x), (RNG.normal(size=5),))


def test_it_rejects_a_gradient_that_is_right_for_positive_cotangents_only() -> None:
    with pytest.raises(AssertionError, match="first derivative in input 0"):
        check_derivatives(square(lambda g, x: 2.0 * abs(g) * x), (RNG.normal(size=5),))


def test_it_rejects_a_sum_over_the_wrong_axis() -> None:
    columns = {"axis": (1,), "keepdims": False}
    row = op("test_axis", lambda x, y: x * y, fixed=("y",), x=lambda g, y: mg.autodiff.rows["sum"](g * y, **columns))
    y = mg.tensor(RNG.normal(size=(3, 3)))
    with pytest.raises(AssertionError, match="first derivative in input 0"):
        check_derivatives(lambda x: row(x, y), (RNG.normal(size=3),))


def test_it_rejects_a_constant_in_the_second_order() -> None:
    frozen = square(lambda g, x: g * (2.0 * (x.array if isinstance(x, mg.Tensor) else x)))
    with pytest.raises(AssertionError, match="second derivative in input 0"):
        check_derivatives(frozen, (RNG.normal(size=3),))
    check_derivatives(frozen, (RNG.normal(size=3),), order=1)


def test_it_rejects_a_gradient_that_claims_to_be_constant() -> None:
    frozen = square(lambda g, x: mg.tensor(2.0 * g.array * x.array) if isinstance(g, mg.Tensor) else 2.0 * g * x)
    with pytest.raises(AssertionError, match="second derivative in input 0"):
        check_derivatives(frozen, (RNG.normal(size=3),))


def test_it_rejects_a_rule_that_forgets_where_its_cotangent_came_from() -> None:
    forgetful = square(lambda g, x: (g.array if isinstance(g, mg.Tensor) else g) * (2.0 * x))
    with pytest.raises(AssertionError, match="second derivative in cotangent 0"):
        check_derivatives(forgetful, (RNG.normal(size=3),))


def test_it_rejects_sweeps_that_differ() -> None:
    two = square(lambda g, x: 2.0 * g * x if isinstance(g, mg.Tensor) else (2.0 + 1e-15) * g * x)
    with pytest.raises(AssertionError, match="the raw and the recorded sweep differ"):
        check_derivatives(two, (RNG.normal(size=3),))


def test_it_rejects_a_write_to_an_input() -> None:
    def writes(x):
        return np.round(x, 13, x) * 1.0

    with pytest.raises(AssertionError, match="an input was written"):
        check_derivatives(op("test_writes", writes, x=lambda g: g), (RNG.normal(size=3),))
