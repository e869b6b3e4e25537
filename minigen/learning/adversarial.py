"""Adversarial training: the two-player game of a generator and a discriminator.

With a(x) the logit of D(x), the discriminator descends (Goodfellow 2016, equation 8)

    J_D = -1/2 E_data[log D(x)] - 1/2 E_z[log(1 - D(G(z)))]

and the generator one of

    minimax            1/2 E_z[log(1 - D(G(z)))]     equation 10, the part that depends on G
    non-saturating    -1/2 E_z[log D(G(z))]          equation 13
    maximum-likelihood -1/2 E_z[exp a(G(z))]         equation 14

Against the best discriminator D* = p / (p + q) the first descends the Jensen-Shannon divergence between data p
and samples q, the third half of KL(p‖q) (Goodfellow 2014, "On distinguishability criteria"). The first saturates:
where D rejects samples its slope vanishes.

Label smoothing moves the targets of D. One-sided: 1 - α for data, so that D* = (1 - α) p / (p + q). Two-sided: also
β for samples, D* = ((1 - α) p + β q) / (p + q); where p is small its shape is that of q, which ties G to its own
mistakes (Salimans et al. 2016, section 3.4), so it has a name of its own.

Sources: Goodfellow et al. 2014, "Generative Adversarial Nets", Algorithm 1; Goodfellow 2016, "NIPS 2016 Tutorial:
Generative Adversarial Networks", sections 3.2 and 4.2.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from minigen import random
from minigen.autodiff import Tensor, no_grad, origin
from minigen.autodiff.creation import full_like
from minigen.data import check_finite
from minigen.learning.algorithm import Algorithm, Optimizer, descend, examples_of, own_generator, refuse_strangers
from minigen.learning.metrics import Metrics
from minigen.nn import LogSigmoid, Module, Sequential, Sigmoid, Softmax
from minigen.nn.functional import binary_cross_entropy_with_logits, logsigmoid

SATURATING_OUTPUTS = {"sigmoid", "softmax", "logsigmoid", "log_softmax"}


def minimax(logits: Tensor) -> Tensor:
    """Return the generator's cost 1/2 mean log(1 - D) for the logits of its samples, in nats."""
    return 0.5 * logsigmoid(-logits).mean()


def non_saturating(logits: Tensor) -> Tensor:
    """Return the generator's cost -1/2 mean log D for the logits of its samples, in nats."""
    return -0.5 * logsigmoid(logits).mean()


def maximum_likelihood(logits: Tensor) -> Tensor:
    """Return the generator's cost -1/2 mean exp(a) for the logits a of its samples."""
    return -0.5 * logits.exp().mean()


COSTS: dict[str, Callable[[Tensor], Tensor]] = {
    "minimax": minimax,
    "non-saturating": non_saturating,
    "maximum-likelihood": maximum_likelihood,
}


def discriminator_cost(real: Tensor, fake: Tensor, *, real_target: float = 1.0, fake_target: float = 0.0) -> Tensor:
    """Return J_D, in nats, for the logits of data and of samples and their targets.

    Examples
    --------
    >>> import minigen as mg
    >>> logits = mg.zeros(4)
    >>> mg.learning.adversarial.discriminator_cost(logits, logits)
    tensor(0.6931)
    """
    on_data = binary_cross_entropy_with_logits(real, full_like(real, real_target))
    on_samples = binary_cross_entropy_with_logits(fake, full_like(fake, fake_target))
    return 0.5 * on_data + 0.5 * on_samples


class Adversarial(Algorithm):
    """The training procedure of generative adversarial nets (Algorithm 1 of Goodfellow et al. 2014).

    Parameters
    ----------
    generator : Module
        Maps noise of shape (m, …) to samples shaped like the data.
    discriminator : Module
        Maps examples to logits of shape (m,) or (m, 1); it must not end in a sigmoid.
    opt_g, opt_d : Optimizer
        Over the parameters of the generator and of the discriminator.
    prior : int, callable or object with ``sample``
        The noise: an int d stands for N(0, I) in d dimensions, in the generator's dtype; otherwise ``prior(m, rng)`` or
        ``prior.sample(m, rng=rng)`` returns m draws.
    k : int, optional
        Discriminator steps for each generator step.
    cost : {"non-saturating", "minimax", "maximum-likelihood"}, optional
        What the generator descends.
    smoothing : float, optional
        One-sided label smoothing: data have target 1 - smoothing.
    two_sided_smoothing : pair of float, optional
        (α, β): data have target 1 - α and samples β; instead of `smoothing`.
    rng : None, int or minigen.random.Generator, optional
        Source of all noise of the training; by default a child of the default generator.

    Raises
    ------
    ValueError
        For an unknown cost, k < 1, smoothing outside [0, 1), an optimizer of other parameters, or a discriminator that
        ends in a sigmoid (as a layer here, as a function at the first step).

    Examples
    --------
    >>> import minigen as mg
    >>> generator, discriminator = mg.models.Generator(2, 1, hidden=[8]), mg.models.Discriminator(1, hidden=[8])
    >>> gan = mg.learning.Adversarial(
    ...     generator,
    ...     discriminator,
    ...     mg.optim.Adam(generator.parameters()),
    ...     mg.optim.Adam(discriminator.parameters()),
    ...     prior=2,
    ...     rng=0,
    ... )
    >>> sorted(gan.step(mg.zeros(16, 1)))
    ['d_fake', 'd_real', 'discriminator', 'generator']
    """

    PARTS = ("generator", "discriminator", "opt_g", "opt_d", "rng")

    def __init__(
        self,
        generator: Module,
        discriminator: Module,
        opt_g: Optimizer,
        opt_d: Optimizer,
        *,
        prior: Any,
        k: int = 1,
        cost: str = "non-saturating",
        smoothing: float = 0.0,
        two_sided_smoothing: tuple[float, float] | None = None,
        rng: random.Generator | int | None = None,
    ) -> None:
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise ValueError(f"Adversarial: k must be a positive integer (discriminator steps), got {k!r}")
        if cost not in COSTS:
            raise ValueError(f"Adversarial: cost must be one of {', '.join(COSTS)}, got {cost!r}")
        if smoothing and two_sided_smoothing is not None:
            raise ValueError("Adversarial: give smoothing (one-sided) or two_sided_smoothing=(α, β), not both")
        try:
            alpha, beta = map(float, (smoothing, 0.0) if two_sided_smoothing is None else two_sided_smoothing)
        except (TypeError, ValueError):
            raise TypeError(
                f"Adversarial: smoothing is a number and two_sided_smoothing a pair (α, β) of numbers, "
                f"got {smoothing!r} and {two_sided_smoothing!r}"
            ) from None
        if not (0 <= alpha < 1 and 0 <= beta < 1 and alpha + beta < 1):
            raise ValueError(
                f"Adversarial: smoothing must lie in [0, 1) and leave 1 - α above β, got α={alpha}, β={beta}"
            )
        _refuse_sigmoid(discriminator)
        for name, optimizer, player in (("opt_g", opt_g, generator), ("opt_d", opt_d, discriminator)):
            refuse_strangers("Adversarial", optimizer, player, name=name, fix=", and mind the order opt_g, opt_d")
        self.generator = generator
        self.discriminator = discriminator
        self.opt_g = opt_g
        self.opt_d = opt_d
        self.prior = _prior(prior, generator)
        self.k = k
        self.cost = cost
        self.real_target = 1.0 - alpha
        self.fake_target = beta
        self.rng = own_generator(rng)
        self._checked = False

    def step(self, batch: Tensor | Sequence[Any]) -> Metrics:
        """Run one iteration of Algorithm 1.

        Parameters
        ----------
        batch : Tensor
            Examples of shape (k m, …): k minibatches of m examples, one for each discriminator step. Of a tuple (as
            from a loader with labels) the first item is taken.

        Returns
        -------
        Metrics
            ``discriminator`` and ``generator``, the costs in nats, and the mean probabilities ``d_real`` = D(x) and
            ``d_fake`` = D(G(z)) of the last discriminator step.

        Raises
        ------
        ValueError
            If there are fewer examples than discriminator steps, if logits are not one for each example, or if the
            first batch (on the host) is not finite.
        """
        with random.using(self.rng):
            # for k steps do
            for real in self._minibatches(batch):
                m = len(real)
                # step 1: sample minibatch of m noise samples from the noise prior
                z = self.prior(m, self.rng)
                # step 2: sample minibatch of m examples from the data: `real`
                # step 3: update the discriminator by its stochastic gradient
                with no_grad():
                    fake = self.generator(z)
                on_real, on_fake = self._logits(real), self._logits(fake)
                cost_d = discriminator_cost(
                    on_real, on_fake, real_target=self.real_target, fake_target=self.fake_target
                )
                descend(self.discriminator, self.opt_d, cost_d)
            # step 4: sample minibatch of m noise samples from the noise prior
            z = self.prior(m, self.rng)
            # step 5: update the generator by descending its stochastic gradient
            cost_g = COSTS[self.cost](self._logits(self.generator(z)))
            descend(self.generator, self.opt_g, cost_g)
        with no_grad():
            return Metrics(
                discriminator=cost_d,
                generator=cost_g,
                d_real=on_real.sigmoid().mean(),
                d_fake=on_fake.sigmoid().mean(),
            )

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued."""
        return {
            "k": self.k,
            "cost": self.cost,
            "real_target": self.real_target,
            "fake_target": self.fake_target,
            "generator": repr(self.generator),
            "discriminator": repr(self.discriminator),
        }

    def _minibatches(self, batch: Any) -> Iterator[Tensor]:
        """Cut `batch` into k minibatches whose sizes differ by at most one."""
        examples = examples_of(batch)
        if not self._checked and examples.device.type == "cpu":
            check_finite(examples, "Adversarial.step")
        self._checked = True
        n = len(examples)
        if n < self.k:
            raise ValueError(
                f"Adversarial.step: expected at least k={self.k} examples, one for each discriminator step, got {n}"
            )
        for i in range(self.k):
            yield examples[i * n // self.k : (i + 1) * n // self.k]

    def _logits(self, examples: Tensor) -> Tensor:
        logits = self.discriminator(examples)
        if logits.shape not in ((len(examples),), (len(examples), 1)):
            raise ValueError(
                f"Adversarial: the discriminator must return one logit for each of {len(examples)} examples, "
                f"got shape {logits.shape}: end it in Linear(…, 1)"
            )
        _refuse_probabilities(logits)
        return logits  # type: ignore[no-any-return]


def _prior(prior: Any, generator: Module) -> Callable[[int, random.Generator], Tensor]:
    """Return ``draw(m, rng)`` for any accepted form of prior."""
    if isinstance(prior, int) and not isinstance(prior, bool) and prior > 0:
        return lambda m, rng: _normal_like(next(generator.parameters(), None), (m, prior), rng)
    if hasattr(prior, "sample"):
        return lambda m, rng: prior.sample(m, rng=rng)
    if callable(prior):
        return prior  # type: ignore[no-any-return]
    raise TypeError(
        f"Adversarial: prior must be a positive int (dimensions of N(0, I)), a function of (m, rng) or have "
        f".sample(m, rng=), got {prior!r}"
    )


def _normal_like(weight: Tensor | None, shape: tuple[int, ...], rng: random.Generator) -> Tensor:
    """Draw N(0, I) in the dtype and on the device of `weight`."""
    if weight is None:
        return rng.normal(shape)
    return rng.normal(shape, dtype=weight.dtype, device=weight.device)


_FIX = "leave it out and return its argument, the logit; the costs apply it in a form that cannot overflow"


def _refuse_sigmoid(discriminator: Module) -> None:
    """Raise ValueError if a Sequential ends in what turns logits into probabilities; `step` sees the rest."""
    last = discriminator
    while isinstance(last, Sequential) and len(last):
        last = last[-1]
    if isinstance(last, Sigmoid | LogSigmoid | Softmax):
        raise ValueError(f"Adversarial: the discriminator ends in {type(last).__name__}: {_FIX}")


def _refuse_probabilities(logits: Tensor) -> None:
    """Raise ValueError if the graph says that `logits` were computed by a sigmoid."""
    name = origin(logits)
    if name in SATURATING_OUTPUTS:
        raise ValueError(f"Adversarial: the discriminator's output was computed by {name}: {_FIX}")
