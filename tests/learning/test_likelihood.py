"""Maximum likelihood: its cost is -log p, its gradient that of differences, its optimum the closed form's."""

import itertools

import numpy as np
import pytest

import minigen as mg
from minigen.learning import MaximumLikelihood
from minigen.models import RBM, Flow, RealNVP
from minigen.models.flows import ActNorm, Gaussian
from minigen.random import Generator
from tests.host import assert_allclose, host


@pytest.fixture(autouse=True)
def in_double():
    mg.set_default_dtype(mg.float64)
    yield
    mg.set_default_dtype(mg.float32)


def moved(model, batch, lr=1.0):
    """What one step of plain gradient descent takes from each parameter: the gradient of its cost."""
    before = [parameter.detach().clone() for parameter in model.parameters()]
    metrics = MaximumLikelihood(model, mg.optim.SGD(model.parameters(), lr=lr)).step(batch)
    found = [(b - p).detach() / lr for b, p in zip(before, model.parameters(), strict=True)]
    with mg.no_grad():
        for parameter, old in zip(model.parameters(), before, strict=True):
            parameter.copy_(old)
    return metrics, found


def differences(model, cost, step=1e-6):
    """The gradient of `cost` by differences, for every element."""
    found = []
    for parameter in model.parameters():
        gradient = np.empty(parameter.shape)
        for index in itertools.product(*map(range, parameter.shape)):
            middle = host(parameter)[index].item()
            with mg.no_grad():
                parameter[index] = middle + step
                high = cost()
                parameter[index] = middle - step
                low = cost()
                parameter[index] = middle
            gradient[index] = (high - low) / (2 * step)
        found.append(gradient)
    return found


def test_a_step_descends_the_mean_of_minus_log_p_of_a_flow() -> None:
    flow, x = RealNVP(3, couplings=2, hidden=[4]), Generator(0).normal((5, 3))
    metrics, gradients = moved(flow, x)

    def cost():
        with mg.no_grad():
            return -flow.log_prob(x).mean().item()

    assert metrics["nll"] == pytest.approx(cost(), rel=1e-12)
    for found, expected in zip(gradients, differences(flow, cost), strict=True):
        assert_allclose(found, expected, atol=1e-8)


def test_a_small_rbm_is_fitted_by_its_exact_likelihood() -> None:
    rbm, rng = RBM(3, 2), np.random.default_rng(0)
    for parameter in rbm.parameters():
        parameter.data = mg.tensor(rng.normal(size=parameter.shape))
    x = mg.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])

    def cost():
        """-log p from the whole table of states, in NumPy."""
        w, b, c = (host(p) for p in (rbm.weight, rbm.visible_bias, rbm.hidden_bias))
        table = {
            v: sum(np.exp(np.dot(v, b) + np.dot(h, c) + np.array(v) @ w @ np.array(h)) for h in states(2))
            for v in states(3)
        }
        z = sum(table.values())
        return -np.mean([np.log(table[tuple(row)] / z) for row in x.int().tolist()])

    metrics, gradients = moved(rbm, x)
    assert metrics["nll"] == pytest.approx(cost(), rel=1e-12)
    for found, expected in zip(gradients, differences(rbm, cost), strict=True):
        assert_allclose(found, expected, atol=1e-8)


def states(n):
    return list(itertools.product((0, 1), repeat=n))


def test_the_gradient_over_all_minibatches_is_that_of_the_data() -> None:
    flow, data = RealNVP(2, couplings=2, hidden=[3]), Generator(1).normal((4, 2))
    whole = moved(flow, data)[1]
    parts = [moved(flow, data[[i, j]])[1] for i, j in itertools.combinations(range(4), 2)]
    for i, expected in enumerate(whole):
        assert mg.allclose(sum(part[i] for part in parts) / len(parts), expected, atol=1e-12)


def test_a_normal_law_is_best_at_the_mean_and_deviation_of_the_data() -> None:
    """Where ActNorm begins, at the moments of the batch, the likelihood of that batch is flat."""
    flow, data = Flow(Gaussian(2), [ActNorm(2)]), Generator(2).normal((50, 2)) * 3 + 1
    flow.log_prob(data)
    metrics, gradients = moved(flow, data)
    assert max(abs(host(g)).max() for g in gradients) < 1e-12
    deviation = host(data.std(dim=0, correction=0))
    assert metrics["nll"] == pytest.approx(np.log(deviation).sum() + np.log(2 * np.pi) + 1, rel=1e-12)


def test_labels_of_a_batch_are_passed_over() -> None:
    flow, x = RealNVP(2, couplings=2, hidden=[3]), Generator(1).normal((4, 2))
    assert dict(moved(flow, [x, mg.arange(4)])[0]) == dict(moved(flow, x)[0])


@pytest.mark.usefixtures("on_the_host")
def test_only_the_first_batch_is_looked_at() -> None:
    flow = RealNVP(2, couplings=2, hidden=[3])
    learning = MaximumLikelihood(flow, mg.optim.SGD(flow.parameters(), lr=0.0))
    broken = mg.full((4, 2), float("nan"))
    with pytest.raises(ValueError, match=r"the first batch: expected finite numbers, got nan \(8 of 8 values\)"):
        learning.step(broken)
    learning.step(mg.zeros(4, 2))
    assert np.isnan(learning.step(broken)["nll"])
