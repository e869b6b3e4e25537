"""`exact_expectation`: what it returns, what it puts back, what it refuses."""

import math
from typing import NamedTuple

import numpy
import pytest

import minigen as mg
from minigen.random import Generator, ReplayError, TooManyPathsError, get_default_generator
from minigen.testing.expectation import exact_expectation
from tests.host import host


def f64(*values, grad=False):
    return mg.tensor(values, dtype=mg.float64, requires_grad=grad)


class Pair(NamedTuple):
    heads: object
    tails: object


# -------------------------------------------------------------------------------------------------- what comes back


def test_whatever_is_returned_is_averaged_leaf_by_leaf():
    def fn(rng):
        x = rng.bernoulli(f64(0.25, 0.5))
        return {
            "tensor": x,
            "float32": x.float(),
            "array": host(x) * 2,
            "integers": x.to(mg.int64),
            "number": x[0].item(),
            "bool": bool(x[0]),
            "scalars": [host(x)[0], host(x.float())[1] > 0],
            "empty": [mg.zeros(0), numpy.zeros((0, 2))],
            "nested": [Pair(x.sum(), 1 - x), ({}, x[0].item() + 1)],
            "word": "same",
            "none": None,
            "constant": 2**100,
            "counts": int(x.sum()),
        }

    found = exact_expectation(fn)
    mean, variance = found.mean, found.variance
    assert mean["tensor"].tolist() == [0.25, 0.5]
    assert mean["float32"].dtype == mg.float32
    assert isinstance(mean["array"], numpy.ndarray)
    assert mean["array"].tolist() == [0.5, 1.0]
    assert mean["integers"].dtype == mg.float64
    assert mean["integers"].tolist() == [0.25, 0.5]
    assert (mean["number"], mean["bool"], mean["counts"]) == (0.25, 0.25, 0.75)
    assert type(mean["number"]) is float
    assert mean["scalars"] == [0.25, 0.5]
    assert {type(x) for x in mean["scalars"]} == {float}
    assert [x.shape for x in mean["empty"]] == [(0,), (0, 2)]
    pair, (empty, number) = mean["nested"]
    assert isinstance(pair, Pair)
    assert pair.heads.item() == 0.75
    assert pair.tails.tolist() == [0.75, 0.5]
    assert (empty, number) == ({}, 1.25)
    assert (mean["word"], mean["none"], mean["constant"]) == ("same", None, 2**100)
    assert variance["tensor"].tolist() == [0.1875, 0.25]
    assert variance["array"].tolist() == [0.75, 1.0]
    assert (variance["number"], variance["counts"], variance["constant"]) == (0.1875, 0.4375, 0.0)
    assert (found.paths, found.error, found.total) == (4, None, 1.0)
    assert repr(exact_expectation(lambda rng: 2.5)) == "Expectation(mean=2.5, paths=1)"


def test_variance_keeps_its_digits_far_from_zero():
    found = exact_expectation(lambda rng: 1e9 + rng.bernoulli(f64(0.3)))
    assert abs(found.variance.item() - 0.21) < 1e-6
    found = exact_expectation(lambda rng: rng.categorical(f64(0.1, 0.2, 0.3, 0.4)).to(mg.float64) ** 2)
    values, p = numpy.arange(4.0) ** 2, numpy.array([0.1, 0.2, 0.3, 0.4])
    assert abs(found.variance.item() - (p @ values**2 - (p @ values) ** 2)) < 1e-13


def test_covariance_on_request():
    a = numpy.array([[1.0, 0.0], [2.0, -1.0], [0.5, 3.0]])

    def fn(rng):
        return mg.as_tensor(a) @ rng.bernoulli(f64(0.3, 0.6))

    found = exact_expectation(fn, covariance=True)
    expected = a @ numpy.diag([0.21, 0.24]) @ a.T
    assert numpy.allclose(host(found.covariance), expected, atol=1e-15)
    assert numpy.allclose(host(found.variance), expected.diagonal(), atol=1e-15)
    graphs = exact_expectation(fn, covariance=True, differentiable=True)
    assert numpy.allclose(host(graphs.covariance), expected, atol=1e-15)
    assert numpy.allclose(host(graphs.variance), expected.diagonal(), atol=1e-15)
    with pytest.raises(ValueError, match="covariance=True"):
        exact_expectation(fn).covariance  # noqa: B018


def test_results_are_detached_and_their_own():
    p, kept = f64(0.5, grad=True), []

    def fn(rng):
        kept.append(p * rng.bernoulli(p))
        return kept[-1]

    mean = exact_expectation(fn).mean
    assert not mean.requires_grad
    mean += 1.0
    assert [x.item() for x in kept] == [0.0, 0.5]


# ---------------------------------------------------------------------------------------------- what takes part


def test_dropout_obeys_and_keeps_its_mean():
    x = f64(1.0, -2.0, 3.0)
    found = exact_expectation(lambda rng: mg.nn.Dropout(0.3)(x))
    assert numpy.allclose(host(found.mean), host(x), atol=1e-15)
    assert numpy.allclose(host(found.variance), host(x) ** 2 * 0.3 / 0.7, atol=1e-14)
    assert found.paths == 8


def test_initialisation_obeys():
    def fn(rng):
        weight = mg.zeros(1, 2, dtype=mg.float64)
        return mg.nn.init.kaiming_normal_(weight).var(correction=0), mg.nn.init.uniform_(weight, 0.0, 2.0).sum() ** 2

    found = exact_expectation(fn, normal_nodes=3)
    assert abs(found.mean[0].item() - 0.5) < 1e-14  # two weights of variance 2 / fan_in = 1
    assert abs(found.mean[1].item() - (2 * 4 / 3 + 2)) < 1e-14
    assert found.paths == 81


def test_a_loader_shuffles_in_every_way_and_resumes():
    examples = mg.tensor([[0.0], [1.0], [2.0]])

    def fn(rng):
        loader = mg.data.DataLoader(examples, 2, shuffle=True, rng=rng)
        batches = iter(loader)
        first, state = next(batches), loader.state_dict()
        rest, resumed = next(batches), mg.data.DataLoader(examples, 2, shuffle=True, rng=rng)
        resumed.load_state_dict(state)
        return first, rest, rest - next(iter(resumed))

    found = exact_expectation(fn)
    assert found.paths == 6
    assert [x.ravel().tolist() for x in map(host, found.mean)] == [pytest.approx([1, 1]), [1.0], [0.0]]
    assert found.variance[2].item() == 0.0


def test_the_default_generator_is_that_of_the_path_only_inside():
    before = get_default_generator()
    inside = []
    exact_expectation(lambda rng: inside.append(get_default_generator() is rng))
    assert inside == [True]
    assert get_default_generator() is before


def test_one_expectation_inside_another():
    def inner(p):
        return exact_expectation(lambda rng: rng.bernoulli(p)).mean

    found = exact_expectation(lambda rng: inner(f64(0.2, 0.6)[rng.integers(2)]))
    assert abs(found.mean.item() - 0.4) < 1e-15
    assert abs(found.variance.item() - 0.04) < 1e-15


def test_a_branch_of_no_probability_is_not_called():
    seen = []
    exact_expectation(lambda rng: seen.append(rng.categorical(f64(0.5, 0.0, 0.5)).item()))
    assert seen == [0, 2]


# ----------------------------------------------------------------------------------------------------- quadrature


def test_an_error_comes_with_continuous_draws():
    smooth = exact_expectation(lambda rng: {"x": rng.normal(dtype="float64").exp(), "word": "x"})
    assert abs(smooth.mean["x"].item() - math.exp(0.5)) < 1e-13
    assert smooth.error["x"].item() < 1e-12
    rough = exact_expectation(lambda rng: 5 * (rng.uniform(dtype="float64") < 0.3).to(mg.float64), normal_nodes=7)
    assert abs(rough.mean.item() - 1.5) < rough.error.item() < 2.0
    assert rough.paths == 7
    with pytest.raises(ValueError, match="normal_nodes must be an int of at least 2, got 1"):
        exact_expectation(lambda rng: rng.normal(), normal_nodes=1)


def test_more_nodes_do_not_make_discrete_draws_approximate():
    assert exact_expectation(lambda rng: rng.integers(4), normal_nodes=2).error is None


# -------------------------------------------------------------------------------------------------------- restore


class Counter:
    """Something with a state and a generator of its own."""

    def __init__(self, seed):
        self.rng, self.count = Generator(seed), 0

    def step(self):
        self.count += 1 + int(self.rng.bernoulli(0.5))
        return self.count

    def state_dict(self):
        return {"count": self.count, "rng": self.rng.state_dict()}

    def load_state_dict(self, state):
        self.count = state["count"]
        self.rng.load_state_dict(state["rng"])


def test_objects_are_put_back_before_each_path_and_draw_from_it():
    counter, other = Counter(0), Counter(1)
    rng, state = counter.rng, counter.state_dict()
    other.rng = rng  # one generator for both
    found = exact_expectation(lambda _: (counter.step(), other.step()), restore=[counter, other])
    assert found.mean == (1.5, 1.5)
    assert found.paths == 4
    assert counter.rng is rng
    assert other.rng is rng
    assert counter.state_dict() == state
    assert exact_expectation(lambda _: counter.step(), restore=counter).mean == 1.5


def test_objects_are_put_back_after_an_exception():
    layer, counter = mg.nn.Linear(1, 1), Counter(0)
    before, rng, default = layer.weight.item(), counter.rng, get_default_generator()

    def fn(_):
        mg.nn.init.zeros_(layer.weight)
        counter.step()
        raise KeyError("in the program")

    with pytest.raises(KeyError, match="in the program"):
        exact_expectation(fn, restore=[layer, counter])
    assert layer.weight.item() == before
    assert (counter.count, counter.rng) == (0, rng)
    assert get_default_generator() is default


def test_a_state_that_cannot_be_had_leaves_the_generator():
    counter = Counter(0)
    rng, counter.state_dict = counter.rng, lambda: {}["count"]
    with pytest.raises(KeyError, match="count"):
        exact_expectation(lambda _: counter.step(), restore=counter)
    assert counter.rng is rng


def test_gradients_do_not_add_up_from_path_to_path():
    layer = mg.nn.Linear(1, 1, bias=False)
    layer.weight.grad = mg.full((1, 1), 7.0)

    def fn(rng):
        (layer(mg.ones(1)) * (1 + rng.bernoulli(0.5))).sum().backward()
        return layer.weight.grad

    assert exact_expectation(fn, restore=[layer]).mean.item() == 8.5
    assert layer.weight.grad.item() == 7.0


def test_without_restore_a_change_shows_as_an_error():
    p = f64(0.5)

    def fn(rng):
        rng.bernoulli(p)
        p.mul_(0.9)

    with pytest.raises(ReplayError, match="restore="):
        exact_expectation(fn)


def test_only_objects_with_a_state_can_be_restored():
    with pytest.raises(TypeError, match="restore: expected objects with state_dict and load_state_dict, got int"):
        exact_expectation(lambda rng: 0.0, restore=[3])


# ----------------------------------------------------------------------------------------------------------- rows


def test_rows_give_what_paths_give():
    w = mg.randn(3, 2, generator=1, dtype=mg.float64)

    def fn(rng):
        hidden = rng.bernoulli(mg.full((rng.rows, 3), 0.3, dtype=mg.float64))
        visible = rng.bernoulli(logits=hidden @ w)
        return {"visible": visible, "both": visible.prod(1)}

    calls = []
    rows = exact_expectation(lambda rng: calls.append(rng.rows) or fn(rng), rows=True, covariance=True)
    paths = exact_expectation(fn, covariance=True)
    assert calls == [1, 8, 32]
    assert rows.paths == paths.paths == 32
    assert rows.mean["visible"].shape == (2,)
    assert paths.mean["visible"].shape == (1, 2)
    for moment in ("mean", "variance", "covariance"):
        for name in ("visible", "both"):
            found, expected = (host(getattr(e, moment)[name]) for e in (rows, paths))
            assert numpy.allclose(found, expected.reshape(found.shape), atol=1e-15)
    assert abs(rows.total - 1) < 1e-14


def test_rows_of_quadrature_have_an_error():
    found = exact_expectation(lambda rng: rng.normal((rng.rows, 2), dtype="float64").prod(1) ** 2, rows=True)
    assert abs(found.mean.item() - 1) < 1e-13
    assert found.error.item() < 1e-12
    assert found.paths == 1024


def test_rows_must_be_returned():
    with pytest.raises(ValueError, match=r"one value for each of 2 rows, got shape \(\) at \['x'\]"):
        exact_expectation(lambda rng: {"x": rng.bernoulli(mg.full((rng.rows,), 0.5)).sum()}, rows=True)


# ------------------------------------------------------------------------------------------------- differentiable


def test_the_gradient_of_an_expectation_is_true():
    theta, w = f64(0.3, -0.2, 0.5, grad=True), mg.randn(2, 2, generator=3, dtype=mg.float64)

    def fn(rng):
        coins = rng.bernoulli(theta[:2].sigmoid())
        logits = mg.stack([theta[2], coins[0]])
        with mg.no_grad():  # as samplers do
            which = rng.categorical(logits=logits)
        noise = rng.categorical(theta[:2].exp())
        return ((coins @ w).sum() + theta[2]) ** 2 * (1 + which) + noise * theta[0]

    found = exact_expectation(fn, differentiable=True)
    (gradient,) = mg.grad(found.mean, [theta])
    start = host(theta).copy()

    def at(values):
        theta.data[:] = mg.as_tensor(values)
        return exact_expectation(fn).mean.item()

    step = 1e-5
    differences = [(at(start + step * e) - at(start - step * e)) / (2 * step) for e in numpy.eye(3)]
    assert abs(at(start) - found.mean.item()) < 1e-13
    assert numpy.allclose(host(gradient), differences, rtol=1e-8, atol=1e-9)


def test_the_gradient_at_the_ends_of_a_probability():
    for p in (0.0, 1.0):
        probability = f64(p, grad=True)
        found = exact_expectation(lambda rng, p=probability: 2 + 3 * rng.bernoulli(p).sum(), differentiable=True)
        assert found.mean.item() == 2 + 3 * p
        assert mg.grad(found.mean, [probability])[0].item() == 3.0
    weights = f64(0.0, 2.0, grad=True)
    found = exact_expectation(lambda rng: rng.categorical(weights) * 4.0, differentiable=True)
    assert mg.grad(found.mean, [weights])[0].tolist() == [-2.0, 0.0]


def test_the_gradient_of_rows_is_that_of_paths():
    theta = f64(0.4, -1.0, grad=True)

    def fn(rng):
        x = rng.bernoulli(mg.broadcast_to(theta.sigmoid(), (rng.rows, 2)))
        return (x @ f64(1.0, 2.0)) ** 2 + rng.categorical(logits=mg.stack([x[:, 0], theta[0] * x[:, 1]], dim=1))

    gradients = []
    for rows in (False, True):
        found = exact_expectation(fn, rows=rows, differentiable=True)
        gradients.append(host(mg.grad(found.mean.sum(), [theta])[0]))
    assert numpy.allclose(*gradients, rtol=1e-13)
    assert abs(gradients[0]).min() > 0.1


def test_numbers_and_arrays_become_tensors_with_a_graph():
    p = f64(0.25, grad=True)
    found = exact_expectation(
        lambda rng: [x := rng.bernoulli(p).item(), numpy.array([x]), int(x), x > 0, "word"], differentiable=True
    ).mean
    assert [mg.grad(x.sum(), [p], retain_graph=True)[0].item() for x in found[:4]] == [1.0] * 4
    assert found[4] == "word"


def test_second_order_goes_through_probabilities():
    theta = f64(0.7, grad=True)
    found = exact_expectation(lambda rng: rng.bernoulli(logits=theta).sum(), differentiable=True)
    (first,) = mg.grad(found.mean, [theta], create_graph=True)
    (second,) = mg.grad(first, [theta])
    s = 1 / (1 + math.exp(-0.7))
    assert abs(first.item() - s * (1 - s)) < 1e-15
    assert abs(second.item() - s * (1 - s) * (1 - 2 * s)) < 1e-15


def test_a_restored_module_keeps_its_graph():
    layer = mg.nn.Linear(2, 1, bias=False).double()
    dropped = mg.nn.Sequential(mg.nn.Dropout(0.5), layer)
    found = exact_expectation(lambda rng: dropped(f64(1.0, 3.0)) ** 2, restore=dropped, differentiable=True)
    found.mean.sum().backward()
    a, b = host(layer.weight)[0]
    assert numpy.allclose(host(layer.weight.grad)[0], [4 * a + 6 * b, 36 * b + 6 * a], rtol=1e-13)


def test_a_concentration_has_no_gradient_here():
    a = f64(2.0, grad=True)
    with pytest.raises(ValueError, match="no gradient with respect to the concentration"):
        exact_expectation(lambda rng: rng.gamma(a), differentiable=True)
    assert abs(exact_expectation(lambda rng: rng.gamma(a)).mean.item() - 2) < 1e-13


# ------------------------------------------------------------------------------------------------ what is refused


def test_too_many_paths():
    with pytest.raises(TooManyPathsError, match=r"1024 paths .*max_paths=1000"):
        exact_expectation(lambda rng: rng.bernoulli(mg.full((10,), 0.5)), max_paths=1000)


@pytest.mark.parametrize(
    ("fn", "error", "message"),
    [
        (lambda rng: mg.zeros(int(rng.integers(2)) + 1), ValueError, r"shape \(1,\) on one path and \(2,\) on another"),
        (lambda rng: {"ab"[int(rng.integers(2))]: 1.0}, ValueError, r"parts \[\"\['a'\]\"\] on one path"),
        (lambda rng: ["ab"[int(rng.integers(2))]], ValueError, r"\[0\] is 'a' on one path and 'b' on another"),
        (lambda rng: {"x": {3, 4}}, TypeError, r"got set .* at \['x'\]"),
    ],
)
def test_what_cannot_be_averaged_is_refused(fn, error, message):
    with pytest.raises(error, match=message):
        exact_expectation(fn)
