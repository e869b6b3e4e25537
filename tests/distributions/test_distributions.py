"""Densities against quadrature and SciPy-free sums, divergences against their definition, draws against their law."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.distributions import Bernoulli, Logistic, Normal, kl_divergence
from minigen.testing import exact_expectation, gradcheck
from tests.host import assert_allclose, assert_array_equal, host

RNG = np.random.default_rng(0)
GRID = np.linspace(-80, 80, 40_001)
STEP = 160 / 40_000


def double(*values):
    return [mg.tensor(np.asarray(value, float)) for value in values]


def normals(n=5):
    loc, log_scale = double(RNG.normal(size=n), RNG.normal(size=n) * 0.7)
    return loc, log_scale


# ------------------------------------------------------------------------------------------- normal


def density(law, i):
    """The density of element i on the grid."""
    return np.exp(host(law.log_prob(mg.tensor(GRID[:, None])))[:, i])


@pytest.mark.parametrize("parameter", ["scale", "log_scale"])
def test_the_normal_density_has_mass_mean_variance_and_entropy(parameter) -> None:
    loc, log_scale = normals()
    law = Normal(loc, log_scale.exp()) if parameter == "scale" else Normal(loc, log_scale=log_scale)
    for i in range(5):
        p = density(law, i)
        assert (p * STEP).sum() == pytest.approx(1, abs=1e-12)
        assert (GRID * p * STEP).sum() == pytest.approx(law.mean[i].item(), abs=1e-12)
        assert ((GRID - loc[i].item()) ** 2 * p * STEP).sum() == pytest.approx(law.variance[i].item(), abs=1e-12)
        log_p = np.log(np.maximum(p, 1e-300))
        assert -(p * log_p * STEP).sum() == pytest.approx(law.entropy()[i].item(), abs=1e-12)
    assert_allclose(host(law.stddev) ** 2, law.variance, rtol=1e-14)


def test_the_normal_draws_have_its_moments() -> None:
    law = Normal(*double([0.3, -1.2], [0.5, 2.0]))
    expected = exact_expectation(lambda rng: law.sample(rng=rng), normal_nodes=8, covariance=True)
    assert_allclose(expected.mean, law.mean, atol=1e-13)
    assert_allclose(expected.covariance, np.diag(host(law.variance)), atol=1e-12)


def test_normal_draws_carry_the_graph_only_if_asked() -> None:
    loc, scale = (t.requires_grad_() for t in double([0.3, -1.2], [0.5, 2.0]))
    law = Normal(loc, scale)
    assert not law.sample((3,), rng=0).requires_grad
    draw = law.rsample((3,), rng=0)
    assert_array_equal(draw, law.sample((3,), rng=0))
    noise = host(mg.random.Generator(0).normal((3, 2), dtype="float64"))
    g_loc, g_scale = mg.grad(draw.sum(), [loc, scale])
    assert_allclose(g_loc, [3, 3], rtol=1e-15)
    assert_allclose(g_scale, noise.sum(0), rtol=1e-13)


def test_the_gradients_of_the_normal() -> None:
    loc, log_scale, x = (mg.tensor(RNG.normal(size=3)) for _ in range(3))
    gradcheck(lambda m, s, x: Normal(m, log_scale=s).log_prob(x), (loc, log_scale, x), order=2)
    gradcheck(lambda m, s, x: Normal(m, s.exp()).log_prob(x), (loc, log_scale, x))
    gradcheck(lambda m, s: kl_divergence(Normal(m, log_scale=s), Normal(0.5, 2.0)), (loc, log_scale), order=2)


def test_a_scale_that_underflows_costs_nothing_with_log_scale() -> None:
    law = Normal(mg.zeros(1, dtype="float64"), log_scale=mg.full((1,), -1000.0, dtype="float64"))
    assert kl_divergence(law, Normal(0.0, 1.0)).item() == pytest.approx(1000 - 0.5)


# ---------------------------------------------------------------------------------------- Bernoulli


@pytest.mark.parametrize("parameter", ["probs", "logits"])
def test_bernoulli_probabilities(parameter) -> None:
    p = np.array([0.1, 0.5, 0.93, 1e-9])
    law = Bernoulli(mg.tensor(p)) if parameter == "probs" else Bernoulli(logits=mg.tensor(np.log(p / (1 - p))))
    one, zero = (np.exp(host(law.log_prob(mg.full((4,), value, dtype="float64")))) for value in (1.0, 0.0))
    assert_allclose(one, p, rtol=1e-12)
    assert_allclose(one + zero, 1, rtol=1e-14)
    assert_allclose(law.mean, p, rtol=1e-12)
    assert_allclose(law.variance, p - p**2, rtol=1e-12)
    assert_allclose(law.entropy(), -(p * np.log(p) + (1 - p) * np.log1p(-p)), rtol=1e-12)
    expected = exact_expectation(lambda rng: law.sample(rng=rng))
    assert_allclose(expected.mean, p, rtol=1e-12)


def test_bernoulli_at_certainty() -> None:
    law = Bernoulli(mg.tensor([0.0, 1.0]))
    assert law.log_prob(mg.tensor([0.0, 1.0])).tolist() == [0.0, 0.0]
    assert law.log_prob(mg.tensor([1.0, 0.0])).tolist() == [-math.inf, -math.inf]
    assert law.entropy().tolist() == [0.0, 0.0]
    assert law.logits.tolist() == [-math.inf, math.inf]
    assert kl_divergence(law, Bernoulli(mg.tensor([0.5, 1.0]))).tolist() == pytest.approx([math.log(2), 0.0])
    assert kl_divergence(Bernoulli(mg.tensor([0.5])), Bernoulli(mg.tensor([1.0]))).tolist() == [math.inf]


def test_bernoulli_in_the_tails_of_its_logits() -> None:
    law = Bernoulli(logits=mg.tensor([1e4, -1e4], dtype="float64"))
    assert law.log_prob(mg.tensor([0.0, 1.0], dtype="float64")).tolist() == [-1e4, -1e4]
    half = Bernoulli(logits=mg.zeros(2, dtype="float64"))
    assert kl_divergence(half, law).tolist() == pytest.approx([5e3 - math.log(2)] * 2)


def test_draws_and_values_are_broadcast() -> None:
    law = Bernoulli(logits=mg.zeros(3, dtype="float64"))
    assert law.sample((4, 2), rng=0).shape == (4, 2, 3)
    assert law.log_prob(mg.ones(5, 3, dtype="float64")).shape == (5, 3)
    wide = Bernoulli(logits=mg.zeros(4, 1, 3, dtype="float64"))
    assert wide.log_prob(mg.ones(5, 3, dtype="float64")).shape == (4, 5, 3)
    assert Normal(mg.zeros(4, 1), mg.ones(3)).sample((2,), rng=0).shape == (2, 4, 3)


def test_the_probability_of_whole_examples_is_the_sum_over_their_axes() -> None:
    logits, x = mg.tensor(RNG.normal(size=(5, 4, 2, 3)) * 3), (mg.rand(4, 2, 3, dtype="float64") < 0.5).double()
    for law in (Bernoulli(logits=logits), Bernoulli(logits.sigmoid()), Normal(logits, 2.0)):
        joint = law.joint_log_prob(x, 2)
        assert_allclose(joint, host(law.log_prob(x)).sum((-2, -1)), rtol=1e-12)
        assert_array_equal(law.joint_log_prob(x, 0), law.log_prob(x))  # each element is an event
    for shared in (logits[:, :1], logits[0, :1]):  # one law for all four values
        joint = Bernoulli(logits=shared).joint_log_prob(x, 2)
        assert_allclose(joint, host(Bernoulli(logits=shared).log_prob(x)).sum((-2, -1)), rtol=1e-12)


def test_the_gradients_of_the_bernoulli() -> None:
    p, a = mg.tensor([0.2, 0.7]), mg.tensor([-0.4, 1.3])
    p, a = p.double(), a.double()
    x = mg.tensor([1.0, 0.0], dtype="float64")
    gradcheck(lambda p: Bernoulli(p).log_prob(x), (p,), order=2)
    gradcheck(lambda a: Bernoulli(logits=a).log_prob(x), (a,), order=2)
    gradcheck(lambda p, a: kl_divergence(Bernoulli(p), Bernoulli(logits=a)), (p, a), order=2)
    gradcheck(lambda p: Bernoulli(p).entropy(), (p,), order=2)
    whole, shared = (mg.tensor(RNG.normal(size=shape)) for shape in ((2, 3, 2), (2, 1, 2)))
    bits = mg.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]], dtype="float64")
    gradcheck(lambda a: Bernoulli(logits=a).joint_log_prob(bits, 1), (whole,), order=2)
    gradcheck(lambda a: Bernoulli(logits=a).joint_log_prob(bits, 1), (shared,), order=2)


# --------------------------------------------------------------------------------------- divergence


def test_the_divergence_of_normals_is_its_integral() -> None:
    (m, s), (n, t) = normals(), normals()
    p, q = Normal(m, log_scale=s), Normal(n, log_scale=t)
    values = kl_divergence(p, q)
    for i in range(5):
        x = mg.tensor(GRID[:, None])
        ratio = host(p.log_prob(x) - q.log_prob(x))[:, i]
        assert values[i].item() == pytest.approx((density(p, i) * ratio * STEP).sum(), abs=1e-10)


def test_the_divergence_of_bernoullis_is_its_sum() -> None:
    a, b = RNG.uniform(0.05, 0.95, 5), RNG.uniform(0.05, 0.95, 5)
    sums = a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))
    for p in (Bernoulli(mg.tensor(a)), Bernoulli(logits=mg.tensor(np.log(a / (1 - a))))):
        for q in (Bernoulli(mg.tensor(b)), Bernoulli(logits=mg.tensor(np.log(b / (1 - b))))):
            assert_allclose(kl_divergence(p, q), sums, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_small_divergences_keep_their_digits(dtype) -> None:
    eps = 2.0**-10
    p = Normal(mg.zeros(1, dtype=dtype), log_scale=mg.full((1,), eps, dtype=dtype))
    value = kl_divergence(p, Normal(0.0, 1.0)).item()
    assert value == pytest.approx(0.5 * math.expm1(2 * eps) - eps, rel=1e-3)
    assert kl_divergence(p, p).item() == 0


# ----------------------------------------------------------------------------------------- logistic


def test_the_logistic_density_has_mass_mean_variance_and_entropy() -> None:
    law = Logistic(*double([0.4, -1.3], [0.5, 1.6]))
    for i in range(2):
        p = density(law, i)
        assert (p * STEP).sum() == pytest.approx(1, abs=1e-12)
        assert (GRID * p * STEP).sum() == pytest.approx(law.mean[i].item(), abs=1e-12)
        assert ((GRID - law.mean[i].item()) ** 2 * p * STEP).sum() == pytest.approx(law.variance[i].item(), abs=1e-10)
        log_p = np.log(np.maximum(p, 1e-300))
        assert -(p * log_p * STEP).sum() == pytest.approx(law.entropy()[i].item(), abs=1e-10)
        below = p[: GRID.searchsorted(1.0)].sum() * STEP  # the distribution function is a sigmoid
        z = (1.0 - law.loc[i].item()) / law.scale[i].item()
        assert below == pytest.approx(1 / (1 + math.exp(-z)), abs=STEP)


def test_the_logistic_draws_have_its_moments() -> None:
    law = Logistic(*double([0.3], [2.0]))
    expected = exact_expectation(lambda rng: ((law.sample(rng=rng) - 0.3) / 2) ** 4, normal_nodes=10)
    assert expected.mean.item() == pytest.approx(7 * math.pi**4 / 15, rel=1e-9)
    assert law.sample((5, 2), rng=0).shape == (5, 2, 1)
    loc, scale = (t.requires_grad_() for t in double([0.3], [2.0]))
    draw = Logistic(loc, scale).rsample(rng=0)
    assert mg.grad(draw.sum(), [loc, scale])[1].item() == pytest.approx((draw.item() - 0.3) / 2)


def test_the_gradients_and_tails_of_the_logistic() -> None:
    loc, scale, x = (mg.tensor(RNG.uniform(0.5, 2, size=3)) for _ in range(3))
    gradcheck(lambda m, s, x: Logistic(m, s).log_prob(x), (loc, scale, x), order=2)
    law = Logistic(0.0, 1.0)
    assert law.log_prob(mg.tensor([-1e4, 1e4], dtype="float64")).tolist() == [-1e4, -1e4]
    with mg.device("cpu"), pytest.raises(ValueError, match="scale must be positive, got 0"):
        Logistic(0.0, 0.0)
