"""The path of laws that annealed importance sampling takes from a base-rate model to an RBM.

The base model has no weights: each visible unit is on with its own probability σ(a_i), the hidden units are fair coins.
At inverse temperature β, from 0 to 1, the law between them is

    p_β(v) ∝ exp((1 - β) a·v) Σ_h exp(-β E(v, h))
    log p*_β(v) = (1 - β) a·v + β b·v + Σ_j log(1 + exp(β (c_j + Σ_i v_i W_ij)))

an RBM itself, so one sweep of block Gibbs sampling leaves it as it is. At β = 0 the sum is
Z_0 = 2^H Π_i (1 + exp(a_i)).

Source: Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks", section 4.1.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

from minigen.autodiff import Tensor, no_grad
from minigen.data.rates import log_odds
from minigen.nn.functional import linear, softplus_sum
from minigen.random import Generator

if TYPE_CHECKING:
    from minigen.models.energy.rbm import RBM


class State(NamedTuple):
    """Where chains stand: the visible units, shape (n, n_visible), the hidden units' inputs c + v W, a·v and b·v."""

    visible: Tensor
    inputs: Tensor
    at_base: Tensor
    at_model: Tensor


class BaseRatePath:
    """The laws p_β between a base-rate model and an RBM; all draws and values are outside any graph.

    Parameters
    ----------
    model : RBM
        The law at β = 1.
    base : Tensor, shape (n_visible,), optional
        The probability that each visible unit is on at β = 0, strictly between 0 and 1; by default σ(b).

    Raises
    ------
    ValueError
        If `base` has another shape, or a probability is not strictly between 0 and 1.

    Examples
    --------
    >>> import minigen as mg
    >>> path = mg.models.RBM(6, 4).annealing()
    >>> state = path.start(3, mg.random.Generator(0))
    >>> path.log_prob(state, 0.5).shape, path.move(state, 0.5, mg.random.Generator(1)).visible.shape
    ((3,), (3, 6))
    """

    def __init__(self, model: "RBM", base: Tensor | None = None) -> None:
        self.model = model
        if base is None:
            self.base_bias = model.visible_bias.detach()
            return
        if base.shape != (model.n_visible,) or not bool(((base > 0) & (base < 1)).all()):
            raise ValueError(
                f"annealing: base must be {model.n_visible} probabilities strictly between 0 and 1, got "
                f"{base.shape} from {base.min().item():.4g} to {base.max().item():.4g}: "
                "clip the data's mean, as in x.mean(0).clip(0.01, 0.99)"
            )
        self.base_bias = log_odds(base.detach().to(model.visible_bias.dtype))

    @property
    def log_z_start(self) -> Tensor:
        """The logarithm of Z_0 in nats, 0-d."""
        return softplus_sum(self.base_bias) + self.model.n_hidden * math.log(2)

    def start(self, n: int, rng: Generator) -> State:
        """Draw `n` states from the base model."""
        logits = self.base_bias.expand(n, -1)
        return self.at(rng.bernoulli(logits=logits))  # type: ignore[no-any-return]

    @no_grad
    def at(self, visible: Tensor) -> State:
        """Return the state of chains whose visible units stand at `visible`, of shape (n, n_visible)."""
        inputs = self.model.hidden_inputs(visible)
        return State(visible, inputs, visible @ self.base_bias, visible @ self.model.visible_bias)

    @no_grad
    def log_prob(self, state: State, beta: float) -> Tensor:
        """Return log p*_β(v) in nats, of shape (n,)."""
        return (1 - beta) * state.at_base + beta * state.at_model + softplus_sum(beta * state.inputs)

    @no_grad
    def move(self, state: State, beta: float, rng: Generator) -> State:
        """Make one sweep of block Gibbs sampling under p_β: it is reversible, and leaves p_β as it is."""
        hidden = rng.bernoulli(logits=beta * state.inputs)
        bias = (1 - beta) * self.base_bias + beta * self.model.visible_bias
        inputs = linear(beta * hidden, self.model.weight, bias)
        return self.at(rng.bernoulli(logits=inputs))  # type: ignore[no-any-return]
