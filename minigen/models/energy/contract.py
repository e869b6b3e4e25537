"""What every energy-based model offers.

With visible units v and hidden units h, an energy E(v, h) makes the law

    p(v, h) = exp(-E(v, h)) / Z,    Z = Σ_v Σ_h exp(-E(v, h))

and summing the hidden units out leaves the free energy F,

    p(v) = exp(-F(v)) / Z,          F(v) = -log Σ_h exp(-E(v, h)).

Z is known only by enumeration (`minigen.inference`) or up to an estimate (`minigen.evaluation.ais`), so a model of this
kind gives `unnormalized_log_prob`, -F(v), and no ``log_prob``. Where the units fall into two blocks that are each
independent given the other, as in an RBM, it also gives the block conditionals: ``hidden_probs(v)`` with their logits
``hidden_inputs(v)``, ``visible_probs(h)`` and ``sample_visible(h, rng=)``.

Source: LeCun et al. 2006, "A tutorial on energy-based learning"; Hinton 2002, "Training products of experts by
minimizing contrastive divergence".
"""

from collections.abc import Callable

from minigen.autodiff import Tensor
from minigen.nn import Module


class EnergyModel(Module):
    """A model given by its free energy; a subclass defines ``free_energy(v)``, in nats, of shape (batch,).

    Examples
    --------
    >>> import minigen as mg
    >>> class Coin(EnergyModel):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.bias = mg.nn.Parameter(mg.tensor([2.0]))
    ...     def free_energy(self, v):
    ...         return -(v * self.bias).sum(1)
    >>> Coin().unnormalized_log_prob(mg.tensor([[0.0], [1.0]])).detach()
    tensor([0., 2.])
    """

    free_energy: Callable[[Tensor], Tensor]

    def unnormalized_log_prob(self, v: Tensor) -> Tensor:
        """Return log p(v) + log Z = -F(v) in nats, of shape (batch,)."""
        return -self.free_energy(v)
