"""How probable data are under a model: the mean log-likelihood in nats, and bits a dimension.

Images of n levels are scored dequantised: each level k becomes a point drawn from its cell [k, k + 1) / n, and with p
the density of these points

    log P(k) >= E_u[log p((k + u) / n)] - d log n        bits/dim = log2 n - log p / (d log 2)

so that a log-density in nats gives a lower bound of the discrete log-likelihood (less the constant d log n), and an
upper bound of the bits that an image needs for each of its d pixels. For data on [0, 1] with 256 levels, 1980.5 nats on
MNIST are 4.356 bits/dim.

Source: Theis, van den Oord and Bethge 2016, "A note on the evaluation of generative models", section 3.1.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.ops.joining import cat
from minigen.data.transforms.dequantize import dequantized
from minigen.evaluation.score import Score
from minigen.nn import Module
from minigen.nn.offers import check_offers
from minigen.random import Generator, as_generator


class Model(Protocol):
    """What is needed of a model: log p of each example, in nats."""

    def log_prob(self, x: Tensor) -> Tensor: ...  # noqa: D102


def log_likelihood(model: Model, x: Tensor, *, data: str, batch_size: int = 1000) -> Score:
    """Return the mean log-likelihood of examples, in nats.

    Parameters
    ----------
    model : object
        With ``log_prob(x)``, exact, of shape (batch,).
    x : Tensor
        Examples, of shape (n, …).
    data : str
        What the score calls them.
    batch_size : int, optional
        How many are scored at once.

    Returns
    -------
    Score
        Exact for these examples; ``stderr`` is that of their mean as an estimate for the law they come from.

    Raises
    ------
    ValueError
        If there are no examples, or log p of one is NaN: leaving such out would hide a model that has diverged.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.models.flows import Flow, Gaussian, Scaling
    >>> print(log_likelihood(Flow(Gaussian(2), [Scaling(2)]), mg.zeros(3, 2), data="three zeros"))
    log-likelihood -1.838 ± 0 nats (exact, n = 3, three zeros)
    """
    fix = "energy-based models are scored by unnormalized_likelihood, latent-variable models by importance_bound"
    check_offers("log_likelihood", model, "log_prob(x)", fix=fix)
    value, error = mean_of(log_probs(model, x, batch_size))
    return Score(value, "log-likelihood", "nats", "exact", len(x), error, data=data)


def dequantized_likelihood(
    model: Model,
    x: Tensor,
    *,
    data: str,
    levels: int = 256,
    rng: Generator | int | None = None,
    batch_size: int = 1000,
) -> list[Score]:
    """Return the log-likelihood of images of so many levels, in nats and in bits/dim.

    Parameters
    ----------
    model : object
        With ``log_prob(x)``, exact, of examples in [0, 1).
    x : Tensor
        Levels 0 … `levels` - 1 of an integer dtype, of shape (n, …).
    data : str
        What the scores call them.
    levels : int, optional
        How many levels there are.
    rng : None, int or minigen.random.Generator, optional
        What the noise is drawn from, once for each example.
    batch_size : int, optional
        How many are scored at once.

    Returns
    -------
    list of Score
        ``log-likelihood`` in nats, the figure that papers give: the density of dequantised data on [0, 1], a lower
        bound of the discrete log-likelihood but for the constant d log n. ``code length`` in bits/dim, an upper bound.

    Raises
    ------
    ValueError
        If there are no examples, values are no levels, or log p of one is NaN.
    TypeError
        If they are of no integer dtype.

    Examples
    --------
    >>> import minigen as mg
    >>> flow = mg.models.NICE((2, 2), hidden=[8])
    >>> for score in dequantized_likelihood(flow, mg.zeros(3, 2, 2, dtype="uint8"), data="black", rng=0):
    ...     print(score.measure, score.unit, score.kind)
    log-likelihood nats lower bound
    code length bits/dim upper bound
    """
    noise, features = as_generator(rng), math.prod(x.shape[1:])
    blocks = [dequantized(x[i : i + batch_size], levels, noise) for i in range(0, len(x), batch_size)]
    value, error = mean_of([p for block in blocks for p in log_probs(model, block, batch_size)])
    what = f"{data}, {levels} levels dequantised on [0, 1]"
    bits = bits_per_dim(value, features, levels)
    return [
        Score(value, "log-likelihood", "nats", "lower bound", len(x), error, data=what),
        Score(bits, "code length", "bits/dim", "upper bound", len(x), error / (features * math.log(2)), data=what),
    ]


def bits_per_dim(nats: float, features: int, levels: int = 256) -> float:
    """Return the bits that each of so many features takes, from the log-density in nats of data scaled to [0, 1].

    Parameters
    ----------
    nats : float
        log p of a whole example.
    features : int
        d.
    levels : int, optional
        Levels that a feature had before it was scaled: the log of their number is added.

    Examples
    --------
    >>> round(bits_per_dim(1980.50, 784), 3)
    4.356
    >>> bits_per_dim(0.0, 784)  # the uniform density needs all 8 bits
    8.0
    """
    return math.log2(levels) - nats / (features * math.log(2))


@no_grad
def log_probs(model: Model, x: Tensor, batch_size: int) -> list[float]:
    """Return log p of each example; the model is judged, not trained: ActNorm does not begin, dropout rests."""
    with resting(model):
        blocks = [model.log_prob(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
    return cat(blocks).tolist() if blocks else []


@contextmanager
def resting(*models: Any) -> Iterator[None]:
    """Put models that have modes into that of evaluation inside a ``with`` block; each part gets its own mode back.

    Examples
    --------
    >>> import minigen as mg
    >>> model = mg.nn.Sequential(mg.nn.Dropout().eval(), mg.nn.Dropout())
    >>> with resting(model):
    ...     model[1].training
    False
    >>> model[0].training, model[1].training
    (False, True)
    """
    modes = [(part, part.training) for model in models if isinstance(model, Module) for part in model.modules()]
    for part, _ in modes:
        part.training = False
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def mean_of(values: list[float]) -> tuple[float, float]:
    """Return the mean of `values` and its standard error.

    Examples
    --------
    >>> mean_of([1.0, 3.0])
    (2.0, 1.0)
    """
    n, broken = len(values), sum(map(math.isnan, values))
    if not n or broken:
        raise ValueError(
            "log-likelihood: there are no examples"
            if not n
            else f"log-likelihood: log p is NaN for {broken} of {n} examples: the model has diverged, or the data lie "
            "where it is not defined"
        )
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / max(1, n - 1) if math.isfinite(mean) else 0.0
    return mean, math.sqrt(variance / n)
