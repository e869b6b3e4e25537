"""What a test needs to run unchanged on every array library: `pytest --on numpy`, `standin` or `cupy`.

A test makes its Tensors where the default device is (``mg.tensor(...)``, or `placed` for an array that is not to be
copied where it need not be), computes with them, and compares on the host. The functions here take Tensors and arrays
from anywhere, with or without grad:

    x = mg.tensor(A, requires_grad=True)
    assert_allclose(x.exp(), np.exp(A), rtol=1e-12)
    assert (host(x) == A).all()

What is not to be written in a test of Tensors: ``x.numpy()`` and ``numpy.testing`` (write `host` and the assertions
here), arithmetic of a Tensor's ``.array`` with a NumPy array, ``numpy.shares_memory`` (`share_memory`),
``device="cpu"`` without need. Own operations take the library as their first parameter, ``lambda xp, x: xp.exp(x)``.
A test of what is on the host only (files, the command line) needs none of this; where Tensors are read by NumPy, or
their values looked at, as is done on the host only, the fixture ``on_the_host`` makes them there.
"""

import sys
from typing import Any

import numpy

import minigen as mg
from minigen.autodiff import Tensor, wrap
from minigen.backend import asarray_on, namespace, to_host
from minigen.backend.arrays import namespaces
from minigen.testing import standin


def host(x: Any) -> Any:
    """Return a Tensor or an array as a NumPy array, without a copy if it is one; anything else as it is."""
    if isinstance(x, Tensor):
        x = x.array
    if isinstance(x, list | tuple):
        return type(x)([host(part) for part in x])
    return to_host(x) if type(x) in namespaces else x


def placed(array: Any, requires_grad: bool = False) -> Tensor:
    """Return a Tensor on the default device: on `array` itself if that is the cpu, in its memory layout."""
    return wrap(asarray_on(None, array), requires_grad=requires_grad)


def share_memory(a: Any, b: Any) -> bool:
    """Say whether an element of one Tensor or array is one of the other."""
    a, b = (x.array if isinstance(x, Tensor) else x for x in (a, b))
    return bool(namespace(a).shares_memory(a, b))


def examples(count: int) -> int:
    """Return how often a test tries what it tries `count` times on NumPy: elsewhere an eighth, for what is refused."""
    return count if mg.get_default_device().type == "cpu" else -(-count // 8)


def on_a_gpu() -> bool:
    """Say whether ``cuda`` is a GPU; else it is the stand-in, or not there."""
    return mg.cuda.is_available() and sys.modules["cupy"].ndarray is not standin.ndarray


def assert_allclose(actual: Any, desired: Any, *tolerances: float, **options: Any) -> None:
    """Call `numpy.testing.assert_allclose` on the host."""
    numpy.testing.assert_allclose(host(actual), host(desired), *tolerances, **options)


def assert_array_equal(actual: Any, desired: Any, **options: Any) -> None:
    """Call `numpy.testing.assert_array_equal` on the host."""
    numpy.testing.assert_array_equal(host(actual), host(desired), **options)
