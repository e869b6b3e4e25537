"""Sampling: how to draw from a model of which only conditionals or energies are known.

Reading order: `gibbs` (one sweep; chains as objects whose state is saved).
"""

from minigen.sampling.gibbs import Blocks, Chains, sweep

__all__ = ["Blocks", "Chains", "sweep"]
