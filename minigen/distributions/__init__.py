"""Distributions: laws with parameters, under PyTorch's names.

Reading order: `distribution` (what all have), `normal`, `bernoulli`; `divergence` (how far one is from another).
"""

from minigen.distributions.bernoulli import Bernoulli
from minigen.distributions.distribution import Distribution
from minigen.distributions.divergence import kl_divergence
from minigen.distributions.normal import Normal

__all__ = ["Distribution", "Normal", "Bernoulli", "kl_divergence"]
