"""A VAE on MNIST whose pixels are probabilities, scored with 5000 draws an image.

The networks are those of one stochastic layer in Burda et al. 2016: 784-200-200-50 and back, tanh. Bits are drawn anew
for each batch (dynamic binarization); what is scored are bits drawn once, with seed 0. The decoder begins at the mean
image, and the divergence comes in over the first fifth of the training: else most latents are given up while they have
nothing to say yet, and few come back.

Sources: Kingma and Welling 2014, "Auto-Encoding Variational Bayes"; Burda, Grosse and Salakhutdinov 2016, "Importance
Weighted Autoencoders", section 5; Bowman et al. 2016, "Generating Sentences from a Continuous Space", section 3.1, for
the weight of the divergence.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.backend import get_default_dtype
from minigen.data import MNIST, DataLoader, Images
from minigen.data.rates import base_rate, log_odds
from minigen.data.transforms import Binarize
from minigen.evaluation import Score, active_units, importance_bound
from minigen.learning import ELBO, Annealing
from minigen.models import VAE, MLPDecoder, MLPEncoder
from minigen.nn import Linear, Module
from minigen.nn.init import xavier_uniform_
from minigen.optim import Adam, Scheduled, linear
from minigen.random import Generator, as_generator, using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_image, save_pairs

SETTINGS = {
    "epochs": 100,
    "root": None,
    "check_files": True,
    "batch_size": 100,
    "lr": 2e-3,
    "decay": 60_000,
    "annealing": 12_000,
    "latent": 50,
    "hidden": [200, 200],
    "scored": "1000 of test",
    "device": "cpu",
}
SCORED = ("1000 of test", "test", "1000 of validation")  # the last trains without the last twelfth of the training set
DRAWS = 5000
ONE_DRAW = "one Bernoulli draw, seed 0"


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the two networks, what they learn by, and the data."""
    latent, hidden, device, scored = (settings[name] for name in ("latent", "hidden", "device", "scored"))
    if scored not in SCORED:
        raise ValueError(f"scored must be one of {', '.join(map(repr, SCORED))}, got {scored!r}")
    train = pixels(settings, train=True)
    held_out = len(train) // 12 if "validation" in scored else 0
    train, test = (train[:-held_out], train[-held_out:]) if held_out else (train, pixels(settings, train=False))
    bits = Generator(0, host_noise=True).bernoulli(test)
    with using(rng.spawn()):
        vae = VAE(MLPEncoder((28, 28), latent, hidden), MLPDecoder(latent, (28, 28), hidden), latent)
        vae.apply(glorot).to(device)
    vae.decoder.net[-1].bias.data.copy_(log_odds(base_rate(train.flatten(1))))
    adam = Adam(vae.parameters(), lr=settings["lr"])
    annealing = Annealing(settings["annealing"])
    algorithm = ELBO(vae, Scheduled(adam, linear(settings["decay"])), kl=[annealing], rng=rng.spawn())
    loader = DataLoader(
        Images(train, Binarize(rng.spawn())), settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn()
    )

    @no_grad
    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        """Return the probabilities of the pixels, as the data give them."""
        return vae.decode(vae.prior.sample((n,), rng=rng)).mean

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=2)

    def draw_reconstructions(path: Path) -> Path:
        return save_pairs(bits[:40], vae.reconstruct(bits[:40]), path, zoom=2)

    def draw_lines(path: Path) -> Path:
        lines = vae.interpolate(bits[:10], bits[:10].roll(1, 0), steps=12)
        return save_image(lines.reshape(-1, 28, 28), path, nrow=12, zoom=2)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        rng, data = as_generator(rng), "mnist validation" if held_out else "mnist test"
        x = bits if scored == "test" else bits[:1000]
        bounds = [importance_bound(vae, x, k, rng, data=data, binarization=ONE_DRAW) for k in (1, DRAWS)]
        return [*bounds, active_units(vae, bits, data=data)]

    pictures = {
        "samples": Picture("100 samples: the probabilities of their pixels", draw_samples),
        "reconstructions": Picture(
            "rows of bits drawn from test images, each above its reconstruction", draw_reconstructions
        ),
        "lines": Picture("from one test image to another, along straight lines of the latents", draw_lines),
    }
    return Experiment(algorithm, loader, sample, pictures, scores)


def pixels(settings: Mapping[str, Any], train: bool) -> Tensor:
    """Return the images in [0, 1]."""
    images = MNIST(settings["root"], train=train, check=settings["check_files"]).data
    return images.to(get_default_dtype()).to(settings["device"]) / 255


def glorot(module: Module) -> None:
    """Draw the weights of a linear layer as Glorot and Bengio 2010 do for tanh; biases are 0."""
    if isinstance(module, Linear):
        xavier_uniform_(module.weight)
        module.bias.data.zero_()  # type: ignore[union-attr]
