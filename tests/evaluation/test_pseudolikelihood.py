"""Pseudo-log-likelihood against the conditionals of the table."""

import numpy as np
import pytest

import minigen as mg
from minigen.evaluation import pseudolikelihood, unnormalized_likelihood
from minigen.testing import exact_expectation
from tests.host import assert_array_equal
from tests.models.machines import machine, tables


def by_table(table, rows):
    """log p(v_i | the others) of each row and unit."""
    flipped = np.array([[row ^ (1 << i) for i in range(table.v.shape[1])] for row in rows])
    own, other = table.p_v[rows][:, None], table.p_v[flipped]
    return np.log(own / (own + other))


def test_all_units_are_exact() -> None:
    rbm = machine(4, 3)
    table = tables(rbm)
    rows = np.random.default_rng(0).integers(0, 16, 1500)  # more than one block
    x = mg.tensor(table.v[rows])
    score = pseudolikelihood(rbm, x, data="toy")
    assert score.value == pytest.approx(by_table(table, rows).sum(1).mean(), abs=1e-12)
    assert (score.kind, score.stderr, score.n, score.data) == ("exact", None, 1500, "toy")
    assert score.measure == "pseudo-log-likelihood"
    assert_array_equal(x, table.v[rows])


@pytest.mark.parametrize("units", [2, 3, 4])
def test_some_units_are_right_on_average_and_so_is_their_error(units) -> None:
    rbm = machine(4, 3)
    table = tables(rbm)
    rows = [3, 8, 14]
    x = mg.tensor(table.v[rows])

    def draw(rng):
        score = pseudolikelihood(rbm, x, units=units, rng=rng)
        assert score.kind == "estimate"
        return [score.value, score.stderr**2]

    found = exact_expectation(draw)
    assert found.mean[0] == pytest.approx(by_table(table, rows).sum(1).mean(), abs=1e-12)
    assert found.mean[1] == pytest.approx(found.variance[0], abs=1e-12)


def test_energies_are_judged_at_rest() -> None:
    """A model whose energies are noisy in training is scored without the noise, and trained on."""
    rbm = machine(4, 3)
    x = mg.tensor(tables(rbm).v)

    class Noisy(mg.models.energy.EnergyModel):
        n_visible = 4

        def free_energy(self, v):
            return rbm.free_energy(v) + self.training * mg.rand(len(v), dtype="float64")

    noisy = Noisy()
    noisy.weight = rbm.weight
    for score in (pseudolikelihood, unnormalized_likelihood):
        assert score(noisy, x) == score(rbm, x)
    assert noisy.training
