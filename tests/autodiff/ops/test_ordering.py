"""Extremes and sorting: values, indices, ties, NaN, where the gradient goes."""

import numpy as np
import pytest

import minigen as mg
from tests.host import assert_allclose, assert_array_equal, host

NAN = float("nan")
RNG = np.random.default_rng(0)
X = RNG.permutation(24).reshape(2, 3, 4).astype(float)
STRIDED = RNG.permutation(96).reshape(4, 3, 8)[::2, :, ::-2].astype(float)
TIES = RNG.integers(0, 3, (5, 7))


@pytest.mark.parametrize("x", [X, STRIDED], ids=["C", "strided"])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_extremes_with_indices(x, dim) -> None:
    for name in ("max", "min"):
        for keepdim in (False, True):
            found = getattr(mg, name)(mg.tensor(x), dim, keepdim)
            assert_array_equal(found.values, getattr(np, name)(x, dim, keepdims=keepdim))
            expected = getattr(np, f"arg{name}")(x, dim, keepdims=keepdim)
            assert_array_equal(found.indices, expected)
            index = getattr(mg.tensor(x), f"arg{name}")(dim, keepdim)
            assert_array_equal(index, expected)
            assert found.indices.dtype == index.dtype == np.int64


def test_extremes_of_everything() -> None:
    x = mg.tensor(X)
    assert x.max().item() == mg.max(x).item() == 23.0
    assert x.min().item() == mg.min(x).item() == 0.0
    assert x.argmax().item() == mg.argmax(x).item() == X.argmax()
    assert mg.argmin(x).item() == X.argmin()
    assert x.argmax(keepdim=True).shape == (1, 1, 1)


def test_the_extreme_of_two_tensors_is_elementwise() -> None:
    x, y = mg.tensor([1.0, 5.0]), mg.tensor([3.0, 2.0])
    assert mg.max(x, y).tolist() == x.max(y).tolist() == [3.0, 5.0]
    assert mg.min(x, y).tolist() == [1.0, 2.0]


def test_the_first_of_equal_elements_has_the_index() -> None:
    x = mg.tensor([[1, 3, 3], [2, 2, 1]])
    assert x.max(1).indices.tolist() == x.argmax(1).tolist() == [1, 0]
    assert x.min(1).indices.tolist() == x.argmin(1).tolist() == [0, 2]
    assert mg.tensor([False, True, True]).max(0).indices.item() == 1


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_sorting_keeps_the_order_of_equal_elements(dim, descending) -> None:
    found = mg.sort(mg.tensor(TIES), dim, descending)
    along = np.moveaxis(TIES, dim, -1)
    index = np.array([sorted(range(len(r)), key=lambda i, r=r: (-r[i] if descending else r[i], i)) for r in along])
    assert_array_equal(np.moveaxis(host(found.indices), dim, -1), index)
    assert_array_equal(np.moveaxis(host(found.values), dim, -1), np.take_along_axis(along, index, -1))
    assert_array_equal(mg.argsort(mg.tensor(TIES), dim, descending), found.indices)


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("k", [0, 1, 2, 4])
def test_topk_is_the_head_of_the_sorted(k, largest) -> None:
    for x, dim in ((X, -1), (STRIDED, 2), (X.T, 0)):
        found = mg.topk(mg.tensor(x), k, dim, largest)
        values = np.sort(x, dim)
        values = (np.flip(values, dim) if largest else values).take(range(k), dim)
        assert_array_equal(found.values, values)
        assert_array_equal(np.take_along_axis(x, host(found.indices), dim), values)


def test_methods_are_the_functions() -> None:
    x = mg.tensor(X)
    assert x.sort(0, descending=True).values.tolist() == mg.sort(x, 0, True).values.tolist()
    assert x.argsort(1).tolist() == mg.argsort(x, 1).tolist()
    assert x.topk(2, largest=False).values.tolist() == mg.topk(x, 2, largest=False).values.tolist()
    assert x.max(0)._fields == x.sort()._fields == ("values", "indices")


@pytest.mark.parametrize("dim", [0, -1])
def test_a_0d_tensor_counts_as_one_axis(dim) -> None:
    x = mg.tensor(5.0, requires_grad=True)
    for values, indices in (x.max(dim), x.min(dim, keepdim=True), x.sort(dim), x.topk(1, dim)):
        assert values.shape == indices.shape == ()
        assert values.item() == 5.0
        assert indices.item() == 0
        assert mg.grad(values, x)[0].tolist() == 1.0
    assert x.argmax(dim).tolist() == x.argmin(dim, keepdim=True).tolist() == x.argsort(dim).tolist() == 0


def test_nan_is_greater_than_every_number() -> None:
    x = mg.tensor([1.0, NAN, 3.0])
    assert x.max(0).indices.item() == x.argmax().item() == 1
    assert np.isnan(x.max().item())
    assert np.isnan(x.amin().item())
    assert x.sort().indices.tolist() == [0, 2, 1]
    assert x.sort(descending=True).indices.tolist() == [1, 2, 0]
    assert x.topk(2).indices.tolist() == [1, 2]
    assert x.topk(2, largest=False).indices.tolist() == [0, 2]


def test_empty_along_another_axis() -> None:
    x = mg.zeros(0, 3)
    assert x.max(1).values.shape == x.argmax(1).shape == x.amin(1).shape == (0,)
    assert x.sort(0).values.shape == (0, 3)
    assert x.topk(0, 0).indices.shape == (0, 3)


# --------------------------------------------------------------------------------------------- gradients


def slope(function, values, dtype="float64", create_graph=False):
    x = mg.tensor(values, dtype=dtype, requires_grad=True)
    return mg.grad(function(x), x, create_graph=create_graph)[0]


def test_the_gradient_goes_to_the_index() -> None:
    weights = mg.tensor([1.0, 10.0, 100.0], dtype="float64")
    x = [2.0, 2.0, 1.0]
    assert slope(lambda x: x.max(0).values, x).tolist() == [1.0, 0.0, 0.0]
    assert slope(lambda x: x.min(0).values, x).tolist() == [0.0, 0.0, 1.0]
    assert slope(lambda x: (x.sort().values * weights).sum(), x).tolist() == [10.0, 100.0, 1.0]
    assert slope(lambda x: (x.sort(descending=True).values * weights).sum(), x).tolist() == [1.0, 10.0, 100.0]
    assert slope(lambda x: (x.topk(2).values * weights[:2]).sum(), x).tolist() == [1.0, 10.0, 0.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_equal_extremes_share_the_gradient(create_graph) -> None:
    x = [[1.0, 3.0, 3.0], [4.0, 4.0, 4.0]]
    third = 1 / 3
    for function, expected in (
        (lambda x: x.amax(1).sum(), [[0.0, 0.5, 0.5], [third] * 3]),
        (lambda x: x.amax((0, 1)), [[0.0] * 3, [third] * 3]),
        (lambda x: x.max(), [[0.0] * 3, [third] * 3]),
        (lambda x: x.amin(1, keepdim=True).sum(), [[1.0, 0.0, 0.0], [third] * 3]),
        (lambda x: x.min(), [[1.0, 0.0, 0.0], [0.0] * 3]),
    ):
        assert_allclose(slope(function, x, create_graph=create_graph), expected)


def test_a_nan_takes_the_gradient_of_its_extreme() -> None:
    assert slope(lambda x: x.amax(1).sum(), [[1.0, NAN, NAN], [1.0, 2.0, 3.0]]).tolist() == [[0.0, 0.5, 0.5], [0, 0, 1]]


def test_many_ties_in_float16() -> None:
    for create_graph in (False, True):
        g = slope(lambda x: x.amax(), np.ones(100_000), "float16", create_graph)
        assert g.dtype == np.float16
        assert_allclose(g, 1e-5, rtol=6e-3)
    x = mg.ones(100_000, dtype="float16", requires_grad=True)
    cotangent = mg.ones((), dtype="float16")
    cotangent.requires_grad = True
    (g,) = mg.grad(x.amax(), x, cotangent, create_graph=True)
    (back,) = mg.grad(g, cotangent, mg.ones(100_000, dtype="float16"))  # the mean over ties of ones
    assert back.item() == 1.0
    assert back.dtype == np.float16


def test_ties_hold_still_in_the_second_order() -> None:
    x = mg.tensor([3.0, 3.0, 1.0], dtype="float64", requires_grad=True)
    (g,) = mg.grad(x.amax() ** 2, x, create_graph=True)
    assert g.tolist() == [3.0, 3.0, 0.0]
    assert mg.grad(g.sum(), x)[0].tolist() == [1.0, 1.0, 0.0]


def test_indices_have_no_gradient() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    for _, indices in (x.max(0), x.sort(), x.topk(1)):
        assert not indices.requires_grad
    assert not x.argsort().requires_grad
