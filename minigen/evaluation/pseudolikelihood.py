"""Pseudo-log-likelihood: how well each unit is told by all the others; Z cancels.

    log PL(v) = Σ_i log p(v_i | v_-i),    p(v_i | v_-i) = σ(F(v with unit i flipped) - F(v))

Source: Besag 1975, "Statistical analysis of non-lattice data".
"""

from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.data import check_bits
from minigen.evaluation.likelihood import resting
from minigen.evaluation.score import Score
from minigen.nn.functional import logsigmoid
from minigen.nn.offers import check_offers
from minigen.random import Generator, as_generator

ROWS = 1000  # examples at a time


@no_grad
def pseudolikelihood(
    model: Any,
    x: Tensor,
    *,
    units: int | None = None,
    rng: Generator | int | None = None,
    data: str | None = None,
    binarization: str | None = None,
) -> Score:
    """Return the mean of log PL(x) over examples.

    Parameters
    ----------
    model : object
        With ``free_energy(v)``.
    x : Tensor, shape (n, n_visible)
        Bits.
    units : int, optional
        How many units to take, drawn without repetition, for all of them: each takes a pass over the data. All by
        default.
    rng : None, int or minigen.random.Generator, optional
        Source of that draw.
    data, binarization : str, optional
        What the score says of the data.

    Returns
    -------
    Score
        In nats per example, summed over all units: exact with all of them, else an estimate with its standard error.

    Raises
    ------
    ValueError
        If there are no examples, they are no bits, or `units` is not from 2 to the number of units.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> _ = mg.nn.init.zeros_(rbm.weight)
    >>> print(pseudolikelihood(rbm, mg.zeros(10, 6)))  # 6 fair coins
    pseudo-log-likelihood -4.159 nats (exact, n = 10)
    """
    check_offers("pseudolikelihood", model, "free_energy(v)", fix="give an energy-based model")
    if len(x) == 0:
        raise ValueError("pseudolikelihood: there are no examples to score")
    check_bits(x, "pseudolikelihood")
    n_visible = x.shape[1]
    if units is not None and not (isinstance(units, int) and 2 <= units <= n_visible):
        raise ValueError(f"pseudolikelihood: units must be from 2 to {n_visible}, or None for all, got {units!r}")
    columns = range(n_visible) if units is None else as_generator(rng).permutation(n_visible)[:units].tolist()
    of_unit = [0.0] * len(columns)
    with resting(model):
        for start in range(0, len(x), ROWS):
            v = x[start : start + ROWS].clone()
            own = model.free_energy(v)
            for place, i in enumerate(columns):
                v[:, i] = 1 - v[:, i]
                of_unit[place] += logsigmoid(model.free_energy(v) - own).double().sum().item()
                v[:, i] = 1 - v[:, i]
    means = [total / len(x) for total in of_unit]
    value = sum(means) / len(means) * n_visible
    error = None
    if units is not None:  # of a mean over units drawn without repetition
        spread = sum((mean - value / n_visible) ** 2 for mean in means) / (units - 1)
        error = n_visible * (spread / units * (1 - units / n_visible)) ** 0.5
    kind = "exact" if units is None else "estimate"
    return Score(
        value, "pseudo-log-likelihood", "nats", kind, len(x), error, data=data, binarization=binarization
    )
