"""The table of snippets, on the stand-in, and on CuPy as far as the machine has it."""

import importlib.machinery
import warnings

import numpy as np
import pytest

from minigen.testing import standin
from tests.backend.snippets import FINE, SILENT, SNIPPETS, STRICT, SYNC, Operands, host_operands

SOME = sorted(SNIPPETS)
REFUSED = (TypeError, ValueError, IndexError, AttributeError, np.linalg.LinAlgError)


def on_device(xp, put):
    """Return the operands as arrays made by `put`, and one of the host."""
    host = host_operands()
    return Operands(xp, *(put(array) for array in host[1:-1]), host.host)


def outcome(name, operands):
    """Run a snippet and return its result or the exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return SNIPPETS[name][0](operands)
        except Exception as error:
            return error


def agrees(name, result):
    """Say whether CuPy raised what the verdict says, and nothing else."""
    verdict = SNIPPETS[name][1]
    return isinstance(result, verdict) if isinstance(verdict, type) else not isinstance(result, Exception)


def flat(result, get):
    """Return the arrays of a result as NumPy's."""
    return [get(part) if hasattr(part, "dtype") else part for part in (result if type(result) is tuple else (result,))]


def check_equal(name, result, get):
    """Compare with NumPy's result, type included."""
    expected = flat(SNIPPETS[name][0](host_operands()), np.asarray)
    for got, want in zip(flat(result, get), expected, strict=True):
        assert np.asarray(got).dtype == np.asarray(want).dtype
        assert np.asarray(got).shape == np.asarray(want).shape
        np.testing.assert_allclose(got, want, rtol=1e-5) if np.asarray(want).dtype.kind == "f" else None
        np.testing.assert_array_equal(got, want) if np.asarray(want).dtype.kind != "f" else None


def test_numpy_runs_what_cupy_runs():
    for snippet, verdict in SNIPPETS.values():
        if verdict in (FINE, SYNC, STRICT):
            snippet(host_operands())
    assert len(SNIPPETS) >= 60


@pytest.mark.parametrize("name", SOME)
def test_the_stand_in_agrees(name):
    verdict = SNIPPETS[name][1]
    with standin.installed() as xp:
        operands = on_device(xp, xp.asarray)
        with standin.syncs() as count:
            result = outcome(name, operands)
        if verdict in (FINE, SYNC):
            assert not isinstance(result, Exception), repr(result)
            assert bool(count.syncs) == (verdict == SYNC), count.syncs
            check_equal(name, result, lambda array: array.get() if isinstance(array, standin.ndarray) else array)
        elif verdict in (SILENT, STRICT):
            assert isinstance(result, REFUSED), repr(result)
        else:
            accepted = (verdict, TypeError) if verdict is AttributeError else verdict
            assert isinstance(result, accepted), repr(result)


@pytest.fixture(scope="module")
def cupy():
    """CuPy, where its wheel is installed; it needs no GPU to be imported."""
    if importlib.machinery.PathFinder.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    import cupy

    return cupy


def test_cupy_agrees_as_far_as_it_gets_without_a_device(cupy):
    """Arrays that point to host memory have a shape and a type; CuPy checks arguments before it starts a kernel."""
    if cupy.is_available():
        pytest.skip("it runs in full")
    from cuda import pathfinder

    def put(host):
        memory = cupy.cuda.UnownedMemory(host.ctypes.data, host.nbytes, host, 0)
        return cupy.ndarray(host.shape, host.dtype, cupy.cuda.MemoryPointer(memory, 0))

    no_device = (cupy.cuda.runtime.CUDARuntimeError, ImportError, pathfinder.DynamicLibNotFoundError)
    results = {name: outcome(name, on_device(cupy, put)) for name in SNIPPETS}
    decided = {name: result for name, result in results.items() if not isinstance(result, no_device)}
    assert not {name: result for name, result in decided.items() if not agrees(name, result)}
    assert len(decided) > 60


def test_cupy_agrees_in_full(cupy):
    if not cupy.is_available():
        pytest.skip("CuPy finds no GPU")
    import cupyx

    wrong = {}
    for name, (_, verdict) in SNIPPETS.items():
        result = outcome(name, on_device(cupy, cupy.asarray))
        if not agrees(name, result):
            wrong[name] = result
        elif verdict in (FINE, SYNC):
            check_equal(name, result, cupy.asnumpy)
            operands = on_device(cupy, cupy.asarray)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with cupyx.allow_synchronize(False):
                    again = outcome(name, operands)
            if isinstance(again, cupyx.DeviceSynchronized) != (verdict == SYNC):
                wrong[name] = again
    assert not wrong
