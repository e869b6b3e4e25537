"""Distributions: laws with parameters, under PyTorch's names.

Reading order: `distribution` (what all have), `normal`, `bernoulli`, `logistic`; `divergence` (how far one
is from another).
"""

from minigen.distributions.bernoulli import Bernoulli
from minigen.distributions.distribution import Distribution
from minigen.distributions.divergence import kl_divergence
from minigen.distributions.logistic import Logistic
from minigen.distributions.normal import Normal

__all__ = ["Distribution", "Normal", "Bernoulli", "Logistic", "kl_divergence"]
