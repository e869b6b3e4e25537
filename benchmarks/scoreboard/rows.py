"""The rows of the scoreboard: which recipe, for how long, from which seeds, beside which published figures.

Settings were chosen on validation data, and the test data are scored when the training has ended, once; a row that
departs from this says so.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from minigen import recipes
from minigen.data.rates import base_rate
from minigen.evaluation import Score, ais
from minigen.inference import exact_log_z
from minigen.random import Generator


class Published(NamedTuple):
    """A figure of the literature: its text with unit, whose it is, and whether that was checked in a public copy."""

    figure: str
    whose: str
    checked: bool = True


def as_the_recipe(experiment: Any, settings: Mapping[str, Any], rng: Generator) -> Sequence[Score]:
    """Return the scores that ``minigen evaluate`` gives."""
    return experiment.scores(rng)  # type: ignore[no-any-return]


def ais_beside_exact(experiment: Any, settings: Mapping[str, Any], rng: Generator) -> Sequence[Score]:
    """Return log Z exactly and by annealing, how far apart they are, and the seconds that annealing took."""
    rbm, base = experiment.algorithm.model, base_rate(experiment.loader.dataset)
    with experiment.algorithm.optimizer.averaged():
        exact, start = exact_log_z(rbm).item(), time.perf_counter()
        annealed = ais(rbm, rng=rng, base=base)
        took = time.perf_counter() - start
    n = annealed.n
    return [
        Score(exact, "log Z", "nats", "exact", 2 ** settings["hidden"]),
        annealed,
        Score(annealed.value - exact, "error of AIS", "nats", "estimate", n, annealed.stderr),
        Score(took, "time of AIS", "s", "estimate", n),
    ]


def vae_on_all(experiment: Any, settings: Mapping[str, Any], rng: Generator) -> Sequence[Score]:
    """Return the scores on the first 1,000 test images, then on all."""
    whole = recipes.load("vae-mnist").build({**settings, "scored": "test"}, Generator(0))
    whole.algorithm.load_state_dict(experiment.algorithm.state_dict())
    return [*experiment.scores(rng), *whole.scores(rng)]


@dataclass(frozen=True)
class Row:
    """One line of the scoreboard.

    Attributes
    ----------
    recipe, settings
        What is trained, and what is other than the recipe's settings; among these how long (epochs, steps or seconds).
    seeds
        A training for each.
    scores
        ``scores(experiment, settings, rng)``.
    headline
        The measures that the table shows.
    published
        What others report.
    note
        What must be known before the figures are compared.
    """

    what: str
    recipe: str
    published: Sequence[Published]
    headline: Sequence[str]
    note: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = (0,)
    scores: Callable[[Any, Mapping[str, Any], Generator], Sequence[Score]] = as_the_recipe


ROWS: dict[str, Row] = {
    "rbm-mnist": Row(
        "RBM with 500 hidden units on binarized MNIST: log-likelihood by annealing both ways",
        "rbm-mnist",
        [
            Published("-86.34 nats", "CD-25, Salakhutdinov and Murray 2008, by AIS"),
            Published("-105.50 nats", "CD-3, in the same paper", checked=False),
            Published("-125.53 nats", "CD-1, in the same paper", checked=False),
        ],
        ["log-likelihood"],
        "The fixed binarization of Larochelle and Murray. AIS gives a lower bound of log Z in the mean, hence an upper "
        "one of the log-likelihood: chains that miss modes flatter the model. So annealing back from the model stands "
        "beside it; the published figures have AIS alone. The number of epochs was not chosen on validation data: it "
        "is what ten minutes allow, and was raised from 120 after test scores of -87.01 ± 0.09 and -86.95 ± 0.05 of an "
        "earlier training; the chains of AIS were made more on the way, for its standard error.",
    ),
    "ais-h20": Row(
        "Annealed importance sampling beside exact log Z: an RBM with 20 hidden units on binarized MNIST",
        "rbm-mnist",
        [Published("errors of 0.03 to 0.10 nats", "AIS on RBMs of this size", checked=False)],
        ["error of AIS", "time of AIS"],
        "log Z is the sum over all 2^20 states of the hidden units. 100 chains, 5,000 temperatures, from the pixels' "
        "mean. With a tenth of this weight decay the modes lie so far apart that as many chains give log Z to within "
        "half a nat only, also with 18,000 temperatures.",
        settings={"hidden": 20, "epochs": 10, "lr_epochs": 10, "weight_decay": 1e-3},
        scores=ais_beside_exact,
    ),
    "vae-mnist": Row(
        "VAE 784-200-200-50 on dynamically binarized MNIST: bound of the log-likelihood by 5,000 draws",
        "vae-mnist",
        [
            Published(
                "-86.76 nats", "the same networks and bound, Burda et al. 2016, after 3,280 epochs", checked=False
            ),
            Published("-87.78 nats", "a public reimplementation"),
            Published("-84.78 nats", "the same networks trained with 50 draws (IWAE), Burda et al. 2016"),
        ],
        ["log-likelihood, k = 5000"],
        "Training images are binarized anew at each use; test images once, with seed 0, since another draw of the same "
        "images scores differently. Not comparable with figures on the fixed binarization of Larochelle and Murray, on "
        "which the same networks overfit and score some 2 nats less.",
        scores=vae_on_all,
    ),
    "nice-mnist": Row(
        "NICE on MNIST: log-likelihood of dequantised images",
        "nice-mnist",
        [
            Published("1980.50 nats", "Dinh et al. 2015: hidden layers 5 x 1000, 1,500 epochs"),
            Published("1933.89 nats", "a public reimplementation, after 70 epochs"),
        ],
        ["log-likelihood", "code length"],
        "Uniform dequantisation, pixels scaled to [0, 1], 256 levels; a lower bound of the discrete log-likelihood but "
        "for the constant 784 log 256. The table shows the validation images first, then the test images. The networks "
        "are much smaller than those of the paper.",
    ),
    "realnvp-ring": Row(
        "Real NVP on a ring of eight Gaussians: divergence from the known density",
        "realnvp-ring",
        [Published("no figure", "papers show pictures; the density itself has 0")],
        ["divergence"],
        "KL(p‖q) by quadrature, in nats: what the data cost under the model beyond their entropy of 0.3121 nats. "
        "Radius 2, standard deviation 0.1.",
    ),
    "gan-mnist": Row(
        "GAN on MNIST: Parzen-window log-likelihood, classes",
        "gan-mnist",
        [
            Published("225 ± 2 nats", "Goodfellow et al. 2014: generator 1200-1200 and maxout discriminator"),
            Published("138 ± 2 nats", "deep belief net, in the same table"),
            Published("243 nats for training images, 313 for k-means centres", "Theis et al. 2016", checked=False),
        ],
        ["Parzen log-likelihood", "… of training examples", "… of 1000 k-means centres", "classes found", "reverse KL"],
        "The Parzen score can be had without a model, as the two controls show, and is no measure of likelihood. It is "
        "computed as in the paper: 10,000 samples, pixels from 0 to 1, σ of ten values by 1,000 validation images. "
        "Classes are those of the nearest training images of 1,000 samples. The networks, with one hidden layer of "
        "256, are much smaller than those of the paper. Three seeds, as they came: trainings differ by tens of nats.",
        settings={"epochs": 36},
        seeds=(0, 1, 2),
    ),
    "gan-ring": Row(
        "GAN on a ring of eight Gaussians: modes",
        "gan-ring",
        [
            Published("1 mode, 99.3 %", "GAN, Srivastava et al. 2017 (VEEGAN)"),
            Published("7.6 modes, 35.6 %", "unrolled GAN, in the same table"),
            Published("8 modes, 52.9 %", "VEEGAN, in the same table"),
            Published("6.3 ± 0.5 modes, 98.2 %, reverse KL 0.45", "GAN, Lin et al. 2018 (PacGAN)"),
            Published("7.9 ± 0.1 modes, 95.6 %, reverse KL 0.07", "PacGAN2, in the same table"),
        ],
        ["modes found", "high-quality samples", "reverse KL over modes"],
        "2,500 samples; of high quality within 3 standard deviations of a mode; a mode is found by one such sample. "
        "Standard deviation 1/100 of the radius, as in Lin et al.; eight modes at equal angles (a widely copied script "
        "has seven). 98.9 % of draws from the ring itself are of high quality. Five seeds, as they came.",
        seeds=(0, 1, 2, 3, 4),
    ),
}
