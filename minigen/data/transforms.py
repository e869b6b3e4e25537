"""Transforms of examples: images to numbers, numbers to a scale, pixels to bits.

A transform is called with one example. `Transform.batch` does the same to many examples at once, stacked along a
first axis: ``t.batch(x)[i]`` is ``t(x[i])``, and where a transform draws, the draws are the same too. So a data set
whose images lie in one array transforms a batch with one call.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import asarray_on, get_default_dtype
from minigen.data.checks import check_unit_interval
from minigen.data.collate import default_collate
from minigen.random import Generator, as_generator, get_default_generator


class Transform(ABC):
    """Base class of transforms; one of your own needs ``__call__`` only.

    Examples
    --------
    >>> import minigen as mg
    >>> class Invert(Transform):
    ...     def __call__(self, x):
    ...         return 1 - x
    >>> Invert().batch(mg.tensor([[0.0, 1.0], [1.0, 1.0]])).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """Return the transformed example."""

    def batch(self, x: Tensor) -> Any:
        """Return the transformed examples, stacked; one by one unless the transform knows better."""
        return default_collate([self(x[i]) for i in range(len(x))])

    def state_dict(self) -> dict[str, Any] | None:
        """Return what calls change (a generator), JSON-able; None if there is nothing."""
        return None

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        if state_dict is not None:
            raise ValueError(f"{type(self).__name__} has no state to restore, got {state_dict!r}")


class Elementwise(Transform):
    """Base class of transforms that treat every number alike: a batch is transformed as an example is."""

    def batch(self, x: Tensor) -> Any:
        """Return the transformed examples, at once."""
        return self(x)


class Compose(Transform):
    """Several transforms, one after the other.

    Parameters
    ----------
    transforms : sequence of callables
        The first is applied first.

    Examples
    --------
    >>> import minigen as mg
    >>> to_signs = Compose([ToTensor(), Normalize(0.5, 0.5), Flatten()])
    >>> to_signs(mg.tensor([[0, 255]], dtype="uint8"))
    tensor([-1.,  1.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, x: Any) -> Any:
        """Return the example after all transforms."""
        for transform in self.transforms:
            x = transform(x)
        return x

    def batch(self, x: Tensor) -> Any:
        """Return the examples after all transforms, each applied to the batch at once where it can be."""
        for transform in self.transforms:
            x = apply_to_batch(transform, x)
        return x

    def state_dict(self) -> dict[str, Any] | None:
        """Return the states of the transforms that have one, by their number."""
        states = {str(i): t.state_dict() for i, t in enumerate(self.transforms) if isinstance(t, Transform)}
        return {i: state for i, state in states.items() if state is not None} or None

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        states = state_dict or {}
        unknown = [i for i in states if i not in map(str, range(len(self.transforms)))]
        if unknown:
            raise ValueError(f"Compose of {len(self.transforms)} transforms: got states of number {', '.join(unknown)}")
        for i, transform in enumerate(self.transforms):
            if isinstance(transform, Transform):
                transform.load_state_dict(states.get(str(i)))
            elif str(i) in states:
                raise ValueError(f"Compose: transform {i} ({type(transform).__name__}) has no state to restore")


class ToTensor(Transform):
    """An image as a Tensor with the channels first: (height, width) or (height, width, channels) as torchvision has it.

    Of uint8 it becomes one of the default dtype in [0, 1], the pixels divided by 255; numbers of other types are kept.

    Raises
    ------
    ValueError
        If it has not 2 or 3 axes.

    Examples
    --------
    >>> import numpy
    >>> ToTensor()(numpy.array([[0, 255]], "uint8"))
    tensor([[[0., 1.]]])
    """

    def __call__(self, x: Any) -> Tensor:
        """Return the image, (channels, height, width)."""
        return _channels_first(_as_tensor(x), 0)

    def batch(self, x: Any) -> Tensor:
        """Return the images, (n, channels, height, width)."""
        return _channels_first(_as_tensor(x), 1)


class Normalize(Elementwise):
    """Shift and scale: (x - mean) / std, by channel or by the same numbers everywhere.

    Parameters
    ----------
    mean, std : float or sequence of float
        Numbers apply everywhere, to Tensors of any shape; sequences give one for each channel, to Tensors of shape
        (…, channels, height, width).

    Raises
    ------
    ValueError
        If a `std` is 0, or the Tensor has not that shape.
    TypeError
        If the Tensor is not floating.

    Examples
    --------
    >>> import minigen as mg
    >>> Normalize(0.5, 0.5)(mg.tensor([0.0, 0.5, 1.0]))
    tensor([-1.,  0.,  1.])
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]) -> None:
        self.mean, self.std = mean, std
        self._mean, self._std = numpy.asarray(mean, numpy.float64), numpy.asarray(std, numpy.float64)
        if self._mean.ndim > 1 or self._std.ndim > 1 or not (self._std != 0).all():
            raise ValueError(f"Normalize: mean and std must be numbers or lists, std not 0, got {mean} and {std}")
        self._channels = max(self._mean.size, self._std.size) if self._mean.ndim + self._std.ndim else None

    def __call__(self, x: Tensor) -> Any:
        """Return the normalized example or batch."""
        if not x.is_floating_point():
            raise TypeError(f"Normalize: expected a floating Tensor, got {x.dtype}: put ToTensor() before")
        if self._channels is not None and (x.ndim < 3 or self._channels not in (1, x.shape[-3])):
            raise ValueError(
                f"Normalize: mean and std for {self._channels} channels need a Tensor of shape "
                f"(…, {self._channels}, height, width), got {x.shape}"
            )
        mean, std = (self._on(part, x) for part in (self._mean, self._std))
        return (x - mean) / std

    def _on(self, part: Any, x: Tensor) -> Any:
        if not part.ndim:
            return float(part)
        return wrap(asarray_on(x.device, part.reshape(-1, 1, 1).astype(x.dtype)))


class Flatten(Elementwise):
    """An example as a vector.

    Examples
    --------
    >>> import minigen as mg
    >>> Flatten()(mg.zeros(28, 28)).shape, Flatten().batch(mg.zeros(5, 28, 28)).shape
    ((784,), (5, 784))
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Return the example as a vector."""
        return x.reshape(-1)

    def batch(self, x: Tensor) -> Tensor:
        """Return the examples as rows."""
        return x.reshape(x.shape[0], -1)


class Lambda(Transform):
    """A function as a transform.

    Parameters
    ----------
    lambd : callable
        Takes an example, returns what becomes of it.
    elementwise : bool
        Whether `lambd` treats every number alike, so that it may be called with a batch as well.

    Raises
    ------
    TypeError
        If `lambd` cannot be called.

    Examples
    --------
    >>> import minigen as mg
    >>> Lambda(lambda x: x.sum()).batch(mg.ones(2, 3))
    tensor([3., 3.])
    """

    def __init__(self, lambd: Callable[[Any], Any], *, elementwise: bool = False) -> None:
        if not callable(lambd):
            raise TypeError(f"Lambda: expected a function, got {type(lambd).__name__}")
        self.lambd, self.elementwise = lambd, elementwise

    def __call__(self, x: Any) -> Any:
        """Return what the function makes of the example."""
        return self.lambd(x)

    def batch(self, x: Tensor) -> Any:
        """Return what the function makes of the examples."""
        return self.lambd(x) if self.elementwise else super().batch(x)


class Binarize(Elementwise):
    """Pixels as probabilities: each becomes 1 with the probability it says, else 0, anew at each use.

    This is dynamic binarization. Likelihoods on it are not comparable with those on a threshold (`BinarizeAt`) or
    on one fixed draw (`BinarizedMNIST`).

    Parameters
    ----------
    rng : None, int or Generator
        What the bits are drawn from. None: a child of the default generator, taken at the first use and kept. Its state
        is saved with a `DataLoader`'s.

    Raises
    ------
    ValueError
        If a pixel is NaN or outside [0, 1].

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
        return self._own_rng().bernoulli(check_unit_interval(_floating("Binarize", x), "Binarize"))

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
        If `threshold` is not there, or a pixel is NaN or outside [0, 1].

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
        return (check_unit_interval(_floating("BinarizeAt", x), "BinarizeAt") > self.threshold).to(x.dtype)


def apply_to_batch(transform: Callable[[Any], Any], x: Tensor) -> Any:
    """Return the stacked examples `x` after `transform`, at once if it is a `Transform`, else one by one.

    Examples
    --------
    >>> import minigen as mg
    >>> apply_to_batch(lambda x: x.sum(), mg.ones(2, 3))
    tensor([3., 3.])
    """
    if isinstance(transform, Transform):
        return transform.batch(x)
    return default_collate([transform(x[i]) for i in range(len(x))])


def _channels_first(x: Tensor, first: int) -> Tensor:
    """Return images, whose own axes begin at `first`, with channels first and in [0, 1] if they are of uint8."""
    shape = x.shape[first:]
    if len(shape) not in (2, 3):
        raise ValueError(f"ToTensor: an image has shape (height, width) or (height, width, channels), got {shape}")
    x = x.unsqueeze(first) if len(shape) == 2 else x.movedim(-1, first)
    if x.dtype == numpy.uint8:
        x = x.to(get_default_dtype()) / 255
    return x


def _as_tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else wrap(numpy.asarray(x))


def _floating(name: str, x: Tensor) -> Tensor:
    if not x.is_floating_point():
        raise TypeError(f"{name}: expected a floating Tensor, got {x.dtype}: put ToTensor() before")
    return x
