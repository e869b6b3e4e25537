"""Block Gibbs sampling: draw one side of a model given the other, in turn.

Where the units of each of two sides are independent given the other side, a whole side is drawn at once:

    v ~ p(v | h),    h ~ p(h | v)

is one sweep. It leaves p(v, h) as it is, and chains of sweeps come to it from any start.

Sources: Geman and Geman 1984, "Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images";
Hinton 2002, "Training products of experts by minimizing contrastive divergence", for both sides in parallel.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import zeros
from minigen.autodiff.graph import describe
from minigen.random import Generator, as_generator, get_default_generator


class Blocks(Protocol):
    """What is needed of a model: its two conditionals. Hidden units are binary, visible ones of any kind."""

    n_visible: int
    n_hidden: int

    def hidden_inputs(self, v: Tensor, /) -> Tensor: ...  # noqa: D102
    def sample_visible(self, h: Tensor, /, *, rng: Generator) -> Tensor: ...  # noqa: D102
    def parameters(self) -> Any: ...  # noqa: D102


@no_grad
def sweep(model: Blocks, hidden: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
    """Draw visible units given hidden ones, and return them with what the hidden units are drawn from next.

    Returns
    -------
    visible : Tensor, shape (n, n_visible)
        Drawn from p(v | h).
    hidden_inputs : Tensor, shape (n, n_hidden)
        The logits of p(h = 1 | v) at these.
    """
    visible = model.sample_visible(hidden, rng=rng)
    return visible, model.hidden_inputs(visible)


class Chains:
    """Markov chains of block Gibbs sampling, side by side.

    Parameters
    ----------
    model : object
        With ``n_visible``, ``n_hidden``, ``hidden_inputs(v)`` and ``sample_visible(h, rng=)``; its parameters may
        change between steps.
    start : int or Tensor
        How many chains, which start with all hidden units at 0; or the hidden units they start from, of shape (n,
        n_hidden).
    rng : None, int or minigen.random.Generator, optional
        Source of the draws; by default a child of the default generator.

    Attributes
    ----------
    hidden : Tensor, shape (n, n_hidden)
        Where the chains stand.
    visible : Tensor, shape (n, n_visible)
        The visible units of the last sweep; zeros before the first.
    hidden_probs : Tensor, shape (n, n_hidden)
        What `hidden` was drawn from, p(h = 1 | v) at the last sweep.

    Raises
    ------
    ValueError
        If there are no chains, or `start` has another width.

    Examples
    --------
    >>> import minigen as mg
    >>> chains = mg.sampling.Chains(mg.models.RBM(6, 4), 10, rng=0)
    >>> chains.step(100).shape
    (10, 6)
    >>> sorted(chains.state_dict())
    ['hidden', 'rng', 'visible']
    """

    def __init__(self, model: Blocks, start: int | Tensor, *, rng: Generator | int | None = None) -> None:
        self.model = model
        like = next(iter(model.parameters()))
        if isinstance(start, Tensor):
            if start.ndim != 2 or start.shape[1] != model.n_hidden or len(start) == 0:
                raise ValueError(
                    f"Chains: expected hidden units to start from, of shape (n, {model.n_hidden}), n > 0, "
                    f"got {start.shape}"
                )
            self.hidden = start.detach().clone()
        else:
            if isinstance(start, bool) or not isinstance(start, int) or start < 1:
                raise ValueError(f"Chains: expected how many chains, a positive integer, got {start!r}")
            self.hidden = zeros(start, model.n_hidden, dtype=like.dtype, device=like.device)
        self.visible = zeros(len(self.hidden), model.n_visible, dtype=like.dtype, device=like.device)
        self.hidden_probs = self.hidden
        self.rng = get_default_generator().spawn() if rng is None else as_generator(rng)

    def __len__(self) -> int:
        return len(self.hidden)

    @no_grad
    def step(self, k: int = 1) -> Tensor:
        """Make `k` sweeps and return the visible units of the last.

        Raises
        ------
        ValueError
            If `k` is not a positive integer.
        """
        check_sweeps("Chains.step", k)
        for _ in range(k):
            self.visible, inputs = sweep(self.model, self.hidden, self.rng)
            self.hidden = self.rng.bernoulli(logits=inputs)
        self.hidden_probs = inputs.sigmoid()
        return self.visible

    def state_dict(self) -> dict[str, Any]:
        """Return where the chains stand and where their generator does."""
        return {"hidden": self.hidden, "visible": self.visible, "rng": self.rng.state_dict()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`, bit for bit.

        Raises
        ------
        ValueError
            If it is no state of as many chains of a model of this size; nothing has changed then.
        """
        if set(state_dict) != {"hidden", "visible", "rng"}:
            raise ValueError(f"Chains.load_state_dict: expected what state_dict() returns, got {', '.join(state_dict)}")
        for name in ("hidden", "visible"):
            own, given = getattr(self, name), state_dict[name]
            if not isinstance(given, Tensor) or (given.shape, given.dtype) != (own.shape, own.dtype):
                raise ValueError(f"Chains.load_state_dict: {name} is {describe(given)}, not {describe(own)}")
        self.rng.load_state_dict(state_dict["rng"])
        for name in ("hidden", "visible"):
            given = state_dict[name].clone()
            setattr(self, name, given.to(getattr(self, name).device))


def check_sweeps(name: str, k: Any) -> None:
    """Raise ValueError unless `k` is a positive number of sweeps."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError(f"{name}: k must be a positive integer, the number of Gibbs sweeps, got {k!r}")
