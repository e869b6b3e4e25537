"""Persistent contrastive divergence: the negative phase from chains that go on from update to update.

    d/dθ E_data[log p(v)] = E_model[dF(v)/dθ] - E_data[dF(v)/dθ]

Each update moves the model a little, so chains that were near its law stay near it with a few sweeps. Unlike those of
contrastive divergence they get far from the data and find the modes that the model has elsewhere. The learning rate
must fall (`minigen.optim.Scheduled`), so that in the end the chains keep up; the mean of the last weights
(`minigen.optim.Averaged`) is better than any of them.

Sources: Younes 1989, "Parametric inference for imperfectly observed Gibbsian fields" (stochastic maximum likelihood);
Tieleman 2008, "Training restricted Boltzmann machines using approximations to the likelihood gradient".
"""

from collections.abc import Sequence
from typing import Any

from minigen import random
from minigen.autodiff import Tensor, no_grad
from minigen.learning.algorithm import Optimizer
from minigen.learning.centring import Centring
from minigen.learning.contrastive import Contrast
from minigen.learning.metrics import Metrics
from minigen.sampling import Chains


class PersistentContrastiveDivergence(Contrast):
    """Persistent contrastive divergence, PCD-k.

    Parameters
    ----------
    model : RBM or alike
        With ``hidden_inputs(v)``, ``sample_visible(h, rng=)`` and ``free_energy(v)``.
    optimizer : Optimizer
        Over the model's parameters. Momentum, weight decay, schedules and averages are its matter (`minigen.optim.SGD`,
        `minigen.optim.Scheduled`, `minigen.optim.Averaged`).
    chains : int or Chains, optional
        How many chains; they draw from `rng`. Or chains that have begun, with a generator of their own.
    k : int, optional
        Sweeps of each chain an update.
    rng : None, int or minigen.random.Generator, optional
        Source of all draws; by default a child of the default generator.
    centring : Centring, optional
        Take the gradient of the centred machine, which is better conditioned.

    Raises
    ------
    ValueError
        If `k` or `chains` is not positive, the optimizer is of other parameters, or the chains are of another model.

    Examples
    --------
    >>> import minigen as mg
    >>> rbm = mg.models.RBM(6, 4)
    >>> sgd = mg.optim.Scheduled(mg.optim.SGD(rbm.parameters(), lr=0.1), mg.optim.linear(1000))
    >>> pcd = mg.learning.PersistentContrastiveDivergence(rbm, sgd, chains=20, rng=0)
    >>> sorted(pcd.step(mg.ones(8, 6)))
    ['hidden_gap', 'visible_gap']
    """

    PARTS = (*Contrast.PARTS, "chains")

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        chains: int | Chains = 100,
        k: int = 1,
        rng: random.Generator | int | None = None,
        *,
        centring: Centring | None = None,
    ) -> None:
        super().__init__(model, optimizer, k, rng, centring)
        if isinstance(chains, Chains):
            if chains.model is not model:
                raise ValueError(
                    "PersistentContrastiveDivergence: the chains are of another model: make them of this one, or give "
                    "their number"
                )
            self.chains = chains
        else:
            self.chains = Chains(model, chains, rng=self.rng)

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {**super().setup(), "chains": len(self.chains)}

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Make one update.

        Parameters
        ----------
        batch : Tensor, shape (n, n_visible)
            Bits; n need not be the number of chains. Of a tuple (as from a loader with labels) the first item is taken.

        Returns
        -------
        Metrics
            ``visible_gap`` and ``hidden_gap``, how much the units' mean activity differs between data and chains, on
            average.

        Raises
        ------
        ValueError
            If the width is not the model's; at the first step, if the data are no bits.
        """
        data = self._data(batch)
        # step 1: positive phase: the hidden units' probabilities given the data
        with no_grad():
            hidden = self.model.hidden_inputs(data).sigmoid()
        # step 2: negative phase: k sweeps of each chain, from where it stands
        visible = self.chains.step(self.k)
        # step 3: the difference of the phases' gradients; step 4: the update
        return Metrics(**self._update(data, hidden, visible, self.chains.hidden_probs))
