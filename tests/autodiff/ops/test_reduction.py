"""Reductions, norm, variance: values, dims, types, edges."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.backend.arrays import namespaces
from tests.host import assert_allclose, assert_array_equal, host

NAN, INF = math.nan, math.inf
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 4))
STRIDED = RNG.normal(size=(4, 3, 8))[::2, :, ::-2]
DIMS = [None, 0, -1, (0, 2), (-1, 0), [1], (), (0, 1, 2)]


def axis(dim, ndim=3):
    """What NumPy calls `dim`."""
    if dim is None or (not isinstance(dim, int) and not dim):
        return tuple(range(ndim))
    return dim if isinstance(dim, int) else tuple(dim)


def logsumexp(x, axis, keepdims=False):
    return np.log(np.exp(x).sum(axis, keepdims=keepdims))


def p_norm(p):
    return lambda x, axis, keepdims=False: (np.abs(x) ** p).sum(axis, keepdims=keepdims) ** (1 / p)


REDUCTIONS = {
    "sum": (mg.sum, np.sum),
    "mean": (mg.mean, np.mean),
    "logsumexp": (mg.logsumexp, logsumexp),
    "amax": (mg.amax, np.max),
    "amin": (mg.amin, np.min),
    "all": (
        lambda x, **w: mg.all(x > -1.0, **w),
        lambda x, axis, keepdims=False: (x > -1).all(axis, keepdims=keepdims),
    ),
    "any": (lambda x, **w: mg.any(x > 1.0, **w), lambda x, axis, keepdims=False: (x > 1).any(axis, keepdims=keepdims)),
    "var": (mg.var, lambda x, axis, keepdims=False: np.var(x, axis, ddof=1, keepdims=keepdims)),
    "std": (mg.std, lambda x, axis, keepdims=False: np.std(x, axis, ddof=1, keepdims=keepdims)),
    "norm": (mg.norm, p_norm(2)),
    "norm 1": (lambda x, **w: mg.norm(x, 1, **w), p_norm(1)),
    "norm 3": (lambda x, **w: mg.norm(x, 3.0, **w), p_norm(3)),
    "norm inf": (
        lambda x, **w: mg.norm(x, INF, **w),
        lambda x, axis, keepdims=False: np.abs(x).max(axis, keepdims=keepdims),
    ),
    "norm -inf": (
        lambda x, **w: mg.norm(x, -INF, **w),
        lambda x, axis, keepdims=False: np.abs(x).min(axis, keepdims=keepdims),
    ),
}


@pytest.mark.parametrize("dim", DIMS, ids=str)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_values(name, dim) -> None:
    function, expected = REDUCTIONS[name]
    for x in (X, STRIDED):
        for keepdim in (False, True):
            found = function(mg.tensor(x), dim=dim, keepdim=keepdim)
            assert type(found.array) in namespaces
            assert_allclose(found, expected(x, axis(dim), keepdims=keepdim), rtol=1e-12)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_values_along_one_dim(dim) -> None:
    x = mg.tensor(X)
    assert_allclose(mg.cumsum(x, dim), np.cumsum(X, dim), rtol=1e-14)
    for keepdim in (False, True):
        assert_allclose(x.prod(dim, keepdim), np.prod(X, dim, keepdims=keepdim), rtol=1e-13)
    assert_allclose(mg.prod(x).item(), np.prod(X), rtol=1e-13)
    assert x.prod(keepdim=True).shape == (1, 1, 1)


@pytest.mark.parametrize("length", range(1, 18))
def test_the_product_of_every_length(length) -> None:
    x = RNG.normal(size=(2, length))
    assert_allclose(mg.prod(mg.tensor(x), 1), np.prod(x, 1), rtol=1e-13)


def test_methods_are_the_functions() -> None:
    x = mg.tensor(X)
    for name in ("sum", "mean", "amax", "amin", "var", "std"):
        assert_array_equal(
            getattr(x, name)(1, keepdim=True), getattr(mg, name)(x, 1, keepdim=True)
        )
    assert_array_equal(x.logsumexp(0), mg.logsumexp(x, 0))
    assert_array_equal(x.cumsum(0), mg.cumsum(x, 0))
    assert_array_equal(x.norm(3, 1), mg.norm(x, 3, 1))
    assert_array_equal((x > 0).all(1), mg.all(x > 0, 1))
    assert_array_equal((x > 0).any(1, True), mg.any(x > 0, 1, True))


@pytest.mark.parametrize("dim", [None, 0, -1, ()])
def test_a_0d_tensor_counts_as_one_axis(dim) -> None:
    x = mg.tensor(-3.0, dtype="float64", requires_grad=True)
    for name, value in (("sum", -3.0), ("mean", -3.0), ("amax", -3.0), ("logsumexp", -3.0), ("norm", 3.0)):
        found = getattr(mg, name)(x, dim=dim)
        assert found.shape == ()
        assert found.item() == pytest.approx(value)
        assert mg.grad(found, x)[0].shape == ()
    if isinstance(dim, int):
        assert mg.cumsum(x, dim).item() == mg.prod(x, dim).item() == -3.0
        assert mg.grad(mg.cumsum(x, dim) + mg.prod(x, dim), x)[0].item() == 2.0


# --------------------------------------------------------------------------------------------- nothing


def test_over_no_elements() -> None:
    x = mg.zeros(2, 0)
    assert x.sum().item() == 0.0
    assert x.sum(1).tolist() == [0.0, 0.0]
    assert x.sum(0).shape == (0,)
    assert x.prod().item() == 1.0
    assert x.prod(1, keepdim=True).tolist() == [[1.0], [1.0]]
    assert x.logsumexp(1).tolist() == [-INF, -INF]
    assert x.norm().item() == 0.0
    assert x.cumsum(1).shape == (2, 0)
    assert math.isnan(x.mean().item())
    assert np.isnan(host(x.mean(1))).all()
    assert np.isnan(host(x.var(1))).all()
    assert np.isnan(host(x.std()))
    assert mg.all(x).item() is True
    assert mg.any(x).item() is False
    assert x.amax(0).shape == (0,)


def test_gradients_of_nothing_are_empty() -> None:
    x = mg.zeros(2, 0, requires_grad=True)
    for function in (mg.sum, mg.prod, mg.mean, mg.norm, mg.var, lambda x: mg.logsumexp(x, (0, 1))):
        assert mg.grad(function(x), x)[0].shape == (2, 0)


# ----------------------------------------------------------------------------------------------- types


@pytest.mark.parametrize("name", ["bool", "uint8", "int8", "int16", "int32", "int64"])
def test_integers_are_summed_in_int64(name) -> None:
    x = mg.tensor(np.ones(300, name))
    for found in (x.sum(), x.prod(), x.cumsum(0), x.sum(0, keepdim=True)):
        assert found.dtype == np.int64
    assert x.sum().item() == 300
    assert x.cumsum(0)[-1].item() == 300
    assert x.amax().dtype == name


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_floating_types_stay(name) -> None:
    x = mg.tensor([[1.0, 2.0], [3.0, 5.0]], dtype=name, requires_grad=True)
    functions = (mg.sum, mg.mean, mg.prod, mg.amax, mg.amin, mg.max, mg.var, mg.std, mg.norm)
    others = [lambda x, p=p: mg.norm(x, p) for p in (0, 1, 3, INF)]
    for function in (*functions, *others, lambda x: mg.logsumexp(x, 0), lambda x: mg.cumsum(x, 0)):
        found = function(x)
        assert found.dtype == name
        if found.requires_grad:
            assert mg.grad(found.sum(), x)[0].dtype == name


def test_dtype_converts_first() -> None:
    x = mg.tensor([1.5, 1.5], requires_grad=True)
    assert x.sum(dtype=mg.int32).item() == 2
    assert x.sum(dtype=mg.int32).dtype == np.int32
    assert x.sum(dtype=mg.float64).dtype == np.float64
    assert mg.grad(x.sum(dtype=mg.float64), x)[0].dtype == np.float32
    assert x.prod(dtype=mg.float64).item() == 2.25
    assert x.cumsum(0, dtype=mg.int64).tolist() == [1, 2]
    assert mg.mean(mg.tensor([1, 2]), dtype=mg.float32).item() == 1.5
    assert mg.norm(mg.tensor([3, 4]), dtype=mg.float64).item() == 5.0
    assert mg.logsumexp(mg.tensor([0, 0]), 0).dtype == np.float32


def test_float16_is_reduced_in_float32() -> None:
    x = mg.ones(3, 100_000, dtype="float16", requires_grad=True)
    assert mg.sum(x / 1024, 1).tolist() == pytest.approx([97.65625] * 3, rel=1e-3)
    tall = mg.ones(100_000, 3, dtype="float16")
    assert mg.sum(tall / 1024, 0).tolist() == pytest.approx([97.65625] * 3, rel=1e-3)
    assert mg.mean(x, 1).tolist() == [1.0] * 3
    assert mg.cumsum(x / 1024, 1)[0, -1].item() == pytest.approx(97.65625, rel=1e-3)
    assert mg.norm(x, dim=1).tolist() == pytest.approx([math.sqrt(1e5)] * 3, rel=1e-3)
    assert mg.var(x, 1).tolist() == [0.0] * 3
    assert mg.logsumexp(x, 1).tolist() == pytest.approx([1 + math.log(1e5)] * 3, rel=1e-3)
    assert mg.prod(mg.tensor([300.0, 300.0, 0.001], dtype="float16")).item() == pytest.approx(90.0, rel=1e-3)
    for function, slope in ((mg.mean, 1e-5), (mg.amax, 1e-5), (mg.norm, 1 / math.sqrt(1e5))):
        (g,) = mg.grad(function(x, dim=1).sum(), x)
        assert_allclose(g, slope, rtol=6e-3)
        (g,) = mg.grad(function(x, dim=1).sum(), x, create_graph=True)
        assert_allclose(g, slope, rtol=6e-3)


# ------------------------------------------------------------------------------------------------ edges


def test_logsumexp_does_not_overflow() -> None:
    x = mg.tensor([[1000.0, 1000.0], [-1000.0, -1000.0]], dtype="float64", requires_grad=True)
    found = mg.logsumexp(x, 1)
    assert found.tolist() == pytest.approx([1000 + math.log(2), -1000 + math.log(2)])
    assert_allclose(mg.grad(found.sum(), x)[0], 0.5, rtol=1e-12)


@pytest.mark.parametrize("create_graph", [False, True])
def test_logsumexp_of_infinities(create_graph) -> None:
    x = mg.tensor([[-INF, -INF], [-INF, 0.0], [INF, 0.0], [INF, -INF], [1.0, NAN]], requires_grad=True)
    found = mg.logsumexp(x, 1)
    assert_array_equal(found, [-INF, 0.0, INF, INF, NAN])
    (g,) = mg.grad(found[:4], x, mg.ones(4), create_graph=create_graph)
    assert g.tolist()[:4] == [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]


def test_variance_by_correction() -> None:
    x = mg.tensor([1.0, 2.0, 3.0, 6.0])
    assert x.var().item() == pytest.approx(14 / 3)
    assert x.var(correction=0).item() == x.var(unbiased=False).item() == x.var(False).item() == 3.5
    assert x.var(0, False).item() == 3.5
    assert x.var(correction=2).item() == 7.0
    assert x.std(correction=2).item() == pytest.approx(math.sqrt(7))
    assert mg.std(x, unbiased=False, keepdim=True).shape == (1,)
    assert math.isnan(mg.tensor([1.0]).var().item())
    assert mg.tensor([1.0]).var(correction=0).item() == 0.0


def test_the_slope_of_the_deviation_is_0_where_all_are_equal() -> None:
    x = mg.tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]], requires_grad=True)
    (g,) = mg.grad(x.std(1).sum(), x)
    assert g.tolist() == [[0.0, 0.0, 0.0], pytest.approx([-0.5, 0.0, 0.5])]


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, INF, -INF, "fro"])
def test_the_slope_of_a_norm_at_0_is_0_in_every_order(p) -> None:
    x = mg.tensor([[0.0, 0.0], [3.0, 0.0]], dtype="float64", requires_grad=True)
    (g,) = mg.grad(mg.norm(x, p, dim=1).sum(), x, create_graph=True)
    assert g.tolist()[0] == [0.0, 0.0]
    assert np.isfinite(host(g)).all()
    if g.requires_grad:
        second = mg.grad(g.sum(), x)[0]
        assert second.tolist()[0] == [0.0, 0.0]
        assert np.isfinite(host(second)).all()


def test_the_zero_norm_counts() -> None:
    assert mg.norm(mg.tensor([[0.0, 2.0], [0.0, 0.0]]), 0, dim=1).tolist() == [1.0, 0.0]


def test_products_with_zeros_are_exact_in_every_order() -> None:
    for values in ([0.0, 2.0, 3.0, 5.0], [0.0, 0.0, 3.0, 5.0], [0.0, 0.0, 0.0, 5.0]):
        x = mg.tensor(values, dtype="float64", requires_grad=True)
        (g,) = mg.grad(x.prod(), x, create_graph=True)
        for i in range(4):
            assert g[i].item() == math.prod(v for j, v in enumerate(values) if j != i)
            (h,) = mg.grad(g[i], x, create_graph=True)
            for k in range(4):
                left = [v for j, v in enumerate(values) if j not in (i, k)]
                assert h[k].item() == (0.0 if i == k else math.prod(left))
    (h,) = mg.grad(g[1], x, create_graph=True)
    assert mg.grad(h[0], x)[0].tolist() == [0.0, 0.0, 5.0, 0.0]


def test_a_product_needs_few_nodes() -> None:
    x = mg.tensor(np.ones(1024), requires_grad=True)
    tensor, depth = x.prod()._node, 0
    while tensor.parents:
        tensor, depth = tensor.parents[0], depth + 1
    assert depth <= 2 * 10 + 2


def test_the_gradient_of_a_sum_is_writable() -> None:
    x = mg.ones(3, requires_grad=True)
    for function in (mg.sum, mg.mean):
        x.grad = None
        function(x).backward()
        x.grad *= 2.0
        x.grad.array[0] = 5.0
        assert x.grad[0].item() == 5.0


def test_a_running_sum_lets_later_elements_answer_for_earlier() -> None:
    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (g,) = mg.grad((mg.cumsum(x, 0) * mg.tensor([1.0, 10.0, 100.0])).sum(), x)
    assert g.tolist() == [111.0, 110.0, 100.0]
