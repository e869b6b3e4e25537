"""Variational autoencoders: a latent-variable model and, with it, a network that infers the latents.

Reading order: `minigen/distributions/normal.py`, `minigen/distributions/divergence.py`;
`minigen/models/variational/likelihood.py`, `minigen/models/variational/networks.py`,
`minigen/models/variational/vae.py`, `minigen/models/variational/linear_gaussian.py`; `minigen/learning/elbo.py`,
`minigen/learning/estimators.py`, `minigen/learning/divergence_terms.py`; `minigen/inference/quadrature.py`,
`minigen/evaluation/importance_bound.py`, `minigen/evaluation/active_units.py`; then `docs/variational.md` and
`minigen/recipes/vae_digits.py`.
"""

from minigen.models.variational.likelihood import BernoulliLikelihood, GaussianLikelihood
from minigen.models.variational.linear_gaussian import LinearGaussianVAE
from minigen.models.variational.networks import MLPDecoder, MLPEncoder
from minigen.models.variational.vae import VAE

__all__ = [
    "VAE",
    "MLPEncoder",
    "MLPDecoder",
    "BernoulliLikelihood",
    "GaussianLikelihood",
    "LinearGaussianVAE",
]
