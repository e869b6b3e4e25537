"""Every learning algorithm on a GPU, or on what stands for one: no step waits, and devices differ in nothing else."""

import gc
import io
import math

import pytest

import minigen as mg
from minigen.random import Generator, using
from minigen.testing import standin
from minigen.training.state import copied, difference
from tests.host import assert_allclose, on_a_gpu
from tests.learning.small import ALGORITHMS

EVERY = pytest.mark.parametrize("name", ALGORITHMS)
STAND_IN = not on_a_gpu()
pytestmark = pytest.mark.usefixtures("gpu")


def build(name, device, **options):
    """An algorithm, its parameters and a batch, made on the device; equal numbers on all of them with host_noise."""
    with mg.device(device), using(Generator(0, **options)):
        return ALGORITHMS[name]()


def step(algorithm, batch, device):
    with mg.device(device):
        return algorithm.step(batch)


@pytest.mark.skipif(not STAND_IN, reason="CuPy does not count")
@EVERY
def test_no_step_waits_uploads_or_widens(name) -> None:
    algorithm, batch = build(name, "cuda")
    with standin.syncs() as count:
        metrics = [step(algorithm, batch, "cuda") for _ in range(3)]
    assert not count.syncs
    assert not count.uploads
    assert not count.drifts
    with standin.syncs() as count:
        assert all(math.isfinite(value) for value in metrics[-1].values())
    assert len(count.syncs) == len(metrics[-1])  # reading waits


@EVERY
def test_both_devices_train_alike_with_host_noise(name) -> None:
    mg.set_default_dtype(mg.float64)
    try:
        (here, batch), (there, other) = (build(name, device, host_noise=True) for device in ("cpu", "cuda"))
        for _ in range(5):
            costs = dict(step(here, batch, "cpu")), dict(step(there, other, "cuda"))
            assert costs[0] == (costs[1] if STAND_IN else pytest.approx(costs[1], rel=1e-9))
        same(here.state_dict(), there.state_dict())
    finally:
        mg.set_default_dtype(mg.float32)


@EVERY
def test_a_state_of_one_device_continues_on_the_other(name) -> None:
    for origin, target in (("cuda", "cpu"), ("cpu", "cuda")):
        (saved, batch), (loaded, other) = (build(name, device, host_noise=True) for device in (origin, target))
        for _ in range(2):
            step(saved, batch, origin)
        file = io.BytesIO()
        mg.save(saved.state_dict(), file)
        for location in (None, target):
            file.seek(0)
            loaded.load_state_dict(mg.load(file, location))
            same(saved.state_dict(), loaded.state_dict())
        for value in (p for part in vars(loaded).values() if isinstance(part, mg.nn.Module) for p in part.parameters()):
            assert value.device.type == target
        for _ in range(2):
            costs = dict(step(saved, batch, origin)), dict(step(loaded, other, target))
            assert costs[0] == (costs[1] if STAND_IN else pytest.approx(costs[1], rel=1e-4))


@EVERY
def test_what_arrays_take_does_not_grow(name) -> None:
    gc.collect()
    before = mg.cuda.memory_allocated()
    algorithm, batch = build(name, "cuda")
    taken = []
    for _ in range(2):
        for _ in range(5):
            step(algorithm, batch, "cuda")
        mg.cuda.synchronize()
        taken.append(mg.cuda.memory_allocated())
    assert taken[0] == taken[1] > before
    del algorithm, batch
    gc.collect()
    mg.cuda.synchronize()
    assert mg.cuda.memory_allocated() == before


def same(here, there, rtol=1e-9):
    """Raise unless two states hold the same; on CuPy, but for rounding."""
    if STAND_IN:
        assert difference(on_host(copied(here)), on_host(copied(there))) is None
    elif isinstance(here, mg.Tensor):
        assert_allclose(here, there, rtol=rtol, atol=rtol)
    elif isinstance(here, dict):
        assert here.keys() == there.keys()
        for key in here:
            same(here[key], there[key])
    elif isinstance(here, list | tuple):
        for a, b in zip(here, there, strict=True):
            same(a, b)
    else:
        assert here == there


def on_host(state):
    if isinstance(state, mg.Tensor):
        return state.cpu()
    if isinstance(state, dict):
        return {key: on_host(value) for key, value in state.items()}
    return type(state)(map(on_host, state)) if isinstance(state, list | tuple) else state
