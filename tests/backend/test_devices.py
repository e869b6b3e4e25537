"""Devices: names, and arrays of two devices that meet."""

from types import SimpleNamespace

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import wrap
from minigen.backend import Device, device, device_of, namespace, register_array_type, shares_memory
from minigen.backend.arrays import namespaces

pytestmark = pytest.mark.usefixtures("from_the_host")


class Elsewhere:
    """An array on another device, as far as the engine asks; it mixes with any other, as CuPy's does not."""

    __array_ufunc__ = None

    def __init__(self, shape, index=0):
        self.shape, self.dtype, self.ndim = shape, np.dtype("float32"), len(shape)
        self.device = SimpleNamespace(id=index)

    def __mul__(self, other):
        return self

    __rmul__ = __mul__

    def astype(self, dtype, copy=False):
        return self


@pytest.fixture
def elsewhere():
    register_array_type(Elsewhere, np)
    yield Elsewhere
    del namespaces[Elsewhere]


def test_arrays_of_two_devices_do_not_meet(elsewhere) -> None:
    here, there = mg.ones(2, 3), wrap(elsewhere((3,)))
    assert there.device == "cuda:0"
    for call in (lambda: here * there, lambda: here + there, lambda: mg.where(here > 0, here, there)):
        with pytest.raises(mg.DeviceError, match=r"\(2, 3\) on cpu.*\(3,\) on cuda:0.*\.to\(device\)"):
            call()
    with pytest.raises(mg.DeviceError, match=r"on cuda:0.*on cuda:1"):
        mg.maximum(wrap(elsewhere((3,), 0)), wrap(elsewhere((3,), 1)))


def test_gradients_stay_on_their_device(elsewhere) -> None:
    x = mg.ones(3, requires_grad=True)
    with pytest.raises(mg.DeviceError, match=r"backward: .*\(3,\) on cpu.*\(3,\) on cuda:0"):
        (x * 1.0).backward(wrap(elsewhere((3,))))
    x.grad = wrap(elsewhere((3,)))
    with pytest.raises(mg.DeviceError, match=r"grad: .*on cuda:0.*on cpu"):
        x.sum().backward()
    y = mg.ones(3, requires_grad=True)
    y.register_hook(lambda g: wrap(elsewhere((3,))))
    with pytest.raises(TypeError, match="a hook must return None or what is like"):
        y.sum().backward()
    with pytest.raises(mg.DeviceError, match="on cuda:0"):
        mg.zeros(3)[:] = wrap(elsewhere((3,)))


def test_numpy_does_not_read_a_tensor_of_another_device(elsewhere) -> None:
    with pytest.raises(TypeError, match=r"use \.cpu\(\)\.numpy\(\)"):
        np.asarray(wrap(elsewhere((3,))))


def test_names_of_devices() -> None:
    assert device() == device("cpu") == Device("cpu") == "cpu"
    assert str(device("cuda:1")) == "cuda:1"
    assert device("cuda") == "cuda:0"
    assert device("cuda") != "cpu"
    assert len({Device("cuda"), Device("cuda:0"), Device("cpu")}) == 2
    assert device_of(np.zeros(2)) == "cpu"
    for name in ("gpu", "cuda:x", "cpu0"):
        with pytest.raises(ValueError, match="unknown device"):
            device(name)


def test_an_unknown_array_type_is_named() -> None:
    with pytest.raises(TypeError, match="expected a NumPy or CuPy array, got list"):
        namespace([1.0])


def test_which_arrays_share_memory() -> None:
    a = np.arange(6.0)
    assert shares_memory(a[1:3], a)
    assert shares_memory(a.reshape(2, 3).T, a[::2])
    assert not shares_memory(a.copy(), a)
    assert not shares_memory(a.reshape(2, 3).T.reshape(6), a)
