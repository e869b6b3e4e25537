"""An RBM on the bundled digits: 8x8 pixels as bits, learnt by persistent contrastive divergence in some seconds.

The gradient is that of the centred machine, the learning rate falls to 0, and the model is the average of the last
weights. Its log-likelihood is known between two estimates of log Z, annealed to the model and back from its chains.

Sources: Tieleman 2008, "Training restricted Boltzmann machines using approximations to the likelihood gradient";
Melchior, Fischer and Wiskott 2016, "How to center deep Boltzmann machines".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.data import DataLoader, load_digits
from minigen.data.rates import base_rate
from minigen.data.transforms import BinarizeAt
from minigen.evaluation import Score, bracket, unnormalized_likelihood
from minigen.learning import Centring, PersistentContrastiveDivergence
from minigen.models import RBM
from minigen.optim import SGD, Averaged, Scheduled, linear
from minigen.random import Generator, as_generator, using
from minigen.recipes import Experiment, Picture
from minigen.sampling import Chains
from minigen.viz import save_filters, save_image, save_strip

SETTINGS = {
    "steps": 20_000,
    "batch_size": 50,
    "lr": 0.05,
    "lr_steps": 20_000,
    "weight_decay": 1e-4,
    "hidden": 128,
    "chains": 100,
    "k": 1,
    "centring": 0.01,
    "average": 0.999,
    "device": "cpu",
}
TOUR = {"steps": 5_000, "lr_steps": 5_000}


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the RBM, its learning, and the data."""
    device = settings["device"]
    train, test = (BinarizeAt(0.5)(load_digits(part)[0].to(device)).flatten(1) for part in ("train", "test"))
    with using(rng.spawn()):
        rbm = RBM(64, settings["hidden"]).to(device).start_at(train)
    sgd = SGD(rbm.parameters(), lr=settings["lr"], weight_decay=settings["weight_decay"])
    optimizer = Averaged(Scheduled(sgd, linear(settings["lr_steps"])), settings["average"])
    pcd = PersistentContrastiveDivergence(
        rbm,
        optimizer,
        settings["chains"],
        settings["k"],
        rng.spawn(),
        centring=Centring(rbm, rate=settings["centring"]),
    )
    loader = DataLoader(train, settings["batch_size"], shuffle=True, rng=rng.spawn())

    def chains_of(n: int, rng: Generator | int | None) -> Chains:
        """Chains that begin where those of the training stand, each of these as often as it takes."""
        start = pcd.chains.hidden
        return Chains(rbm, start[[i % len(start) for i in range(n)]], rng=as_generator(rng))

    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        with optimizer.averaged():
            return chains_of(n, rng).step(100).reshape(-1, 8, 8)  # type: ignore[no-any-return]

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=6)

    def draw_filters(path: Path) -> Path:
        with optimizer.averaged():
            return save_filters(rbm.weight, (8, 8), path, nrow=16, zoom=4)

    def draw_chains(path: Path) -> Path:
        with optimizer.averaged():
            chains = chains_of(10, None)
            return save_strip([chains.step(10).reshape(-1, 8, 8) for _ in range(20)], path, zoom=4)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        rng = as_generator(rng)
        with optimizer.averaged():
            start = chains_of(100, rng).step(100)
            both = bracket(rbm, 100, 1000, rng, base=base_rate(train), start=start)
            like = {"data": "digits test", "binarization": "threshold 0.5"}
            return [unnormalized_likelihood(rbm, test, log_z, **like) for log_z in both]

    pictures = {
        "samples": Picture("100 samples: where chains stand after a hundred sweeps", draw_samples),
        "filters": Picture("the weights of each hidden unit", draw_filters),
        "chains": Picture("ten Gibbs chains, an image every ten sweeps", draw_chains),
    }
    return Experiment(pcd, loader, sample, pictures, scores)
