"""log p(x) on a grid of latents: against closed forms, sums to 1, and what it refuses."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.inference import exact_log_prob, latent_log_prob
from minigen.inference.quadrature import grid
from minigen.models import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder
from minigen.testing import exact_expectation, gradcheck
from tests.host import assert_allclose, host
from tests.models.randomised import randomise


def small(latents, data=4, seed=2, scale=0.8):
    encoder, decoder = MLPEncoder(data, latents, hidden=[3]), MLPDecoder(latents, data, hidden=[3])
    return randomise(VAE(encoder, decoder, latents).double(), seed, scale)


def states(bits):
    return mg.tensor([[float(i >> j & 1) for j in range(bits)] for i in range(2**bits)], dtype="float64")


@pytest.mark.parametrize("latents", [1, 2])
def test_log_p_of_a_linear_vae_is_that_of_the_closed_form(latents) -> None:
    vae = randomise(LinearGaussianVAE(3, latents).double(), 1, scale=0.7)
    x = mg.tensor(np.random.default_rng(3).normal(size=(4, 3)) * 1.5)
    log_p = latent_log_prob(vae, x)
    assert log_p.shape == (4,)
    assert_allclose(log_p, vae.log_prob(x), rtol=0, atol=1e-11)
    parameters = list(vae.decoder.parameters())
    for mine, theirs in zip(mg.grad(log_p.sum(), parameters), mg.grad(vae.log_prob(x).sum(), parameters), strict=True):
        assert_allclose(mine, theirs, atol=1e-10)


@pytest.mark.parametrize("latents", [1, 2])
def test_the_probabilities_of_all_states_sum_to_1(latents) -> None:
    log_p = exact_log_prob(small(latents), states(4))
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_log_p_is_the_integral_over_the_prior() -> None:
    """By another rule: Gauss quadrature under the prior."""
    vae, x = small(1, scale=0.4), states(4)
    chances = exact_expectation(
        lambda rng: vae.log_likelihood(x, vae.prior.sample((1,), rng=rng)).exp(), normal_nodes=20
    )
    assert chances.error.max().item() < 1e-9
    assert_allclose(latent_log_prob(vae, x).exp(), chances.mean, rtol=1e-8)


def test_the_gradient_of_log_p() -> None:
    gradcheck(lambda vae: latent_log_prob(vae, states(2), nodes=81), (small(1, data=2, scale=0.5),))


def test_the_grid_has_every_point_once() -> None:
    axis = mg.linspace(-1.0, 1.0, 5, dtype="float64")
    for dims in (1, 2):
        every_other, others, ends = (host(part) for part in grid(axis, dims))
        points = np.stack(np.meshgrid(*[host(axis)] * dims), -1).reshape(-1, dims)
        seen = np.concatenate([every_other, others])
        assert sorted(map(tuple, seen)) == sorted(map(tuple, points))
        assert {tuple(p) for p in every_other} == {tuple(p) for p in points if all(v in (-1, 0, 1) for v in p)}
        assert {tuple(p) for p in ends} == {tuple(p) for p in points if any(abs(v) == 1 for v in p)}


def test_memory_is_bounded_by_blocks(monkeypatch) -> None:
    vae, x = small(2), states(4)
    whole = host(latent_log_prob(vae, x, nodes=61))
    monkeypatch.setattr("minigen.inference.quadrature.BLOCK", 1000)
    seen = []
    inner = vae.log_joint

    class Spy:
        latent_dim, prior, check = vae.latent_dim, vae.prior, vae.check

        def log_joint(self, x, z):
            seen.append(len(z) * x.numel())
            return inner(x, z)

    assert_allclose(latent_log_prob(Spy(), x, nodes=61), whole, rtol=1e-13)
    assert max(seen) <= 1000
    assert len(seen) > 200


def narrow(scale):
    vae = LinearGaussianVAE(1, 1, scale=scale).double()
    mg.nn.init.ones_(vae.decoder.weight)
    return vae


@pytest.mark.usefixtures("on_the_host")
def test_a_grid_too_coarse_is_refined_and_at_last_refused() -> None:
    vae, x = narrow(0.01), mg.tensor([[0.3]], dtype="float64")
    with pytest.raises(ValueError, match=r"over 1001 points an axis differs .*: give more than nodes=1001"):
        latent_log_prob(vae, x, nodes=1001)
    assert_allclose(latent_log_prob(vae, x).item(), vae.log_prob(x).item(), atol=1e-9)
    with pytest.raises(ValueError, match=r"over 8001 points an axis differs"):
        latent_log_prob(narrow(0.001), x)


@pytest.mark.usefixtures("on_the_host")
def test_a_posterior_beyond_the_grid_is_refused() -> None:
    vae = narrow(0.1)
    with pytest.raises(ValueError, match="has at its ends the share"):
        latent_log_prob(vae, mg.tensor([[9.5]], dtype="float64"))
    assert math.isfinite(latent_log_prob(vae, mg.tensor([[6.0]], dtype="float64")).item())
