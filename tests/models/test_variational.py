"""The VAE against closed forms, quadrature and enumeration; what goes in and out of its methods."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.distributions import Normal
from minigen.models import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder
from minigen.models.variational import BernoulliLikelihood, GaussianLikelihood
from minigen.testing import exact_expectation, gradcheck
from tests.host import assert_allclose, assert_array_equal, host
from tests.models.randomised import randomise

D, LATENTS, N = 5, 3, 4


def linear(data_dim=D, latent_dim=LATENTS, seed=1):
    return randomise(LinearGaussianVAE(data_dim, latent_dim).double(), seed)


def small(likelihood="bernoulli", data=4, latents=1, seed=2):
    encoder, decoder = MLPEncoder(data, latents, hidden=[3]), MLPDecoder(latents, data, hidden=[3])
    return randomise(VAE(encoder, decoder, latents, likelihood).double(), seed)


def parts(vae):
    """Weight, bias and variance of a linear VAE, as arrays."""
    weight, bias = host(vae.decoder.weight), host(vae.decoder.bias)
    return weight, bias, math.exp(2 * vae.likelihood.log_scale.item())


def data(n=N, seed=3, d=D):
    return np.random.default_rng(seed).normal(size=(n, d)) * 1.5


# ----------------------------------------------------------------------------------- linear-Gaussian


def test_log_prob_of_the_linear_vae_is_that_of_its_covariance() -> None:
    vae, x = linear(), data()
    weight, bias, variance = parts(vae)
    covariance = weight @ weight.T + variance * np.eye(D)
    sign, log_det = np.linalg.slogdet(2 * np.pi * covariance)
    r = x - bias
    expected = -0.5 * (log_det + (r * np.linalg.solve(covariance, r.T).T).sum(1))
    assert sign == 1
    assert_allclose(vae.log_prob(mg.tensor(x)), expected, rtol=1e-12)


def test_log_prob_of_the_linear_vae_integrates_to_1() -> None:
    vae = linear(1, 1)
    x = np.linspace(-60, 60, 60_001)
    p = np.exp(host(vae.log_prob(mg.tensor(x[:, None]))))
    assert p.sum() * 120 / 60_000 == pytest.approx(1, abs=1e-10)


def test_the_gradient_of_log_prob_of_the_linear_vae() -> None:
    gradcheck(lambda vae, x: vae.log_prob(x), (linear(3, 2), mg.tensor(data(2, d=3))))


def test_the_posterior_of_the_linear_vae_is_bayes() -> None:
    """log p(x, z) - log p(z|x) is log p(x), whatever z."""
    vae, x = linear(), mg.tensor(data())
    mean, covariance = (host(part) for part in vae.posterior(x))
    z = np.random.default_rng(4).normal(size=(N, LATENTS))
    r = z - mean
    _, log_det = np.linalg.slogdet(2 * np.pi * covariance)
    log_posterior = -0.5 * (log_det + (r * np.linalg.solve(covariance, r.T).T).sum(1))
    log_joint = host(vae.log_joint(x, mg.tensor(z)))
    assert_allclose(log_joint - log_posterior, vae.log_prob(x), rtol=1e-12)


def divergence_to_posterior(vae, x):
    """KL(q(z|x)‖p(z|x)) of two normals, the second with a full covariance."""
    q = vae.encode(x)
    mean, covariance = (host(part) for part in vae.posterior(x))
    precision = np.linalg.inv(covariance)
    variance, gap = host(q.variance), mean - host(q.mean)
    log_dets = np.linalg.slogdet(covariance)[1] - np.log(variance).sum(1)
    traces = (variance * np.diag(precision)).sum(1)
    return 0.5 * (traces + ((gap @ precision) * gap).sum(1) - variance.shape[1] + log_dets)


def test_the_bound_of_the_linear_vae_is_log_prob_less_the_divergence_to_the_posterior() -> None:
    vae, x = linear(2, 2), mg.tensor(data(1, d=2))
    bound = exact_expectation(lambda rng: vae.elbo(x, rng), normal_nodes=5)
    expected = host(vae.log_prob(x)) - divergence_to_posterior(vae, x)
    assert_allclose(bound.mean, expected, rtol=1e-12)


def test_the_gradient_of_the_bound_of_the_linear_vae_is_the_analytic_one() -> None:
    """To 1e-10, against the bound in closed form: E_q|x - W z - b|² = |x - W μ - b|² + Σ σ_j² |w_j|²."""
    vae, x = linear(3, 2), mg.tensor(data(1, d=3))
    parameters = list(vae.parameters())

    def closed_form():
        q, log_scale = vae.encode(x), vae.likelihood.log_scale
        weight, variance = vae.decoder.weight, (2 * log_scale).exp()
        squares = (x - q.mean @ weight.T - vae.decoder.bias).square().sum() + (q.variance @ weight.square().T).sum()
        reconstruction = -0.5 * squares / variance - x.shape[1] * (log_scale + 0.5 * math.log(2 * math.pi))
        return reconstruction - 0.5 * (q.variance + q.mean.square() - 1 - q.variance.log()).sum()

    analytic = mg.grad(closed_form(), parameters)
    estimated = exact_expectation(lambda rng: mg.grad(vae.elbo(x, rng).sum(), parameters), normal_nodes=4).mean
    for mine, theirs in zip(estimated, analytic, strict=True):
        assert_allclose(mine, theirs, rtol=0, atol=1e-10)
    value = exact_expectation(lambda rng: vae.elbo(x, rng).sum(), normal_nodes=4).mean
    assert value.item() == pytest.approx(closed_form().item(), abs=1e-11)


def test_the_encoder_gives_means_and_log_variances() -> None:
    vae = VAE(mg.nn.Identity(), mg.nn.Linear(2, 4), 2)
    q = vae.encode(mg.tensor([[0.5, -1.0, math.log(4.0), math.log(0.25)]]))
    assert_allclose(q.mean, [[0.5, -1.0]], rtol=0)
    assert_allclose(q.variance, [[4.0, 0.25]], rtol=1e-6)


# --------------------------------------------------------------------------------------- likelihoods


def test_a_bernoulli_likelihood_sums_to_1() -> None:
    vae = small()
    states = mg.tensor([[float(i >> j & 1) for j in range(4)] for i in range(16)], dtype="float64")
    z = mg.tensor([[0.3]], dtype="float64")
    assert vae.log_likelihood(states, z).exp().sum().item() == pytest.approx(1, abs=1e-14)


def test_a_gaussian_likelihood_is_normal_around_the_decoders_output() -> None:
    vae, z, x = small("gaussian"), mg.tensor([[0.3]], dtype="float64"), data(1, d=4)
    mean, scale = host(vae.decoder(z)), math.exp(vae.likelihood.log_scale.item())
    expected = (-0.5 * ((x - mean) / scale) ** 2 - math.log(scale) - 0.5 * math.log(2 * math.pi)).sum()
    assert vae.log_likelihood(mg.tensor(x), z).item() == pytest.approx(expected, rel=1e-13)


def test_the_scale_of_a_gaussian_likelihood_is_learnt_unless_fixed() -> None:
    vae = VAE(MLPEncoder(2, 1, hidden=[]), MLPDecoder(1, 2, hidden=[]), 1, GaussianLikelihood(0.25))
    assert vae.decode(mg.zeros(1, 1)).scale.tolist() == [[0.25, 0.25]]
    assert vae.likelihood.log_scale.requires_grad
    vae.likelihood.requires_grad_(False)
    assert mg.grad(vae.elbo(mg.zeros(3, 2)).sum(), [vae.decoder.net[0].bias])[0].shape == (2,)


# --------------------------------------------------------------------------------- shapes and draws


def test_latents_that_examples_share_and_many_latents_for_each() -> None:
    vae = small(latents=2)
    x = vae.sample(3, rng=0)
    z = mg.random.Generator(1).normal((7, 3, 2), dtype="float64")
    each = vae.log_likelihood(x, z)
    assert each.shape == (7, 3)
    for i in range(7):
        assert_allclose(each[i], vae.log_likelihood(x, z[i]), rtol=1e-13)
    shared = vae.log_joint(x, z[:, :1])
    assert shared.shape == (7, 3)
    again = vae.log_joint(x, z[:, :1].broadcast_to((7, 3, 2)))
    assert_allclose(shared, again, rtol=1e-13)


def test_images_stay_images() -> None:
    vae = VAE(MLPEncoder((2, 3), 2, hidden=[4]), MLPDecoder(2, (2, 3), hidden=[4]), 2)
    x = vae.sample(5, rng=0)
    assert x.shape == vae.reconstruct(x).shape == (5, 2, 3)
    assert set(np.unique(host(x))) <= {0.0, 1.0}
    assert vae.elbo(x).shape == vae.log_likelihood(x, mg.zeros(5, 2)).shape == (5,)
    assert vae.interpolate(x, x, steps=3).shape == (5, 3, 2, 3)
    assert vae.manifold(4).shape == (16, 2, 3)


def test_sampling_has_the_law_of_the_model() -> None:
    """The chance of each state is the integral of p(x|z) p(z), by Gauss quadrature over z with as many nodes."""
    vae = small(data=3)
    states = np.array([[i >> j & 1 for j in range(3)] for i in range(8)], float)

    def seen(rng):
        return (vae.sample(1, rng) == mg.tensor(states)).all(1).double()

    chances = host(exact_expectation(seen, normal_nodes=12).mean)
    law = exact_expectation(
        lambda rng: vae.log_likelihood(mg.tensor(states), vae.prior.sample((1,), rng=rng)).exp(), normal_nodes=12
    ).mean
    assert_allclose(chances, law, rtol=1e-11)


def test_an_int_as_rng_does_not_give_one_noise_to_both_draws() -> None:
    vae = small("gaussian", latents=4)
    x = vae.sample(2, rng=5)
    rng = mg.random.Generator(5)
    given = vae.decode(vae.prior.sample((2,), rng=rng))
    assert_array_equal(x, given.sample(rng=rng))


def test_reconstructions_and_lines_go_through_the_means() -> None:
    vae = small(latents=2)
    x = vae.sample(3, rng=0)
    at_mean = host(vae.decode(vae.encode(x).mean).probs)
    assert_array_equal(vae.reconstruct(x), at_mean)
    y = vae.sample(3, rng=1)
    line = host(vae.interpolate(x, y, steps=5))
    assert_allclose(line[:, 0], at_mean, rtol=1e-12)
    assert_allclose(line[:, 4], vae.reconstruct(y), rtol=1e-12)
    middle = host(vae.decode(0.25 * vae.encode(y).mean + 0.75 * vae.encode(x).mean).probs)
    assert_allclose(line[:, 1], middle, rtol=1e-12)


def test_the_manifold_takes_equal_steps_of_probability() -> None:
    vae = small("gaussian", latents=3)
    vae.decoder = mg.nn.Linear(3, 4, bias=False).double()
    vae.decoder.weight.data.copy_(mg.eye(4, 3, dtype="float64"))
    z = host(vae.manifold(4))[:, :3]
    p = np.array([0.125, 0.375, 0.625, 0.875])
    quantiles = np.array([math.erf(v / math.sqrt(2)) / 2 + 0.5 for v in z[:, :2].ravel()]).reshape(4, 4, 2)
    assert_allclose(quantiles[..., 0], np.tile(p, (4, 1)), atol=1e-12)
    assert_allclose(quantiles[..., 1], np.tile(p[::-1, None], (1, 4)), atol=1e-12)
    assert (z[:, 2] == 0).all()
    assert small(latents=1).manifold(5).shape == (5, 4)


def test_nothing_but_the_bound_carries_a_graph() -> None:
    vae = small()
    x = vae.sample(2, rng=0)
    free = [x, vae.reconstruct(x), vae.interpolate(x, x), vae.manifold(2)]
    assert not any(part.requires_grad for part in free)
    assert vae.elbo(x).requires_grad


def test_the_gradient_of_the_bound() -> None:
    x = small().sample(2, rng=0)
    gradcheck(lambda vae: vae.elbo(x, rng=3), (small(),))
    gradcheck(lambda vae: vae.elbo(x, rng=3), (small("gaussian"),))


def test_a_vae_moves_and_converts_with_its_prior() -> None:
    vae = small()
    assert vae.prior.loc.dtype == mg.float64
    assert "origin" not in vae.state_dict()
    assert isinstance(vae.encode(mg.zeros(1, 4, dtype="float64")), Normal)
    assert isinstance(vae.likelihood, BernoulliLikelihood)
