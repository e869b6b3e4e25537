"""A small RBM on bars and stripes, fitted by exact maximum likelihood and scored exactly while it trains.

The law of 4x4 bars and stripes is a table of 30 patterns, and the RBM has 2^10 states on its smaller side, so
everything is known: log Z, the true gradient, the log-likelihood, which cannot exceed minus the law's entropy of 3.3791
nats, and how far contrastive divergence would be from that gradient. A batch of 32 holds each pattern as often as it is
probable.

Sources: MacKay 2003, "Information Theory, Inference, and Learning Algorithms", section 43; Fischer and Igel 2014,
"Training restricted Boltzmann machines: an introduction", for this benchmark.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.data import DataLoader
from minigen.data.toy import bars_and_stripes
from minigen.evaluation import Score, contrastive_bias, pseudolikelihood
from minigen.inference import exact_log_prob, exact_sample
from minigen.learning import MaximumLikelihood, Monitored
from minigen.models import RBM
from minigen.nn import init
from minigen.optim import Adam, Scheduled, linear
from minigen.random import Generator, using
from minigen.recipes import Experiment, Picture
from minigen.sampling import Chains
from minigen.viz import save_bias, save_filters, save_image, save_strip

SETTINGS = {
    "steps": 2_000,
    "batch_size": 32,
    "lr": 0.1,
    "lr_steps": 2_000,
    "hidden": 10,
    "start": 0.3,
    "device": "cpu",
}
SIDE, SWEEPS = 4, (1, 2, 3, 5, 10, 20)


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the RBM, its learning, and the data."""
    patterns, probs = (part.to(settings["device"]) for part in bars_and_stripes(SIDE))
    patterns = patterns.flatten(1)
    probs = probs.to(patterns.dtype)
    copies = [i for i, p in enumerate(probs.tolist()) for _ in range(round(32 * p))]
    with using(rng.spawn()):
        rbm = RBM(SIDE * SIDE, settings["hidden"]).to(settings["device"])
        init.normal_(rbm.weight, 0.0, settings["start"])
    machines = {"at the start": copy.deepcopy(rbm), "now": rbm}
    optimizer = Scheduled(Adam(rbm.parameters(), lr=settings["lr"]), linear(settings["lr_steps"]))
    learning = MaximumLikelihood(rbm, optimizer, rng=rng.spawn())

    def log_prob(model: RBM = rbm) -> Tensor:
        return (probs * exact_log_prob(model, patterns)).sum()

    loader = DataLoader(patterns[10 * copies], settings["batch_size"])

    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        return exact_sample(rbm, n, rng=rng).reshape(-1, SIDE, SIDE)  # type: ignore[no-any-return]

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=20, zoom=8)

    def draw_filters(path: Path) -> Path:
        return save_filters(rbm.weight, (SIDE, SIDE), path, nrow=5, zoom=16)

    def draw_chains(path: Path) -> Path:
        chains = Chains(rbm, 10)
        frames = [chains.step(5).reshape(-1, SIDE, SIDE) for _ in range(20)]
        return save_strip(frames, path, zoom=8)

    def draw_bias(path: Path) -> Path:
        panels = []
        for when, model in machines.items():
            exact = copy.deepcopy(model).double()  # what is left after many sweeps is small
            with no_grad():
                title = f"{when}: log p {log_prob(model).item():.3f} nats"
            panels.append((title, *contrastive_bias(exact, patterns.double(), SWEEPS, probs.double())))
        return save_bias(SWEEPS, panels, path)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        with no_grad():
            value = log_prob().item()
        entropy = -(probs * probs.log()).sum().item()
        return [
            Score(value, "log-likelihood", "nats", "exact", len(patterns), data="4x4 bars and stripes"),
            Score(-value - entropy, "divergence", "nats", "exact", len(patterns), data="4x4 bars and stripes"),
            pseudolikelihood(rbm, patterns[copies], data="4x4 bars and stripes"),
        ]

    pictures = {
        "samples": Picture("100 exact samples", draw_samples),
        "filters": Picture("the weights of each hidden unit", draw_filters),
        "chains": Picture("ten Gibbs chains, an image every five sweeps", draw_chains),
        "bias": Picture("how far CD-k is from the gradient of log p", draw_bias),
    }
    return Experiment(Monitored(learning, log_prob=log_prob), loader, sample, pictures, scores)
