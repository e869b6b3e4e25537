"""NICE on MNIST: four additive couplings, scored in nats and bits/dim.

Pixels are dequantised anew at each use and lie in [0, 1). The networks have three hidden layers of 512 where the paper
has five of 1000: a fifth of its arithmetic. A scaling before the couplings gives all pixels that vary the same
variance, and the one after them begins at the deviations of the data: Adam would take thousands of steps there.

Source: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation", section 5.1.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.data import MNIST, DataLoader
from minigen.data.images import Images
from minigen.data.transforms import Dequantize, dequantized
from minigen.evaluation import Score, dequantized_likelihood, inversion_errors
from minigen.learning import MaximumLikelihood
from minigen.models import NICE, Flow
from minigen.models.flows import Scaling
from minigen.optim import Adam, Scheduled, exponential
from minigen.random import Generator, using
from minigen.recipes import Experiment, Picture
from minigen.viz import save_image, save_inversion

SETTINGS = {
    "epochs": 20,
    "root": None,
    "check_files": True,
    "batch_size": 100,
    "lr": 2e-3,
    "half_life": 2_000,
    "couplings": 4,
    "hidden": [512, 512, 512],
    "device": "cpu",
}
PART = 6  # one image of so many is kept for validation
FLOOR = 0.1  # pixels that vary less are scaled as if they varied so much: ink is rare there, and would be huge


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the flow, its fitting by maximum likelihood, and the data."""
    device = settings["device"]
    train, test = (MNIST(settings["root"], train=part, check=settings["check_files"]) for part in (True, False))
    images, held_out = train.data.to(device), test.data.to(device)
    kept = len(images) // PART
    images, valid = images[:-kept], images[-kept:]
    with using(rng.spawn()):
        flow = begun(settings, images[:10_000], rng.spawn())
    halving = exponential(0.5 ** (1 / settings["half_life"]))
    optimizer = Scheduled(Adam(flow.parameters(), lr=settings["lr"]), halving)
    learning = MaximumLikelihood(flow, optimizer, rng=rng.spawn())
    data = Images(images, Dequantize(rng=rng.spawn()))
    loader = DataLoader(data, settings["batch_size"], shuffle=True, drop_last=True, rng=rng.spawn())

    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        return flow.sample(n, rng).clip(0, 1)  # type: ignore[no-any-return]

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=2)

    def draw_inversion(path: Path) -> Path:
        x = dequantized(images[:1000], 256, Generator(0)).flatten(1)
        return save_inversion(inversion_errors(list(flow.transform.steps), x), path)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        return [
            score
            for name, part in (("validation", valid), ("test", held_out))
            for score in dequantized_likelihood(flow, part, data=f"mnist {name}", rng=rng)
        ]

    pictures = {
        "samples": Picture("100 samples", draw_samples),
        "inversion": Picture("how far the inverse of the first k steps misses 1000 images", draw_inversion),
    }
    return Experiment(learning, loader, sample, pictures, scores)


@no_grad
def begun(settings: Mapping[str, Any], images: Tensor, rng: Generator) -> Flow:
    """Return NICE with both scalings at the deviations of some images."""
    x = dequantized(images, 256, rng)
    factors = 1 / x.flatten(1).std(dim=0).clip(min=FLOOR)
    nice = NICE((28, 28), settings["couplings"], settings["hidden"])
    flow = Flow(nice.base, [Scaling(factors.tolist()), *nice.transform.steps]).to(images.device)
    deviation = flow.encode(x).std(dim=0)
    flow.transform.steps[-1].log_scale.copy_(math.log(math.pi / math.sqrt(3)) - deviation.log())  # the base has π/√3
    return flow
