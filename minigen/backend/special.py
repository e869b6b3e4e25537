"""Functions that NumPy and CuPy lack, from SciPy and ``cupyx``, imported on first use."""

from typing import Any

import numpy

from minigen.backend.arrays import Array, as_array, namespace


def _library(array: Array) -> Any:
    if namespace(array) is numpy:
        import scipy.special as library
    else:
        import cupyx.scipy.special as library
    return library


def erf(x: Array) -> Array:
    """Return the error function of each element, (2 / sqrt(pi)) times the integral of exp(-t^2) from 0 to x.

    Examples
    --------
    >>> import numpy
    >>> erf(numpy.array([0.0, 1.0])).round(4)
    array([0.    , 0.8427])
    """
    return as_array(_library(x).erf(x)).astype(x.dtype, copy=False)  # SciPy widens float16
