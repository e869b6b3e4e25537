"""Learning: how to fit a model. An algorithm owns its model and optimizers; ``step(batch)`` is one iteration.

Reading order: `metrics` (what a step reports), `algorithm` (what all share), then the algorithms: `adversarial`;
`likelihood`; `elbo`, with `estimators` and `divergence_terms`; `contrastive` and `persistent`, with `centring`.
`monitored` goes around any of them.
"""

from minigen.learning.adversarial import Adversarial
from minigen.learning.algorithm import Algorithm
from minigen.learning.centring import Centring
from minigen.learning.contrastive import ContrastiveDivergence
from minigen.learning.divergence_terms import Annealing, FreeBits
from minigen.learning.elbo import ELBO
from minigen.learning.estimators import Reparameterization, ScoreFunction
from minigen.learning.likelihood import MaximumLikelihood
from minigen.learning.metrics import Metrics
from minigen.learning.monitored import Monitored
from minigen.learning.persistent import PersistentContrastiveDivergence

__all__ = [
    "Adversarial",
    "Algorithm",
    "ELBO",
    "Reparameterization",
    "ScoreFunction",
    "Annealing",
    "FreeBits",
    "MaximumLikelihood",
    "Metrics",
    "Centring",
    "ContrastiveDivergence",
    "PersistentContrastiveDivergence",
    "Monitored",
]
