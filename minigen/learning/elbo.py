"""Learning by the evidence lower bound: the decoder and the encoder of a latent-variable model at once.

    log p(x) ≥ ELBO(x) = E_q[log p(x|z)] - KL(q(z|x)‖p(z))

The first term is the reconstruction, the second the divergence: what the latents cost. A latent whose mean does not
vary with x says nothing of it; it is active if Cov_x(E_q[z]) > 0.01.

Sources: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", Algorithm 1; Burda, Grosse and Salakhutdinov 2016,
"Importance Weighted Autoencoders", section 5.2, for active units.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from minigen import random
from minigen.autodiff import Tensor, no_grad
from minigen.learning.algorithm import Algorithm, Optimizer, descend, examples_of, own_generator, refuse_strangers
from minigen.learning.divergence_terms import DivergenceTerm
from minigen.learning.estimators import Reparameterization, ScoreFunction
from minigen.learning.metrics import Metrics
from minigen.nn.offers import check_offers

ACTIVE = 0.01


class ELBO(Algorithm):
    """Auto-encoding variational Bayes (Algorithm 1 of Kingma and Welling 2014).

    Parameters
    ----------
    model : Module
        With ``encode(x)``, ``prior``, ``log_likelihood(x, z)`` and ``check(x)``, as `minigen.models.VAE`.
    optimizer : Optimizer
        Over the model's parameters.
    estimator : Reparameterization or ScoreFunction, optional
        How the bound and its gradient are estimated.
    kl : sequence of DivergenceTerm, optional
        What is done to the divergence before it is descended, in this order: `Annealing`, `FreeBits`.
    rng : None, int or minigen.random.Generator, optional
        Source of all noise of the training; by default a child of the default generator.

    Raises
    ------
    ValueError
        For an optimizer of other parameters, or free bits of a sampled divergence.
    TypeError
        If the model is no latent-variable model, or the estimator or the terms are none.

    Examples
    --------
    >>> import minigen as mg
    >>> encoder, decoder = mg.models.MLPEncoder(6, 2, hidden=[8]), mg.models.MLPDecoder(2, 6, hidden=[8])
    >>> vae = mg.models.VAE(encoder, decoder, 2, "bernoulli")
    >>> algorithm = ELBO(vae, mg.optim.Adam(vae.parameters()), rng=0)
    >>> list(algorithm.step(mg.zeros(16, 6)))
    ['bound', 'reconstruction', 'kl', 'active_units']
    """

    PARTS = ("model", "optimizer", "rng", "clock")

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        *,
        estimator: Reparameterization | ScoreFunction | None = None,
        kl: Sequence[DivergenceTerm] = (),
        rng: random.Generator | int | None = None,
    ) -> None:
        needed = "encode(x)", "prior", "log_likelihood(x, z)", "check(x)"
        check_offers("ELBO", model, *needed, fix="give a latent-variable model, as minigen.models.VAE")
        refuse_strangers("ELBO", optimizer, model)
        self.model = model
        self.optimizer = optimizer
        self.estimator = Reparameterization() if estimator is None else estimator
        if not callable(self.estimator):
            raise TypeError(f"ELBO: estimator must be Reparameterization() or ScoreFunction(), got {estimator!r}")
        if not isinstance(kl, Sequence):
            raise TypeError(f"ELBO: kl must be a sequence of terms, got {kl!r}: put it in a list")
        self.kl = tuple(kl)
        for term in self.kl:
            if not term.linear and self.estimator.divergence == "sampled":
                raise ValueError(
                    f"ELBO: {term} is of the expected divergence, which a sample does not give: take an estimator with "
                    "divergence='analytic'"
                )
        self.rng = own_generator(rng)
        self.clock = Clock()
        self._checked = False

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Run one iteration of Algorithm 1.

        Parameters
        ----------
        batch : Tensor
            Examples of shape (m, …). Of a tuple (as from a loader with labels) the first item is taken.

        Returns
        -------
        Metrics
            Means over the batch in nats: ``bound``, ``reconstruction`` = log p(x|z) and ``kl``, before any terms are
            applied; ``active_units``, how many latents are active on this batch.

        Raises
        ------
        ValueError, TypeError
            If data and likelihood disagree (the values of the first batch are read, where it is on the host).
        """
        # step 1: random minibatch of m examples
        x = examples_of(batch)
        if not self._checked:
            self.model.check(x)
            self._checked = True
        with random.using(self.rng):
            # step 2: random draws from the noise distribution, and the estimate of the bound
            terms = self.estimator(self.model, x, self._adjust, self.rng)
            # step 3: gradients of the minibatch estimator; step 4: update the parameters
            descend(self.model, self.optimizer, -terms.objective.mean())
        self.clock.step += 1
        with no_grad():
            reconstruction, divergence = terms.reconstruction.mean(), terms.divergence.sum(1).mean()
            return Metrics(
                bound=reconstruction - divergence,
                reconstruction=reconstruction,
                kl=divergence,
                active_units=(terms.mean.var(0, unbiased=False) > ACTIVE).sum(),
            )

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {"model": repr(self.model), "estimator": repr(self.estimator), "kl": [repr(term) for term in self.kl]}

    def _adjust(self, divergence: Tensor) -> Tensor:
        for term in self.kl:
            divergence = term(divergence, self.clock.step)
        return divergence


class Clock:
    """How many steps an algorithm has taken: part of its state."""

    def __init__(self) -> None:
        self.step = 0

    def state_dict(self) -> dict[str, Any]:
        """Return the number of steps."""
        return {"step": self.step}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`.

        Raises
        ------
        ValueError
            If it is not what `state_dict` returns.
        """
        if set(state_dict) != {"step"} or type(state_dict["step"]) is not int:
            raise ValueError(f"Clock.load_state_dict: expected {{'step': n}}, got {state_dict!r}")
        self.step = state_dict["step"]
