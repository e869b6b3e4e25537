"""Evaluation: how good a model is.

Reading order: `score` (what a figure says of itself); of likelihoods: `likelihood` (nats and bits/dim), `divergence`
(from a density that is known), `inversion`; of energy-based models: `annealed` (log Z by annealed importance sampling,
there and back), `unnormalized` (the likelihood with such a log Z), `pseudolikelihood`; of latent-variable models:
`importance_bound`, `active_units`; of samples: `nearest`
(neighbours), `neighbours` (scores made of them), `coverage` (known modes), `k_means` and `parzen` (densities made of
samples, and their controls).
"""

from minigen.evaluation.active_units import active_units
from minigen.evaluation.annealed import ais, bracket, reverse_ais
from minigen.evaluation.contrastive_bias import contrastive_bias
from minigen.evaluation.coverage import mode_coverage
from minigen.evaluation.divergence import divergence
from minigen.evaluation.importance_bound import importance_bound, importance_log_prob
from minigen.evaluation.inversion import inversion_errors
from minigen.evaluation.k_means import k_means
from minigen.evaluation.likelihood import bits_per_dim, dequantized_likelihood, log_likelihood
from minigen.evaluation.nearest import nearest
from minigen.evaluation.neighbours import neighbour_scores
from minigen.evaluation.parzen import parzen, parzen_log_prob, parzen_scores
from minigen.evaluation.pseudolikelihood import pseudolikelihood
from minigen.evaluation.score import Score
from minigen.evaluation.unnormalized import unnormalized_likelihood

__all__ = [
    "Score",
    "log_likelihood",
    "dequantized_likelihood",
    "bits_per_dim",
    "divergence",
    "inversion_errors",
    "ais",
    "reverse_ais",
    "bracket",
    "unnormalized_likelihood",
    "pseudolikelihood",
    "contrastive_bias",
    "importance_bound",
    "importance_log_prob",
    "active_units",
    "nearest",
    "neighbour_scores",
    "mode_coverage",
    "k_means",
    "parzen_log_prob",
    "parzen",
    "parzen_scores",
]
