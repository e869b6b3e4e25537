"""Moves between the host and a GPU: the same values, what is waited for, and pinned memory kept while it is copied."""

import gc
import weakref

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import wrap
from minigen.backend import pinned, to_host
from minigen.backend.dtypes import NAMES
from minigen.testing import standin
from tests.host import on_a_gpu

pytestmark = pytest.mark.usefixtures("gpu")
counted = pytest.mark.skipif(on_a_gpu(), reason="CuPy does not count")


@pytest.mark.parametrize("dtype", NAMES)
@pytest.mark.parametrize("non_blocking", [False, True])
def test_values_arrive_in_both_directions(dtype, non_blocking):
    whole = np.random.default_rng(0).integers(0, 2, (4, 6)).astype(dtype)
    for array in (whole, whole.T, whole[::2, ::-3], np.array(whole[0, 0]), whole[:0]):
        here = wrap(array)
        there = here.to("cuda", non_blocking=non_blocking)
        assert there.device == "cuda:0" and (there.dtype, there.shape) == (here.dtype, here.shape)
        assert there.to("cuda:0") is there and there.cuda() is there and there.to(0) is there
        back = there.to("cpu", non_blocking=non_blocking)
        mg.cuda.synchronize()
        assert back.device == "cpu" and back.dtype == here.dtype and (back.array == array).all()
        pinned_here = here.pin_memory()
        assert pinned_here.is_pinned() and not here.is_pinned() and pinned_here.pin_memory() is pinned_here
        assert (pinned_here.array == array).all()
        again = pinned_here.to("cuda", non_blocking=non_blocking)
        mg.cuda.synchronize()
        assert (to_host(again.array) == array).all()


def test_gradients_come_back_to_where_a_tensor_lives():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x.to("cuda", mg.float64)
    (y * y).sum().backward()
    assert x.grad.device == "cpu" and x.grad.tolist() == [2.0, 4.0]
    z = mg.tensor([3.0], device="cuda", requires_grad=True)
    (second,) = mg.grad(mg.grad((z.cpu() ** 3).sum(), z, create_graph=True)[0].sum(), z)
    assert second.device == "cuda:0" and second.tolist() == [18.0]
    (x.pin_memory() * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]


def test_what_was_uploaded_may_be_written_to_unless_non_blocking():
    for x in (mg.tensor([1.0, 2.0]), mg.tensor([1.0, 2.0]).pin_memory()):
        y = x.to("cuda")
        x += 10.0
        assert y.tolist() == [1.0, 2.0]


@counted
def test_who_waits():
    x, there = mg.ones(3), mg.ones(3, device="cuda")
    page_locked = x.pin_memory()
    for move, syncs in (
        (lambda: x.to("cuda"), 0),
        (lambda: x.cuda(non_blocking=True), 0),
        (lambda: page_locked.cuda(), 1),
        (lambda: page_locked.cuda(non_blocking=True), 0),
        (lambda: page_locked.to("cuda", True), 0),
        (lambda: there.cpu(), 1),
        (lambda: there.to("cpu", non_blocking=True), 0),
        (lambda: mg.cuda.synchronize(), 1),
        (lambda: mg.zeros(3, device="cuda") + mg.ones(3, device="cuda") * mg.full((3,), 2.0, device="cuda"), 0),
    ):
        with standin.syncs() as count:
            move()
        assert len(count.syncs) == syncs, count.syncs


@counted
def test_memory_is_kept_until_its_copy_has_ended():
    pinned._under_way.copies.clear()
    there = mg.ones(3, device="cuda")
    sources = []
    source = mg.ones(3).pin_memory()
    source.to("cuda", non_blocking=True)
    for host in (source, there.to("cpu", non_blocking=True)):
        base = host.array
        while isinstance(base, np.ndarray):
            base = base.base
        sources.append(weakref.ref(base.obj if isinstance(base, memoryview) else base))
    del host, base, source
    gc.collect()
    assert all(source() is not None for source in sources) and len(pinned._under_way.copies) == 2
    mg.cuda.synchronize()
    last = mg.ones(1).pin_memory()
    last.to("cuda", non_blocking=True)  # looks what has ended
    gc.collect()
    assert all(source() is None for source in sources)
    assert len(pinned._under_way.copies) == 1


def test_a_module_moves_with_its_gradients_and_keeps_its_identity():
    net = mg.nn.Sequential(mg.nn.Linear(3, 2), mg.nn.ReLU(), mg.nn.Linear(2, 1))
    net.register_buffer("steps", mg.tensor(3))
    optimizer = mg.optim.Adam(net.parameters())
    net(mg.ones(4, 3)).sum().backward()
    parameters, values = list(net.parameters()), [p.tolist() for p in net.parameters()]
    gradients = [p.grad.tolist() for p in parameters]
    assert net.cuda() is net
    assert all(p is q for p, q in zip(net.parameters(), parameters, strict=True))
    for p, value, gradient in zip(parameters, values, gradients, strict=True):
        assert p.device == p.grad.device == "cuda:0" and p.requires_grad and p.is_leaf
        assert p.tolist() == value and p.grad.tolist() == gradient
    assert net.steps.device == "cuda:0" and net.steps.dtype == mg.int64
    optimizer.step()
    net(mg.ones(4, 3, device="cuda")).sum().backward()
    optimizer.step()
    assert all(p.tolist() != value for p, value in zip(parameters, values, strict=True))
    assert next(net.cpu().parameters()).device == "cpu"
    with pytest.raises(mg.DeviceError, match=r"linear: .*on cpu.*on cuda:0.*\.to\(device\)"):
        net.to("cuda", mg.float64, non_blocking=True)(mg.ones(4, 3, dtype=mg.float64))


def test_a_gpu_tensor_is_not_pinned_and_not_read_by_numpy():
    x = mg.ones(2, device="cuda")
    assert not x.is_pinned()
    with pytest.raises(RuntimeError, match="only host memory can be pinned, this Tensor is on cuda:0"):
        x.pin_memory()
    with pytest.raises(TypeError, match=r"use \.cpu\(\)\.numpy\(\)"):
        np.asarray(x)
    assert mg.cuda.is_available() and mg.cuda.device_count() >= 1 and mg.cuda.current_device() == 0
    assert mg.cuda.memory_allocated() >= 0
    mg.cuda.empty_cache()


def test_everything_is_made_on_the_default_device():
    from tests.backend.test_default_device import MADE

    for name, make in MADE.items():
        with mg.device("cuda"):
            made = make()
            assert "device=" not in repr(made), name
        made = list(made.parameters()) if isinstance(made, mg.nn.Module) else made
        for tensor in [made] if isinstance(made, mg.Tensor) else made:
            assert tensor.device == "cuda:0", name
            assert "device='cuda:0'" in repr(tensor)
