"""Annealed importance sampling: an estimate of log Z from chains that are led from a simple law to the model's.

Between a law p_0 whose Z_0 is known and the model p_K stand laws p_k ∝ p*_k, each close to the next. A chain starts at
a draw from p_0 and moves by a kernel T_k that leaves p_k as it is; its weight takes up a factor *before* each move,

    w = Π_k p*_k(v_{k-1}) / p*_{k-1}(v_{k-1}),    v_k ~ T_k(v_k | v_{k-1}),    E[w] = Z_K / Z_0.

As E[log w] ≤ log E[w], the estimate of log Z is too low on average: a stochastic lower bound, so that the log p(v) it
gives is a stochastic upper one. Chains that miss modes make both far too good and say nothing about it. The same way
back, from draws of the model, has E[1/w] = Z_0 / Z_K and is too high on average if the draws are exact; only together
do the two say how far log Z is known.

Sources: Neal 2001, "Annealed importance sampling"; Salakhutdinov and Murray 2008, "On the quantitative analysis of deep
belief networks"; Burda, Grosse and Salakhutdinov 2015, "Accurate and conservative estimates of MRF log-likelihood using
reverse annealing".
"""

import warnings
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.data import check_bits
from minigen.evaluation.score import Score
from minigen.inference import exact_sample
from minigen.inference.exact import DRAWABLE
from minigen.nn.offers import check_offers
from minigen.random import Generator, as_generator

APART = 1.0  # nats between the two estimates that call for a warning
OF_ENERGIES = "log Z is a matter of energy-based models, as minigen.models.RBM; others are scored by log p or a bound"


class Path(Protocol):
    """What annealing needs: laws p_β from β = 0, whose Z is known, to the model at β = 1; states are its own matter."""

    @property
    def log_z_start(self) -> Tensor: ...  # noqa: D102
    def start(self, n: int, rng: Generator, /) -> Any: ...  # noqa: D102
    def at(self, visible: Tensor, /) -> Any: ...  # noqa: D102
    def log_prob(self, state: Any, beta: float, /) -> Tensor: ...  # noqa: D102
    def move(self, state: Any, beta: float, rng: Generator, /) -> Any: ...  # noqa: D102


class Annealable(Protocol):
    """A model that offers the path to itself."""

    n_visible: int
    n_hidden: int

    def annealing(self, base: Tensor | None = None) -> Any: ...  # noqa: D102


@no_grad
def ais(
    model: Annealable,
    chains: int = 100,
    steps: int | Sequence[float] = 5000,
    rng: Generator | int | None = None,
    *,
    base: Tensor | None = None,
) -> Score:
    """Estimate log Z by annealing from a base-rate model to `model`.

    Parameters
    ----------
    model : RBM or alike
        With ``annealing(base)``.
    chains : int, optional
        How many; with one there is no standard error.
    steps : int or sequence of float, optional
        How many steps, closer together near β = 1, where laws change fastest; or the values of β, rising from 0 to 1.
    rng : None, int or minigen.random.Generator, optional
        Source of all draws.
    base : Tensor, shape (n_visible,), optional
        The probability of each visible unit in the base model, such as the data's mean; by default from the model's
        visible biases.

    Returns
    -------
    Score
        log Z in nats, a (stochastic) lower bound, with its standard error over the chains.

    Raises
    ------
    ValueError
        For no chains, or steps that do not rise from 0 to 1.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> score = mg.evaluation.ais(rbm, chains=100, steps=100, rng=0)
    >>> abs(score.value - mg.inference.exact_log_z(rbm).item()) < 0.01, score.kind
    (True, 'lower bound')
    """
    betas = temperatures("ais", chains, steps)
    check_offers("ais", model, "annealing(base)", fix=OF_ENERGIES)
    path: Path = model.annealing(base)
    rng = as_generator(rng)
    state = path.start(chains, rng)
    log_w = 0.0 * path.log_prob(state, 0.0)
    for before, beta in pairwise(betas):
        # step 1: the weights, at where the chains stand; step 2: the chains move
        log_w = log_w + (path.log_prob(state, beta) - path.log_prob(state, before))
        if beta < 1:
            state = path.move(state, beta, rng)
    value, error = log_mean(log_w)
    return Score(path.log_z_start.item() + value, "log Z", "nats", "lower bound", chains, error)


@no_grad
def reverse_ais(
    model: Annealable,
    chains: int = 100,
    steps: int | Sequence[float] = 5000,
    rng: Generator | int | None = None,
    *,
    base: Tensor | None = None,
    start: Tensor | None = None,
) -> Score:
    """Estimate log Z by annealing from draws of `model` back to a base-rate model.

    Parameters
    ----------
    model, chains, steps, rng, base
        As for `ais`.
    start : Tensor, shape (chains, n_visible), optional
        Draws from the model, as long persistent chains give them; `chains` is then their number. By default they are
        exact where the model is small enough to enumerate; else they are where chains of `ais` end, which sees no mode
        that `ais` missed.

    Returns
    -------
    Score
        log Z in nats, with its standard error: a (stochastic) upper bound from exact draws, else an estimate.

    Raises
    ------
    ValueError
        As for `ais`; if `start` holds other values than bits.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.evaluation.reverse_ais(mg.models.RBM(6, 4), chains=100, steps=100, rng=0).kind
    'upper bound'
    >>> mg.evaluation.reverse_ais(mg.models.RBM(6, 4), steps=100, rng=0, start=mg.zeros(50, 6)).kind
    'estimate'
    """
    chains = chains if start is None else len(start)
    betas = temperatures("reverse_ais", chains, steps)
    check_offers("reverse_ais", model, "annealing(base)", fix=OF_ENERGIES)
    path: Path = model.annealing(base)
    rng = as_generator(rng)
    exact = start is None and min(model.n_visible, model.n_hidden) <= DRAWABLE
    if start is not None:
        state = path.at(check_bits(start, "reverse_ais: start"))
    elif exact:
        state = path.at(exact_sample(model, chains, rng=rng))
    else:
        state = path.start(chains, rng)
        for beta in betas[1:]:
            state = path.move(state, beta, rng)
    log_w = 0.0 * path.log_prob(state, 1.0)
    for before, beta in pairwise(betas[::-1]):
        log_w = log_w + (path.log_prob(state, beta) - path.log_prob(state, before))
        if beta > 0:
            state = path.move(state, beta, rng)
    value, error = log_mean(log_w)
    kind = "upper bound" if exact else "estimate"
    return Score(path.log_z_start.item() - value, "log Z", "nats", kind, chains, error)


def bracket(
    model: Annealable,
    chains: int = 100,
    steps: int | Sequence[float] = 5000,
    rng: Generator | int | None = None,
    *,
    base: Tensor | None = None,
    start: Tensor | None = None,
) -> tuple[Score, Score]:
    """Return log Z by `ais` and by `reverse_ais`; warn if they are more than a nat apart.

    Parameters
    ----------
    model, chains, steps, rng, base, start
        As for these two.

    Warns
    -----
    UserWarning
        If the two disagree by more than a nat: at least one of them is wrong by half of that.

    Examples
    --------
    >>> import minigen as mg
    >>> low, high = mg.evaluation.bracket(mg.models.RBM(6, 4), chains=100, steps=100, rng=0)
    >>> abs(high.value - low.value) < 0.01
    True
    """
    rng = as_generator(rng)
    forward = ais(model, chains, steps, rng, base=base)
    backward = reverse_ais(model, chains, steps, rng, base=base, start=start)
    gap = backward.value - forward.value
    if not abs(gap) <= APART:
        warnings.warn(
            f"annealing to the model gives log Z {forward.value:.2f}, back from it {backward.value:.2f}, {gap:.2f} "
            "nats apart, so that neither is to be trusted: take more steps, or better draws to start the way back from",
            stacklevel=2,
        )
    return forward, backward


def temperatures(name: str, chains: Any, steps: Any) -> list[float]:
    """Return the values of β; for a number K of steps 1 - (1 - k/K)², of which half are above 3/4.

    Raises
    ------
    ValueError
        If there are no chains, or the values do not rise from 0 to 1.

    Examples
    --------
    >>> temperatures("ais", 10, [0.0, 0.5, 1.0])
    [0.0, 0.5, 1.0]
    """
    if isinstance(chains, bool) or not isinstance(chains, int) or chains < 1:
        raise ValueError(f"{name}: chains must be a positive integer, got {chains!r}")
    if isinstance(steps, int) and not isinstance(steps, bool):
        if steps < 1:
            raise ValueError(f"{name}: steps must be positive, got {steps}")
        return [1 - (1 - k / steps) ** 2 for k in range(steps + 1)]
    if not isinstance(steps, Iterable):
        raise ValueError(f"{name}: steps must be a positive integer, or values of β from 0 to 1, got {steps!r}")
    betas = [float(beta) for beta in steps]
    if len(betas) < 2 or betas[0] != 0 or betas[-1] != 1 or not all(a < b for a, b in pairwise(betas)):
        raise ValueError(f"{name}: expected values of β that rise from 0 to 1, got {betas[:3]} … {betas[-1:]}")
    return betas


def log_mean(log_w: Tensor) -> tuple[float, float | None]:
    """Return log of the mean of exp(log_w), and its standard error to first order (None of one number).

    Examples
    --------
    >>> import minigen as mg
    >>> log_mean(mg.tensor([1000.0, 1000.0]))
    (1000.0, 0.0)
    """
    log_w = log_w.double()
    n, top = len(log_w), log_w.amax(0)
    weights = (log_w - top).exp()
    mean = weights.mean()
    error = None if n == 1 else ((weights / mean).var() / n).sqrt().item()
    return (top + mean.log()).item(), error
