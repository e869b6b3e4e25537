"""Comparisons and logic: values, strangers, identity, no place in the graph."""

import copy
import operator

import numpy as np
import pytest

import minigen as mg
from minigen.backend.arrays import namespaces
from tests.host import assert_array_equal

NAN, INF = float("nan"), float("inf")
RNG = np.random.default_rng(0)
ARRAYS = {
    "0-d": (np.array(1.0), np.array(1.0)),
    "empty": (np.zeros((2, 0)), np.ones((2, 0))),
    "broadcast": (RNG.integers(0, 3, (2, 1, 3)).astype(float), RNG.integers(0, 3, (4, 1)).astype(float)),
    "strided": (RNG.integers(0, 3, (4, 6))[::2, ::-2], RNG.integers(0, 3, (3, 2)).T),
    "not finite": (np.array([NAN, NAN, INF, -INF, INF]), np.array([NAN, 1.0, INF, INF, 0.0])),
}
COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")


@pytest.mark.parametrize("arrays", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("name", COMPARE)
def test_comparisons(name, arrays) -> None:
    x, y = mg.tensor(arrays[0]), mg.tensor(arrays[1])
    expected = getattr(operator, name)(*arrays)
    for found in (getattr(operator, name)(x, y), getattr(mg, name)(x, y), getattr(x, name)(y)):
        assert type(found.array) in namespaces
        assert found.dtype == np.bool_
        assert_array_equal(found, expected)


@pytest.mark.parametrize("name", COMPARE)
@pytest.mark.parametrize("number", [1, 1.0, True, np.float64(1), np.int32(1), np.array([0, 1, 2])])
def test_comparisons_with_numbers_and_arrays_on_either_side(name, number) -> None:
    x, compare = np.array([0.0, 1.0, 2.0], "float32"), getattr(operator, name)
    tensor = mg.tensor(x, device="cpu" if isinstance(number, np.ndarray) else None)
    assert_array_equal(compare(tensor, number), compare(x, number))
    assert_array_equal(compare(number, tensor), compare(number, x))


def test_types_are_promoted_before_comparing() -> None:
    single, double = mg.tensor([0.1]), mg.tensor([0.1], dtype="float64")
    assert (single == 0.1).tolist() == [True]  # the number becomes float32
    assert (single == double).tolist() == [False]
    assert (mg.tensor([1, 2]) > 1.5).tolist() == [False, True]
    assert (mg.tensor([255], dtype="uint8") > -1).tolist() == [True]


@pytest.mark.parametrize("stranger", [None, "a", [1.0], object(), {}])
def test_strangers_are_different_and_have_no_order(stranger) -> None:
    x = mg.tensor([1.0])
    assert (x == stranger) is False
    assert (stranger == x) is False
    assert (x != stranger) is True
    for name in ("lt", "le", "gt", "ge"):
        with pytest.raises(TypeError):
            getattr(operator, name)(x, stranger)
        with pytest.raises(TypeError, match=f"{name}: expected a Tensor or a number"):
            getattr(mg, name)(x, stranger)


def test_hash_is_by_identity() -> None:
    x, y = mg.tensor([1.0, 2.0]), mg.tensor([1.0, 2.0])
    assert len({x, y, x}) == 2
    assert {x: "x", y: "y"}[y] == "y"
    assert hash(x) != hash(y)
    assert x in [y, x][1:]
    assert copy.copy(x) is not x


def test_many_tensors_on_one_memory() -> None:
    x = mg.tensor([1.0, NAN])
    views = [x.detach() for _ in range(3)] + [x.data, x[:1], x[:1]]
    assert x.storage.is_shared()
    del views
    assert not x.storage.is_shared()


def test_comparisons_never_join_the_graph() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    results = [
        y == x,
        y != 2.0,
        y < x,
        ~(y > x),
        (y > x) & (x > 0),
        mg.isnan(y),
        mg.isclose(y, x),
        mg.logical_not(y),
        mg.all(y),
        y.any(0),
        y.argmax(),
    ]
    assert not any(r.requires_grad for r in results)
    assert all(r.is_leaf for r in results)


# ---------------------------------------------------------------------------------------------- logic


def test_truth_tables() -> None:
    p, q = np.array([False, False, True, True]), np.array([False, True, False, True])
    x, y = mg.tensor(p), mg.tensor(q)
    for symbol, name in ((operator.and_, "and"), (operator.or_, "or"), (operator.xor, "xor")):
        for found in (symbol(x, y), getattr(mg, f"logical_{name}")(x, y), getattr(x, f"logical_{name}")(y)):
            assert_array_equal(found, symbol(p, q))
        assert_array_equal(symbol(True, y), symbol(True, q))
        changed = x.clone()
        kept = getattr(operator, f"i{name}")(changed, y)
        assert kept is changed
        assert_array_equal(changed, symbol(p, q))
    assert_array_equal(~x, ~p)
    assert_array_equal(mg.logical_not(x), ~p)


def test_integers_are_combined_bit_by_bit() -> None:
    x = mg.tensor([12, 10])
    assert (x & 6).tolist() == [4, 2]
    assert (x | 1).tolist() == [13, 11]
    assert (x ^ mg.tensor([5, 5])).tolist() == [9, 15]
    assert (~x).tolist() == [-13, -11]


def test_logic_of_numbers_is_their_truth() -> None:
    x = mg.tensor([0.0, -2.0, NAN])
    assert mg.logical_not(x).tolist() == [True, False, False]
    assert mg.logical_and(x, mg.tensor([2, 4, 4])).tolist() == [False, True, True]
    assert mg.logical_xor(x, 3).tolist() == [True, False, False]
    assert mg.logical_or(x, mg.tensor([[0], [1]])).tolist() == [[False, True, True], [True, True, True]]


def test_not_finite() -> None:
    x = mg.tensor([1.0, NAN, INF, -INF])
    assert mg.isnan(x).tolist() == x.isnan().tolist() == [False, True, False, False]
    assert mg.isinf(x).tolist() == x.isinf().tolist() == [False, False, True, True]
    assert mg.isfinite(x).tolist() == x.isfinite().tolist() == [True, False, False, False]
    assert mg.isfinite(mg.tensor([1, 2])).tolist() == [True, True]
    assert type(mg.isnan(mg.tensor(1.0)).array) in namespaces


def test_isclose_is_relative_to_the_second() -> None:
    x, y = mg.tensor([100.0, 100.0], dtype="float64"), mg.tensor([110.0, 112.0], dtype="float64")
    assert mg.isclose(x, y, rtol=0.1, atol=0.0).tolist() == [True, False]
    assert mg.isclose(y, x, rtol=0.1, atol=0.0).tolist() == [True, False]
    assert mg.isclose(mg.tensor([0.0]), mg.tensor([0.5]), atol=0.5).tolist() == [True]
    assert mg.isclose(mg.tensor([111.0]), mg.tensor([100.0]), rtol=0.1).tolist() == [False]
    assert mg.isclose(mg.tensor([100.0]), mg.tensor([111.0]), rtol=0.1).tolist() == [True]
    assert mg.isclose(mg.tensor([NAN, INF, -INF]), mg.tensor([NAN, INF, INF])).tolist() == [False, True, False]
    assert mg.isclose(mg.tensor([NAN]), mg.tensor([NAN]), equal_nan=True).tolist() == [True]


def test_allclose_and_equal_are_python_bools() -> None:
    x = mg.tensor([1.0, 2.0])
    assert mg.allclose(x, x + 1e-7) is True
    assert x.allclose(x + 1e-2) is False
    assert mg.equal(x, x.clone()) is True
    assert x.equal(mg.tensor([1.0, 3.0])) is False
    assert mg.equal(mg.ones(2), mg.ones(1)) is False
    assert mg.equal(mg.ones(2, 0), mg.ones(2, 0)) is True
    assert mg.equal(mg.tensor([NAN]), mg.tensor([NAN])) is False
