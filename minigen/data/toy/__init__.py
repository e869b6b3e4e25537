"""Toy data of which everything is known: densities in the plane, and bars and stripes.

Each density draws (`sample`), says the logarithm of its value (`log_prob`, differentiable, so its gradient is the
score), and its `entropy`: the least mean negative log-likelihood, in nats, that any model of it can reach.

Reading order: `density` (what they share), `mixture` (Ring, Grid), `curves` (Moons, Spirals), `pinwheel`,
`checkerboard`, `draws` (a density as a data set); `bars_and_stripes` (a table of all patterns).
"""

from minigen.data.toy.bars_and_stripes import bars_and_stripes
from minigen.data.toy.checkerboard import Checkerboard
from minigen.data.toy.curves import Moons, Spirals
from minigen.data.toy.density import Density
from minigen.data.toy.draws import Draws
from minigen.data.toy.mixture import GaussianMixture, Grid, Ring
from minigen.data.toy.pinwheel import Pinwheel

__all__ = [
    "Density",
    "Draws",
    "GaussianMixture",
    "Ring",
    "Grid",
    "Moons",
    "Spirals",
    "Pinwheel",
    "Checkerboard",
    "bars_and_stripes",
]
