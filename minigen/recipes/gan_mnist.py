"""A GAN on MNIST (or Fashion-MNIST): one hidden layer on either side.

The generator is 64-256-784 with ReLU and tanh, the discriminator 784-256-1 with ReLU; both learn by Adam at 3e-4 on
batches of 32 images in [-1, 1], with the non-saturating cost. The last sixth of the training images (10,000) is for
validation and not trained on.

Source: Goodfellow et al. 2014, "Generative Adversarial Nets"; its Parzen-window score is computed as there, on 10,000
samples, and printed beside its controls.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.backend import get_default_dtype
from minigen.data import MNIST, DataLoader, FashionMNIST
from minigen.evaluation import Score, nearest, neighbour_scores, parzen_scores
from minigen.learning import Adversarial
from minigen.models import Generator
from minigen.nn import Flatten, Linear, ReLU, Sequential
from minigen.optim import Adam
from minigen.random import Generator as RandomGenerator
from minigen.random import as_generator, using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_image, save_pairs

SETTINGS = {
    "epochs": 60,
    "data": "mnist",
    "root": None,
    "check_files": True,
    "batch_size": 32,
    "lr": 3e-4,
    "latent": 64,
    "hidden": 256,
    "device": "cpu",
}
DATA = {"mnist": MNIST, "fashion-mnist": FashionMNIST}


def build(settings: Mapping[str, Any], rng: RandomGenerator) -> Experiment:
    """Make the two networks, the game between them, and the data."""
    latent, hidden, device = settings["latent"], settings["hidden"], settings["device"]
    if settings["data"] not in DATA:
        raise ValueError(f"data must be one of {', '.join(DATA)}, got {settings['data']!r}")
    part = partial(DATA[settings["data"]], settings["root"], check=settings["check_files"])
    train, test = part(train=True), part(train=False)
    images, held_out = (part.data.to(get_default_dtype()).to(device) / 127.5 - 1 for part in (train, test))
    n = len(images) * 5 // 6
    images, valid, labels = images[:n], images[n:], train.targets[:n].to(device)
    with using(rng.spawn()):
        generator = Generator(latent, (28, 28), [hidden]).to(device)
        discriminator = Sequential(Flatten(), Linear(784, hidden), ReLU(), Linear(hidden, 1)).to(device)
    game = Adversarial(
        generator,
        discriminator,
        Adam(generator.parameters(), lr=settings["lr"]),
        Adam(discriminator.parameters(), lr=settings["lr"]),
        prior=lambda m, rng: rng.normal((m, latent), device=device),
        rng=rng.spawn(),
    )
    loader = DataLoader(images, settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn())

    def sample(n: int, rng: RandomGenerator | int | None = None) -> Tensor:
        return (generator.sample(n, rng=rng) + 1) / 2

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=2)

    def draw_neighbours(path: Path) -> Path:
        samples = generator.sample(40)
        return save_pairs(samples, images[nearest(samples, images)[1]], path, zoom=2, value_range=(-1, 1))

    def scores(rng: RandomGenerator | int | None = None) -> list[Score]:
        rng, data = as_generator(rng), settings["data"]
        samples = generator.sample(10_000, rng=rng)
        in_pixels = ((x + 1) / 2 for x in (samples, images, valid[:1000], held_out))
        return [
            *neighbour_scores(samples[:1000], images, labels, held_out[:1000], data=data),
            *parzen_scores(*in_pixels, rng=rng, data=f"{data} test"),
        ]

    pictures = {
        "samples": Picture("100 samples", draw_samples),
        "neighbours": Picture("rows of samples, each above its nearest training image", draw_neighbours),
    }
    return Experiment(game, loader, sample, pictures, scores)
