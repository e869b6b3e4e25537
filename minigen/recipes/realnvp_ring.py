"""A Real NVP on the ring of eight Gaussians: a flow must tear one hump of noise into eight.

No invertible map can: threads of density remain between the modes, and what they hold is missing elsewhere. How little
that is, the divergence from the known law says: the log-likelihood of fresh points falls that short of its best, which
is the law's entropy with its sign changed.

Source: Dinh, Sohl-Dickstein and Bengio 2017, "Density estimation using Real NVP".
"""

from collections.abc import Mapping
from typing import Any

from minigen.data.toy import Ring
from minigen.random import Generator
from minigen.recipes import Experiment
from minigen.recipes.realnvp_moons import flow_of

SETTINGS = {
    "steps": 30_000,
    "points": 10_000,
    "batch_size": 256,
    "lr": 5e-3,
    "half_life": 5_000,
    "couplings": 8,
    "hidden": [128, 128],
    "device": "cpu",
}


def build(settings: Mapping[str, Any], rng: Generator) -> Experiment:
    """Make the flow, its fitting by maximum likelihood, and the data."""
    return flow_of(Ring(), "ring of 8", (-3.0, 3.0, -3.0, 3.0), settings, rng)
