"""Evaluation: how good a model is.

Reading order: `score` (what a figure says of itself), `nearest` (neighbours), `neighbours` (scores made of
them); `likelihood` (nats and bits/dim), `divergence` (from a density that is known), `inversion`.
"""

from minigen.evaluation.divergence import divergence
from minigen.evaluation.inversion import inversion_errors
from minigen.evaluation.likelihood import bits_per_dim, dequantized_likelihood, log_likelihood
from minigen.evaluation.nearest import nearest
from minigen.evaluation.neighbours import neighbour_scores
from minigen.evaluation.score import Score

__all__ = [
    "Score",
    "nearest",
    "neighbour_scores",
    "log_likelihood",
    "dequantized_likelihood",
    "bits_per_dim",
    "divergence",
    "inversion_errors",
]
