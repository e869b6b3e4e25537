"""Evaluation: how good a model is."""

from minigen.evaluation.nearest import nearest

__all__ = ["nearest"]
