"""Learning by the evidence lower bound: estimators are exact in the mean, and reach what can be reached."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.distributions import Bernoulli
from minigen.learning import ELBO, Annealing, FreeBits, Reparameterization, ScoreFunction
from minigen.models import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder
from minigen.testing import exact_expectation
from tests.host import assert_allclose, host
from tests.models.randomised import randomise

ESTIMATORS = [
    Reparameterization(),
    Reparameterization(divergence="sampled"),
    ScoreFunction(),
    ScoreFunction(samples=3),
    ScoreFunction(divergence="sampled"),
]
WEIGHT = 0.25  # of the divergence, by Annealing(4) after one step


def continuous(data=3, seed=0):
    encoder, decoder = MLPEncoder(data, 1, hidden=[3]), MLPDecoder(1, data, hidden=[3])
    return randomise(VAE(encoder, decoder, 1).double(), seed, scale=0.3)


class DiscreteVAE(mg.nn.Module):
    """Three coins for latents: every expectation is a sum over their 8 states."""

    def __init__(self, data=4, bits=3):
        super().__init__()
        self.encoder, self.decoder = mg.nn.Linear(data, bits), mg.nn.Linear(bits, data)
        self.prior_logits = mg.nn.Parameter(mg.zeros(bits))

    @property
    def prior(self):
        return Bernoulli(logits=self.prior_logits)

    def encode(self, x):
        return Bernoulli(logits=self.encoder(x))

    def log_likelihood(self, x, z):
        return Bernoulli(logits=self.decoder(z)).log_prob(x).sum(-1)

    def check(self, x):
        pass


def discrete(bits=3, seed=0):
    return randomise(DiscreteVAE(bits=bits).double(), seed)


def states(bits):
    return mg.tensor([[float(i >> j & 1) for j in range(bits)] for i in range(2**bits)], dtype="float64")


def summed_bound(model, x, weight=1.0):
    """The bound of one example by the sum over all latent states."""
    z = states(model.prior_logits.shape[0])
    log_q = model.encode(x).log_prob(z).sum(1)
    log_p = model.prior.log_prob(z).sum(1)
    terms = model.log_likelihood(x.broadcast_to((len(z), x.shape[1])), z) + weight * (log_p - log_q)
    return (log_q.exp() * terms).sum()


def integrated_bound(model, x, weight=1.0):
    """The bound of one example by the trapezoidal rule over its latent, as an integral of q(z|x)."""
    z = mg.linspace(-14.0, 14.0, 2001, dtype="float64").unsqueeze(1)
    log_q = model.encode(x).log_prob(z).sum(1)
    log_p = model.prior.log_prob(z).sum(1)
    terms = model.log_likelihood(x.broadcast_to((len(z), x.shape[1])), z) + weight * (log_p - log_q)
    return (log_q.exp() * terms).sum() * 0.014


def objective_gradient(estimator, model, x, rng, step=None):
    """The gradient that a step would follow."""
    adjust = (lambda kl: kl) if step is None else lambda kl: Annealing(4)(kl, step)
    return mg.grad(estimator(model, x, adjust, rng).objective.sum(), list(model.parameters()))


def linear(seed=0):
    """Here all that is averaged is a polynomial of the draws, so that a few nodes give its exact mean."""
    return randomise(LinearGaussianVAE(3, 1).double(), seed, scale=0.5)


@pytest.mark.parametrize("step", [None, 1], ids=["plain", "annealed"])
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_the_mean_of_each_estimate_is_the_gradient_of_the_bound(estimator, step) -> None:
    x = mg.tensor([[1.0, 0.0, -1.0]], dtype="float64")
    model, nodes = linear(), 5 if getattr(estimator, "samples", 1) < 3 else 4
    true = mg.grad(integrated_bound(model, x, 1.0 if step is None else WEIGHT), list(model.parameters()))
    expected = exact_expectation(lambda rng: objective_gradient(estimator, model, x, rng, step), normal_nodes=nodes)
    for mean, gradient in zip(expected.mean, true, strict=True):
        assert_allclose(mean, gradient, rtol=0, atol=1e-11)


@pytest.mark.parametrize("estimator", ESTIMATORS[:2], ids=str)
def test_the_mean_of_reparameterized_gradients_with_a_nonlinear_decoder(estimator) -> None:
    model, x = continuous(), mg.tensor([[1.0, 0.0, 1.0]], dtype="float64")
    true = mg.grad(integrated_bound(model, x), list(model.parameters()))
    expected = exact_expectation(lambda rng: objective_gradient(estimator, model, x, rng), normal_nodes=30)
    for mean, error, gradient in zip(expected.mean, expected.error, true, strict=True):
        assert error.max().item() < 1e-9
        assert_allclose(mean, gradient, rtol=0, atol=1e-9)


@pytest.mark.parametrize("estimator", [e for e in ESTIMATORS if isinstance(e, ScoreFunction)], ids=str)
def test_the_score_function_is_exact_for_discrete_latents(estimator) -> None:
    """The baseline takes part: one that saw its own draw would be off by a factor."""
    bits = 2 if estimator.samples == 3 else 3
    model, x = discrete(bits), mg.tensor([[1.0, 0.0, 1.0, 1.0]], dtype="float64")
    for step, weight in ((None, 1.0), (1, WEIGHT)):
        true = mg.grad(summed_bound(model, x, weight), list(model.parameters()))
        expected = exact_expectation(lambda rng, step=step: objective_gradient(estimator, model, x, rng, step))
        for mean, gradient in zip(expected.mean, true, strict=True):
            assert_allclose(mean, gradient, rtol=0, atol=1e-13)


@pytest.mark.parametrize("estimator", [ScoreFunction(), ScoreFunction(divergence="sampled")], ids=str)
def test_the_reported_terms_are_the_bound_in_the_mean(estimator) -> None:
    model, x = discrete(), mg.tensor([[1.0, 0.0, 1.0, 1.0]], dtype="float64")

    def bound(rng):
        terms = estimator(model, x, lambda kl: 5.0 * kl, rng)  # what is reported is not adjusted
        return terms.reconstruction.sum() - terms.divergence.sum()

    assert exact_expectation(bound).mean.item() == pytest.approx(summed_bound(model, x).item(), abs=1e-12)


def test_the_baseline_takes_variance_away() -> None:
    model, x = discrete(), mg.tensor([[1.0, 0.0, 1.0, 1.0]], dtype="float64")

    def without_baseline(rng):
        z = model.encode(x).sample((2,), rng=rng)
        log_q = model.encode(x).log_prob(z)
        signal = model.log_likelihood(x, z).detach()
        return mg.grad((signal * log_q.sum(2)).mean(0).sum(), [model.encoder.bias])[0]

    def with_baseline(rng):
        terms = ScoreFunction()(model, x, lambda kl: 0.0 * kl, rng)
        return mg.grad(terms.objective.sum(), [model.encoder.bias])[0]

    free, reduced = (exact_expectation(program) for program in (without_baseline, with_baseline))
    assert_allclose(free.mean, reduced.mean, atol=1e-13)
    assert (host(reduced.variance) < 0.2 * host(free.variance)).all()


# ------------------------------------------------------------------------------- terms of the divergence


def test_annealing_goes_from_start_to_end() -> None:
    kl = mg.ones(2, 3, dtype="float64")
    weights = [Annealing(4, start=0.2, end=0.6)(kl, step)[0, 0].item() for step in range(6)]
    assert_allclose(weights, [0.2, 0.3, 0.4, 0.5, 0.6, 0.6], rtol=1e-14)


def test_free_bits_are_the_larger_of_the_two_for_each_latent_in_value_and_gradient() -> None:
    kl = mg.tensor([[0.1, 2.0, 0.3], [0.2, 0.0, 0.9]], dtype="float64", requires_grad=True)
    cost = FreeBits(0.5)(kl, 0).mean(0).sum()
    assert cost.item() == pytest.approx(0.5 + 1.0 + 0.6)
    assert_allclose(mg.grad(cost, kl)[0], [[0, 0.5, 0.5], [0, 0.5, 0.5]])


def test_terms_are_applied_in_order_and_the_weight_follows_the_steps() -> None:
    seen = []

    class Spy:
        linear = True

        def __call__(self, divergence, step):
            seen.append((step, host(divergence).copy()))
            return divergence

    vae = continuous()
    spies = [Spy(), Spy()]
    kl = [spies[0], Annealing(4), spies[1], FreeBits(1e3)]
    algorithm = ELBO(vae, mg.optim.SGD(vae.parameters(), lr=0.0), kl=kl, rng=0)
    x = mg.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], dtype="float64")
    for _ in range(3):
        metrics = algorithm.step(x)
    assert [step for step, _ in seen] == [0, 0, 1, 1, 2, 2]
    for i in range(3):
        assert_allclose(seen[2 * i + 1][1], seen[2 * i][1] * i / 4, rtol=1e-14)
    assert metrics["kl"] == pytest.approx(seen[0][1].sum(1).mean())  # reported as it is


# ---------------------------------------------------------------------------------------------- steps


def test_a_step_follows_the_gradient_of_the_mean_bound_and_reports_its_parts() -> None:
    vae, twin = continuous(), continuous()
    x = mg.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], dtype="float64")
    algorithm = ELBO(vae, mg.optim.SGD(vae.parameters(), lr=0.1), rng=7)
    bound = twin.elbo(x, mg.random.Generator(7)).mean()
    gradients = mg.grad(bound, list(twin.parameters()))
    metrics = algorithm.step(x)
    assert metrics["bound"] == pytest.approx(bound.item(), rel=1e-12)
    assert metrics["bound"] == pytest.approx(metrics["reconstruction"] - metrics["kl"], rel=1e-12)
    for after, before, gradient in zip(vae.parameters(), twin.parameters(), gradients, strict=True):
        assert_allclose(after, before + 0.1 * gradient, rtol=1e-12)


def test_active_units_are_those_whose_mean_varies() -> None:
    vae = LinearGaussianVAE(3, 3).double()
    vae.encoder.mean.weight.data.copy_(mg.tensor([[1.0, 0, 0], [0, 0.05, 0], [0, 0, 0.2]], dtype="float64"))
    x = np.random.default_rng(0).normal(size=(400, 3))
    means = host(vae.encode(mg.tensor(x)).mean)
    assert ((means.var(0) > 0.01) == [True, False, True]).all()
    algorithm = ELBO(vae, mg.optim.SGD(vae.parameters(), lr=0.1), rng=0)
    assert algorithm.step(mg.tensor(x))["active_units"] == 2


def principal_components(x, q):
    """The greatest mean log-likelihood of probabilistic PCA with q latents (Tipping and Bishop 1999, equation 8)."""
    values = np.sort(np.linalg.eigvalsh(np.cov(x.T, bias=True)))[::-1]
    rest = values[q:].mean()
    d = len(values)
    return -0.5 * (d * math.log(2 * math.pi) + np.log(values[:q]).sum() + (d - q) * math.log(rest) + d)


def test_the_linear_vae_reaches_the_closed_form_maximum_of_probabilistic_pca() -> None:
    rng = np.random.default_rng(5)
    loadings = np.array([[2.0, 1.0, -1.0, 0.5], [0.3, -0.8, 0.6, 1.2]])
    x = rng.normal(size=(1000, 2)) @ loadings + 0.5 * rng.normal(size=(1000, 4)) + 1.0
    best = principal_components(x, 2)
    data = mg.tensor(x)
    with mg.random.using(mg.random.Generator(1)):
        vae = LinearGaussianVAE(4, 2).double()
    adam = mg.optim.Adam(vae.parameters(), lr=0.1, betas=(0.9, 0.99))
    steps = 400
    algorithm = ELBO(vae, mg.optim.Scheduled(adam, mg.optim.linear(steps)), rng=2)
    for _ in range(steps):
        algorithm.step(data)
    reached = vae.log_prob(data).mean().item()
    assert best - 1e-3 < reached < best + 1e-9
    q = vae.encode(data)
    mean, covariance = vae.posterior(data)
    precision = np.linalg.inv(host(covariance))
    gap, variance = host(mean - q.mean), host(q.variance)
    traces = (variance * np.diag(precision)).sum(1) + ((gap @ precision) * gap).sum(1)
    divergence = 0.5 * (traces - 2 + np.linalg.slogdet(host(covariance))[1] - np.log(variance).sum(1)).mean()
    assert best - 1e-3 < reached - divergence < best + 1e-9


def test_data_are_checked_at_the_first_step_only(on_the_host) -> None:
    vae = continuous()
    algorithm = ELBO(vae, mg.optim.SGD(vae.parameters(), lr=0.0), rng=0)
    grey = mg.full((2, 3), 0.5, dtype="float64")
    with pytest.raises(ValueError, match="data and likelihood disagree: a Bernoulli likelihood is of zeros and ones"):
        algorithm.step(grey)
    algorithm.step(grey.round())
    algorithm.step(grey)
