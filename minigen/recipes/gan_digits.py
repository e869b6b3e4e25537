"""A GAN on the bundled digits: 8x8 pixels, good samples in a minute.

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", with the non-saturating cost. Adam's β1 = 1/2 is from
Radford et al. 2016, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks".
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.data import DataLoader, load_digits
from minigen.evaluation import Score, nearest, neighbour_scores
from minigen.learning import Adversarial
from minigen.models import Discriminator, Generator
from minigen.optim import Adam
from minigen.random import Generator as RandomGenerator
from minigen.random import using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_image, save_pairs

SETTINGS = {
    "steps": 20_000,
    "batch_size": 64,
    "lr": 5e-4,
    "betas": [0.5, 0.999],
    "latent": 32,
    "generator": [256, 256],
    "discriminator": [256, 128],
    "device": "cpu",
}
TOUR = {"steps": 4_000}


def build(settings: Mapping[str, Any], rng: RandomGenerator) -> Experiment:
    """Make the two networks, the game between them, and the data."""
    latent, device = settings["latent"], settings["device"]
    train, labels = (part.to(device) for part in load_digits("train"))
    held_out = load_digits("test")[0].to(device)
    with using(rng.spawn()):
        generator = Generator(latent, (8, 8), settings["generator"]).to(device)
        discriminator = Discriminator((8, 8), settings["discriminator"]).to(device)
    adam = partial(Adam, lr=settings["lr"], betas=tuple(settings["betas"]))
    game = Adversarial(
        generator,
        discriminator,
        adam(generator.parameters()),
        adam(discriminator.parameters()),
        prior=lambda m, rng: rng.normal((m, latent), device=device),
        rng=rng.spawn(),
    )
    loader = DataLoader(2 * train - 1, settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn())

    def sample(n: int, rng: RandomGenerator | int | None = None) -> Tensor:
        return (generator.sample(n, rng=rng) + 1) / 2

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=6)

    def draw_neighbours(path: Path) -> Path:
        samples = sample(40)
        return save_pairs(samples, train[nearest(samples, train)[1]], path, zoom=6)

    def scores(rng: RandomGenerator | int | None = None) -> list[Score]:
        return neighbour_scores(sample(500, rng), train, labels, held_out, data="digits")

    pictures = {
        "samples": Picture("100 samples", draw_samples),
        "neighbours": Picture("rows of samples, each above its nearest training digit", draw_neighbours),
    }
    return Experiment(game, loader, sample, pictures, scores)
