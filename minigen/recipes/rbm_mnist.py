"""An RBM of 500 hidden units on MNIST as bits, learnt by persistent contrastive divergence in ten minutes.

The bits are the fixed draw of Larochelle and Murray. The gradient is that of the centred machine, the learning rate
falls to 0 along a line, and the model is the average of the last weights. Two figures enclose log p of the images:
log Z annealed to the model gives a stochastic upper bound of it; annealed back from where the chains of the training
stand after many more sweeps, an estimate that sees the modes which the way there may miss. With 500 chains and 10,000
temperatures the scores take five minutes; with 100 and 5,000 they are two to three times as uncertain.

Sources: Tieleman 2008, "Training restricted Boltzmann machines using approximations to the likelihood gradient";
Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks"; Melchior, Fischer and Wiskott
2016, "How to center deep Boltzmann machines".
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.backend import get_default_dtype
from minigen.data import BinarizedMNIST, DataLoader
from minigen.data.rates import base_rate
from minigen.evaluation import Score, bracket, unnormalized_likelihood
from minigen.learning import Centring, PersistentContrastiveDivergence
from minigen.models import RBM
from minigen.optim import SGD, Averaged, Scheduled, linear
from minigen.random import Generator, as_generator, using
from minigen.recipes import Experiment, Picture
from minigen.sampling import Chains
from minigen.viz import save_filters, save_image, save_strip

SETTINGS = {
    "epochs": 130,
    "root": None,
    "check_files": True,
    "batch_size": 100,
    "lr": 0.05,
    "lr_epochs": 130,
    "weight_decay": 1e-4,
    "hidden": 500,
    "chains": 100,
    "k": 1,
    "centring": 0.01,
    "average": 0.9995,
    "device": "cpu",
}
SWEEPS = 20  # of chains that are looked at


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the RBM, its learning, and the data."""
    device, batch_size = settings["device"], settings["batch_size"]
    part = partial(BinarizedMNIST, settings["root"], check=settings["check_files"])
    train, test = (part(split).data.to(get_default_dtype()).to(device).flatten(1) for split in ("train", "test"))
    with using(rng.spawn()):
        rbm = RBM(784, settings["hidden"]).to(device).start_at(train)
    loader = DataLoader(train, batch_size, shuffle=True, rng=rng.spawn())
    sgd = SGD(rbm.parameters(), lr=settings["lr"], weight_decay=settings["weight_decay"])
    optimizer = Averaged(Scheduled(sgd, linear(settings["lr_epochs"] * len(loader))), settings["average"])
    pcd = PersistentContrastiveDivergence(
        rbm,
        optimizer,
        settings["chains"],
        settings["k"],
        rng.spawn(),
        centring=Centring(rbm, rate=settings["centring"]),
    )

    def chains_of(n: int, rng: Generator | int | None) -> Chains:
        """Chains that begin where those of the training stand, each of these as often as it takes."""
        start = pcd.chains.hidden
        return Chains(rbm, start[[i % len(start) for i in range(n)]], rng=as_generator(rng))

    def sample(n: int, rng: Generator | int | None = None) -> Tensor:
        with optimizer.averaged():
            return chains_of(n, rng).step(SWEEPS).reshape(-1, 28, 28)  # type: ignore[no-any-return]

    def draw_samples(path: Path) -> Path:
        return save_image(sample(100), path, nrow=10, zoom=2)

    def draw_filters(path: Path) -> Path:
        with optimizer.averaged():
            return save_filters(rbm.weight[:, :100], (28, 28), path, nrow=10, zoom=2)

    def draw_chains(path: Path) -> Path:
        with optimizer.averaged():
            chains = chains_of(8, None)
            return save_strip([chains.step(SWEEPS // 5).reshape(-1, 28, 28) for _ in range(16)], path, zoom=2)

    def scores(rng: Generator | int | None = None) -> list[Score]:
        rng = as_generator(rng)
        with optimizer.averaged():
            steps = len(train) // 5  # 10,000, and few where the data are few
            start = chains_of(500, rng).step(max(1, steps // 10))
            both = bracket(rbm, 500, steps, rng, base=base_rate(train), start=start)
            like = {"data": "mnist test", "binarization": "fixed (Larochelle)"}
            return [unnormalized_likelihood(rbm, test, log_z, **like) for log_z in both]

    pictures = {
        "samples": Picture("100 samples: where chains stand after many sweeps", draw_samples),
        "filters": Picture("the weights of a hundred hidden units", draw_filters),
        "chains": Picture(f"eight Gibbs chains, an image every {SWEEPS // 5} sweeps", draw_chains),
    }
    return Experiment(pcd, loader, sample, pictures, scores)
