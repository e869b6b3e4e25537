"""Normalizing flows: an invertible map between data and noise, with exact likelihood and sampling.

Reading order: `minigen/models/flows/transform.py` (the contract), `minigen/models/flows/coupling.py`,
`minigen/models/flows/permutation.py`, `minigen/models/flows/scaling.py`, `minigen/models/flows/base.py`,
`minigen/models/flows/flow.py` (the model; NICE, Real NVP), `minigen/models/flows/actnorm.py`,
`minigen/models/flows/logit.py`, `minigen/models/flows/dequantized.py`; `minigen/learning/likelihood.py`;
`minigen/evaluation/likelihood.py`, `minigen/evaluation/divergence.py`; then `docs/flows.md`,
`minigen/recipes/realnvp_moons.py` and `minigen/recipes/nice_mnist.py`.
"""

from minigen.models.flows.actnorm import ActNorm
from minigen.models.flows.base import Base, Gaussian, Logistic
from minigen.models.flows.coupling import AdditiveCoupling, AffineCoupling
from minigen.models.flows.dequantized import Dequantized
from minigen.models.flows.flow import NICE, Flow, RealNVP
from minigen.models.flows.logit import Logit
from minigen.models.flows.permutation import Permutation
from minigen.models.flows.scaling import Scaling
from minigen.models.flows.transform import Composition, Transform

__all__ = [
    "Transform",
    "Composition",
    "AdditiveCoupling",
    "AffineCoupling",
    "Permutation",
    "Scaling",
    "ActNorm",
    "Logit",
    "Base",
    "Gaussian",
    "Logistic",
    "Flow",
    "RealNVP",
    "NICE",
    "Dequantized",
]
