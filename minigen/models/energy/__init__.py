"""Energy-based models: a low energy E(v, h) is a high probability, p(v, h) = exp(-E(v, h)) / Z.

Reading order: `minigen/models/energy/contract.py`, `minigen/models/energy/rbm.py`; `minigen/sampling/gibbs.py`;
`minigen/learning/contrastive.py`, `minigen/learning/persistent.py`, `minigen/learning/centring.py`;
`minigen/inference/enumeration.py`, `minigen/inference/exact.py`, `minigen/inference/chain_law.py`;
`minigen/models/energy/annealing.py`, `minigen/evaluation/annealed.py`, `minigen/evaluation/unnormalized.py`,
`minigen/evaluation/pseudolikelihood.py`, `minigen/evaluation/contrastive_bias.py`; then `docs/energy.md` and
`minigen/recipes/rbm_bars.py`.
"""

from minigen.models.energy.contract import EnergyModel
from minigen.models.energy.rbm import RBM

__all__ = ["EnergyModel", "RBM"]
