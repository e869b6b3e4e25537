"""Bad input to variational autoencoders, their learning and their scores."""

import math

import minigen as mg
from minigen.evaluation import active_units, importance_bound
from minigen.inference import latent_log_prob
from minigen.learning import ELBO, Annealing, FreeBits, Reparameterization, ScoreFunction
from minigen.models import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder
from minigen.models.variational import GaussianLikelihood


def vae(likelihood="bernoulli", latents=2):
    return VAE(MLPEncoder(4, latents, hidden=[3]), MLPDecoder(latents, 4, hidden=[3]), latents, likelihood)


def learning(**options):
    model = options.pop("model", None) or vae()
    return ELBO(model, mg.optim.SGD(model.parameters(), lr=0.1), **options)


def foreign():
    return ELBO(vae(), mg.optim.SGD(vae().parameters(), lr=0.1))


class Coins(mg.nn.Module):
    """A posterior that cannot be reparameterized."""

    prior = mg.distributions.Bernoulli(0.5)

    def __init__(self):
        super().__init__()
        self.encoder = mg.nn.Linear(4, 2)

    def check(self, x):
        pass

    def encode(self, x):
        return mg.distributions.Bernoulli(logits=self.encoder(x))

    def log_likelihood(self, x, z):
        return x.sum(1)


GREY, NAN = (mg.full((2, 4), value, device="cpu") for value in (0.5, math.nan))
WIDE = mg.zeros(2, 5)

VALUES = [
    ("grey", lambda: vae().elbo(GREY), ValueError, "is of zeros and ones, got 0.5 (8 of 8): binarize them"),
    ("grey-step", lambda: learning().step(GREY), ValueError, "data and likelihood disagree"),
    ("grey-score", lambda: importance_bound(vae(), GREY, k=2), ValueError, "or choose likelihood='gaussian'"),
    ("grey-quadrature", lambda: latent_log_prob(vae(), GREY), ValueError, "is of zeros and ones"),
    ("nan", lambda: vae().elbo(NAN), ValueError, "got nan (8 of 8)"),
    ("nan-gaussian", lambda: vae("gaussian").elbo(NAN), ValueError, "a Gaussian likelihood is of finite numbers"),
]

ROWS = [
    ("integers", lambda: vae().elbo(mg.zeros(2, 4, dtype="uint8")), TypeError, "the data are uint8, expected floating"),
    (
        "empty-step",
        lambda: learning().step(mg.zeros(0, 4)),
        ValueError,
        "at least one example, got a batch of shape (0",
    ),
    ("width", lambda: vae().elbo(WIDE), ValueError, "expected examples of shape (n, 4), got (2, 5)"),
    ("latent-width", lambda: vae().decode(mg.zeros(2, 3)), ValueError, "latents of shape (…, 2), got (2, 3)"),
    ("decoder-latents", lambda: VAE(MLPEncoder(4, 2), MLPDecoder(3, 4), 2).sample(5), ValueError, "(n, 3), got (5, 2)"),
    (
        "decoder-width",
        lambda: VAE(MLPEncoder(4, 2), MLPDecoder(2, 5), 2).elbo(mg.zeros(3, 4)),
        ValueError,
        "the decoder returns examples of shape (5,), the data's are of shape (4,): make them the same",
    ),
    (
        "encoder-width",
        lambda: VAE(mg.nn.Linear(4, 2), MLPDecoder(2, 4), 2).elbo(mg.zeros(3, 4)),
        ValueError,
        "got (3, 2): end it in Linear(…, 4)",
    ),
    ("latent-dim", lambda: VAE(mg.nn.Identity(), mg.nn.Identity(), 0), ValueError, "the number of latents, got 0"),
    ("latent-dim-encoder", lambda: MLPEncoder(4, 0), ValueError, "MLPEncoder: latent_dim must be a positive int"),
    ("latent-dim-decoder", lambda: MLPDecoder(0, 4), ValueError, "MLPDecoder: latent_dim must be a positive int"),
    ("latent-dim-linear", lambda: LinearGaussianVAE(4, 0), ValueError, "latent_dim must be a positive int"),
    ("data-dim-linear", lambda: LinearGaussianVAE(0, 1), ValueError, "the shape of one example, got 0: 3 for vectors"),
    ("hidden", lambda: MLPEncoder(4, 1, hidden=[0]), ValueError, "positive widths, got (4, 0, 2)"),
    ("likelihood", lambda: vae("poisson"), ValueError, "one of bernoulli, gaussian or a Module, got 'poisson'"),
    (
        "likelihood-class",
        lambda: vae(GaussianLikelihood),
        ValueError,
        "one of bernoulli, gaussian or a Module, got <class",
    ),
    ("scale-zero", lambda: GaussianLikelihood(0.0), ValueError, "expected a positive number, got 0.0: begin with"),
    ("scale-negative", lambda: LinearGaussianVAE(2, 1, scale=-1.0), ValueError, "positive number, got -1.0"),
    ("line", lambda: vae().interpolate(mg.zeros(2, 4), mg.zeros(3, 4)), ValueError, "two batches of one shape"),
    ("line-steps", lambda: vae().interpolate(mg.zeros(2, 4), mg.zeros(2, 4), 1), ValueError, "got steps=1"),
    ("optimizer", foreign, ValueError, "ELBO: optimizer updates parameters that are not the model's"),
    (
        "model",
        lambda: learning(model=mg.models.RealNVP(4)),
        TypeError,
        "RealNVP offers no prior, log_likelihood(x, z), check(x): give a latent-variable model, as minigen.models.VAE",
    ),
    (
        "estimator",
        lambda: learning(estimator="score"),
        TypeError,
        "must be Reparameterization() or ScoreFunction(), got",
    ),
    ("terms", lambda: learning(kl=Annealing(3)), TypeError, "kl must be a sequence of terms, got Annealing(steps=3"),
    ("manifold", lambda: vae().manifold(0), ValueError, "side must be a positive int, the pictures in a row, got 0"),
    ("samples", lambda: ScoreFunction(samples=1), ValueError, "at least 2, for each draw's baseline"),
    ("divergence", lambda: Reparameterization("exact"), ValueError, "one of analytic, sampled, got 'exact'"),
    (
        "free-bits-sampled",
        lambda: learning(kl=[FreeBits(0.1)], estimator=Reparameterization("sampled")),
        ValueError,
        "take an estimator with divergence='analytic'",
    ),
    ("coins", lambda: learning(model=Coins()).step(mg.zeros(2, 4)), ValueError, "cannot be differentiated: use Score"),
    ("annealing", lambda: Annealing(0), ValueError, "steps must be a positive int, got 0"),
    ("annealing-weight", lambda: Annealing(1, start=-1.0), ValueError, "weights must not be negative"),
    ("free-bits", lambda: FreeBits(-1.0), ValueError, "nats must not be negative"),
    ("clock", lambda: learning().clock.load_state_dict({}), ValueError, "expected {'step': n}, got {}"),
    ("k", lambda: importance_bound(vae(), mg.zeros(2, 4), k=0), ValueError, "k must be a positive int, the draws"),
    ("no-examples", lambda: importance_bound(vae(), mg.zeros(0, 4), k=2), ValueError, "there are no examples"),
    (
        "bound-of-a-flow",
        lambda: importance_bound(mg.models.RealNVP(4), mg.zeros(2, 4)),
        TypeError,
        "importance_bound: RealNVP offers no check(x), log_joint(x, z): give a latent-variable model",
    ),
    ("latents", lambda: latent_log_prob(vae(latents=3), mg.zeros(1, 4)), ValueError, "a grid over 3 latents is too"),
    ("nodes", lambda: latent_log_prob(vae(), mg.zeros(1, 4), nodes=4), ValueError, "an odd int of at least 3, got 4"),
    (
        "active-nan",
        lambda: active_units(vae(), mg.full((2, 4), math.nan)),
        ValueError,
        "posterior means: expected finite numbers, got nan (4 of",
    ),
    ("active", lambda: active_units(vae(), mg.zeros(1, 4)), ValueError, "needs at least two, got 1"),
]
