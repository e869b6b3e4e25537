"""Inference: how to compute exactly.

Reading order: `enumeration` (all states of binary units, in blocks), `quadrature` (one or two latents), `exact` (log Z,
log p(x) and exact draws of any model that is small enough); `chain_law` (where a Gibbs chain is after k sweeps).
"""

from minigen.inference.chain_law import chain_law
from minigen.inference.enumeration import states
from minigen.inference.exact import exact_log_prob, exact_log_z, exact_sample
from minigen.inference.quadrature import latent_log_prob

__all__ = ["chain_law", "exact_log_prob", "exact_log_z", "exact_sample", "latent_log_prob", "states"]
