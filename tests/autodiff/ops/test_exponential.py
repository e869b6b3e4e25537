"""Exponentials and their kin: values, types, edges."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.backend.arrays import namespaces
from tests.host import assert_allclose, assert_array_equal

FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "expm1": math.expm1,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "erf": math.erf,
}
RNG = np.random.default_rng(0)
ARRAYS = {
    "0-d": np.array(0.7),
    "empty": np.zeros((2, 0)),
    "3-d": RNG.uniform(0.1, 3.0, (2, 1, 3)),
    "strided": RNG.uniform(0.1, 3.0, (4, 6))[::2, ::-2],
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name, array) -> None:
    expected = np.vectorize(FUNCTIONS[name], otypes=[float])(array) if array.size else array
    for found in (getattr(mg, name)(mg.tensor(array)), getattr(mg.tensor(array), name)()):
        assert type(found.array) in namespaces
        assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_types(name) -> None:
    function = getattr(mg, name)
    for dtype in ("float16", "float32", "float64"):
        x = mg.tensor([1.0, 2.0], dtype=dtype, requires_grad=True)
        assert function(x).dtype == dtype
        assert mg.grad(function(x).sum(), x)[0].dtype == dtype
    for dtype in ("bool", "uint8", "int32", "int64"):
        found = function(mg.tensor([1, 1]).to(dtype=dtype))
        assert found.dtype == np.float32
        assert_allclose(found, FUNCTIONS[name](1.0), rtol=1e-6)


def test_precise_near_0() -> None:
    assert mg.expm1(mg.tensor(1e-20, dtype="float64")).item() == 1e-20
    assert mg.log1p(mg.tensor(1e-20, dtype="float64")).item() == 1e-20


def test_the_slope_of_the_root_at_0_is_infinite() -> None:
    x = mg.tensor([0.0, 4.0], requires_grad=True)
    with np.errstate(divide="ignore"):
        mg.sqrt(x).sum().backward()
    assert x.grad.tolist() == [math.inf, 0.25]


def test_in_place() -> None:
    for name in ("exp", "log", "sqrt"):
        x = mg.tensor([1.0, 2.0])
        memory, expected = x.array, getattr(np, name)(np.array([1.0, 2.0], "float32"))
        assert getattr(x, f"{name}_")() is x
        assert x.array is memory
        assert_array_equal(memory, expected)
    with pytest.raises(TypeError, match="exp_: the result is float32"):
        mg.tensor([1, 2]).exp_()
    y = mg.tensor([1.0, 2.0], requires_grad=True)
    z = y * 2.0
    z.exp_()
    assert_allclose(mg.grad(z.sum(), y)[0], 2 * np.exp([2.0, 4.0]), rtol=1e-6)
