"""A GAN on a ring of eight Gaussians, some of which it may miss.

The plane shows everything: D's field, G's samples, and the modes they have found. Radius 2 and standard deviation 0.02,
as in the papers on mode collapse; the modes are at the angles 2 pi i / 8.

Sources: Goodfellow et al. 2014, "Generative Adversarial Nets", with the non-saturating cost; Metz et al. 2017,
"Unrolled Generative Adversarial Networks", for the ring; Srivastava et al. 2017, "VEEGAN: Reducing Mode Collapse in
GANs using Implicit Variational Learning", for the scores (2,500 samples).
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.data import DataLoader
from minigen.data.toy import Ring
from minigen.evaluation import Score, mode_coverage
from minigen.learning import Adversarial
from minigen.models import Discriminator, Generator
from minigen.optim import Adam
from minigen.random import Generator as RandomGenerator
from minigen.random import using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_field, save_scatter

SETTINGS = {
    "steps": 20_000,
    "batch_size": 128,
    "lr": 1e-3,
    "betas": [0.5, 0.999],
    "points": 10_000,
    "std": 0.02,
    "latent": 16,
    "generator": [64, 64],
    "discriminator": [64, 64],
    "device": "cpu",
}
TOUR = {"steps": 3_000, "std": 0.1}  # wide modes are found in seconds
WINDOW = (-3.0, 3.0, -3.0, 3.0)


def build(settings: Mapping[str, Any], rng: RandomGenerator) -> Experiment:
    """Make the two networks, the game between them, and the points."""
    latent, device = settings["latent"], settings["device"]
    ring = Ring(std=settings["std"])
    points = ring.sample(settings["points"], rng=rng.spawn()).to(device)
    with using(rng.spawn()):
        generator = Generator(latent, 2, settings["generator"], output="linear").to(device)
        discriminator = Discriminator(2, settings["discriminator"]).to(device)
    adam = partial(Adam, lr=settings["lr"], betas=tuple(settings["betas"]))
    game = Adversarial(
        generator,
        discriminator,
        adam(generator.parameters()),
        adam(discriminator.parameters()),
        prior=lambda m, rng: rng.normal((m, latent), device=device),
        rng=rng.spawn(),
    )
    loader = DataLoader(points, settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn())

    def sample(n: int, rng: RandomGenerator | int | None = None) -> Tensor:
        return generator.sample(n, rng=rng)

    def draw_field(path: Path) -> Path:
        def field(x: Tensor) -> Tensor:
            logits: Tensor = discriminator(x.to(device))
            return logits.sigmoid()

        points = {"samples": sample(1000)}
        return save_field(field, path, window=WINDOW, points=points, limits=(0.0, 1.0), side=120)

    def draw_samples(path: Path) -> Path:
        return save_scatter({"data": points[:2500], "samples": sample(2500)}, path, window=WINDOW)

    def scores(rng: RandomGenerator | int | None = None) -> list[Score]:
        return mode_coverage(sample(2500, rng), ring.means, ring.std, data="ring of 8")

    pictures = {
        "samples": Picture("1,000 samples on D(x), the probability of being data", draw_field),
        "points": Picture("2,500 samples over as many data", draw_samples),
    }
    return Experiment(game, loader, sample, pictures, scores)
