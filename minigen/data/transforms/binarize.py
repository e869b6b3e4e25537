"""Pixels to bits, by a draw at each use or by a threshold.

Likelihoods on the two are not comparable, nor with those on one fixed draw (`minigen.data.BinarizedMNIST`).
"""

from typing import Any

from minigen.autodiff import Tensor
from minigen.data.checks import check_unit_interval
from minigen.data.transforms.transform import Elementwise
from minigen.random import Generator, as_generator, get_default_generator


class Binarize(Elementwise):
    """Pixels as probabilities: each becomes 1 with the probability it says, else 0, anew at each use.

    This is dynamic binarization.

    Parameters
    ----------
    rng : None, int or Generator
        What the bits are drawn from. None: a child of the default generator, taken at the first use and kept. Its state
        is saved with a `DataLoader`'s.

    Raises
    ------
    ValueError
        If a pixel is NaN or outside [0, 1]; on a GPU they are not looked at.

    Examples
    --------
    >>> import minigen as mg
    >>> Binarize(rng=0)(mg.tensor([0.0, 1.0, 0.0]))
    tensor([0., 1., 0.])
    """

    def __init__(self, rng: int | Generator | None = None) -> None:
        self.rng = None if rng is None else as_generator(rng)

    def __call__(self, x: Tensor) -> Any:
        """Return the drawn bits, in the dtype of the example or batch."""
        probs = _checked("Binarize", x).double()  # so that a coin takes a word of the stream, in a batch or by itself
        return self._own_rng().bernoulli(probs).to(x.dtype)

    def state_dict(self) -> dict[str, Any]:
        """Return the generator's state."""
        return self._own_rng().state_dict()

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore the generator's state."""
        if state_dict is None:
            raise ValueError("Binarize draws: it needs the state of its generator, got None")
        rng = Generator(0) if self.rng is None else self.rng
        rng.load_state_dict(state_dict)
        self.rng = rng

    def _own_rng(self) -> Generator:
        if self.rng is None:
            self.rng = get_default_generator().spawn()
        return self.rng


class BinarizeAt(Elementwise):
    """Pixels above a threshold become 1, the others 0.

    Parameters
    ----------
    threshold : float
        In [0, 1).

    Raises
    ------
    ValueError
        If `threshold` is not there, or a pixel is NaN or outside [0, 1]; on a GPU they are not looked at.

    Examples
    --------
    >>> import minigen as mg
    >>> BinarizeAt(0.5)(mg.tensor([0.2, 0.5, 0.9]))
    tensor([0., 0., 1.])
    """

    def __init__(self, threshold: float = 0.5) -> None:
        if not 0 <= threshold < 1:
            raise ValueError(f"BinarizeAt: the threshold must lie in [0, 1), got {threshold}")
        self.threshold = threshold

    def __call__(self, x: Tensor) -> Any:
        """Return the bits, in the dtype of the example or batch."""
        return (_checked("BinarizeAt", x) > self.threshold).to(x.dtype)


def _checked(name: str, x: Tensor) -> Tensor:
    if not x.is_floating_point():
        raise TypeError(f"{name}: expected a floating Tensor, got {x.dtype}: put ToTensor() before")
    if x.device.type == "cpu":
        check_unit_interval(x, name)
    return x
