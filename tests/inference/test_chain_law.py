"""The law of a chain after some sweeps, and how far that leaves contrastive divergence from the gradient."""

import numpy as np
import pytest

import minigen as mg
from minigen.evaluation import contrastive_bias
from minigen.inference import chain_law
from tests.host import assert_allclose
from tests.models.machines import bits, machine, tables


@pytest.mark.parametrize("sizes", [(3, 2), (2, 4), (5, 3), (1, 1)])
@pytest.mark.parametrize("sweeps", [1, 2, 7])
def test_the_law_is_that_of_the_transition_matrix(sizes, sweeps) -> None:
    rbm = machine(*sizes)
    table = tables(rbm)
    rows = [0, len(table.v) - 1, 1]
    start = np.bincount(rows, minlength=len(table.v)) / 3
    law = chain_law(rbm, mg.tensor(table.v[rows]), sweeps)
    assert_allclose(law, start @ np.linalg.matrix_power(table.kernel, sweeps), rtol=0, atol=1e-14)


def test_a_law_to_start_from() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    probs = np.random.default_rng(0).dirichlet(np.ones(8))
    law = chain_law(rbm, mg.tensor(table.v), 2, mg.tensor(probs))
    assert_allclose(law, probs @ table.kernel @ table.kernel, rtol=0, atol=1e-14)
    same = chain_law(rbm, mg.tensor(table.v), 3, mg.tensor(table.p_v))
    assert_allclose(same, table.p_v, rtol=0, atol=1e-14)


@pytest.mark.parametrize("probs", [None, [0.5, 0.2, 0.3]])
def test_the_bias_is_that_of_expected_statistics(probs) -> None:
    rbm = machine(4, 3)
    table = tables(rbm)
    rows = [3, 9, 14]
    share = np.full(3, 1 / 3) if probs is None else np.array(probs)
    data = np.zeros(16)
    data[rows] = share
    found, gradient = contrastive_bias(
        rbm, mg.tensor(bits(4)[rows]), [1, 2, 5], None if probs is None else mg.tensor(share)
    )

    def norm(a, b):
        pairs = zip(table.statistics(a), table.statistics(b), strict=True)
        return np.sqrt(sum(((x - y) ** 2).sum() for x, y in pairs))

    for k, bias in zip((1, 2, 5), found, strict=True):
        law = data @ np.linalg.matrix_power(table.kernel, k)
        assert bias == pytest.approx(norm(law, table.p_v), abs=1e-13)
    assert gradient == pytest.approx(norm(data, table.p_v), abs=1e-13)
    assert found[0] > found[1] > found[2]
