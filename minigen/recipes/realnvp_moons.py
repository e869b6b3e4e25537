"""A Real NVP on two moons: a density of the plane that can be looked at.

Affine couplings bend a normal law into two half circles. The law of the data is known, so the flow is also scored by
how far it is from that, in nats.

Source: Dinh, Sohl-Dickstein and Bengio 2017, "Density estimation using Real NVP".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.data import DataLoader
from minigen.data.toy import Density, Draws, Moons
from minigen.evaluation import Score, divergence, inversion_errors, log_likelihood
from minigen.learning import MaximumLikelihood
from minigen.models import RealNVP
from minigen.optim import Adam, Scheduled, exponential
from minigen.random import Generator, using
from minigen.recipes import Experiment, Picture
from minigen.viz import Window, lattice, save_field, save_inversion, save_layers

SETTINGS = {
    "steps": 6_000,
    "points": 10_000,
    "batch_size": 256,
    "lr": 3e-3,
    "half_life": 1_000,
    "couplings": 8,
    "hidden": [64, 64],
    "device": "cpu",
}
TOUR = {"steps": 450, "half_life": 130}


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the flow, its fitting by maximum likelihood, and the data."""
    return flow_of(Moons(), "moons", (-1.5, 2.5, -1.75, 2.25), settings, rng)


def flow_of(density: Density, data: str, window: Window, settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Fit a Real NVP to a density of the plane, new points at each step; `window` is what pictures show."""
    device = settings["device"]
    with using(rng.spawn()):
        flow = RealNVP(2, settings["couplings"], settings["hidden"]).to(device)
    halving = exponential(0.5 ** (1 / settings["half_life"]))
    optimizer = Scheduled(Adam(flow.parameters(), lr=settings["lr"]), halving)
    learning = MaximumLikelihood(flow, optimizer, rng=rng.spawn())
    points = Draws(density, settings["points"], rng=rng.spawn())
    loader = DataLoader(points, settings["batch_size"], drop_last=True, device=device)
    shown = density.sample(1000, rng=0).to(device)
    peak = density.log_prob(lattice(window)).exp().max().item()
    steps = list(flow.transform.steps)

    def model_density(x: Tensor) -> Tensor:
        return flow.log_prob(x.to(device)).exp()

    def draw_samples(path: Path) -> Path:
        return save_field(model_density, path, window=window, limits=(0.0, peak), points={"samples": flow.sample(300)})

    def draw_layers(path: Path) -> Path:
        return save_layers(steps, flow.base.log_prob, path, window=window, data=shown[:300], device=device)

    def draw_inversion(path: Path) -> Path:
        return save_inversion(inversion_errors(steps, shown), path)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        held_out = density.sample(5_000, rng=rng).to(device)
        return [
            log_likelihood(flow, held_out, data=f"{data}, fresh points"),
            divergence(density, flow, data=f"{data}, entropy {density.entropy():.4f} nats", fineness=4, device=device),
        ]

    pictures = {
        "samples": Picture("the density, with 300 samples", draw_samples),
        "layers": Picture("a grid of noise and its density on their way to the data (white: 300 points)", draw_layers),
        "inversion": Picture("how far the inverse of the first k steps misses 1000 points", draw_inversion),
    }
    return Experiment(learning, loader, flow.sample, pictures, scores)
