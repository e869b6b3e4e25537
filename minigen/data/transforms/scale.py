"""Images to numbers, numbers to a scale, pixels to a vector."""

from collections.abc import Sequence
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import asarray_on, get_default_dtype
from minigen.data.transforms.transform import Elementwise, Transform


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
    >>> ToTensor()(numpy.array([[0, 255]], "uint8")).tolist()
    [[[0.0, 1.0]]]
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
