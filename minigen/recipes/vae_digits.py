"""A VAE with two latents on the bundled digits: a map of them, and log p(x) itself beside its bounds.

Pixels are probabilities from which bits are drawn anew for each batch. With two latents log p(x) is an integral over
the plane, so that the bounds can be compared with what they bound.

Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.data import DataLoader, Images, load_digits
from minigen.data.transforms import Binarize
from minigen.evaluation import Score, active_units, importance_bound
from minigen.evaluation.likelihood import mean_of
from minigen.inference import latent_log_prob
from minigen.learning import ELBO
from minigen.models import VAE, MLPDecoder, MLPEncoder
from minigen.optim import Adam, Scheduled, linear
from minigen.random import Generator, as_generator, using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_image, save_pairs

SETTINGS = {
    "steps": 12_000,
    "batch_size": 50,
    "lr": 2e-3,
    "decay": 12_000,
    "latent": 2,
    "hidden": [128, 128],
    "device": "cpu",
}
TOUR = {"steps": 2_500, "decay": 2_500}
ONE_DRAW = "one Bernoulli draw, seed 0"


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the two networks, what they learn by, and the data."""
    latent, hidden, device = settings["latent"], settings["hidden"], settings["device"]
    train, test = (load_digits(part)[0].to(device) for part in ("train", "test"))
    bits = Generator(0, host_noise=True).bernoulli(test)
    with using(rng.spawn()):
        vae = VAE(MLPEncoder((8, 8), latent, hidden), MLPDecoder(latent, (8, 8), hidden), latent).to(device)
    adam = Adam(vae.parameters(), lr=settings["lr"])
    algorithm = ELBO(vae, Scheduled(adam, linear(settings["decay"])), rng=rng.spawn())
    loader = DataLoader(
        Images(train, Binarize(rng.spawn())), settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn()
    )

    @no_grad
    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        """Return the probabilities of the pixels, as the data give them."""
        return vae.decode(vae.prior.sample((n,), rng=rng)).mean

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=6)

    def draw_reconstructions(path: Path) -> Path:
        return save_pairs(bits[:40], vae.reconstruct(bits[:40]), path, zoom=6)

    def draw_manifold(path: Path) -> Path:
        return save_image(vae.manifold(16), path, nrow=16, zoom=4)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        rng, x = as_generator(rng), bits
        found = [importance_bound(vae, x, k, rng, data="digits test", binarization=ONE_DRAW) for k in (1, 50)]
        if latent <= 2:
            with no_grad():
                value, error = mean_of(latent_log_prob(vae, x).tolist())
            found.append(
                Score(value, "log-likelihood", "nats", "exact", len(x), error, "digits test", binarization=ONE_DRAW)
            )
        return [*found, active_units(vae, bits, data="digits test")]

    pictures = {
        "samples": Picture("100 samples: the probabilities of their pixels", draw_samples),
        "reconstructions": Picture(
            "rows of bits drawn from test digits, each above its reconstruction", draw_reconstructions
        ),
        "manifold": Picture("the digits of the latent plane, in equal steps of prior probability", draw_manifold),
    }
    return Experiment(algorithm, loader, sample, pictures, scores)
