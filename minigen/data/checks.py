"""Values are checked where data enter, once, on the host; a training step never looks at them again."""

from typing import Any

import numpy

from minigen.autodiff import Tensor
from minigen.backend import Array, to_host


def check_unit_interval(x: Tensor | Array, name: str = "data") -> Any:
    """Return `x`, or raise if a value is NaN or outside [0, 1].

    What a Bernoulli likelihood is fitted to must lie there: with other values it has no upper bound, and
    training runs off without an error.

    Parameters
    ----------
    x : Tensor or array
        Any shape. Its values are read, which waits for a GPU: call it on data, not in a training step.
    name : str, optional
        What the error calls it.

    Returns
    -------
    Tensor or array
        `x` itself.

    Raises
    ------
    ValueError
        If a value is NaN, below 0 or above 1; says which, how many, and how to scale.

    Examples
    --------
    >>> import minigen as mg
    >>> check_unit_interval(mg.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    values = numpy.asarray(to_host(x.array if isinstance(x, Tensor) else x))
    valid = (values >= 0) & (values <= 1)
    if not valid.all():
        wrong = values[~valid]
        raise ValueError(
            f"{name}: values must lie in [0, 1], got {wrong.flat[0]} ({wrong.size} of {values.size} values): "
            "scale them first, images of 0 … 255 with transforms.ToTensor()"
        )
    return x


def check_bits(x: Tensor | Array, name: str = "data") -> Any:
    """Return `x`, or raise if a value is neither 0 nor 1.

    Parameters
    ----------
    x : Tensor or array
        Any shape. Its values are read, which waits for a GPU: call it on data, not in a training step.
    name : str, optional
        What the error calls it.

    Returns
    -------
    Tensor or array
        `x` itself.

    Raises
    ------
    ValueError
        If a value is NaN or anything but 0 and 1; says which, how many, and how to make bits.

    Examples
    --------
    >>> import minigen as mg
    >>> check_bits(mg.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    values = numpy.asarray(to_host(x.array if isinstance(x, Tensor) else x))
    valid = (values == 0) | (values == 1)
    if not valid.all():
        wrong = values[~valid]
        raise ValueError(
            f"{name}: binary units are 0 or 1, got {wrong.flat[0]} ({wrong.size} of {values.size} values): "
            "make bits of pixels in [0, 1] with transforms.Binarize() or transforms.BinarizeAt(0.5)"
        )
    return x
