"""Models: what p(x) is. Each family is a folder; its first page names the reading order of its chapter."""

from minigen.models import adversarial, energy, flows, variational
from minigen.models.adversarial import Discriminator, Generator
from minigen.models.energy import RBM
from minigen.models.flows import NICE, Flow, RealNVP
from minigen.models.variational import VAE, LinearGaussianVAE, MLPDecoder, MLPEncoder

__all__ = [
    "adversarial",
    "Discriminator",
    "Generator",
    "energy",
    "RBM",
    "flows",
    "Flow",
    "NICE",
    "RealNVP",
    "variational",
    "VAE",
    "LinearGaussianVAE",
    "MLPDecoder",
    "MLPEncoder",
]
