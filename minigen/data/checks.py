"""Values are checked where data enter, once, on the host; a training step never looks at them again."""

from collections.abc import Callable
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
    fix = "scale them first, images of 0 … 255 with transforms.ToTensor()"
    return _checked(x, f"{name}: values must lie in [0, 1]", lambda v: (v >= 0) & (v <= 1), fix)


def check_bits(x: Tensor | Array, name: str = "data") -> Any:
    """Return `x`, or raise if a value is neither 0 nor 1.

    Parameters
    ----------
    x, name
        As for `check_unit_interval`.

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
    fix = "make bits of pixels in [0, 1] with transforms.Binarize() or transforms.BinarizeAt(0.5)"
    return _checked(x, f"{name}: binary units are 0 or 1", lambda v: (v == 0) | (v == 1), fix)


def check_finite(x: Tensor | Array, name: str = "data") -> Any:
    """Return `x`, or raise if a value is NaN or infinite: then no figure made of them would mean anything.

    Parameters
    ----------
    x, name
        As for `check_unit_interval`.

    Raises
    ------
    ValueError
        If a value is NaN or infinite; says which and how many.

    Examples
    --------
    >>> import minigen as mg
    >>> check_finite(mg.tensor([0.0, -3.5]))
    tensor([ 0.0000, -3.5000])
    """
    fix = "take them out of the data; a model that makes them has diverged, try a lower learning rate"
    return _checked(x, f"{name}: expected finite numbers", numpy.isfinite, fix)


def _checked(x: Tensor | Array, rule: str, is_valid: Callable[[Array], Array], fix: str) -> Any:
    """Return `x`, or raise ValueError with the rule, the first value at fault, how many there are, and the fix."""
    values = numpy.asarray(to_host(x.array if isinstance(x, Tensor) else x))
    valid = is_valid(values)
    if not valid.all():
        wrong = values[~valid]
        raise ValueError(f"{rule}, got {wrong.flat[0]} ({wrong.size} of {values.size} values): {fix}")
    return x
