"""The importance-weighted bound of log p(x), which several draws from q(z|x) make tighter than the ELBO.

    L_k(x) = E[log 1/k Σ_i w_i],   w_i = p(x, z_i) / q(z_i|x),   z_1 … z_k from q(z|x)

L_1 is the ELBO, L_k grows with k, and its limit is log p(x) where the weights are bounded. As figures of likelihood are
compared with k = 5000, it is computed in blocks of draws and examples: memory does not grow with k.

Source: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", equation 8 and theorem 1.
"""

import math
from typing import Any, Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.ops.joining import cat, stack
from minigen.distributions import Distribution
from minigen.evaluation.likelihood import mean_of, resting
from minigen.evaluation.score import Score
from minigen.nn.offers import check_offers
from minigen.random import Generator, as_generator

BLOCK = 2**22  # numbers of examples at a time
EXAMPLES = 64  # in a block, at most


class Model(Protocol):
    """What is needed of a model: draws of q(z|x) and its density, log p(x, z), and a check of the data."""

    def check(self, x: Tensor) -> Any: ...  # noqa: D102
    def encode(self, x: Tensor) -> Distribution: ...  # noqa: D102
    def log_joint(self, x: Tensor, z: Tensor) -> Tensor: ...  # noqa: D102


def importance_bound(
    model: Model,
    x: Tensor,
    k: int = 5000,
    rng: Generator | int | None = None,
    *,
    data: str | None = None,
    binarization: str | None = None,
) -> Score:
    """Return the mean over examples of the importance-weighted bound with `k` draws for each.

    Parameters
    ----------
    model : object
        With ``encode(x)``, ``log_joint(x, z)`` and ``check(x)``, as `minigen.models.VAE`.
    x : Tensor
        Examples, of shape (n, …).
    k : int, optional
        Draws of z for each example.
    rng : None, int or minigen.random.Generator, optional
        What they are drawn from.
    data, binarization : str, optional
        What the score says of the data.

    Returns
    -------
    Score
        In nats: a lower bound of the mean log p(x), in expectation over the draws. ``stderr`` is of the mean over
        examples.

    Raises
    ------
    ValueError
        If k < 1, there are no examples, data and likelihood disagree, or a bound is NaN.

    Examples
    --------
    >>> import minigen as mg
    >>> vae = mg.models.LinearGaussianVAE(3, 1)
    >>> score = importance_bound(vae, vae.sample(5, rng=0), k=10, rng=1)
    >>> score.measure, score.kind, score.unit, score.n
    ('log-likelihood, k = 10', 'lower bound', 'nats', 5)
    """
    value, error = mean_of(importance_log_prob(model, x, k, rng).tolist())
    return Score(value, f"log-likelihood, k = {k}", "nats", "lower bound", len(x), error, data, binarization)


@no_grad
def importance_log_prob(model: Model, x: Tensor, k: int, rng: Generator | int | None = None) -> Tensor:
    """Return log 1/k Σ w_i for each example, outside any graph.

    Parameters
    ----------
    model, x, k, rng
        As for `importance_bound`.

    Returns
    -------
    Tensor
        Of shape (n,), in nats.

    Raises
    ------
    ValueError
        If k < 1, or data and likelihood disagree.
    """
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise ValueError(f"importance_bound: k must be a positive int, the draws for each example, got {k!r}")
    needed = "check(x)", "encode(x)", "log_joint(x, z)"
    check_offers("importance_bound", model, *needed, fix="give a latent-variable model, as minigen.models.VAE")
    model.check(x)
    rng = as_generator(rng)
    draws = min(k, max(1, BLOCK // max(1, math.prod(x.shape[1:]))))
    examples = min(EXAMPLES, max(1, BLOCK // max(1, draws * math.prod(x.shape[1:]))))
    with resting(model):
        bounds = [_bound(model, x[i : i + examples], k, draws, rng) for i in range(0, len(x), examples)]
    return cat(bounds) if bounds else x.flatten(1).sum(1)


def _bound(model: Model, x: Tensor, k: int, draws: int, rng: Generator) -> Tensor:
    """Return the bounds of a few examples, from so many draws at a time."""
    posterior, sums = model.encode(x), []
    for done in range(0, k, draws):
        z = posterior.sample((min(draws, k - done),), rng=rng)
        log_weights = model.log_joint(x, z) - posterior.log_prob(z).sum(-1)
        sums.append(log_weights.logsumexp(0))
    return stack(sums, 0).logsumexp(0) - math.log(k)
