"""Centring: learn a Boltzmann machine as if the mean activity of its units were 0.

A unit that is mostly on (or off) couples the gradient of its weights to that of the other side's biases. The centred
machine E = -(v - μ) W (h - λ) - b·(v - μ) - c·(h - λ) has the same laws with other biases; its gradient, written in the
parameters of the ordinary machine, is

    ∇W = ΔW - μ Δc - Δb λ,    ∇b = Δb - ∇W λ,    ∇c = Δc - ∇Wᵀ μ

where Δ is the ordinary gradient and products of vectors are outer ones. The offsets μ and λ follow the means of the
visible and hidden units given the data, μ ← (1 - ν) μ + ν <v>.

Source: Melchior, Fischer and Wiskott 2016, "How to center deep Boltzmann machines", sections 3 and 5, with offsets from
the data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.graph import describe


class Centring:
    """The offsets of a centred Boltzmann machine, and its gradient.

    Parameters
    ----------
    model : RBM
        With ``visible_bias`` and ``hidden_bias``; the offsets start at what these alone make likely, σ(b) and σ(c).
    rate : float, optional
        ν, how fast the offsets follow the data, from 0 to 1.

    Attributes
    ----------
    visible, hidden : Tensor
        μ and λ.

    Raises
    ------
    ValueError
        If `rate` is outside [0, 1].

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> centring = mg.learning.Centring(rbm, rate=0.01)
    >>> sgd = mg.optim.SGD(rbm.parameters(), lr=0.1)
    >>> cd = mg.learning.ContrastiveDivergence(rbm, sgd, centring=centring, rng=0)
    >>> _ = cd.step(mg.ones(8, 6))
    >>> centring.visible
    tensor([0.5050, 0.5050, 0.5050, 0.5050, 0.5050, 0.5050])
    """

    def __init__(self, model: Any, *, rate: float = 0.01) -> None:
        if not 0 <= rate <= 1:
            raise ValueError(f"Centring: rate must be from 0 (offsets stay) to 1, got {rate!r}")
        self.rate = float(rate)
        with no_grad():
            self.visible = model.visible_bias.sigmoid()
            self.hidden = model.hidden_bias.sigmoid()

    @no_grad
    def gradient(self, model: Any, v: Tensor, hidden_probs: Tensor, share: Tensor) -> Sequence[Tensor]:
        """Move the offsets and return the centred gradient of Σ_n share_n F(v_n), to descend.

        Parameters
        ----------
        model : RBM
            With ``energy_gradient(v, hidden_probs, share)``.
        v, hidden_probs : Tensor, shape (n, n_visible) and (n, n_hidden)
            The units of both phases.
        share : Tensor, shape (n,)
            Sums to 0: 1/N for each of N examples, negative for the chains.
        """
        data = share.clip(min=0.0)
        self.visible = (1 - self.rate) * self.visible + self.rate * (data @ v)
        self.hidden = (1 - self.rate) * self.hidden + self.rate * (data @ hidden_probs)
        # v h is bilinear and the shares sum to 0: the gradient at units that are moved is ∇W, and Δb and Δc as before
        weight, visible, hidden = model.energy_gradient(v - self.visible, hidden_probs - self.hidden, share)
        return weight, visible - weight @ self.hidden, hidden - self.visible @ weight

    def __repr__(self) -> str:
        return f"Centring(rate={self.rate})"

    def state_dict(self) -> dict[str, Tensor]:
        """Return the offsets."""
        return {"visible": self.visible, "hidden": self.hidden}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue with the offsets in `state_dict`.

        Raises
        ------
        ValueError
            If they are not of a machine of this size; nothing has changed then.
        """
        if set(state_dict) != {"visible", "hidden"}:
            raise ValueError(
                f"Centring.load_state_dict: expected what state_dict() returns, got {', '.join(state_dict)}"
            )
        for name, own in self.state_dict().items():
            given = state_dict[name]
            if not isinstance(given, Tensor) or (given.shape, given.dtype) != (own.shape, own.dtype):
                raise ValueError(f"Centring.load_state_dict: {name} is {describe(given)}, not {describe(own)}")
        for name in ("visible", "hidden"):
            setattr(self, name, state_dict[name].clone().to(getattr(self, name).device))
