"""Contrastive divergence: the gradient of log p(v), with a few sweeps of a Gibbs chain in place of infinitely many.

For a model p(v) = exp(-F(v)) / Z the gradient of the mean log-likelihood is a difference of energies,

    d/dθ E_data[log p(v)] = E_model[dF(v)/dθ] - E_data[dF(v)/dθ]

whose first term, the negative phase, needs draws from the model. CD-k takes v_k, where a chain stands that began at the
data and made k sweeps. What is left is the gradient of no function; its bias vanishes as k grows.

Sources: Hinton 2002, "Training products of experts by minimizing contrastive divergence"; Hinton 2012, "A practical
guide to training restricted Boltzmann machines", section 3, for probabilities in place of the last hidden bits.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from minigen import random
from minigen.autodiff import Tensor, enable_grad, grad, no_grad
from minigen.autodiff.creation import full_like
from minigen.autodiff.ops.joining import cat
from minigen.data import check_bits
from minigen.learning.algorithm import Algorithm, Optimizer, examples_of, own_generator, refuse_strangers
from minigen.learning.centring import Centring
from minigen.learning.metrics import Metrics
from minigen.nn.offers import check_offers
from minigen.sampling import sweep
from minigen.sampling.gibbs import check_sweeps

Gradient = Sequence[Tensor | None]
"""One for each parameter; None where the energy does not depend on it, or it is not trained."""


class Contrast(Algorithm):
    """What contrastive and persistent contrastive divergence share: two phases, one step of the optimizer.

    Parameters
    ----------
    model, optimizer, k, rng, centring
        As for `ContrastiveDivergence`.
    """

    PARTS: ClassVar[tuple[str, ...]] = ("model", "optimizer", "contrast", "rng")

    def __init__(
        self, model: Any, optimizer: Optimizer, k: int, rng: random.Generator | int | None, centring: Centring | None
    ) -> None:
        kind = type(self).__name__
        check_sweeps(kind, k)
        check_offers(kind, model, "hidden_inputs(v)", "sample_visible(h, rng=)", fix="give an RBM, or what has them")
        check_centring(kind, model, centring)
        refuse_strangers(kind, optimizer, model)
        self.model = model
        self.optimizer = optimizer
        self.k = k
        self.rng = own_generator(rng)
        self.contrast = Difference() if centring is None else centring
        self._checked = False

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {"k": self.k, "model": repr(self.model), "contrast": repr(self.contrast)}

    def _data(self, batch: Tensor | Sequence[Any]) -> Tensor:
        """Return the visible units of a batch; of the first one on the host the values are checked."""
        data = examples_of(batch)
        if not self._checked and data.device.type == "cpu":
            check_bits(data, f"{type(self).__name__}.step")
        self._checked = True
        return data

    def _update(self, data: Tensor, hidden: Tensor, fantasy: Tensor, fantasy_hidden: Tensor) -> dict[str, Tensor]:
        """Descend E_data[F] - E_model[F], with the phases at `data` and at the chain's `fantasy`."""
        n, m = len(data), len(fantasy)
        with no_grad():
            v, h = cat([data, fantasy]), cat([hidden, fantasy_hidden])
            share = cat([full_like(data[:, 0], 1 / n), full_like(fantasy[:, 0], -1 / m)])
        gradient = self.contrast.gradient(self.model, v, h, share)
        for parameter, g in zip(self.model.parameters(), gradient, strict=True):
            parameter.grad = g if parameter.requires_grad else None
        self.optimizer.step()
        with no_grad():
            return {"visible_gap": (share @ v).abs().mean(), "hidden_gap": (share @ h).abs().mean()}


class Difference:
    """The gradient as the difference of the phases, as it is: `Centring` betters it."""

    def gradient(self, model: Any, v: Tensor, hidden_probs: Tensor, share: Tensor) -> Gradient:
        """Return the gradient of Σ_n share_n F(v_n)."""
        return energy_gradient(model, v, hidden_probs, share)

    def state_dict(self) -> dict[str, Any]:
        """Return an empty state."""
        return {}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Accept an empty state."""
        if state_dict:
            raise ValueError(f"Difference.load_state_dict: there are no offsets here, got {', '.join(state_dict)}")

    def __repr__(self) -> str:
        return "Difference()"


class ContrastiveDivergence(Contrast):
    """Contrastive divergence, CD-k.

    Parameters
    ----------
    model : RBM or alike
        With ``hidden_inputs(v)``, ``sample_visible(h, rng=)`` and ``free_energy(v)``.
    optimizer : Optimizer
        Over the model's parameters. Momentum, weight decay, schedules and averages are its matter (`minigen.optim.SGD`,
        `minigen.optim.Scheduled`, `minigen.optim.Averaged`).
    k : int, optional
        Sweeps of the chain.
    rng : None, int or minigen.random.Generator, optional
        Source of all draws; by default a child of the default generator.
    centring : Centring, optional
        Take the gradient of the centred machine, which is better conditioned.

    Raises
    ------
    ValueError
        If `k` is not positive, or the optimizer is of other parameters.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> cd = mg.learning.ContrastiveDivergence(rbm, mg.optim.SGD(rbm.parameters(), lr=0.1), k=1, rng=0)
    >>> sorted(cd.step(mg.ones(8, 6)))
    ['hidden_gap', 'reconstruction', 'visible_gap']
    """

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        k: int = 1,
        rng: random.Generator | int | None = None,
        *,
        centring: Centring | None = None,
    ) -> None:
        super().__init__(model, optimizer, k, rng, centring)

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Make one update.

        Parameters
        ----------
        batch : Tensor, shape (n, n_visible)
            Bits. Of a tuple (as from a loader with labels) the first item is taken.

        Returns
        -------
        Metrics
            ``reconstruction``, the share of visible units that the chain has changed; ``visible_gap`` and
            ``hidden_gap``, how much the units' mean activity differs between data and chain, on average.

        Raises
        ------
        ValueError
            If the width is not the model's; at the first step, if the data are no bits.
        """
        data = self._data(batch)
        with no_grad():
            # step 1: positive phase: the hidden units' probabilities given the data
            inputs = self.model.hidden_inputs(data)
            hidden = inputs.sigmoid()
            # step 2: negative phase: k sweeps of a chain that begins at the data
            for _ in range(self.k):
                visible, inputs = sweep(self.model, self.rng.bernoulli(logits=inputs), self.rng)
            changed = (data - visible).abs().mean()
            fantasy_hidden = inputs.sigmoid()
        # step 3: the difference of the phases' gradients; step 4: the update
        return Metrics(reconstruction=changed, **self._update(data, hidden, visible, fantasy_hidden))


def energy_gradient(model: Any, v: Tensor, hidden_probs: Tensor, share: Tensor) -> Gradient:
    """Return the gradient of Σ_n share_n F(v_n): by the model's own ``energy_gradient``, or else by the engine.

    That of an RBM gives the same numbers as the engine and takes less time.
    """
    if hasattr(model, "energy_gradient"):
        return model.energy_gradient(v, hidden_probs, share)  # type: ignore[no-any-return]
    parameters = list(model.parameters())
    trained = [p for p in parameters if p.requires_grad]
    with enable_grad():
        gradients = iter(grad(share @ model.free_energy(v), trained, allow_unused=True))
    return [next(gradients) if p.requires_grad else None for p in parameters]


def check_centring(name: str, model: Any, centring: Any) -> None:
    """Raise TypeError or ValueError unless `centring` is None or of a machine of the size of `model`."""
    if centring is None:
        return
    if not isinstance(centring, Centring):
        raise TypeError(f"{name}: centring must be a Centring, got {centring!r}: make one, Centring(model, rate=0.01)")
    units, own = (len(centring.visible), len(centring.hidden)), (model.n_visible, model.n_hidden)
    if units != own:
        raise ValueError(f"{name}: the centring is of a machine of {units} units, this one has {own}: Centring(model)")
