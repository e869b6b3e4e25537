"""Gibbs sampling: its kernel against the table of the model, and chains that continue bit for bit."""

import json

import numpy as np
import pytest

import minigen as mg
from minigen.random import Generator
from minigen.sampling import Chains, sweep
from minigen.testing import exact_expectation
from tests.host import assert_allclose, assert_array_equal, host
from tests.models.machines import bits, machine, number, tables


def kernel_of_code(rbm, k=1):
    """The probabilities (h, v) of the visible units after k sweeps from each hidden state, walked through the code."""
    hidden, n = bits(rbm.n_hidden), 2**rbm.n_visible
    return np.array(
        [
            exact_expectation(
                lambda rng, h=h: np.eye(n)[number(host(Chains(rbm, mg.tensor(h[None]), rng=rng).step(k)))[0]]
            ).mean
            for h in hidden
        ]
    )


def test_a_sweep_draws_visible_units_and_says_what_hidden_ones_follow() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    visible, inputs = sweep(rbm, mg.tensor(table.h), Generator(0))
    assert not visible.requires_grad and not inputs.requires_grad
    assert_allclose(
        inputs.sigmoid(), (table.h_given_v @ table.h)[number(host(visible))], rtol=0, atol=1e-14
    )


def test_the_kernel_of_a_chain_is_that_of_the_table() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    assert_allclose(kernel_of_code(rbm), table.v_given_h, rtol=0, atol=1e-14)


def test_two_sweeps_are_the_kernel_twice() -> None:
    rbm = machine(2, 1)
    table = tables(rbm)
    assert_allclose(kernel_of_code(rbm, 2), table.v_given_h @ table.kernel, rtol=0, atol=1e-14)


def test_rows_sum_to_one_the_law_is_stationary_and_balance_is_detailed() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    kernel = table.h_given_v @ kernel_of_code(rbm)  # v -> h -> v'
    assert_allclose(kernel.sum(1), 1.0, rtol=0, atol=1e-14)
    assert_allclose(table.p_v @ kernel, table.p_v, rtol=0, atol=1e-14)
    flow = table.p_v[:, None] * kernel
    assert_allclose(flow, flow.T, rtol=0, atol=1e-15)


def test_hidden_units_follow_the_visible_ones_of_the_same_sweep() -> None:
    rbm = machine(2, 1)
    table = tables(rbm)

    def joint(rng):
        chains = Chains(rbm, 1, rng=rng)
        chains.step(1)
        place = np.zeros((4, 2))
        place[number(host(chains.visible))[0], number(host(chains.hidden))[0]] = 1.0
        return place

    expected = table.v_given_h[0][:, None] * table.h_given_v
    assert_allclose(exact_expectation(joint).mean, expected, rtol=0, atol=1e-14)


def test_chains_are_drawn_apart() -> None:
    chains = Chains(machine(6, 4), 50, rng=0)
    assert len(chains) == 50
    assert len({tuple(row) for row in host(chains.step(2))}) > 10


def test_chains_continue_bit_for_bit_from_their_state() -> None:
    rbm = machine(4, 3)
    chains = Chains(rbm, 5, rng=0)
    chains.step(3)
    state = {name: part.clone() if isinstance(part, mg.Tensor) else part for name, part in chains.state_dict().items()}
    assert json.loads(json.dumps(state["rng"])) == state["rng"]
    other = Chains(rbm, 5, rng=9)
    other.load_state_dict(state)
    assert_array_equal(other.visible, chains.visible)
    for _ in range(3):
        assert_array_equal(chains.step(2), other.step(2))
    assert_array_equal(chains.hidden, other.hidden)


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    chains = Chains(machine(4, 3), 5, rng=0)
    chains.step(3)
    before = chains.visible.tolist(), chains.hidden.tolist(), chains.rng.state_dict()
    for other in (Chains(machine(4, 3), 4, rng=1), Chains(machine(5, 3), 5, rng=1), Chains(machine(4, 2), 5, rng=1)):
        with pytest.raises(ValueError, match=r"Chains\.load_state_dict: (hidden|visible) is"):
            chains.load_state_dict(other.state_dict())
    with pytest.raises(ValueError, match="expected what state_dict"):
        chains.load_state_dict({"hidden": chains.hidden})
    assert before == (chains.visible.tolist(), chains.hidden.tolist(), chains.rng.state_dict())


def test_chains_keep_the_dtype_and_follow_the_model() -> None:
    rbm = machine(4, 3)
    chains = Chains(rbm, 2000, rng=0)
    assert chains.step().dtype == rbm.weight.dtype
    rbm.visible_bias.data.fill_(50.0)
    assert chains.step().mean().item() == 1.0
