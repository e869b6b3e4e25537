"""Models: what p(x) is. Each family is a folder; its first page names the reading order of its chapter."""

from minigen.models.adversarial import Discriminator, Generator
from minigen.models.flows import NICE, Flow, RealNVP

__all__ = ["Discriminator", "Generator", "Flow", "NICE", "RealNVP"]
