"""Maximum likelihood: the parameters under which the data are most probable.

    θ* = argmax E_data[log p(x; θ)]

which is also where KL(p_data‖p) is least, since the two differ by the entropy of the data. A step descends the mean of
-log p(x) over a minibatch, whose expectation is that of the whole data set.

A model whose `log_prob` is exact is fitted through it. One that has none but is small enough to be computed exactly (an
RBM of few units, a latent-variable model of one or two latents) is fitted through `minigen.inference.exact_log_prob`.

Source: Goodfellow, Bengio and Courville 2016, "Deep Learning", section 5.5.
"""

from collections.abc import Sequence
from typing import Any

from minigen import random
from minigen.autodiff import Tensor, no_grad
from minigen.data import check_finite
from minigen.inference import exact_log_prob
from minigen.learning.algorithm import Algorithm, Optimizer, descend, examples_of, own_generator, refuse_strangers
from minigen.learning.metrics import Metrics
from minigen.nn import Module


class MaximumLikelihood(Algorithm):
    """Gradient descent on the negative log-likelihood.

    Parameters
    ----------
    model : Module
        With ``log_prob(x)`` of shape (batch,), in nats, or one that `minigen.inference.exact_log_prob` takes.
    optimizer : Optimizer
        Over its parameters.
    rng : None, int or minigen.random.Generator, optional
        Source of the noise that a model may add (dropout); by default a child of the default generator.

    Raises
    ------
    ValueError
        If the optimizer updates other parameters.

    Examples
    --------
    >>> import minigen as mg
    >>> flow = mg.models.RealNVP(2, couplings=2, hidden=[8])
    >>> learning = MaximumLikelihood(flow, mg.optim.Adam(flow.parameters()))
    >>> list(learning.step(mg.randn(16, 2)))
    ['nll']
    """

    PARTS = ("model", "optimizer", "rng")

    def __init__(self, model: Module, optimizer: Optimizer, *, rng: random.Generator | int | None = None) -> None:
        refuse_strangers("MaximumLikelihood", optimizer, model)
        self.model = model
        self.optimizer = optimizer
        self.rng = own_generator(rng)
        self._seen = False

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Take one step of gradient descent.

        Parameters
        ----------
        batch : Tensor
            Examples. Of a tuple (as from a loader with labels) the first item is taken.

        Returns
        -------
        Metrics
            ``nll``, the mean of -log p(x) over the batch before the step, in nats.

        Raises
        ------
        ValueError
            If the first batch (on the host) or its log p is not finite, or log p is not one number for each example.
        """
        # step 1: sample a minibatch of m examples from the data
        x = examples_of(batch)
        # step 2: the negative log-likelihood, -1/m Σ log p(x; θ)
        with random.using(self.rng):
            log_p = exact_log_prob(self.model, x)
        if log_p.shape != (len(x),):
            raise ValueError(
                f"MaximumLikelihood: expected one log p for each of {len(x)} examples, got shape {log_p.shape}: "
                "sum over the features"
            )
        if not self._seen:
            self._check(x, log_p)
            self._seen = True
        nll = -log_p.mean()
        # step 3: descend its gradient
        descend(self.model, self.optimizer, nll)
        return Metrics(nll=nll)

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {"model": repr(self.model)}

    @no_grad
    def _check(self, x: Tensor, log_p: Tensor) -> None:
        """Look at the first batch, if it is on the host: one example without a likelihood spoils all parameters."""
        if x.device.type != "cpu":
            return
        check_finite(x, "MaximumLikelihood.step: the first batch")
        lost = len(x) - log_p.isfinite().sum().item()
        if lost:
            raise ValueError(
                f"MaximumLikelihood: log p of {lost} of the {len(x)} examples of the first batch is NaN or infinite: "
                "they lie where the model is not defined, scale them, or it has parameters that are no numbers"
            )
