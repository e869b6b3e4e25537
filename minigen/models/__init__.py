"""Models: what p(x) is. Each family is a folder; its first page names the reading order of its chapter."""

from minigen.models.adversarial import Discriminator, Generator

__all__ = ["Discriminator", "Generator"]
