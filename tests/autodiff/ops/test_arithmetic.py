"""Arithmetic: values, types, kinks, powers at zero, in-place."""

import itertools
import operator

import numpy as np
import pytest

import minigen as mg
from minigen.backend.arrays import namespaces
from tests.host import assert_allclose, assert_array_equal

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
SHORT = dict(zip(("b", "u8", "i8", "i16", "i32", "i64", "f16", "f32", "f64"), NAMES, strict=True))
PROMOTION = """
    b   u8  i8  i16 i32 i64 f16 f32 f64
    u8  u8  i16 i16 i32 i64 f16 f32 f64
    i8  i16 i8  i16 i32 i64 f16 f32 f64
    i16 i16 i16 i16 i32 i64 f16 f32 f64
    i32 i32 i32 i32 i32 i64 f16 f32 f64
    i64 i64 i64 i64 i64 i64 f16 f32 f64
    f16 f16 f16 f16 f16 f16 f16 f32 f64
    f32 f32 f32 f32 f32 f32 f32 f32 f64
    f64 f64 f64 f64 f64 f64 f64 f64 f64
"""
TABLE = {pair: SHORT[code] for pair, code in zip(itertools.product(NAMES, repeat=2), PROMOTION.split(), strict=True)}
PAIRS = list(TABLE)
RNG = np.random.default_rng(0)
ARRAYS = {
    "0-d": (np.array(0.7), np.array(-1.3)),
    "empty": (np.zeros((2, 0)), np.ones((2, 0))),
    "broadcast": (RNG.normal(size=(2, 1, 3)), RNG.normal(size=(4, 1))),
    "strided": (RNG.normal(size=(4, 6))[::2, ::-2], RNG.normal(size=(3, 2)).T),
}


def category(name):
    return {"b": 0, "u": 1, "i": 1, "f": 2}[np.dtype(name).kind]


def slopes(function, *values):
    inputs = [mg.tensor(v, dtype="float64", requires_grad=True) for v in values]
    return [g.tolist() for g in mg.grad(function(*inputs).sum(), inputs)]


def curvature(function, *values):
    """The Hessian at scalar `values`."""
    inputs = [mg.tensor(v, dtype="float64", requires_grad=True) for v in values]
    first = mg.grad(function(*inputs), inputs, create_graph=True)
    rows = []
    for g in first:
        row = mg.grad(g, inputs, retain_graph=True, allow_unused=True) if g.requires_grad else [None] * len(values)
        rows.append([0.0 if h is None else h.item() for h in row])
    return rows


# --------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("arrays", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (operator.add, np.add),
        (operator.sub, np.subtract),
        (operator.mul, np.multiply),
        (operator.truediv, np.divide),
        (mg.maximum, np.maximum),
        (mg.minimum, np.minimum),
        (lambda x, y: x.abs() ** y, lambda x, y: np.abs(x) ** y),
        (lambda x, y: mg.add(x, y, alpha=2.5), lambda x, y: x + 2.5 * y),
        (lambda x, y: x.sub(y, alpha=2.5), lambda x, y: x - 2.5 * y),
    ],
)
def test_values_of_two_operands(function, expected, arrays) -> None:
    x, y = arrays
    found = function(mg.tensor(x), mg.tensor(y))
    assert type(found.array) in namespaces
    assert_allclose(found, expected(x, y), rtol=1e-15)


@pytest.mark.parametrize("arrays", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("name", ["abs", "sign", "neg", "square", "reciprocal", "floor", "ceil", "trunc", "round"])
def test_values_of_one_operand(name, arrays) -> None:
    expected = {"neg": "negative"}.get(name, name)
    for x in arrays:
        for found in (getattr(mg, name)(mg.tensor(x)), getattr(mg.tensor(x), name)()):
            assert type(found.array) in namespaces
            assert_array_equal(found, getattr(np, expected)(x))


def test_numbers_and_arrays_on_the_left() -> None:
    x = mg.tensor([1.0, 2.0])
    assert (3 - x).tolist() == [2.0, 1.0]
    assert (3 / x).tolist() == [3.0, 1.5]
    assert (3**x).tolist() == [3.0, 9.0]
    assert (np.float64(3) - x).tolist() == [2.0, 1.0]
    found = np.array([10.0, 20.0]) - x.cpu()
    assert isinstance(found, mg.Tensor)
    assert found.tolist() == [9.0, 18.0]


def test_whole_numbers_are_whole_already() -> None:
    x = mg.tensor([1, -2])
    for name in ("floor", "ceil", "trunc", "round"):
        assert getattr(mg, name)(x).dtype == np.int64
    assert mg.round(mg.tensor([0.126, 2.5]), decimals=2).tolist() == pytest.approx([0.13, 2.5])


# ---------------------------------------------------------------------------------------------- types


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_promotion_of_two_arrays(pair) -> None:
    x, y = [np.ones(2, name) for name in pair]
    assert (mg.tensor(x) + mg.tensor(y)).dtype == TABLE[pair]
    assert (mg.tensor(x) * mg.tensor(y)).dtype == TABLE[pair]
    assert mg.maximum(mg.tensor(x), mg.tensor(y)).dtype == TABLE[pair]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_0d_tensor_is_weak_within_its_category(pair) -> None:
    strong, weak = pair
    x, y = mg.tensor(np.ones(2, strong)), mg.tensor(np.ones((), weak))
    expected = strong if category(strong) >= category(weak) else weak
    assert (x * y).dtype == expected
    assert (y * x).dtype == expected
    both = mg.tensor(np.ones((), strong)) * y
    assert both.dtype == TABLE[pair]
    assert both.shape == ()


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_true_division_is_floating(pair) -> None:
    x, y = [mg.tensor(np.ones(2, name)) for name in pair]
    assert (x / y).dtype == (TABLE[pair] if category(TABLE[pair]) == 2 else "float32")


WEAK = [2, 2.0, True, np.float64(2), np.float32(2), np.int64(2), np.float16(2), np.bool_(True)]
WEAK_IDS = [f"{type(s).__module__}.{type(s).__name__}" for s in WEAK]


@pytest.mark.parametrize("scalar", [*WEAK, mg.tensor(2.0, dtype="float64")], ids=[*WEAK_IDS, "0-d"])
@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_a_floating_tensor_keeps_its_type_with_every_scalar(name, scalar) -> None:
    x = mg.tensor([1.0, 3.0], dtype=name, requires_grad=True)
    operators = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, mg.maximum, mg.minimum)
    for function in operators:
        for found in (function(x, scalar), function(scalar, x)):
            assert found.dtype == name
            assert mg.grad(found.sum(), x)[0].dtype == name
    assert mg.clip(x, scalar).dtype == name
    assert mg.clip(x, max=scalar).dtype == name


def test_scalars_raise_the_category_only() -> None:
    byte = mg.tensor([1, 2], dtype="uint8")
    assert (byte * 2).dtype == np.uint8
    assert (byte * 2.0).dtype == np.float32
    assert (byte * np.float64(2)).dtype == np.float32
    assert (mg.tensor([True]) * 2).dtype == np.int64
    assert (mg.tensor([True]) * True).dtype == np.bool_
    assert (mg.tensor([1, 2]) ** 0.5).dtype == np.float32
    assert (mg.tensor([1, 2]) ** 2).tolist() == [1, 4]
    assert mg.reciprocal(mg.tensor([4])).dtype == np.float32


def test_a_gradient_has_the_type_of_its_input() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = mg.tensor([3.0, 4.0], dtype="float64", requires_grad=True)
    gx, gy = mg.grad((x * y / (x + y) ** y).sum(), (x, y))
    assert gx.dtype == np.float32
    assert gy.dtype == np.float64


def test_the_gradient_of_a_broadcast_float16_is_summed_in_float32() -> None:
    bias = mg.zeros(3, dtype="float16", requires_grad=True)
    out = bias + mg.zeros(100_000, 3, dtype="float16")
    (g,) = mg.grad(out, bias, mg.full((100_000, 3), 1 / 1024, dtype="float16"))
    assert g.tolist() == pytest.approx([97.65625] * 3, rel=1e-3)


# ---------------------------------------------------------------------------------------------- kinks


def test_ties_share_and_other_gradients_go_to_the_winner() -> None:
    x, y = [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]
    assert slopes(mg.maximum, x, y) == [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]]
    assert slopes(mg.minimum, x, y) == [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]


def test_absolute_value_is_flat_at_0() -> None:
    assert slopes(mg.abs, [-2.0, 0.0, 2.0]) == [[-1.0, 0.0, 1.0]]
    assert slopes(mg.sign, [-2.0, 0.0, 2.0]) == [[0.0, 0.0, 0.0]]


def test_clip_passes_at_its_bounds() -> None:
    x = [-2.0, -1.0, 0.0, 1.0, 2.0]
    inside = [0.0, 1.0, 1.0, 1.0, 0.0]
    low, high = mg.full((5,), -1.0), mg.full((5,), 1.0)
    for bounds in ((-1.0, 1.0), (low, high), (low, 1.0), (np.float64(-1), mg.tensor(1.0)), (low.double(), 1)):
        assert slopes(lambda x, bounds=bounds: mg.clip(x, *bounds), x) == [inside]
        assert mg.clip(mg.tensor(x), *bounds).tolist() == [-1.0, -1.0, 0.0, 1.0, 1.0]
    assert slopes(lambda x: mg.clip(x, max=-1.0), x) == [[1.0, 1.0, 0.0, 0.0, 0.0]]


def test_clip_gives_the_gradient_to_the_bound_that_holds() -> None:
    x, low, high = [-2.0, -1.0, 0.0, 1.0, 2.0], [-1.0] * 5, [1.0] * 5
    assert slopes(mg.clip, x, low, high) == [[0.0, 1.0, 1.0, 1.0, 0.0], [1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0]]


def test_clip_with_crossed_bounds_gives_the_upper() -> None:
    x = mg.tensor([0.0, 5.0])
    assert mg.clip(x, 3.0, 1.0).tolist() == [1.0, 1.0]
    assert mg.clip(x, mg.tensor(3.0), 1.0).tolist() == [1.0, 1.0]


def test_clip_raises_the_category_of_integers_only_for_floats() -> None:
    assert mg.clip(mg.tensor([1, 5, 9]), 2, 6).tolist() == [2, 5, 6]
    assert mg.clip(mg.tensor([1, 5, 9]), 2.5, 6).dtype == np.float32
    assert mg.clamp is mg.clip


# --------------------------------------------------------------------------------------------- powers


def test_a_power_by_a_number_is_exact_at_0() -> None:
    for exponent, first, second in ((0, 0.0, 0.0), (1, 1.0, 0.0), (2, 0.0, 2.0), (3, 0.0, 0.0)):
        assert slopes(lambda x, n=exponent: x**n, 0.0) == [first]
        assert curvature(lambda x, n=exponent: x**n, 0.0) == [[second]]


def test_a_power_by_a_tensor_is_exact_at_0() -> None:
    for exponent, first, second in ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0), (2.0, 0.0, 2.0), (3.0, 0.0, 0.0)):
        assert slopes(mg.pow, 0.0, exponent) == [first, 0.0]
        assert curvature(lambda x, n=exponent: mg.pow(x, mg.tensor(n)), 0.0) == [[second]]


def test_the_mixed_second_derivative_of_a_power_holds_where_the_exponent_is_0() -> None:
    x = 2.0
    expected = [[0.0, 1 / x], [1 / x, np.log(x) ** 2]]  # of x**y at y = 0
    assert_allclose(curvature(mg.pow, x, 0.0), expected, rtol=1e-15)


def test_a_negative_base_has_a_slope_where_only_the_base_asks() -> None:
    assert slopes(lambda x: mg.pow(x, mg.tensor([2.0, 3.0])), [-2.0, -2.0]) == [[-4.0, 12.0]]


# ------------------------------------------------------------------------------------------- in-place

INPLACE = [
    (operator.iadd, operator.add),
    (operator.isub, operator.sub),
    (operator.imul, operator.mul),
    (operator.itruediv, operator.truediv),
    (operator.ipow, operator.pow),
    (mg.Tensor.add_, operator.add),
    (mg.Tensor.sub_, operator.sub),
    (mg.Tensor.mul_, operator.mul),
    (mg.Tensor.div_, operator.truediv),
    (mg.Tensor.pow_, operator.pow),
    (lambda x, y: x.clip_(max=y), lambda x, y: np.minimum(x, y)),
    (lambda x, y: x.clamp_(y), lambda x, y: np.maximum(x, y)),
    (lambda x, y: x.neg_(), lambda x, y: -x),
    (lambda x, y: x.abs_(), lambda x, y: np.abs(x)),
]


@pytest.mark.parametrize(("change", "expected"), INPLACE)
def test_outside_a_graph_the_memory_is_written(change, expected) -> None:
    array = np.array([1.0, 2.0, 3.0])
    x = mg.from_numpy(array.copy())
    memory, view = x.array, x[1:]
    assert change(x, 2.0) is x
    assert x.array is memory
    assert_array_equal(memory, expected(array, 2.0))
    assert_array_equal(view, expected(array, 2.0)[1:])


@pytest.mark.parametrize(("change", "expected"), INPLACE[:5])
def test_inside_a_graph_the_tensor_is_bound_anew(change, expected) -> None:
    x = mg.tensor([1.0, 2.0], dtype="float64", requires_grad=True)
    y = x * 3
    before = y.exp()  # saves its output, reads y's old values
    kept = y
    y = change(y, x)
    assert y is kept
    found = mg.grad((y * before).sum(), x)[0]
    wanted = mg.grad((expected(x * 3, x) * (x * 3).exp()).sum(), x)[0]
    assert_allclose(found, wanted, rtol=1e-14)


def test_a_constant_joins_the_graph_of_what_is_added_to_it() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    total = mg.zeros(2)
    for _ in range(3):
        total += x * x
    assert mg.grad(total.sum(), x)[0].tolist() == [6.0, 12.0]


def test_a_leaf_is_written_only_without_recording() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=r"\+=: a leaf"):
        x += 1.0
    with mg.no_grad():
        x -= 0.5
    assert x.tolist() == [0.5, 1.5]
    assert x.is_leaf
    assert x.requires_grad


def test_a_write_is_noticed_by_a_node_that_saved_the_memory() -> None:
    x, y = mg.tensor([1.0, 2.0], requires_grad=True), mg.tensor([3.0, 4.0])
    product = (x * y).sum()
    y += 1.0
    with pytest.raises(RuntimeError, match="mul: an array saved for its gradient was changed"):
        product.backward()


def test_a_write_may_not_change_shape_or_category() -> None:
    x = mg.tensor([1, 2])
    with pytest.raises(TypeError, match="/=: the result is float32"):
        x /= 2
    with pytest.raises(ValueError, match="cannot be stored in place"):
        x += mg.tensor([[1], [2]])
    x *= 3
    assert x.tolist() == [3, 6]
    half = mg.tensor([1.0], dtype="float16")
    half += mg.tensor([1.0], dtype="float64")
    assert half.dtype == np.float16
