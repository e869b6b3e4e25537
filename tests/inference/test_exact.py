"""Exact log Z, log p and draws against tables, finite differences and the figures of a fixed machine."""

import numpy as np
import pytest

import minigen as mg
from minigen.inference import enumeration, exact, exact_log_prob, exact_log_z, exact_sample, states
from minigen.testing import exact_expectation
from tests.host import assert_allclose, assert_array_equal, host
from tests.models.machines import bits, machine, number, numbers, tables


def formula(n_visible, n_hidden):
    """W_ij = sin(ij), b_i = cos(i) / 2, c_j = -sin(j) / 2, counted from 1."""
    i, j = np.arange(1, n_visible + 1), np.arange(1, n_hidden + 1)
    rbm = mg.models.RBM(n_visible, n_hidden, dtype="float64")
    for parameter, value in zip(
        rbm.parameters(), (np.sin(np.outer(i, j)), 0.5 * np.cos(i), -0.5 * np.sin(j)), strict=True
    ):
        parameter.data.copy_(mg.tensor(value))
    return rbm


def test_the_figures_of_the_fixed_machine() -> None:
    rbm = formula(6, 4)
    assert exact_log_z(rbm).item() == pytest.approx(6.8871841360, abs=1e-10)
    x = mg.tensor([[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]], dtype="float64")
    assert exact_log_prob(rbm, x).item() == pytest.approx(-5.1397735883, abs=1e-10)


@pytest.mark.parametrize("sizes", [(3, 2), (2, 4), (3, 3), (1, 1)])
def test_log_z_and_log_p_are_those_of_the_table(sizes) -> None:
    rbm = machine(*sizes)
    table = tables(rbm)
    assert exact_log_z(rbm).shape == ()
    assert exact_log_z(rbm).item() == pytest.approx(table.log_z, abs=1e-13)
    log_p = exact_log_prob(rbm, mg.tensor(table.v))
    assert_allclose(log_p, np.log(table.p_v), rtol=0, atol=1e-13)


def test_states_are_counted_from_the_lowest_bit() -> None:
    like = mg.zeros(1, dtype="float64")
    assert_array_equal(states(3, like=like), bits(3))
    assert_array_equal(states(3, 2, 5, like=like), bits(3)[2:5])
    assert states(3, like=mg.zeros(1)).dtype == np.float32


@pytest.mark.parametrize(("n_visible", "n_hidden"), [(9, 7), (7, 9)])
def test_sums_in_blocks_are_the_sum(n_visible, n_hidden, monkeypatch) -> None:
    rbm = machine(n_visible, n_hidden)
    whole = exact_log_z(rbm)
    gradient = mg.grad(whole, list(rbm.parameters()))
    monkeypatch.setattr(enumeration, "BLOCK", 2**5)
    monkeypatch.setattr(enumeration, "RECORDED", 2**5)
    parts = exact_log_z(rbm)
    assert parts.item() == pytest.approx(whole.item(), abs=1e-13)
    for a, b in zip(mg.grad(parts, list(rbm.parameters())), gradient, strict=True):
        assert_allclose(a, b, rtol=0, atol=1e-14)
    with mg.no_grad():
        assert not exact_log_z(rbm).requires_grad
    frozen = exact_log_z(rbm)
    with pytest.raises(RuntimeError, match="second derivatives are known up to 32 states"):
        mg.grad(frozen, list(rbm.parameters()), create_graph=True)


def test_memory_is_bounded_by_the_block(monkeypatch) -> None:
    rbm = machine(16, 20)
    largest = 0
    free_energy = rbm.free_energy

    def watched(v):
        nonlocal largest
        largest = max(largest, len(v))
        return free_energy(v)

    monkeypatch.setattr(rbm, "free_energy", watched)
    with mg.no_grad():
        value = exact_log_z(rbm).item()
    assert largest == enumeration.BLOCK
    h = bits(4)  # another route: 16 of the visible units' states for each of the 2^12 of the others
    w, b, c = numbers(rbm)
    rest = bits(12)
    total = [np.logaddexp(0, r @ w[4:] + v @ w[:4] + c).sum(1) + r @ b[4:] + v @ b[:4] for v in h for r in [rest]]
    assert value == pytest.approx(np.logaddexp.reduce(np.concatenate(total)), abs=1e-10)


def test_the_gradient_of_log_p_is_that_of_its_differences() -> None:
    rbm = machine(3, 2)
    x = bits(3)[[1, 6, 6]]
    gradients = mg.grad(exact_log_prob(rbm, mg.tensor(x)).sum(), list(rbm.parameters()))
    values = numbers(rbm)
    for place, (value, gradient) in enumerate(zip(values, gradients, strict=True)):
        for index in np.ndindex(value.shape):

            def log_p(shift, place=place, index=index):
                moved = [v.copy() for v in values]
                moved[place][index] += shift
                twin = machine(3, 2)
                for parameter, new in zip(twin.parameters(), moved, strict=True):
                    parameter.data.copy_(mg.tensor(new))
                return np.log(tables(twin).p_v[number(x)]).sum()

            h = 1e-5
            slope = (8 * (log_p(h) - log_p(-h)) - (log_p(2 * h) - log_p(-2 * h))) / (12 * h)
            assert host(gradient)[index] == pytest.approx(slope, abs=1e-9)


def test_the_gradient_of_log_z_is_the_mean_of_the_statistics() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    gradients = mg.grad(exact_log_z(rbm), list(rbm.parameters()))
    for gradient, statistic in zip(gradients, table.statistics(table.p_v), strict=True):
        assert_allclose(gradient, statistic, rtol=0, atol=1e-13)


def test_the_hessian_of_log_z_is_the_covariance_of_the_statistics() -> None:
    rbm = machine(2, 2)
    table = tables(rbm)
    (g,) = mg.grad(exact_log_z(rbm), rbm.visible_bias, create_graph=True)
    (row,) = mg.grad(g[0], rbm.visible_bias)
    covariance = table.v.T @ (table.p_v[:, None] * table.v) - np.outer(table.p_v @ table.v, table.p_v @ table.v)
    assert_allclose(row, covariance[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("sizes", [(3, 2), (2, 3)])
def test_exact_draws_have_the_law_of_the_model(sizes) -> None:
    rbm = machine(*sizes)
    table = tables(rbm)
    law = exact_expectation(lambda rng: np.eye(len(table.v))[number(host(exact_sample(rbm, 1, rng=rng)))[0]]).mean
    assert_allclose(law, table.p_v, rtol=0, atol=1e-13)


def test_exact_draws_by_groups_of_states(monkeypatch) -> None:
    monkeypatch.setattr(exact, "BLOCK", 2)
    monkeypatch.setattr(enumeration, "BLOCK", 4)
    rbm = machine(4, 3)
    law = exact_expectation(lambda rng: exact_sample(rbm, 1, rng=rng)).mean
    table = tables(rbm)
    assert_allclose(host(law)[0], table.p_v @ table.v, rtol=0, atol=1e-13)


def test_a_model_that_knows_log_p_is_asked_for_it() -> None:
    class Known(mg.nn.Module):
        def log_prob(self, x):
            return x.sum(1)

    assert exact_log_prob(Known(), mg.ones(2, 3)).tolist() == [3.0, 3.0]


def test_a_model_without_hidden_units_is_summed_over_its_visible_ones() -> None:
    class Coins(mg.models.energy.EnergyModel):
        def __init__(self):
            super().__init__()
            self.n_visible = 3
            self.bias = mg.nn.Parameter(mg.tensor([0.5, -1.0, 2.0], dtype="float64"))

        def free_energy(self, v):
            return -(v @ self.bias)

    coins = Coins()
    assert exact_log_z(coins).item() == pytest.approx(np.logaddexp(0, [0.5, -1.0, 2.0]).sum(), abs=1e-14)
    p = 1 / (1 + np.exp([-0.5, 1.0, -2.0]))
    law = exact_expectation(lambda rng: exact_sample(coins, 1, rng=rng)).mean
    assert_allclose(host(law)[0], p, rtol=0, atol=1e-14)
