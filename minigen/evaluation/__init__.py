"""Evaluation: how good a model is.

Reading order: `score` (what a figure says of itself), `nearest` (neighbours), `neighbours` (scores made of them).
"""

from minigen.evaluation.nearest import nearest
from minigen.evaluation.neighbours import neighbour_scores
from minigen.evaluation.score import Score

__all__ = ["Score", "nearest", "neighbour_scores"]
