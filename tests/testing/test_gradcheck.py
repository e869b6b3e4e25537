"""gradcheck rejects each kind of wrong gradient, every time."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import op
from minigen.testing import GradientError, gradcheck
from tests.host import assert_array_equal, examples, placed

SEEDS = range(examples(20))
unused = itertools.count()


def square(rule, forward=lambda x: x * x):
    """x * x as a row with this rule."""
    return op(f"test_gradcheck_{next(unused)}", forward, x=rule)


def normal(seed, *shape):
    return mg.tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


def rejected(check, fn, inputs, **options):
    """Return the error, which must be of this check."""
    with pytest.raises(GradientError) as caught:
        gradcheck(fn, inputs, **options)
    assert caught.value.check == check, str(caught.value)
    return caught.value


def least():
    """The least difference that is seen: that of one bit, beyond the host more than rounding."""
    return 1e-15 if mg.get_default_device().type == "cpu" else 1e-9


# ------------------------------------------------------------------------------------------------ sensitivity


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_one_element_of_many_is_zero(size) -> None:
    for seed in SEEDS:
        mask = np.ones(size)
        mask[seed * (size - 1) // 19] = 0.0
        error = rejected("values", zeroed(placed(mask).array), (normal(seed, size),))
        assert error.entry.endswith(f"/ d inputs[0][{seed * (size - 1) // 19}]"), error
        assert error.backward == 0.0


def zeroed(mask):
    return square(lambda g, x: 2.0 * g * x * mask)


def scaled(factor):
    return square(lambda g, x: 2.0 * factor * g * x)


@pytest.mark.parametrize("shape", [(), (3, 4), (40, 50)], ids=str)
@pytest.mark.parametrize("factor", [1.001, 1.0001, 1.00001, 0.9999])
def test_a_factor(factor, shape) -> None:
    for seed in SEEDS[: 20 if np.prod(shape) < 100 else 5]:
        rejected("values", scaled(factor), (normal(seed, *shape),))


def test_a_right_gradient_is_accepted_every_time() -> None:
    for seed in SEEDS:
        for shape in ((), (3, 4), (1000,)):
            gradcheck(scaled(1.0), (normal(seed, *shape),), order=3)


@pytest.mark.parametrize("size", [4, 40])
def test_one_entry_of_a_row(size) -> None:
    """The others are up to 100 times as large; in a large Jacobian they stand in rows of their own."""
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        right = draw.uniform(0.01, 1.0, (size, size)) * (1.0 if size == 4 else np.eye(size))
        wrong = right.copy()
        i, j = draw.integers(size, size=2) if size == 4 else (seed, seed)
        right[i, j] = 0.01
        wrong[i, j] = 0.010001
        error = rejected("values", product(right, wrong), (normal(seed, size),))
        assert error.entry.endswith(f"/ d inputs[0][{j}]"), error
        gradcheck(product(right, right), (normal(seed, size),))


def product(matrix, claimed):
    """The product of a matrix with x as a row whose rule uses another one."""
    right, fixed = placed(matrix).array, placed(claimed).mT
    return square(lambda g: fixed @ g if isinstance(g, mg.Tensor) else fixed.array @ g, lambda x: right @ x)


def test_a_sum_over_the_wrong_axis() -> None:
    total = mg.autodiff.rows["sum"]
    wrong = op(
        f"test_gradcheck_{next(unused)}",
        lambda x, y: x * y,
        x=lambda g, y: total(g * y, axis=(1,), keepdims=False),
        y=lambda g, x: g * x,
    )
    for seed in SEEDS:
        error = rejected("values", wrong, (normal(seed, 3), normal(seed + 50, 3, 3)))
        assert "inputs[0]" in error.entry
    rejected("shape", wrong, (normal(0, 2), normal(1, 3, 2)))


def test_float32_that_leaks() -> None:
    def narrow(a):
        return a.to(mg.float32) if isinstance(a, mg.Tensor) else a.astype(np.float32)

    for seed in SEEDS:
        x = (normal(seed, 5),)
        rejected("dtype", square(lambda g, x: narrow(2.0 * g * x)), x)
        rejected("dtype", square(lambda g, x: narrow(2.0 * x) * g, lambda x: (x * x).astype(np.float32)), x)
        rejected("dtype", lambda x: (x * x).to(mg.float32).double(), x)
        rejected("dtype", lambda x: x.to(mg.float32) ** 2, x)


def test_a_gradient_rounded_within_a_rule() -> None:
    rejected("dtype", square(lambda g, x: 2.0 * g * x if isinstance(g, mg.Tensor) else coarse(2.0 * g * x)), X)
    error = rejected("dtype", square(lambda g, x: coarse_row(g)), X)
    assert "only the precision of float32" in str(error)


def coarse(a):
    return a.astype(np.float32).astype(np.float64)


X = (normal(0, 4),)
coarse_row = op("test_coarse", coarse, a=lambda g: g)


def test_a_gradient_shared_between_two_parameters() -> None:
    held = {}

    def once(g):
        if not isinstance(g, mg.Tensor):
            held["g"] = g * 1.0
            return held["g"]
        return g * 1.0

    shared = op(
        "test_shared", lambda x, y: x + y, x=once, y=lambda g: g * 1.0 if isinstance(g, mg.Tensor) else held["g"]
    )
    for seed in SEEDS:
        error = rejected("aliasing", shared, (normal(seed, 3), normal(seed, 3)))
        assert "the gradient of inputs[1] shares memory with the gradient of inputs[0]" in str(error)


def test_a_gradient_in_memory_that_is_used_again() -> None:
    memory = placed(np.empty(3)).array

    def into(g):
        if isinstance(g, mg.Tensor):
            return g * 1.0
        memory[...] = g
        return memory

    error = rejected("aliasing", square(into, lambda x: x * 1.0), (normal(0, 3),))
    assert "changed when the next one was computed" in str(error)


def test_writes() -> None:
    def writes(x):
        x *= 1.0 + least()
        return x * x

    def scale(g, x):
        if not isinstance(g, mg.Tensor):
            g *= 2.0
            return g * x
        return 2.0 * g * x

    def spoils(g, x):
        if not isinstance(g, mg.Tensor):
            x[...] = 0.0
        return 2.0 * g * x

    constant = np.ones(3)

    def spoils_constant(x):
        constant[0] += 1.0
        return x * 2.0

    for seed in SEEDS:
        x = normal(seed, 3)
        assert "the forward pass wrote to inputs[0]" in str(rejected("mutation", square(spoils, writes), (x,)))
        assert "wrote to a cotangent" in str(rejected("mutation", square(scale), (x,)))
        assert "the backward pass wrote to inputs[0]" in str(rejected("mutation", square(spoils), (x,)))
    kept = x.tolist()
    assert "wrote to inputs[1]" in str(rejected("mutation", lambda x, c: spoils_constant(x), (x, constant)))
    assert x.tolist() == kept


# --------------------------------------------------------------------------------------------- other defects


def test_a_gradient_that_is_not_linear_in_the_cotangent() -> None:
    for seed in SEEDS:
        rejected("linearity", square(lambda g, x: 2.0 * abs(g) * x), (normal(seed, 5),))
        rejected("linearity", square(lambda g, x: 2.0 * g * x + 1e-6), (normal(seed, 5),))


def test_sweeps_that_differ_in_the_last_bit() -> None:
    two = square(lambda g, x: 2.0 * g * x if isinstance(g, mg.Tensor) else (2.0 + least()) * g * x)
    rejected("sweeps", two, (normal(0, 3),))
    absent = square(lambda g, x: 2.0 * g * x if isinstance(g, mg.Tensor) else None)
    rejected("sweeps", absent, (normal(0, 3),))


def test_a_constant_in_the_second_order() -> None:
    frozen = square(lambda g, x: g * (2.0 * (x.array if isinstance(x, mg.Tensor) else x)))
    error = rejected("values", frozen, (normal(0, 3),), order=2)
    assert error.order == 2
    assert error.entry.startswith("d gradient of inputs[0]")
    assert set(error.inputs) == {"inputs[0]", "cotangent of output"}
    gradcheck(frozen, (normal(0, 3),))


def test_a_gradient_that_claims_to_be_constant() -> None:
    frozen = square(lambda g, x: mg.tensor(2.0 * g.array * x.array) if isinstance(g, mg.Tensor) else 2.0 * g * x)
    assert rejected("values", frozen, (normal(0, 3),), order=2).order == 2


def test_a_rule_that_forgets_where_its_cotangent_came_from() -> None:
    forgetful = square(lambda g, x: (g.array if isinstance(g, mg.Tensor) else g) * (2.0 * x))
    error = rejected("values", forgetful, (normal(0, 3),), order=2)
    assert "/ d cotangent of output" in error.entry


def test_a_wrong_third_order() -> None:
    """The row `double` is right in itself and its rule's own rule is wrong."""
    wrong = op("test_wrong_inner", lambda x: x * x, x=lambda g, x: 3.0 * g * x)
    outer = square(lambda g, x: g * wrong(x) * 3.0, lambda x: x * x * x)
    gradcheck(outer, (normal(0, 3),))
    assert rejected("values", outer, (normal(0, 3),), order=3).order == 2
    inner = op("test_right_inner", lambda x: x * x, x=lambda g, x: g * test_twice(x))
    test_twice = op("test_twice", lambda x: 2.0 * x, x=lambda g: 2.001 * g)
    outer = square(lambda g, x: g * inner(x) * 3.0, lambda x: x * x * x)
    gradcheck(outer, (normal(0, 3),), order=2)
    assert rejected("values", outer, (normal(0, 3),), order=3).order == 3


def test_a_detached_output() -> None:
    rejected("values", lambda x: (x * x).detach(), (normal(0, 3),))
    rejected("values", lambda x: x * x.detach(), (normal(0, 3),))


def test_what_is_not_the_same_twice() -> None:
    counter = itertools.count(1.0)
    rejected("determinism", lambda x: x * next(counter), (normal(0, 3),))
    rejected("determinism", lambda x: x * (2.0 if mg.is_grad_enabled() else 3.0), (normal(0, 3),))
    count = itertools.count(1.0)
    rejected("determinism", square(lambda g, x: g * x * next(count)), (normal(0, 3),))


def test_nan() -> None:
    error = rejected("finite", mg.log, (mg.tensor([1.0, -1.0], dtype=mg.float64),))
    assert "output has infinite or NaN values" in str(error)
    nan = square(lambda g, x: g * x * float("nan"))
    assert np.isnan(rejected("values", nan, (normal(0, 3),)).backward)
    inf = square(lambda g, x: g * x * float("inf"))
    assert np.isinf(rejected("values", inf, (normal(0, 100),)).backward)


# ------------------------------------------------------------------------------------------------- the report


def test_the_report() -> None:
    wrong = square(lambda g, x: 3.0 * g * x)
    x = mg.tensor([[1.0, 2.0], [0.5, -4.0]], dtype=mg.float64)
    error = rejected("values", lambda x: {"loss": [wrong(x).sum()], "more": x * x}, (x,))
    assert str(error) == (
        "gradcheck, order 1, check 'values': the gradient differs from the differences\n"
        "  entry     d output['loss'][0] / d inputs[0][1, 1]\n"
        "  backward  -12\n"
        "  numeric   -8\n"
        "it happens at\n"
        "  inputs[0] = array([[ 1. ,  2. ],\n       [ 0.5, -4. ]])"
    )
    assert (error.entry, error.backward, error.order) == ("d output['loss'][0] / d inputs[0][1, 1]", -12.0, 1)
    assert error.numeric == pytest.approx(-8.0, rel=1e-9)
    assert isinstance(error, AssertionError)
    assert_array_equal(error.inputs["inputs[0]"], x)


def test_the_page_shows_what_is_printed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing-gradients.md").read_text()
    first = re.search(r"^```python\n(.*?)^```", page, re.M | re.S)[1]
    names = {"__name__": "page"}
    exec(first, names)
    assert names["report"] == re.search(r"^```text\n(.*?)\n```", page, re.M | re.S)[1]


def test_the_inputs_reproduce_the_failure() -> None:
    wrong = square(lambda g, x: 3.0 * g * x * (x < 0.7) + 2.0 * g * x * (x >= 0.7))
    error = rejected("values", wrong, (normal(3, 1000),))
    rejected("values", wrong, tuple(mg.tensor(a) for a in error.inputs.values()))
    exec_namespace = {"array": np.array}
    small = rejected("values", wrong, (mg.tensor(np.array([1 / 3, 2 / 3])),))
    text = str(small).rpartition(" = ")[2]
    assert_array_equal(eval(text, exec_namespace), [1 / 3, 2 / 3])
