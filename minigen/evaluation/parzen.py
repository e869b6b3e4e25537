"""Parzen windows: the log-likelihood of data under equal Gaussians placed on samples.

For a model that only draws, m samples s_j of dimension d stand for its density:

    p̂(x) = 1/m Σ_j N(x; s_j, σ² I)

σ is the one that gives validation data the highest mean log p̂; then test data are scored once.

The score has well-known faults. In hundreds of dimensions no number of samples that one can draw brings p̂ near the
model's density, and the order of models by log p̂ need not be that by log-likelihood or by the look of samples. It
rewards samples in the middle of the data: k-means centres, which are no model of anything, can score above images of
the training set, which are draws from the law to be learnt; and it does not see that a model repeats its training set.
So it never stands alone here: `parzen_scores` scores both controls beside the samples.

Sources: Breuleux, Bengio and Vincent 2011, "Quickly generating representative samples from an RBM-derived process";
Goodfellow et al. 2014, "Generative Adversarial Nets", section 5 (10,000 samples; σ from ten values between 0.1 and 1,
evenly spaced in the logarithm); Theis, van den Oord and Bethge 2016, "A note on the evaluation of generative models",
section 5.1, for the faults.
"""

import math
from collections.abc import Sequence

from minigen.autodiff import Tensor, no_grad, wrap
from minigen.backend import Array, namespace
from minigen.data import check_finite
from minigen.evaluation.k_means import k_means
from minigen.evaluation.score import Score
from minigen.random import Generator, as_generator

STDS = tuple(10 ** (-1 + i / 9) for i in range(10))  # of pixels from 0 to 1
BLOCK = 2**22  # distances held at a time
SAMPLES_A_CENTRE = 10
MEASURE = "Parzen log-likelihood"


@no_grad
def parzen_log_prob(x: Tensor, samples: Tensor, std: float) -> Tensor:
    """Return log p̂(x) in nats, the density of Gaussians of width `std` on the samples.

    Parameters
    ----------
    x : Tensor
        Of shape (n, …).
    samples : Tensor
        Of shape (m, …), m > 0, examples of the same size.
    std : float
        σ, above 0.

    Returns
    -------
    Tensor of float64, shape (n,)

    Raises
    ------
    ValueError
        If there are no samples, sizes differ, something is not finite, or σ is not above 0.

    Examples
    --------
    >>> import minigen as mg
    >>> parzen_log_prob(mg.zeros(1, 2), mg.zeros(5, 2), 1.0)  # -log 2 pi
    tensor([-1.8379], dtype=float64)
    """
    return wrap(_log_probs(x, samples, [std])[0])


@no_grad
def choose_std(samples: Tensor, valid: Tensor, stds: Sequence[float] = STDS) -> float:
    """Return the one of `stds` that gives `valid` the highest mean log p̂.

    Examples
    --------
    >>> import minigen as mg
    >>> choose_std(mg.zeros(1, 1), mg.tensor([[-2.0], [2.0]]), [0.5, 1.0, 2.0, 4.0])
    2.0
    """
    means = _log_probs(valid, samples, stds).mean(1).tolist()
    return max(zip(means, stds, strict=True))[1]


def parzen(
    samples: Tensor,
    valid: Tensor,
    test: Tensor,
    *,
    stds: Sequence[float] = STDS,
    measure: str = MEASURE,
    data: str | None = None,
) -> Score:
    """Return the Parzen-window log-likelihood of `test`, σ chosen on `valid`.

    Parameters
    ----------
    samples, valid, test : Tensor
        Of shapes (m, …), (v, …), (n, …), none empty.
    stds : sequence of float, optional
        The values of σ to choose from.
    measure : str, optional
        What the score calls itself.
    data : str, optional
        What it calls the test data.

    Returns
    -------
    Score
        An estimate in nats per example; its standard error is that of the mean over the test data, and holds for these
        samples and this σ.

    Raises
    ------
    ValueError
        If one of the sets is empty, sizes differ, or a σ is not above 0.

    Examples
    --------
    >>> import minigen as mg
    >>> print(parzen(mg.zeros(5, 2), mg.ones(3, 2), mg.ones(4, 2), stds=[0.1, 1.0], data="ones"))
    Parzen log-likelihood -2.838 ± 0 nats (estimate, n = 4, ones)
    """
    values = parzen_log_prob(test, samples, choose_std(samples, valid, stds))
    n = len(values)
    error = values.std().item() / math.sqrt(n) if n > 1 else None
    return Score(values.mean().item(), measure, "nats", "estimate", n, error, data=data)


def parzen_scores(
    samples: Tensor, train: Tensor, valid: Tensor, test: Tensor, *, rng: Generator | int | None = None, data: str
) -> list[Score]:
    """Return the Parzen score of samples and, beside it, those of two controls that are no models.

    Parameters
    ----------
    samples : Tensor
        Of shape (m, …), on the scale of the data: for images, pixels from 0 to 1.
    train, valid, test : Tensor
        The parts of the data. As many examples of `train` as there are samples are the first control, and a tenth as
        many k-means centres of these the second.
    rng : None, int or minigen.random.Generator, optional
        Chooses them.
    data : str
        What the scores call the test data.

    Returns
    -------
    list of Score
        Three, each with its own σ.

    Raises
    ------
    ValueError
        If one of the sets is empty, or sizes differ.

    Examples
    --------
    >>> import minigen as mg
    >>> train = mg.rand(40, 2)
    >>> [score.measure for score in parzen_scores(train[:20], train, train, train, rng=0, data="points")]
    ['Parzen log-likelihood', '… of training examples', '… of 2 k-means centres']
    """
    rng = as_generator(rng)
    order = rng.permutation(len(train), device=train.device)
    examples = train[order[: len(samples)]]
    centres = k_means(examples, max(1, len(examples) // SAMPLES_A_CENTRE), rng=rng)
    sets = {
        MEASURE: samples,
        "… of training examples": examples,
        f"… of {len(centres)} k-means centres": centres,
    }
    return [parzen(drawn, valid, test, measure=measure, data=data) for measure, drawn in sets.items()]


def _log_probs(x: Tensor, samples: Tensor, stds: Sequence[float]) -> Array:
    """Return log p̂(x) for each width, of shape (len(stds), n), float64; distances are held block by block."""
    points, centres = (t.array.reshape(len(t), math.prod(t.shape[1:])).astype("float64") for t in (x, samples))
    m, d = centres.shape
    if m == 0 or len(points) == 0 or points.shape[1] != d or not all(0 < std < math.inf for std in stds):
        raise ValueError(
            f"parzen: expected examples and samples of one size, some of each, and widths above 0, "
            f"got {x.shape}, {samples.shape} and {list(stds)}"
        )
    for name, array in (("examples", points), ("samples", centres)):
        check_finite(array, f"parzen: {name}")
    xp = namespace(points)
    norms, rows, blocks = (centres * centres).sum(1), max(1, BLOCK // m), []
    for i in range(0, len(points), rows):
        block = points[i : i + rows]
        squares = (block * block).sum(1)[:, None] - 2.0 * (block @ centres.T) + norms
        least = xp.maximum(squares.min(1), 0.0)
        squares -= least[:, None]
        sums = [xp.log(xp.exp(squares * (-0.5 / std**2)).sum(1)) - least * (0.5 / std**2) for std in stds]
        blocks.append(xp.stack(sums))
    constants = [math.log(m) + 0.5 * d * math.log(2 * math.pi * std**2) for std in stds]
    return xp.concatenate(blocks, axis=1) - xp.asarray(constants)[:, None]
