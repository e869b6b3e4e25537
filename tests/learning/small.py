"""Every learning algorithm in tiny form: the tests that hold for all of them are generated from this list.

An entry makes an algorithm and one batch from the default generator, on the default device and of the default dtype.
It is so small that one step under `minigen.testing.exact_expectation` walks through all its random choices.
"""

from collections.abc import Callable
from typing import Any

import minigen as mg


def adversarial() -> tuple[Any, Any]:
    generator = mg.models.Generator(1, 2, hidden=[2], output="linear")
    discriminator = mg.models.Discriminator(2, hidden=[2])
    game = mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters(), lr=0.05),
        mg.optim.SGD(discriminator.parameters(), lr=0.05, momentum=0.5),
        prior=coins(1),
    )
    return game, mg.randn(2, 2)


def coins(dims: int) -> Callable[[int, mg.random.Generator], Any]:
    """Noise of fair coins, so that there are finitely many steps."""
    return lambda m, rng: rng.bernoulli(mg.full((m, dims), 0.5))


ALGORITHMS: dict[str, Callable[[], tuple[Any, Any]]] = {"adversarial": adversarial}
