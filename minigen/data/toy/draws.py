"""A density as a data set without an end: every example that is read is a new draw, so none is ever seen twice.

A model cannot learn such data by heart, so that it falls short of their entropy by what it cannot express.
"""

from typing import Any

from minigen.autodiff import Tensor
from minigen.data.dataset import Dataset
from minigen.data.rows import Rows
from minigen.data.toy.density import Density
from minigen.random import Generator, as_generator


class Draws(Dataset[Tensor]):
    """Points of the plane, drawn anew at each use; so many are an epoch.

    Parameters
    ----------
    density : Density
        Their law.
    n : int
        The length of an epoch, at least 1.
    rng : int or Generator
        What they are drawn from; its state is saved with a `DataLoader`'s.

    Raises
    ------
    ValueError
        If `n` is below 1.

    Examples
    --------
    >>> from minigen.data.toy import Ring
    >>> ring = Draws(Ring(), 100, rng=0)
    >>> len(ring), ring.batch(range(5)).shape, ring[0].tolist() == ring[0].tolist()
    (100, (5, 2), False)
    """

    def __init__(self, density: Density, n: int, *, rng: int | Generator) -> None:
        if n < 1:
            raise ValueError(f"Draws: an epoch needs at least 1 point, got n={n}")
        self.density = density
        self.n = n
        self.rng = as_generator(rng)

    def __getitem__(self, index: Any) -> Tensor:
        """Return a new point, of shape (2,), whatever the number."""
        return self.density.sample(1, rng=self.rng)[0]

    def __len__(self) -> int:
        """Return the length of an epoch."""
        return self.n

    def batch(self, rows: Rows) -> Tensor:
        """Return as many new points as there are rows, of shape (m, 2)."""
        return self.density.sample(len(rows), rng=self.rng)

    def state_dict(self) -> dict[str, Any]:
        """Return the generator's state."""
        return self.rng.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore the generator's state."""
        if state_dict is None:
            raise ValueError("Draws: it needs the state of its generator, got None")
        self.rng.load_state_dict(state_dict)
