"""Annealed importance sampling: its expectation is exact, in both directions, and its bounds are bounds."""

import math
import warnings

import numpy as np
import pytest

import minigen as mg
from minigen.evaluation import Score, ais, bracket, reverse_ais, unnormalized_likelihood
from minigen.evaluation.annealed import log_mean, temperatures
from minigen.testing import exact_expectation
from tests.host import assert_allclose
from tests.models.machines import bits, machine, tables

BETAS = [0.0, 0.3, 0.7, 1.0]
BASE = mg.tensor(np.array([0.2, 0.9]))


@pytest.mark.parametrize("base", [None, BASE], ids=["bias", "rates"])
def test_the_expectation_of_the_weights_is_the_ratio_of_the_sums(base) -> None:
    rbm = machine(2, 1, scale=2.0)
    log_z = tables(rbm).log_z
    moments = exact_expectation(
        lambda rng: [math.exp((score := ais(rbm, 1, BETAS, rng, base=base)).value), score.value]
    ).mean
    assert math.log(moments[0]) == pytest.approx(log_z, abs=1e-12)
    assert moments[1] < log_z - 1e-4  # a lower bound on average


@pytest.mark.parametrize("base", [None, BASE], ids=["bias", "rates"])
def test_the_way_back_from_exact_draws_is_exact_too(base) -> None:
    rbm = machine(2, 1, scale=2.0)
    log_z = tables(rbm).log_z
    moments = exact_expectation(
        lambda rng: [math.exp(-(score := reverse_ais(rbm, 1, [0.0, 0.4, 1.0], rng, base=base)).value), score.value]
    ).mean
    assert -math.log(moments[0]) == pytest.approx(log_z, abs=1e-12)
    assert moments[1] > log_z + 1e-4  # an upper bound on average


def test_kinds_are_honest() -> None:
    rbm = machine(4, 3)
    assert ais(rbm, 10, 5, 0).kind == "lower bound"
    assert reverse_ais(rbm, 10, 5, 0).kind == "upper bound"
    assert reverse_ais(rbm, 10, 5, 0, start=mg.tensor(bits(4)[:6])).kind == "estimate"
    large = mg.models.RBM(30, 25)
    assert reverse_ais(large, 10, 5, 0).kind == "estimate"
    score = ais(rbm, 10, 5, 0)
    assert (score.measure, score.unit, score.n) == ("log Z", "nats", 10)
    assert reverse_ais(rbm, 10, 5, 0, start=mg.tensor(bits(4)[:6])).n == 6


def test_many_steps_are_exact_and_few_have_an_error_that_they_tell() -> None:
    rbm = machine(6, 4, scale=2.0)
    log_z = tables(rbm).log_z
    for estimate in (ais, reverse_ais):
        score = estimate(rbm, 200, 400, 0)
        assert score.stderr < 0.03
        assert abs(score.value - log_z) < 5 * score.stderr
    rough = ais(rbm, 200, 20, 0)
    assert rough.stderr > 2 * ais(rbm, 200, 400, 0).stderr
    assert abs(rough.value - log_z) < 5 * rough.stderr


def test_the_seed_fixes_the_score() -> None:
    rbm = machine(4, 3)
    assert ais(rbm, 10, 5, 1) == ais(rbm, 10, 5, 1) != ais(rbm, 10, 5, 2)
    assert reverse_ais(rbm, 10, 5, 1) == reverse_ais(rbm, 10, 5, 1)


def test_a_large_model_is_annealed_there_and_back() -> None:
    """Without draws the way back starts where chains end that went there: near exact ones for an easy model."""
    rbm = mg.models.RBM(30, 22, dtype="float64")
    rbm.weight.data.mul_(10.0)
    forward = ais(rbm, 100, 200, 0)
    backward = reverse_ais(rbm, 100, 200, 1)
    assert backward.value == pytest.approx(forward.value, abs=0.1)


def test_a_warning_when_the_two_ways_disagree() -> None:
    with pytest.warns(UserWarning, match=r"nats apart, so that neither is to be trusted"):
        low, high = bracket(machine(6, 4, scale=8.0), 50, 5, 0, start=mg.tensor(bits(6)[:40]))
    assert abs(high.value - low.value) > 1
    rbm = machine(6, 4, scale=2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = bracket(rbm, 100, 400, 0)
    assert (low.kind, high.kind) == ("lower bound", "upper bound")
    assert low.value == pytest.approx(tables(rbm).log_z, abs=0.2)
    assert high.value == pytest.approx(tables(rbm).log_z, abs=0.2)


def test_the_temperatures_rise_from_0_to_1_closer_together_at_the_end() -> None:
    betas = np.array(temperatures("ais", 1, 8))
    assert len(betas) == 9
    assert (betas[0], betas[-1]) == (0, 1)
    gaps = np.diff(betas)
    assert (gaps > 0).all()
    assert (np.diff(gaps) < 0).all()
    assert_allclose(1 - betas, np.linspace(1, 0, 9) ** 2)


def test_the_mean_of_weights_and_its_error() -> None:
    log_w = np.random.default_rng(0).normal(size=50)
    w = np.exp(log_w)
    value, error = log_mean(mg.tensor(log_w + 1000.0))
    assert value == pytest.approx(1000 + math.log(w.mean()), abs=1e-12)
    assert error == pytest.approx(w.std(ddof=1) / w.mean() / math.sqrt(50), rel=1e-10)
    assert log_mean(mg.tensor([2.0])) == (2.0, None)


# ------------------------------------------------------------------------------------ log-likelihood


@pytest.mark.parametrize(
    ("of_log_z", "of_log_p"),
    [("lower bound", "upper bound"), ("upper bound", "lower bound"), ("estimate", "estimate"), ("exact", "exact")],
)
def test_a_bound_of_log_z_is_the_opposite_bound_of_log_p(of_log_z, of_log_p) -> None:
    rbm = machine(4, 3)
    table = tables(rbm)
    rows = [3, 3, 9, 14]
    score = unnormalized_likelihood(
        rbm, mg.tensor(table.v[rows]), Score(2.5, "log Z", "nats", of_log_z, 10, 0.25), data="toy", binarization="none"
    )
    assert (score.kind, score.stderr, score.n, score.unit) == (of_log_p, 0.25, 4, "nats")
    assert (score.measure, score.data, score.binarization) == ("log-likelihood", "toy", "none")
    assert score.value == pytest.approx(np.log(table.p_v[rows]).mean() + table.log_z - 2.5, abs=1e-12)


def test_without_a_score_of_log_z_the_likelihood_is_exact() -> None:
    rbm = machine(4, 3)
    table = tables(rbm)
    rows = np.random.default_rng(0).integers(0, 16, 2500)  # more than one block
    score = unnormalized_likelihood(rbm, mg.tensor(table.v[rows]))
    assert (score.kind, score.stderr) == ("exact", None)
    assert score.value == pytest.approx(np.log(table.p_v[rows]).mean(), abs=1e-12)
