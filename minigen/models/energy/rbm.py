"""The restricted Boltzmann machine of binary units.

Visible units v and hidden units h, each 0 or 1, are joined by weights W and have biases b and c:

    E(v, h) = -b·v - c·h - v W h

No two units of one side are joined, so each side is independent given the other,

    p(h_j = 1 | v) = σ(c_j + Σ_i v_i W_ij)        p(v_i = 1 | h) = σ(b_i + Σ_j W_ij h_j)

and either can be summed out in closed form. Without the hidden units that leaves the free energy

    F(v) = -b·v - Σ_j log(1 + exp(c_j + Σ_i v_i W_ij)),    p(v) = exp(-F(v)) / Z.

Sources: Smolensky 1986, "Information processing in dynamical systems: foundations of harmony theory"; Hinton 2012, "A
practical guide to training restricted Boltzmann machines", for the start.
"""

from typing import Any

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import zeros
from minigen.data import check_unit_interval
from minigen.data.rates import base_rate, log_odds
from minigen.models.energy.annealing import BaseRatePath
from minigen.models.energy.contract import EnergyModel
from minigen.nn import Parameter, init
from minigen.nn.functional import linear, softplus_sum
from minigen.random import Generator, as_generator
from minigen.sampling import Chains


class RBM(EnergyModel):
    """A Bernoulli-Bernoulli restricted Boltzmann machine.

    Parameters
    ----------
    n_visible, n_hidden : int
        Numbers of units.
    device, dtype : optional
        Where the parameters live, and their type.

    Attributes
    ----------
    weight : Parameter, shape (n_visible, n_hidden)
        W, drawn from N(0, 0.01²).
    visible_bias : Parameter, shape (n_visible,)
        b, zeros. A better start for data x is their base rate: ``rbm.start_at(x)``.
    hidden_bias : Parameter, shape (n_hidden,)
        c, zeros.

    Raises
    ------
    ValueError
        If a number of units is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> v = rbm.sample(5, rng=0)
    >>> rbm.hidden_probs(v).shape, rbm.free_energy(v).shape
    ((5, 4), (5,))
    """

    weight: Parameter
    visible_bias: Parameter
    hidden_bias: Parameter

    def __init__(self, n_visible: int, n_hidden: int, *, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        for name, n in (("n_visible", n_visible), ("n_hidden", n_hidden)):
            if isinstance(n, bool) or not isinstance(n, int) or n < 1:
                raise ValueError(f"RBM: {name} must be a positive integer, the number of units, got {n!r}")
        self.n_visible = n_visible
        self.n_hidden = n_hidden
        self.weight = Parameter(zeros(n_visible, n_hidden, device=device, dtype=dtype))
        self.visible_bias = Parameter(zeros(n_visible, device=device, dtype=dtype))
        self.hidden_bias = Parameter(zeros(n_hidden, device=device, dtype=dtype))
        init.normal_(self.weight, 0.0, 0.01)

    # ----------------------------------------------------------------------------------------- energies

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """Return E(v, h) in nats, of shape (batch,).

        Parameters
        ----------
        v : Tensor, shape (batch, n_visible)
            Bits.
        h : Tensor, shape (batch, n_hidden)
            Bits.

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        self._check("energy", v, h)
        return -(v @ self.visible_bias) - (self.hidden_inputs(v) * h).sum(1)

    def free_energy(self, v: Tensor) -> Tensor:
        """Return F(v) = -log Σ_h exp(-E(v, h)) in nats, of shape (batch,), for bits of shape (batch, n_visible)."""
        inputs = self.hidden_inputs(v)
        return -(v @ self.visible_bias) - softplus_sum(inputs)

    def hidden_free_energy(self, h: Tensor) -> Tensor:
        """Return -log Σ_v exp(-E(v, h)) in nats, of shape (batch,), for bits of shape (batch, n_hidden)."""
        inputs = self.visible_inputs(h)
        return -(h @ self.hidden_bias) - softplus_sum(inputs)

    @no_grad
    def energy_gradient(self, v: Tensor, hidden_probs: Tensor, share: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the gradient of Σ_n share_n F(v_n), derived by hand.

        dF(v)/dθ = E[dE(v, h)/dθ] under p(h | v), which for W, b and c is -v p(h | v), -v and -p(h | v).

        Parameters
        ----------
        v : Tensor, shape (batch, n_visible)
            Bits.
        hidden_probs : Tensor, shape (batch, n_hidden)
            ``hidden_probs(v)``, which whoever wants the gradient has at hand.
        share : Tensor, shape (batch,)
            How much each v counts; all 1 / batch for the mean.

        Returns
        -------
        tuple of Tensor
            In the order of the parameters: `weight`, `visible_bias`, `hidden_bias`.
        """
        share = -share
        return v.T @ (hidden_probs * share.unsqueeze(1)), share @ v, share @ hidden_probs

    # ------------------------------------------------------------------------------- block conditionals

    def hidden_inputs(self, v: Tensor) -> Tensor:
        """Return c + v W, the logits of p(h = 1 | v), of shape (batch, n_hidden)."""
        self._check("hidden units", v=v)
        return linear(v, self.weight.T, self.hidden_bias)

    def visible_inputs(self, h: Tensor) -> Tensor:
        """Return b + W h, the logits of p(v = 1 | h), of shape (batch, n_visible)."""
        self._check("visible units", h=h)
        return linear(h, self.weight, self.visible_bias)

    def hidden_probs(self, v: Tensor) -> Tensor:
        """Return p(h = 1 | v), of shape (batch, n_hidden)."""
        return self.hidden_inputs(v).sigmoid()

    def visible_probs(self, h: Tensor) -> Tensor:
        """Return p(v = 1 | h), of shape (batch, n_visible)."""
        return self.visible_inputs(h).sigmoid()

    def sample_visible(self, h: Tensor, *, rng: Generator | int | None = None) -> Tensor:
        """Draw v from p(v | h): bits of shape (batch, n_visible), outside any graph."""
        with no_grad():
            return as_generator(rng).bernoulli(logits=self.visible_inputs(h))

    # -------------------------------------------------------------------------------------------- draws

    def sample(self, n: int, *, rng: Generator | int | None = None, steps: int = 1000) -> Tensor:
        """Draw `n` examples by as many chains of block Gibbs sampling, each of `steps` sweeps; outside any graph.

        The chains start from p(v | h = 0). Their law comes to p(v) as steps grow: slowly, if it has modes far
        apart. `minigen.inference.exact_sample` draws from p(v) itself where units are few.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int or minigen.random.Generator, optional
            Source of the draws.
        steps : int, optional
            Sweeps of each chain, at least 1.

        Returns
        -------
        Tensor
            Bits of shape (n, n_visible).
        """
        return Chains(self, n, rng=as_generator(rng)).step(steps)  # type: ignore[no-any-return]

    # ------------------------------------------------------------------------------------ start and end

    def start_at(self, data: Tensor) -> "RBM":
        """Set the visible biases so that, at weights 0, each unit is on as often as in `data`; return the model.

        Parameters
        ----------
        data : Tensor, shape (n, n_visible)
            Bits, or their probabilities. Each rate is taken as if one more example had been half on, so that none is 0
            or 1.

        Raises
        ------
        ValueError
            If the width is not the model's, or a value is not in [0, 1].
        """
        self._check("start_at", v=data)
        check_unit_interval(data, "RBM.start_at")
        self.visible_bias.data.copy_(log_odds(base_rate(data)))
        return self

    def annealing(self, base: Tensor | None = None) -> BaseRatePath:
        """Return the path of laws from a base-rate model to this one, for annealed importance sampling.

        Parameters
        ----------
        base : Tensor, shape (n_visible,), optional
            The probability that each visible unit is on in the base model; by default σ(b).
        """
        return BaseRatePath(self, base)

    def extra_repr(self) -> str:
        """Return the numbers of units."""
        return f"n_visible={self.n_visible}, n_hidden={self.n_hidden}"

    def _check(self, what: str, v: Tensor | None = None, h: Tensor | None = None) -> None:
        for name, units, n in (("v", v, self.n_visible), ("h", h, self.n_hidden)):
            if units is not None and (units.ndim != 2 or units.shape[1] != n):
                raise ValueError(
                    f"RBM: {what}: expected {name} of shape (batch, {n}), got {units.shape}: "
                    "images are flattened first, as in x.flatten(1)"
                )
