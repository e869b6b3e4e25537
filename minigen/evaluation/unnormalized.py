"""The log-likelihood of data under an energy-based model: exact, or as good as its log Z is known."""

from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.data import check_bits
from minigen.evaluation.likelihood import resting
from minigen.evaluation.score import Score
from minigen.inference import exact_log_z
from minigen.nn.offers import check_offers

OPPOSITE = {"exact": "exact", "lower bound": "upper bound", "upper bound": "lower bound", "estimate": "estimate"}
ROWS = 1000  # examples at a time


@no_grad
def unnormalized_likelihood(
    model: Any, x: Tensor, log_z: Score | None = None, *, data: str | None = None, binarization: str | None = None
) -> Score:
    """Return the mean of log p(x) = -F(x) - log Z over examples.

    Parameters
    ----------
    model : object
        With ``unnormalized_log_prob(x)``.
    x : Tensor, shape (n, n_visible)
        Bits.
    log_z : Score, optional
        What `minigen.evaluation.ais` or `reverse_ais` returned; by default log Z is computed exactly. A lower bound of
        log Z makes the result an upper bound, and the other way round.
    data, binarization : str, optional
        What the score says of the data.

    Returns
    -------
    Score
        In nats per example. Its standard error is that of log Z: that the mean is over so many examples and no others
        is not in it.

    Raises
    ------
    ValueError
        If there are no examples, they are no bits, or `log_z` is no score of log Z.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> x = rbm.sample(100, rng=0)
    >>> mg.evaluation.unnormalized_likelihood(rbm, x).kind
    'exact'
    >>> mg.evaluation.unnormalized_likelihood(rbm, x, mg.evaluation.ais(rbm, steps=100, rng=0)).kind
    'upper bound'
    """
    check_offers("unnormalized_likelihood", model, "unnormalized_log_prob(x)", fix="give an energy-based model")
    if len(x) == 0:
        raise ValueError("unnormalized_likelihood: there are no examples to score")
    check_bits(x, "unnormalized_likelihood")
    if log_z is not None and (not isinstance(log_z, Score) or (log_z.measure, log_z.unit) != ("log Z", "nats")):
        raise ValueError(
            f"unnormalized_likelihood: expected a score of log Z in nats, got {log_z}: use ais or reverse_ais"
        )
    with resting(model):
        if log_z is None:
            log_z = Score(exact_log_z(model).item(), "log Z", "nats", "exact", 1)
        total = sum(model.unnormalized_log_prob(x[i : i + ROWS]).double().sum().item() for i in range(0, len(x), ROWS))
    return Score(
        total / len(x) - log_z.value,
        "log-likelihood",
        "nats",
        OPPOSITE[log_z.kind],
        len(x),
        log_z.stderr,
        data=data,
        binarization=binarization,
    )
