"""The exact twin of a small model: log Z, log p(x) and exact draws, by enumeration.

Of a model with binary visible and hidden units either side can be summed out in closed form, so the sum is over the
smaller one: an RBM of 784 visible and 20 hidden units has 2^20 terms.
"""

from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.ops.joining import cat
from minigen.data import check_bits
from minigen.inference.enumeration import BLOCK, LIMIT, Energy, blocks, check_countable, log_sum
from minigen.inference.quadrature import latent_log_prob
from minigen.nn.offers import check_offers
from minigen.random import Generator, as_generator

DRAWABLE = 20  # units: exact draws keep the probability of each state


def exact_log_z(model: Any) -> Tensor:
    """Return log Z of an energy-based model of binary units, in nats.

    Parameters
    ----------
    model : object
        With ``n_visible`` and ``free_energy(v)``; if it also has ``n_hidden`` and ``hidden_free_energy(h)``, the
        smaller side is summed over. At most 25 units.

    Returns
    -------
    Tensor
        0-d; it can be differentiated (above 4096 states once).

    Raises
    ------
    ValueError
        If the smaller side has more than 25 units.
    TypeError
        If the model has no free energy.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(3, 2)
    >>> _ = mg.nn.init.zeros_(rbm.weight)
    >>> mg.inference.exact_log_z(rbm).exp().item()  # 2^5 states of energy 0
    32.0
    """
    n, free_energy, _ = _smaller_side(model, "exact_log_z", "estimate log Z with minigen.evaluation.ais(model)")
    return log_sum(n, free_energy, model.parameters())


def exact_log_prob(model: Any, x: Tensor) -> Tensor:
    """Return log p(x), in nats per example, of any model of which it can be computed.

    Parameters
    ----------
    model : object
        With ``log_prob(x)``; or an energy-based model of binary units as for `exact_log_z`; or a latent-variable model
        of one or two latents, as for `latent_log_prob`.
    x : Tensor, shape (batch, …)
        Examples; of binary units, bits.

    Returns
    -------
    Tensor
        Of shape (batch,); it can be differentiated.

    Raises
    ------
    ValueError
        If there are too many states, or `x` (in host memory) holds other values than bits.
    TypeError
        If the model offers nothing that log p(x) could be computed from.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(3, 2)
    >>> round(mg.inference.exact_log_prob(rbm, mg.inference.states(3, like=rbm.weight)).exp().sum().item(), 5)
    1.0
    """
    if hasattr(model, "log_prob"):
        return model.log_prob(x)  # type: ignore[no-any-return]
    if hasattr(model, "log_joint"):
        return latent_log_prob(model, x)
    fix = "estimate log Z with minigen.evaluation.ais(model), train by minigen.learning.PersistentContrastiveDivergence"
    n, free_energy, _ = _smaller_side(model, "exact_log_prob", fix)
    if x.device.type == "cpu":
        check_bits(x, "exact_log_prob")
    return -model.free_energy(x) - log_sum(n, free_energy, model.parameters())  # type: ignore[no-any-return]


@no_grad
def exact_sample(model: Any, n: int, *, rng: Generator | int | None = None) -> Tensor:
    """Draw `n` examples from p(v) itself: a state of the smaller side by its probability, then the other given it.

    Parameters
    ----------
    model : object
        An energy-based model of binary units, as for `exact_log_z`, of at most 20 units on one side; with
        ``sample_visible(h, rng=)`` if that is the hidden one.
    n : int
        How many.
    rng : None, int or minigen.random.Generator, optional
        Source of the draws.

    Returns
    -------
    Tensor, shape (n, n_visible)
        Bits.

    Raises
    ------
    ValueError
        If the smaller side has more than 20 units, or `n` is no number of draws.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.inference.exact_sample(mg.models.RBM(6, 4), 5, rng=0).shape
    (5, 6)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise ValueError(f"exact_sample: n must be an int, how many examples to draw, got {n!r}")
    fix = "draw by chains, minigen.sampling.Chains(model, n)"
    units, free_energy, hidden = _smaller_side(model, "exact_sample", fix, DRAWABLE)
    rng = as_generator(rng)
    like = next(iter(model.parameters()))
    all_states = cat(list(blocks(units, like)))
    log_weights = -cat([free_energy(block) for block in blocks(units, like)])
    # first a group of states, then a state of the group: two draws among few instead of one among many
    groups = log_weights.reshape(-1, min(BLOCK, 2 ** ((units + 1) // 2)))
    group = rng.categorical(logits=groups.logsumexp(1).expand(n, -1))
    state = rng.categorical(logits=groups[group])
    drawn = all_states[group * groups.shape[1] + state]
    return model.sample_visible(drawn, rng=rng) if hidden else drawn


def _smaller_side(model: Any, name: str, fix: str, limit: int = LIMIT) -> tuple[int, Energy, bool]:
    """Return the number of units to sum over, the free energy that the other side has left, and if they are hidden.

    Raises
    ------
    ValueError
        If there are more than 2**`limit` states; says the fix.
    TypeError
        If the model is not one of binary units.
    """
    instead = "only energy-based models of binary units are enumerated, as RBM; others are scored by log p or a bound"
    check_offers(name, model, "n_visible", "free_energy(v)", fix=instead)
    hidden = hasattr(model, "hidden_free_energy") and model.n_hidden < model.n_visible
    n = model.n_hidden if hidden else model.n_visible
    check_countable(n, name, fix, limit)
    return n, model.hidden_free_energy if hidden else model.free_energy, hidden
