"""The RBM against tables of all its states, made from the energy alone."""

import numpy as np
import pytest

import minigen as mg
from minigen.random import Generator
from minigen.testing import exact_expectation, gradcheck
from tests.host import assert_allclose, assert_array_equal, host
from tests.models.machines import bits, machine, number, numbers, tables


def test_the_energy_is_the_sum_of_its_terms() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    for row, v in enumerate(table.v):
        for column, h in enumerate(table.h):
            energy = rbm.energy(mg.tensor(v[None]), mg.tensor(h[None]))
            assert energy.shape == (1,)
            assert energy.item() == pytest.approx(table.energy[row, column], abs=1e-14)


@pytest.mark.parametrize("sizes", [(3, 2), (2, 4), (1, 1)])
def test_free_energies_are_minus_log_of_what_is_summed_out(sizes) -> None:
    rbm = machine(*sizes)
    table = tables(rbm)
    assert_allclose(
        rbm.free_energy(mg.tensor(table.v)),
        -np.logaddexp.reduce(-table.energy, axis=1),
        rtol=0,
        atol=1e-13,
    )
    assert_allclose(
        rbm.hidden_free_energy(mg.tensor(table.h)),
        -np.logaddexp.reduce(-table.energy, axis=0),
        rtol=0,
        atol=1e-13,
    )
    scores = host(rbm.unnormalized_log_prob(mg.tensor(table.v)))
    assert_allclose(scores - table.log_z, np.log(table.p_v), rtol=0, atol=1e-13)


def test_free_energies_of_strong_units_do_not_overflow() -> None:
    rbm = machine(3, 2, scale=800.0)
    table = tables(rbm)
    expected = -np.logaddexp.reduce(-table.energy, axis=1)
    assert_allclose(rbm.free_energy(mg.tensor(table.v)), expected, rtol=0, atol=1e-11)
    weak = rbm.float()
    assert np.isfinite(host(weak.free_energy(mg.tensor(table.v).float()))).all()


def test_the_block_conditionals_are_those_of_the_table() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    assert_allclose(
        rbm.hidden_probs(mg.tensor(table.v)), table.h_given_v @ table.h, rtol=0, atol=1e-14
    )
    assert_allclose(
        rbm.visible_probs(mg.tensor(table.h)), table.v_given_h @ table.v, rtol=0, atol=1e-14
    )


def test_visible_units_are_drawn_from_their_conditional() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    for row, h in enumerate(table.h):
        law = exact_expectation(
            lambda rng, h=h: np.eye(8)[number(host(rbm.sample_visible(mg.tensor(h[None]), rng=rng)))[0]]
        ).mean
        assert_allclose(law, table.v_given_h[row], rtol=0, atol=1e-14)


@pytest.mark.parametrize("share", [[0.25] * 4, [0.5, 0.5, -0.3, -0.7]])
def test_the_gradient_derived_by_hand_is_the_engines(share) -> None:
    rbm = machine(4, 3)
    v = mg.tensor(bits(4)[[3, 5, 14, 5]])
    share = mg.tensor(share, dtype="float64")
    by_hand = rbm.energy_gradient(v, rbm.hidden_probs(v).detach(), share)
    by_engine = mg.grad((share * rbm.free_energy(v)).sum(), list(rbm.parameters()))
    for a, b in zip(by_hand, by_engine, strict=True):
        assert_allclose(a, b, rtol=0, atol=1e-13)


def test_energies_have_the_derivatives_of_their_differences() -> None:
    rbm = machine(3, 2)
    v, h = mg.tensor(bits(3)[[3, 6]]), mg.tensor(bits(2)[[1, 3]])

    def energies(w, b, c):
        twin = mg.models.RBM(3, 2, dtype="float64")
        del twin.weight, twin.visible_bias, twin.hidden_bias
        twin.weight, twin.visible_bias, twin.hidden_bias = w, b, c
        return twin.energy(v, h), twin.free_energy(v), twin.hidden_free_energy(h)

    gradcheck(energies, tuple(mg.tensor(p, requires_grad=True) for p in numbers(rbm)))


def test_samples_have_the_law_of_so_many_sweeps() -> None:
    rbm = machine(2, 1)
    table = tables(rbm)
    start = table.v_given_h[0]  # all hidden units off
    for steps in (1, 2):
        law = exact_expectation(
            lambda rng, steps=steps: np.eye(4)[number(host(rbm.sample(1, rng=rng, steps=steps)))[0]]
        ).mean
        expected = start @ np.linalg.matrix_power(table.kernel, steps - 1)
        assert_allclose(law, expected, rtol=0, atol=1e-14)


def test_a_seed_fixes_the_samples_and_they_leave_no_graph() -> None:
    rbm = machine(5, 3)
    first, again, other = (rbm.sample(20, rng=seed, steps=3) for seed in (0, 0, 1))
    assert first.shape == (20, 5)
    assert not first.requires_grad
    assert_array_equal(first, again)
    assert (host(first) != host(other)).any()
    assert set(np.unique(host(first))) == {0.0, 1.0}


def test_the_start_is_at_the_base_rate_of_the_data() -> None:
    rbm = mg.models.RBM(3, 2, dtype="float64")
    mg.nn.init.zeros_(rbm.weight)
    data = mg.tensor([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]], dtype="float64")
    assert rbm.start_at(data) is rbm
    expected = (np.array([0.0, 3.0, 1.0]) + 0.5) / 4
    assert_allclose(rbm.visible_probs(mg.zeros(1, 2, dtype="float64"))[0], expected)


def test_parameters_are_named_and_weights_small_at_the_start() -> None:
    rbm = mg.models.RBM(200, 100)
    assert {name: p.shape for name, p in rbm.named_parameters()} == {
        "weight": (200, 100),
        "visible_bias": (200,),
        "hidden_bias": (100,),
    }
    assert rbm.weight.std().item() == pytest.approx(0.01, rel=0.03)
    assert rbm.visible_bias.abs().sum().item() == rbm.hidden_bias.abs().sum().item() == 0
    assert repr(rbm) == "RBM(n_visible=200, n_hidden=100)"


def test_the_laws_between_the_base_rates_and_the_model_are_machines() -> None:
    rbm = machine(3, 2)
    base = np.array([0.2, 0.5, 0.9])
    path = rbm.annealing(mg.tensor(base))
    w, b, c = numbers(rbm)
    state = path.at(mg.tensor(bits(3)))
    for beta in (0.0, 0.3, 1.0):
        between = machine(3, 2)
        for parameter, value in zip(
            between.parameters(), (beta * w, (1 - beta) * np.log(base / (1 - base)) + beta * b, beta * c), strict=True
        ):
            parameter.data.copy_(mg.tensor(value))
        table = tables(between)
        log_p = host(path.log_prob(state, beta))
        assert_allclose(log_p - np.logaddexp.reduce(log_p), np.log(table.p_v), rtol=0, atol=1e-13)
        assert_allclose(np.logaddexp.reduce(log_p), table.log_z, rtol=0, atol=1e-13)
        for row, v in enumerate(table.v):
            law = exact_expectation(
                lambda rng, v=v, beta=beta: np.eye(8)[
                    number(host(path.move(path.at(mg.tensor(v[None])), beta, rng).visible))[0]
                ]
            ).mean
            assert_allclose(law, table.kernel[row], rtol=0, atol=1e-13)
        if beta == 0.0:
            assert path.log_z_start.item() == pytest.approx(table.log_z, abs=1e-13)
            law = exact_expectation(lambda rng: np.eye(8)[number(host(path.start(1, rng).visible))[0]]).mean
            assert_allclose(law, table.p_v, rtol=0, atol=1e-14)


def test_base_rates_of_data_in_single_precision_serve_a_model_in_double() -> None:
    path = machine(3, 2).annealing(mg.tensor([0.25, 0.5, 0.75], dtype="float32"))
    assert_allclose(path.base_bias, np.log([1 / 3, 1.0, 3.0]), rtol=0, atol=1e-15)
    assert path.start(5, Generator(0)).inputs.dtype == mg.float64


def test_the_base_rates_default_to_the_visible_biases() -> None:
    rbm = machine(3, 2)
    start = host(rbm.annealing().start(100_000, Generator(0)).visible.mean(0))
    assert_allclose(start, 1 / (1 + np.exp(-numbers(rbm)[1])), atol=5 * 0.5 / np.sqrt(100_000))
