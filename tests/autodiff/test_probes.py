"""Where published engines were found wrong: each probe and the value adopted here."""

import numpy as np
import pytest

import minigen as mg
from minigen.backend.arrays import namespaces
from minigen.testing import gradcheck


def slope(function, x):
    x = mg.tensor(x, dtype="float64", requires_grad=True)
    return mg.grad(function(x).sum(), x)[0].tolist()


def test_ties_of_a_whole_maximum_share_the_gradient() -> None:
    assert slope(lambda x: x.max(), [1.0, 3.0, 3.0]) == [0.0, 0.5, 0.5]
    assert slope(lambda x: x.amax(0), [1.0, 3.0, 3.0]) == [0.0, 0.5, 0.5]
    assert slope(lambda x: x.min(), [1.0, 1.0, 3.0]) == [0.5, 0.5, 0.0]


def test_a_maximum_with_its_index_routes_to_that_index() -> None:
    x = mg.tensor([1.0, 3.0, 3.0], requires_grad=True)
    values, indices = x.max(0)
    (g,) = mg.grad(values, x)
    assert g.tolist() == np.eye(3)[indices.item()].tolist()
    assert g.tolist() == [0.0, 1.0, 0.0]


def test_ties_of_two_operands_share_the_gradient() -> None:
    assert slope(lambda x: mg.maximum(x, 3.0), [1.0, 3.0, 5.0]) == [0.0, 0.5, 1.0]
    assert slope(lambda x: mg.minimum(3.0 * mg.ones(3, dtype="float64"), x), [1.0, 3.0, 5.0]) == [1.0, 0.5, 0.0]


def test_powers_at_zero() -> None:
    assert slope(lambda x: x**0, [0.0, 2.0]) == [0.0, 0.0]
    assert slope(lambda x: x**1, [0.0, 2.0]) == [1.0, 1.0]
    assert slope(lambda x: x**2, [0.0, 2.0]) == [0.0, 4.0]
    zero = mg.zeros(2, dtype="float64")
    assert slope(lambda x: x**zero, [0.0, 2.0]) == [0.0, 0.0]
    assert slope(lambda y: zero**y, [0.0, 2.0]) == [0.0, 0.0]
    x = mg.tensor([0.0], requires_grad=True)
    (g,) = mg.grad(x**2, x, create_graph=True)
    assert mg.grad(g, x)[0].item() == 2.0


def test_products_with_zeros() -> None:
    assert slope(lambda x: x.prod(), [0.0, 2.0, 3.0]) == [6.0, 0.0, 0.0]
    assert slope(lambda x: x.prod(), [0.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    x = mg.tensor([0.0, 0.0, 3.0], requires_grad=True)
    (g,) = mg.grad(x.prod(), x, create_graph=True)
    assert mg.grad(g[0], x)[0].tolist() == [0.0, 3.0, 0.0]


def test_kinks_and_edges() -> None:
    assert slope(lambda x: x.norm(), [0.0, 0.0]) == [0.0, 0.0]
    assert slope(lambda x: x.std(), [1.0, 1.0]) == [0.0, 0.0]
    assert slope(lambda x: x.relu(), [-1.0, 0.0, 1.0]) == [0.0, 0.0, 1.0]
    assert slope(lambda x: x.abs(), [-1.0, 0.0, 1.0]) == [-1.0, 0.0, 1.0]
    assert slope(lambda x: x.clip(0.0, 1.0), [-1.0, 0.0, 0.5, 1.0, 2.0]) == [0.0, 1.0, 1.0, 1.0, 0.0]
    with np.errstate(divide="ignore"):
        assert slope(lambda x: x.sqrt(), [0.0, 4.0]) == [np.inf, 0.25]


def test_where_with_a_safe_branch() -> None:
    def safe(x):
        positive = x > 0
        return mg.where(positive, mg.where(positive, x, 1.0).sqrt(), 0.0)

    assert slope(safe, [-1.0, 0.0, 4.0]) == [0.0, 0.0, 0.25]


def test_cross_entropy_of_probabilities_is_not_clipped() -> None:
    p = mg.tensor([0.9995], dtype="float64", requires_grad=True)
    loss = mg.nn.functional.binary_cross_entropy(p, mg.zeros(1, dtype="float64"))
    assert mg.grad(loss, p)[0].item() == pytest.approx(2000.0, rel=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("z", [40.0, -40.0, 1e4, -1e4, 0.0])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_cross_entropy_of_logits_is_exact(z, t, dtype) -> None:
    logits = mg.tensor([z], dtype=dtype, requires_grad=True)
    loss = mg.nn.functional.binary_cross_entropy_with_logits(logits, mg.full((1,), t, dtype=dtype))
    sign = z if t == 0 else -z  # loss = log(1 + exp(sign)), slope = +-sigmoid(sign)
    exact = np.logaddexp(0.0, np.float64(sign))
    assert loss.item() == pytest.approx(float(exact), rel=1e-6, abs=1e-17)
    expected = (1 if t == 0 else -1) * np.exp(sign - exact)
    assert mg.grad(loss, logits)[0].item() == pytest.approx(float(expected), rel=1e-6, abs=1e-17)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 2.0 * x + 1,
        lambda x: x * np.float64(2.0),
        lambda x: x * mg.tensor(2.0, dtype="float64"),
        lambda x: x.mean() * x,
        lambda x: x / x.std(),
        lambda x: x**2 + x**0.5,
        lambda x: mg.where(x > 1, x, 0.0),
        lambda x: mg.maximum(x, 0.5),
        lambda x: x.softmax(0) + x.logsumexp(0) + x.norm(),
        lambda x: x.amax(0) + x.max() + x.prod() + x.cumsum(0),
    ],
)
def test_float32_stays_float32(function) -> None:
    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = function(x)
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad.dtype == np.float32
    (g,) = mg.grad(function(x).sum(), x, create_graph=True)
    assert g.dtype == np.float32


def test_a_network_in_float32_stays_there_after_a_step_of_adam() -> None:
    net = mg.nn.Sequential(mg.nn.Linear(4, 3), mg.nn.Tanh(), mg.nn.Linear(3, 1))
    opt = mg.optim.Adam(net.parameters())
    mg.nn.functional.mse_loss(net(mg.rand(5, 4)), mg.zeros(5, 1)).backward()
    opt.step()
    assert {p.dtype for p in net.parameters()} == {np.dtype("float32")}


def test_standardised_activations_have_exact_second_derivatives() -> None:
    def standardise(x):
        return (x - x.mean(0)) / (x.var(0, correction=0) + 0.01).sqrt()

    gradcheck(standardise, (mg.tensor(np.random.default_rng(0).normal(size=(4, 3))),), order=2)


def test_ties_beyond_the_range_of_float16_are_counted() -> None:
    x = mg.zeros(100_000, dtype="float16", requires_grad=True)
    (g,) = mg.grad(x.amax(0) * mg.tensor(1024.0, dtype="float16"), x)
    assert g[0].item() == pytest.approx(1024 / 100_000, rel=1e-2)


def test_float16_sums_accumulate_in_float32() -> None:
    assert mg.ones(4096 * 4, dtype="float16").sum().item() == 4096 * 4
    assert mg.full((5000,), 0.1, dtype="float16").mean().item() == pytest.approx(0.1, rel=1e-3)


def test_truth_iteration_length_and_membership() -> None:
    assert not bool(mg.tensor(0.0))
    assert len(mg.zeros(3, 2)) == 3
    assert [row.tolist() for row in mg.arange(4).reshape(2, 2)] == [[0, 1], [2, 3]]
    assert 3.0 in mg.tensor([1.0, 3.0])
    for call, error in (
        (lambda: bool(mg.zeros(2)), ValueError),
        (lambda: len(mg.tensor(1.0)), TypeError),
        (lambda: iter(mg.tensor(1.0)), TypeError),
    ):
        with pytest.raises(error):
            call()


def test_a_tensor_of_one_element_is_a_number_where_one_is_expected() -> None:
    t = mg.tensor(2.5)
    assert float(t) == 2.5
    assert int(t) == 2
    assert "%.2f" % t == "2.50"  # noqa: UP031
    assert f"{t:.1f}" == "2.5"
    assert f"{mg.tensor([1.0, 2.0])}" == "tensor([1., 2.])"
    assert [10, 20, 30][mg.tensor(1)] == 20
    assert range(mg.tensor(3))[-1] == 2


def test_tensors_hash_by_identity() -> None:
    a, b = mg.ones(2), mg.ones(2)
    assert len({a, b, a}) == 2
    assert {a: 1}[a] == 1


def test_numpy_reads_a_host_tensor_without_a_copy_and_refuses_one_in_a_graph() -> None:
    t = mg.ones(3, device="cpu")
    assert np.asarray(t) is t.array
    assert t.numpy() is t.array
    assert np.mean([t[0], 3.0 * t[1]]) == 2.0
    assert np.asarray(t, dtype="float64").dtype == np.float64
    with pytest.raises(TypeError, match=r"\.detach\(\)"):
        np.asarray(mg.ones(3, requires_grad=True))


def test_numpy_operands_defer_to_the_tensor() -> None:
    t = mg.tensor([1.0, 2.0], device="cpu", requires_grad=True)
    for result in (np.ones(2, "float32") * t, np.float64(2.0) * t, np.ones(2) + t, np.ones(2) - t, np.ones(2) / t):
        assert isinstance(result, mg.Tensor)
        assert result.requires_grad
    with pytest.raises(TypeError, match="__array_ufunc__"):
        np.multiply(np.ones(2), t.detach())


def test_float32_results_of_zero_dimensions_are_arrays() -> None:
    for t in (mg.ones(3).sum(), mg.ones(3).mean(), mg.ones(3)[0], mg.tensor(1.0) * 2.0, mg.ones(3) @ mg.ones(3)):
        assert type(t.array) in namespaces
        assert t.shape == ()
