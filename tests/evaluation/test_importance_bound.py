"""The importance-weighted bound: exact by enumeration for discrete latents, and in order with log p(x)."""

import math
import sys

import numpy as np
import pytest

import minigen as mg
from minigen.distributions import Bernoulli
from minigen.evaluation import active_units, importance_bound, importance_log_prob
from minigen.inference import latent_log_prob
from minigen.models import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder
from minigen.testing import exact_expectation
from tests.host import assert_allclose, host
from tests.models.randomised import randomise

BITS, DATA = 3, 4


class RowsFirst(Bernoulli):
    """Draws whose first axis is that of the examples while they are made, so that paths can be rows."""

    def sample(self, sample_shape=(), *, rng=None):
        (k,) = sample_shape
        n, bits = self.batch_shape
        return rng.bernoulli(logits=self.logits.unsqueeze(1).broadcast_to((n, k, bits))).transpose(0, 1)


class ThreeBits(mg.nn.Module):
    """A model with three coins for latents, and a posterior that is not exact."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = mg.nn.Linear(DATA, BITS), mg.nn.Linear(BITS, DATA)
        self.prior_logits = mg.nn.Parameter(mg.zeros(BITS))

    def check(self, x):
        pass

    def encode(self, x):
        return RowsFirst(logits=self.encoder(x))

    def log_joint(self, x, z):
        given = Bernoulli(logits=self.decoder(z))
        return Bernoulli(logits=self.prior_logits).log_prob(z).sum(-1) + given.log_prob(x).sum(-1)


def states(bits):
    return mg.tensor([[float(i >> j & 1) for j in range(bits)] for i in range(2**bits)], dtype="float64")


def test_bounds_of_three_bits_are_ordered_exactly(monkeypatch) -> None:
    """ELBO = L_1 < L_2 < … < L_5 < log p(x), each the exact mean over all 8^k outcomes of its draws."""
    monkeypatch.setattr(sys.modules["minigen.evaluation.importance_bound"], "EXAMPLES", 8**5)  # paths are rows
    model = randomise(ThreeBits().double(), 1)
    x, z = mg.tensor([[1.0, 0.0, 1.0, 1.0]], dtype="float64"), states(BITS)
    with mg.no_grad():
        log_q = model.encode(x).log_prob(z).sum(1)
        log_joint = model.log_joint(x.broadcast_to((8, DATA)), z)
        elbo, log_p = (log_q.exp() * (log_joint - log_q)).sum().item(), log_joint.logsumexp(0).item()

    def bound(k):
        def of_rows(rng):
            return importance_log_prob(model, x.broadcast_to((rng.rows, DATA)), k, rng)

        return exact_expectation(of_rows, rows=True).mean.item()

    bounds = [bound(k) for k in range(1, 6)]
    assert bounds[0] == pytest.approx(elbo, abs=1e-13)
    gaps = np.diff([*bounds, log_p])
    assert (gaps > 1e-3).all()
    assert (np.diff(gaps[:-1]) < 0).all()  # each draw adds less than the one before


def test_the_weights_are_worth_p_in_the_mean() -> None:
    """E[w] = p(x), whatever q: a weight without -log q, or with another prior, would not be."""
    model = randomise(ThreeBits().double(), 1)
    x, z = mg.tensor([[1.0, 0.0, 1.0, 1.0]], dtype="float64"), states(BITS)
    p = model.log_joint(x.broadcast_to((8, DATA)), z).exp().sum().item()
    mean = exact_expectation(lambda rng: importance_log_prob(model, x, 1, rng).exp()).mean
    assert mean.item() == pytest.approx(p, rel=1e-13)


def with_the_true_posterior():
    """A linear VAE whose encoder is exact: every weight is p(x), whatever is drawn."""
    vae = randomise(LinearGaussianVAE(3, 1).double(), 1)
    weight, variance = vae.decoder.weight.detach(), math.exp(2 * vae.likelihood.log_scale.item())
    m = (weight.T @ weight).item() + variance
    vae.encoder.mean.weight.data.copy_(weight.T / m)
    vae.encoder.mean.bias.data.copy_(-(vae.decoder.bias.detach() @ weight) / m)
    vae.encoder.log_variance.data.fill_(math.log(variance / m))
    return vae, mg.tensor(np.random.default_rng(0).normal(size=(5, 3)))


def test_with_the_true_posterior_every_draw_gives_log_p() -> None:
    vae, x = with_the_true_posterior()
    for k in (1, 7):
        assert_allclose(importance_log_prob(vae, x, k, rng=0), vae.log_prob(x), rtol=1e-11)


def test_blocks_change_the_memory_and_not_the_bound(monkeypatch) -> None:
    vae, x = with_the_true_posterior()
    shapes, inner = [], vae.log_joint

    class Spy:
        check, encode = vae.check, vae.encode

        def log_joint(self, x, z):
            shapes.append(z.shape)
            return inner(x, z)

    whole = importance_log_prob(Spy(), x, 601, rng=0)
    assert shapes == [(601, 5, 1)]
    monkeypatch.setattr(sys.modules["minigen.evaluation.importance_bound"], "BLOCK", 600)
    shapes.clear()
    cut = importance_log_prob(Spy(), x, 601, rng=1)
    assert max(math.prod(shape[:2]) * 3 for shape in shapes) <= 600
    assert sum(math.prod(shape[:2]) for shape in shapes) == 601 * 5
    for bound in (whole, cut):
        assert_allclose(bound, vae.log_prob(x), rtol=1e-11)


def test_the_score_says_what_it_is() -> None:
    vae = randomise(LinearGaussianVAE(3, 1).double(), 1)
    x = mg.tensor(np.random.default_rng(0).normal(size=(6, 3)))
    score = importance_bound(vae, x, k=3, rng=0, data="noise", binarization="none")
    values = host(importance_log_prob(vae, x, 3, rng=0))
    assert score.value == pytest.approx(values.mean(), rel=1e-13)
    assert score.stderr == pytest.approx(values.std(ddof=1) / math.sqrt(6), rel=1e-12)
    assert (score.kind, score.unit, score.n) == ("lower bound", "nats", 6)
    assert (score.measure, score.data, score.binarization) == ("log-likelihood, k = 3", "noise", "none")


@pytest.mark.slow
@pytest.mark.parametrize("latents", [1, 2])
def test_bounds_are_ordered_in_the_mean_over_paired_draws(latents) -> None:
    """ELBO ≤ L_5 ≤ L_50 ≤ log p(x) by more than 5 standard errors, over 10,000 draws of the same x."""
    encoder, decoder = MLPEncoder(6, latents, hidden=[4]), MLPDecoder(latents, 6, hidden=[4])
    vae = randomise(VAE(encoder, decoder, latents).double(), 3, scale=1.0)
    x = vae.sample(1, rng=0)
    log_p = latent_log_prob(vae, x).item()
    q = vae.encode(x)
    with mg.no_grad():
        z = q.sample((10_000, 50), rng=1)[:, :, 0]
        log_w = vae.log_joint(x, z.reshape(-1, 1, latents)).squeeze(1) - q.log_prob(z.reshape(-1, 1, latents)).sum(
            2
        ).squeeze(1)
        log_w = host(log_w.reshape(10_000, 50))
    bounds = [np.logaddexp.reduce(log_w[:, :k], 1) - math.log(k) for k in (1, 5, 50)]
    for lower, upper in zip(bounds, [*bounds[1:], np.full(10_000, log_p)], strict=True):
        gap = upper - lower
        assert gap.mean() > 5 * gap.std() / 100


def test_active_units_are_counted_over_all_examples(monkeypatch) -> None:
    vae = LinearGaussianVAE(3, 3).double()
    vae.encoder.mean.weight.data.copy_(mg.tensor([[1.0, 0, 0], [0, 0.09, 0], [0, 0, 0.11]], dtype="float64"))
    x = np.random.default_rng(0).normal(size=(400, 3))
    x /= x.std(0, ddof=1)
    monkeypatch.setattr(sys.modules["minigen.evaluation.active_units"], "ROWS", 7)
    score = active_units(vae, mg.tensor(x))
    assert (score.value, score.unit, score.measure, score.n) == (2, "of 3", "active units", 400)
    assert active_units(vae, mg.tensor(x), threshold=0.0).value == 3
