"""Generative adversarial networks: a generator makes samples, a discriminator tells them from data.

Reading order: `minigen/models/adversarial/generator.py`, `minigen/models/adversarial/discriminator.py`,
`minigen/learning/adversarial.py`; then `docs/adversarial.md`, `minigen/recipes/gan_digits.py` and
`minigen/recipes/gan_ring.py`, and how samples are judged: `minigen/evaluation/coverage.py`,
`minigen/evaluation/neighbours.py`, `minigen/evaluation/parzen.py`.
"""

from minigen.models.adversarial.discriminator import Discriminator
from minigen.models.adversarial.generator import Generator

__all__ = ["Generator", "Discriminator"]
