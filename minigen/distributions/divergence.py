"""The Kullback-Leibler divergence KL(p‖q) = E_p[log p - log q], in closed form, element by element.

    normal       1/2 (σ_p²/σ_q² - 1 + (μ_p - μ_q)²/σ_q²) - log(σ_p/σ_q)
    Bernoulli    p log(p/q) + (1 - p) log((1 - p)/(1 - q))

Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix B, for the normal one with q = N(0, 1).
"""

from minigen.autodiff import Tensor
from minigen.autodiff.ops.indexing import where
from minigen.distributions.bernoulli import Bernoulli, log_probs, weighted
from minigen.distributions.distribution import Distribution
from minigen.distributions.normal import Normal


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """Return KL(p‖q) of each element, in nats; 0 where the laws are equal, never negative.

    Parameters
    ----------
    p, q : Distribution
        Of one kind; shapes are broadcast.

    Returns
    -------
    Tensor
        Of the broadcast shape; infinite where p allows what q forbids.

    Raises
    ------
    NotImplementedError
        If no closed form is known here for the two.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.distributions import Normal
    >>> kl_divergence(Normal(mg.tensor([0.0, 1.0]), 1.0), Normal(0.0, 1.0))
    tensor([0.0000, 0.5000])
    """
    if isinstance(p, Normal) and isinstance(q, Normal):
        return _normal(p, q)
    if isinstance(p, Bernoulli) and isinstance(q, Bernoulli):
        return _bernoulli(p, q)
    raise NotImplementedError(
        f"kl_divergence: no closed form is known here for {type(p).__name__} and {type(q).__name__}: "
        "average p.log_prob(x) - q.log_prob(x) over draws x of p"
    )


def _normal(p: Normal, q: Normal) -> Tensor:
    """With d = log(σ_p/σ_q) the first and last term are 1/2 (exp(2d) - 1) - d: no digits are lost where it is small."""
    d = p.log_scale - q.log_scale
    return 0.5 * ((2.0 * d).expm1() + ((p.loc - q.loc) / q.scale).square()) - d


def _bernoulli(p: Bernoulli, q: Bernoulli) -> Tensor:
    total: Tensor | None = None
    for weight, of_p, of_q in zip((p.probs, 1 - p.probs), log_probs(p), log_probs(q), strict=True):
        term = weighted(weight, where(weight > 0, of_p, 0.0) - of_q)
        total = term if total is None else total + term
    return total  # type: ignore[return-value]
