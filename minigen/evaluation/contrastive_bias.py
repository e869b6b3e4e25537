"""How far contrastive divergence is from the gradient it stands for: exactly, for a small RBM.

    bias of CD-k = E[gradient of CD-k] - d/dθ E_data[-log p(v)] = E_chain after k sweeps[-dF/dθ] - E_model[-dF/dθ]

Both expectations are sums over all states of the visible units, by the law of the chain and by that of the model. The
bias goes to 0 as k grows, at the rate at which the chain forgets the data.

Source: Carreira-Perpiñán and Hinton 2005, "On contrastive divergence learning".
"""

import math
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import full_like
from minigen.inference import exact_log_z, states
from minigen.inference.chain_law import chain_laws


@no_grad
def contrastive_bias(
    model: Any, data: Tensor, sweeps: Sequence[int], probs: Tensor | None = None
) -> tuple[list[float], float]:
    """Return the norm of the bias of CD-k for each k, and that of the true gradient.

    Parameters
    ----------
    model : RBM or alike
        With at most 20 units a side.
    data : Tensor, shape (n, n_visible)
        Bits.
    sweeps : sequence of int
        Values of k, rising.
    probs : Tensor, shape (n,), optional
        The probability of each row of `data`; by default all alike.

    Returns
    -------
    biases : list of float
        Euclidean norms over all parameters.
    gradient : float
        The norm of the gradient of the mean of -log p(v) over the data.

    Raises
    ------
    ValueError
        If a side has more than 20 units, values of k do not rise, or the data are no bits.

    Examples
    --------
    >>> import minigen as mg
    >>> biases, gradient = contrastive_bias(mg.models.RBM(3, 2), mg.ones(1, 3), [1, 5])
    >>> biases[1] < 0.1 * biases[0] < gradient
    True
    """
    if not sweeps or any(k <= before for before, k in pairwise([0, *sweeps])):
        raise ValueError(f"contrastive_bias: expected numbers of sweeps that rise from 1 on, got {list(sweeps)}")
    v = states(model.n_visible, like=data)
    laws = [law for k, law in enumerate(islice(chain_laws(model, data, probs), sweeps[-1]), 1) if k in sweeps]
    share = full_like(data[:, 0], 1 / len(data)) if probs is None else probs
    p = (-model.free_energy(v) - exact_log_z(model)).exp()
    hidden = model.hidden_probs(v)
    of_model = model.energy_gradient(v, hidden, p)
    of_data = model.energy_gradient(data, model.hidden_probs(data), share)
    of_chains = [model.energy_gradient(v, hidden, law) for law in laws]
    return [distance(of_chain, of_model) for of_chain in of_chains], distance(of_data, of_model)


def distance(a: Sequence[Tensor], b: Sequence[Tensor]) -> float:
    """Return the Euclidean distance of two lists of Tensors."""
    return math.sqrt(sum((x - y).square().sum().item() for x, y in zip(a, b, strict=True)))
