"""Randomness: everything random in minigen is drawn from one injected `Generator`.

Reading order: `stream` (seed, children, state), `generator` (the laws one can draw from), `default` (the
generator used when none is given), `functional` (PyTorch's names: rand, randn, randint …); then `enumerating` (a
generator that walks through every outcome), on `tape` (the walk) and `quadrature` (values of continuous draws).

The keyword is ``rng``: None (the default generator in force), an int (a seed) or a `Generator`.
PyTorch-named functions call it ``generator``.
"""

from minigen.random.default import as_generator, get_default_generator, manual_seed, using
from minigen.random.enumerating import EnumeratingGenerator
from minigen.random.functional import (
    bernoulli,
    multinomial,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
)
from minigen.random.generator import Generator
from minigen.random.tape import ReplayError, TooManyPathsError

__all__ = [
    "Generator",
    "manual_seed",
    "using",
    "as_generator",
    "get_default_generator",
    "rand",
    "randn",
    "rand_like",
    "randn_like",
    "randint",
    "randperm",
    "bernoulli",
    "multinomial",
    "EnumeratingGenerator",
    "ReplayError",
    "TooManyPathsError",
]
