"""The Bernoulli law, element by element: 1 with probability p, else 0.

    log P(x) = x log p + (1 - x) log(1 - p) = x a - log(1 + exp(a)),    a = log(p / (1 - p))

From logits a it is exact in both tails; from probabilities also at 0 and 1, where 0 log 0 is 0.
"""

import math
from typing import Any

from minigen.autodiff import Tensor, enable_grad
from minigen.autodiff.ops.activation import logsigmoid, softplus_sum
from minigen.autodiff.ops.exponential import log1p
from minigen.autodiff.ops.indexing import where
from minigen.autodiff.ops.likelihood import bernoulli_log_prob
from minigen.autodiff.ops.loss import binary_cross_entropy_with_logits
from minigen.distributions.distribution import Distribution, as_tensors, broadcast
from minigen.random import Generator, as_generator
from minigen.random.arguments import Shape


class Bernoulli(Distribution):
    """A coin for each element.

    Parameters
    ----------
    probs : Tensor or float
        Probabilities of 1, in [0, 1].
    logits : Tensor or float
        Instead of `probs`: log(p / (1 - p)).
    validate_args : bool, optional
        Whether to check values; see `Distribution`.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or a logit is NaN, and values are checked.
    TypeError
        If not exactly one of `probs` and `logits` is given.

    Examples
    --------
    >>> import minigen as mg
    >>> law = mg.distributions.Bernoulli(logits=mg.tensor([0.0, 40.0]))
    >>> law.log_prob(mg.tensor([1.0, 0.0]))
    tensor([ -0.6931, -40.0000])
    >>> mg.distributions.Bernoulli(probs=mg.tensor([0.0, 1.0])).sample(rng=0)
    tensor([0., 1.])
    """

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise TypeError(f"Bernoulli: give either probs or logits, got {'none' if probs is None else 'both'}")
        (given,) = as_tensors(logits if probs is None else probs)
        self.batch_shape = given.shape
        self._validate_args = validate_args
        self._probs: Tensor | None = None
        self._logits: Tensor | None = None
        if probs is None:
            self._check("logits must be numbers", given, lambda x: x == x, "look where NaN came from")
            self._logits = given
        else:
            self._check(
                "probs must lie in [0, 1]", given, lambda x: (x >= 0) & (x <= 1), "give logits=… for a network's output"
            )
            self._probs = given

    @property
    def probs(self) -> Tensor:
        """The probabilities of 1."""
        if self._probs is None:
            with enable_grad():
                self._probs = self.logits.sigmoid()
        return self._probs

    @property
    def logits(self) -> Tensor:
        """log(p / (1 - p)), infinite where p is 0 or 1."""
        if self._logits is not None:
            return self._logits
        of_one, of_zero = log_probs(self)
        return of_one - of_zero

    @property
    def mean(self) -> Tensor:
        """The probabilities of 1."""
        return self.probs

    @property
    def variance(self) -> Tensor:
        """The variances p (1 - p)."""
        return self.probs * (1 - self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the log-probability of each element of `value`, broadcast against the parameters, in nats."""
        self._check_value(value)
        if self._logits is None:
            of_one, of_zero = log_probs(self)
            return weighted(value, of_one) + weighted(1 - value, of_zero)
        logits, value = broadcast("Bernoulli.log_prob", self._logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def joint_log_prob(self, value: Tensor, ndims: int) -> Tensor:
        """Return the log-probability of the last `ndims` axes of `value` together, in nats."""
        if self._logits is None or not ndims:
            return super().joint_log_prob(value, ndims)
        self._check_value(value)
        logits, value = self._logits.flatten(-ndims), value.flatten(-ndims)
        if logits.ndim > 1 and logits.shape[-2] == 1 and value.ndim == 2 and logits.shape[-1] == value.shape[-1]:
            # one law for many values: all their products are one of matrices
            return logits.squeeze(-2) @ value.mT - softplus_sum(logits)
        return bernoulli_log_prob(*broadcast("Bernoulli.joint_log_prob", logits, value))

    def entropy(self) -> Tensor:
        """Return -p log p - (1 - p) log(1 - p) of each element, in nats."""
        of_one, of_zero = log_probs(self)
        return -(weighted(self.probs, of_one) + weighted(1 - self.probs, of_zero))

    def sample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Toss the coins, outside any graph; of shape `sample_shape` + `batch_shape`."""
        shape = self._extended(sample_shape)
        given = self._probs if self._logits is None else self._logits
        given = given if given.shape == shape else given.broadcast_to(shape)  # type: ignore[union-attr]
        draw = as_generator(rng).bernoulli
        return draw(given) if self._logits is None else draw(logits=given)

    def _check_value(self, value: Tensor) -> None:
        self._check(
            "values must be 0 or 1", value, lambda x: (x == 0) | (x == 1), "binarize the data (transforms.Binarize)"
        )

    def __repr__(self) -> str:
        return f"Bernoulli(probs={self.probs!r})"


def log_probs(law: Bernoulli) -> tuple[Tensor, Tensor]:
    """Return log p and log(1 - p), -inf where the probability is 0.

    Examples
    --------
    >>> log_probs(Bernoulli(probs=0.5))
    (tensor(-0.6931), tensor(-0.6931))
    """
    if law._logits is not None:
        return logsigmoid(law._logits), logsigmoid(-law._logits)
    p = law.probs
    inside = where((p > 0) & (p < 1), p, 0.5)
    of_one, of_zero = where(p < 1, inside.log(), 0.0), where(p > 0, log1p(-inside), 0.0)
    return where(p > 0, of_one, -math.inf), where(p < 1, of_zero, -math.inf)


def weighted(weight: Tensor, value: Tensor) -> Tensor:
    """Return weight times value, 0 where the weight is 0 and the value infinite."""
    return weight * where(weight > 0, value, 0.0)
