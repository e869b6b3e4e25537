"""The exact law of a Gibbs chain of a small model, after as many sweeps as one likes.

A chain of which the law of the hidden units is known has after half a sweep the law

    p(v) = Σ_h p(h) Π_i p(v_i | h)

over the visible ones, and the other way round. Since the product splits into one over the first half of the units and
one over the second, the law of all 2^n states is one product of two thin matrices, not a table of all pairs (v, h).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import full_like
from minigen.data import check_bits
from minigen.inference.enumeration import states
from minigen.nn.functional import softplus_sum

LIMIT = 20  # units a side


def chain_law(model: Any, start: Tensor, sweeps: int, probs: Tensor | None = None) -> Tensor:
    """Return the law of the visible units of a chain that begins at data, after so many sweeps.

    Parameters
    ----------
    model : RBM or alike
        With ``n_visible``, ``n_hidden``, ``hidden_inputs(v)`` and ``visible_inputs(h)``; at most 20 units a side.
    start : Tensor, shape (n, n_visible)
        Where the chain begins: each row with the probability in `probs`.
    sweeps : int
        How often the hidden units are drawn given the visible ones, and the visible ones given these; at least 1.
    probs : Tensor, shape (n,), optional
        By default all alike.

    Returns
    -------
    Tensor, shape (2**n_visible,)
        The probability of each state, in the order of `minigen.inference.states`.

    Raises
    ------
    ValueError
        If a side has more than 20 units, there is no sweep, or the start is no bits.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(3, 2)
    >>> chain_law(rbm, mg.ones(1, 3), 5).sum()
    tensor(1.0000)
    """
    if sweeps < 1:
        raise ValueError(f"chain_law: sweeps must be at least 1, got {sweeps}")
    return next(islice(chain_laws(model, start, probs), sweeps - 1, None))


def chain_laws(model: Any, start: Tensor, probs: Tensor | None = None) -> Iterator[Tensor]:
    """Yield the law of the visible units after one sweep, two, three … without end; see `chain_law`.

    Examples
    --------
    >>> import minigen as mg
    >>> from itertools import islice
    >>> [law.shape for law in islice(chain_laws(mg.models.RBM(3, 2), mg.ones(1, 3)), 2)]
    [(8,), (8,)]
    """
    if max(model.n_visible, model.n_hidden) > LIMIT:
        raise ValueError(
            f"chain_law: at most {LIMIT} units a side, 2^{LIMIT} states, got {model.n_visible} and {model.n_hidden}: "
            "follow draws of the chain, minigen.sampling.Chains"
        )
    if len(start) == 0:
        raise ValueError(f"chain_law: expected rows to start from, got {start.shape}")
    check_bits(start, "chain_law: start")
    with no_grad():
        visible, hidden = (states(n, like=start) for n in (model.n_visible, model.n_hidden))
        first, up, down = (
            halves(inputs)
            for inputs in (model.hidden_inputs(start), model.hidden_inputs(visible), model.visible_inputs(hidden))
        )
        share = full_like(start[:, 0], 1 / len(start)) if probs is None else probs
        law = mixture(mixture(share, first), down)
    while True:
        yield law
        law = mixture(mixture(law, up), down)


Halves = tuple[Tensor, Tensor]
"""For each row the probabilities of all states of the first half of the units, and of the second."""


def halves(inputs: Tensor) -> Halves:
    """Return the laws of both halves of independent binary units, given their inputs of shape (n, units)."""
    half = inputs.shape[1] // 2
    first, second = (
        (part @ states(part.shape[1], like=part).T - softplus_sum(part).unsqueeze(1)).exp()
        for part in (inputs[:, :half], inputs[:, half:])
    )
    return first, second


@no_grad
def mixture(probs: Tensor, tables: Halves) -> Tensor:
    """Return Σ_n probs_n p_n(s), of shape (2**units,), for all states s of units whose laws p_n are given by halves.

    Examples
    --------
    >>> import minigen as mg
    >>> mixture(mg.tensor([0.5, 0.5]), halves(mg.tensor([[0.0, 0.0], [0.0, 100.0]]))).tolist()
    [0.125, 0.125, 0.375, 0.375]
    """
    first, second = tables
    return (second.T @ (first * probs.unsqueeze(1))).reshape(-1)
