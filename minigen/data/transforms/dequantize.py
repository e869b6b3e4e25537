"""Levels of gray to real numbers: each level k of n becomes a point drawn from its own interval [k, k + 1) / n.

A density fitted to the levels themselves grows without bound, as spikes on n points. With u uniform the density p of
x = (k + u) / n is a model of the levels: P(k) is the integral of p over the cell of k, and by Jensen's inequality

    log P(k) >= E_u[log p((k + u) / n)] - d log n

for d pixels. So the likelihood of dequantised data is a lower bound of that of the discrete ones.

Sources: Uria, Murray and Larochelle 2013, "RNADE: The real-valued neural autoregressive density-estimator", section 5;
Theis, van den Oord and Bethge 2016, "A note on the evaluation of generative models", section 3.1.
"""

from typing import Any

import numpy

from minigen.autodiff import Tensor
from minigen.backend import get_default_dtype
from minigen.data.transforms.transform import Elementwise
from minigen.random import Generator, as_generator, get_default_generator


class Dequantize(Elementwise):
    """Levels 0 … n - 1 to numbers in [0, 1), with noise that is new at each use.

    Parameters
    ----------
    levels : int
        n, at least 2.
    rng : None, int or Generator
        What the noise is drawn from. None: a child of the default generator, taken at the first use and kept. Its state
        is saved with a `DataLoader`'s.

    Raises
    ------
    ValueError
        If there are fewer than 2 levels.
    TypeError
        When called, if examples are not integers; ValueError, if on the host one is no level.

    Examples
    --------
    >>> import minigen as mg
    >>> x = Dequantize(rng=0)(mg.tensor([0, 255], dtype="uint8"))
    >>> [0 <= x[0].item() < 1 / 256, 255 / 256 <= x[1].item() < 1]
    [True, True]
    """

    def __init__(self, levels: int = 256, rng: int | Generator | None = None) -> None:
        if isinstance(levels, bool) or not isinstance(levels, int) or levels < 2:
            raise ValueError(f"Dequantize: levels must be an int of at least 2, got {levels!r}")
        self.levels = levels
        self.rng = None if rng is None else as_generator(rng)

    def __call__(self, x: Tensor) -> Any:
        """Return (x + u) / levels, in the default dtype and below 1."""
        return dequantized(x, self.levels, self._own_rng())

    def state_dict(self) -> dict[str, Any]:
        """Return the generator's state."""
        return self._own_rng().state_dict()

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore the generator's state."""
        if state_dict is None:
            raise ValueError("Dequantize draws: it needs the state of its generator, got None")
        rng = Generator(0) if self.rng is None else self.rng
        rng.load_state_dict(state_dict)
        self.rng = rng

    def _own_rng(self) -> Generator:
        if self.rng is None:
            self.rng = get_default_generator().spawn()
        return self.rng


def dequantized(x: Tensor, levels: int, rng: Generator) -> Tensor:
    """Return (x + u) / levels with u uniform on [0, 1).

    Raises
    ------
    TypeError
        If `x` is of no integer dtype.
    ValueError
        If, in host memory, a value is not from 0 to `levels` - 1.

    Examples
    --------
    >>> import minigen as mg
    >>> dequantized(mg.tensor([3]), 4, Generator(0)).item() >= 0.75
    True
    """
    if x.dtype.kind not in "iu":
        raise TypeError(
            f"dequantized: expected levels of an integer dtype, got {x.dtype}: give images as they are stored, "
            "before ToTensor()"
        )
    if x.device.type == "cpu" and x.numel():
        low, high = x.array.min(), x.array.max()
        if low < 0 or high >= levels:
            raise ValueError(
                f"dequantized: expected levels from 0 to {levels - 1}, got values from {low} to {high}: say how many "
                "levels there are, levels=…"
            )
    dtype = get_default_dtype()
    noise = rng.uniform(x.shape, dtype=dtype, device=x.device)
    # 255 + u has fewer digits than u: it may be rounded up to 256
    below_one = float(numpy.nextafter(dtype.type(1), dtype.type(0)))
    return ((x.to(dtype) + noise) / levels).clip(max=below_one)
