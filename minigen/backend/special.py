"""Functions that NumPy lacks or is slow at; those of SciPy and ``cupyx`` are imported on first use."""

from typing import Any

import numpy

from minigen.backend.arrays import Array, as_array, namespace


def _library(array: Array) -> Any:
    if namespace(array) is numpy:
        import scipy.special as library
    else:
        import cupyx.scipy.special as library
    return library


def positive_part(x: Array) -> Array:
    """Return max(x, 0) of each element.

    NumPy compares two arrays in 0.4 of the time that it takes for an array and a scalar.

    Examples
    --------
    >>> import numpy
    >>> positive_part(numpy.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if type(x) is not numpy.ndarray:
        return namespace(x).maximum(x, 0)
    out = numpy.zeros(x.shape, x.dtype)
    return numpy.maximum(x, out, out=out)


def erf(x: Array) -> Array:
    """Return the error function of each element, (2 / sqrt(pi)) times the integral of exp(-t^2) from 0 to x.

    Examples
    --------
    >>> import numpy
    >>> erf(numpy.array([0.0, 1.0])).round(4)
    array([0.    , 0.8427])
    """
    return as_array(_library(x).erf(x)).astype(x.dtype, copy=False)  # SciPy widens float16
