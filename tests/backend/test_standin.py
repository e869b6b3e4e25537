"""The stand-in itself, and the engine on it: the same numbers as on NumPy, and what the traps of a GPU look like."""

import sys
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import minigen as mg
from minigen import nn, optim
from minigen.autodiff import wrap
from minigen.backend import namespace, shares_memory, to_host
from minigen.backend.arrays import namespaces
from minigen.random import Generator
from minigen.testing import op_records, standin

RECORDS = op_records()


@pytest.fixture
def xp():
    with standin.installed() as library:
        yield library


# ------------------------------------------------------------------------------------------ putting it in place


def loaded():
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in ("cupy", "cupyx")}


def test_afterwards_everything_is_as_before():
    before, types = loaded(), dict(namespaces)
    with standin.installed() as outer:
        import cupy
        import cupyx.scipy.special

        assert cupy is outer
        assert cupyx.scipy.special.erf(cupy.zeros(2)).dtype == "float64"
        x = mg.ones(2, device="cuda")
        assert namespace(x.array) is outer
        with pytest.raises(KeyError), standin.installed(devices=2) as inner:
            assert sys.modules["cupy"] is inner is not outer
            raise KeyError
        assert sys.modules["cupy"] is outer
        assert namespace(x.array) is outer
        with cupy.cuda.Device(0):
            assert cupy.cuda.Device().id == 0
    assert loaded() == before
    assert namespaces == types
    if standin.ndarray not in types:  # else all tests run on it
        with pytest.raises(TypeError, match="expected a NumPy or CuPy array"):
            namespace(x.array)


def test_devices_by_number():
    with standin.installed(devices=2):
        x, y = mg.ones(2, device="cuda"), mg.ones(2, device="cuda:1")
        assert (x.device, y.device, (y * y).device) == ("cuda:0", "cuda:1", "cuda:1")
        with pytest.raises(mg.DeviceError, match=r"on cuda:0.*on cuda:1"):
            x * y
        with pytest.raises(ValueError, match=r"arrays on devices 0 and 1 meet"):
            x.array * y.array
        with pytest.raises(mg.DeviceError, match="'cuda:2' is not there"):
            mg.ones(2, device="cuda:2")


def test_without_a_device():
    with standin.installed(devices=0), pytest.raises(mg.DeviceError, match="finds none"):
        mg.ones(2).cuda()


# ------------------------------------------------------------------------------------------------ the array


def test_what_nothing_was_written_to(xp):
    assert np.isnan(xp.empty((2, 3), "float32").get()).all()
    assert np.isnan(xp.empty_like(xp.zeros(3)).get()).all()
    assert np.isnan(xp.ndarray((2,)).get()).all()
    assert (xp.empty(3, "int16").get() == -0x5A5B).all()
    assert xp.empty(3, bool).get().all()
    assert int(xp.empty((), "int16")) == -0x5A5B
    turned = xp.zeros((2, 3, 4), int).transpose(1, 0, 2)
    assert (xp.empty_like(turned).get() < -(2**60)).all()


def test_results_without_axes_are_arrays(xp):
    x = xp.arange(6.0).reshape(2, 3)
    for value in (x.sum(), x[0, 0], x.argmax(), xp.vdot(x, x), x[0, 0] * 2, -x[0, 0], xp.allclose(x, x), x.any()):
        assert type(value) is xp.ndarray
        assert value.shape == ()


def test_views_know_their_owner(xp):
    x = xp.arange(12.0).reshape(3, 4)
    assert x.base is not None
    owner = x.copy()
    wide = xp.broadcast_to(owner, (2, 3, 4))
    for view in (owner[1:], owner.T, owner[0, 0], owner.reshape(-1)[::2], owner[:, None], wide):
        assert view.base is owner
        assert shares_memory(view, owner)
        assert not view.flags.owndata
    for fresh in (owner * 1, owner[xp.asarray([0])], owner.T.reshape(-1), owner.astype("float32"), owner.sum()):
        assert fresh.base is None
        assert fresh.flags["OWNDATA"]
    owner[0, 0][...] = 7.0
    assert float(owner[0, 0]) == 7.0
    assert xp.asarray(owner) is owner
    assert owner.astype("float64", copy=False) is owner
    assert xp.add(owner, 1.0, owner) is owner


def test_the_host_copy_is_a_copy_both_ways(xp):
    host = np.arange(3.0)
    x = xp.asarray(host)
    host[0] = 9.0
    x.get()[1] = 9.0
    assert x.tolist() == [0.0, 1.0, 2.0]
    x.set(host)
    assert x.tolist() == [9.0, 1.0, 2.0]


def test_numpy_gets_no_numbers(xp):
    x = xp.arange(3.0)
    assert not isinstance(x, np.ndarray)
    for read in (np.asarray, np.array, memoryview, np.exp, np.sum, np.float64(2.0).__array__().__mul__):
        with pytest.raises(TypeError):
            read(x)
    assert not {"__array_interface__", "__array_struct__", "__buffer__", "__index__"} & set(dir(x))


def test_each_call_is_looked_at_though_one_like_it_passed(xp):
    x, h = xp.ones(3), np.ones(3)
    for _ in range(2):
        assert (xp.sum(x), xp.stack([x, x]).shape, x.clip(0, x).shape) == (3.0, (2, 3), (3,))
        for call in (lambda: xp.sum(h), lambda: xp.stack([x, h]), lambda: xp.stack([x, [x]]), lambda: x.clip(0, h)):
            with pytest.raises(TypeError):
                call()
        with pytest.raises(TypeError, match="unexpected keyword argument 'where'"):
            x.sum(where=x > 0)


def test_a_gpu_warns_of_nothing_and_the_host_as_before(xp):
    x = xp.zeros(2)
    assert bool(xp.isnan(xp.log(x) * 0.0 + x / x).all())
    assert bool(xp.isinf(xp.apply_along_axis(lambda row: row + (1.0 / x).max().get(), 0, x)).all())
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.zeros(2))
    with np.errstate(all="raise"):
        assert bool(xp.isinf(xp.log(x)).all())
        with pytest.raises(FloatingPointError):
            np.log(np.zeros(2))


def test_names_that_are_missing_say_which_cupy(xp):
    for get, text in (
        (lambda: xp.vecdot, r"CuPy 14\.\d+\.\d+ has no cupy\.vecdot: write it with what NumPy and CuPy share"),
        (lambda: xp.zeros(2).vecdot, r"has no cupy\.ndarray\.vecdot"),
        (lambda: xp.fft, r"has cupy\.fft, the stand-in for it does not"),
        (lambda: xp.RawKernel, "runs no kernels"),
        (lambda: xp.fuse, "runs no kernels"),
        (lambda: xp.random.normal, r"cupy\.random\.normal"),
    ):
        with pytest.raises(AttributeError, match=text):
            get()
    assert not hasattr(xp, "ElementwiseKernel")


def test_pinned_memory_is_not_to_be_used_while_a_copy_is_under_way(xp):
    host = np.frombuffer(xp.cuda.alloc_pinned_memory(16), np.float64, 2)
    host[...] = 1.0
    stream = xp.cuda.get_current_stream()
    x = xp.asarray(host)
    event = stream.record()
    assert not event.done
    stream.synchronize()
    assert event.done
    host[...] = 2.0
    assert x.tolist() == [1.0, 1.0]
    x.get(out=host, blocking=False)
    assert not (host == 1.0).any()
    event.synchronize()
    assert (host == 1.0).all()
    xp.asarray(host)
    host[...] = 3.0
    with pytest.raises(RuntimeError, match="written to while a copy"):
        stream.synchronize()


# --------------------------------------------------------------------------------------------- the counting


def test_syncs_and_uploads_are_counted_with_their_place(xp):
    with standin.syncs() as outer:
        x = xp.asarray(np.arange(3.0))
        with standin.syncs() as inner:
            x[xp.argsort(x)] = 0.0
            y = (x * 2.0).sum()
            assert not inner.syncs
            float(y)
        x.get()
    assert len(inner.syncs) == 1
    assert len(inner.uploads) == 1
    assert len(outer.syncs) == len(outer.uploads) == 2
    assert inner.syncs[0].startswith("float(x) at ")
    assert "test_standin.py:" in inner.syncs[0]
    assert inner.uploads[0].startswith("x[array] = number at ")
    assert repr(outer) == "2 syncs, 2 uploads, 0 drifts"


def test_a_numpy_scalar_that_widens_is_counted(xp):
    x = xp.arange(3, dtype="float32")
    with standin.syncs() as count:
        assert (x * 2.0 + np.float32(1.0)).dtype == (x * np.int16(2)).dtype == "float32"
        assert (xp.arange(3) * np.float64(2.0)).dtype == (x.astype("float64") * np.float64(2.0)).dtype == "float64"
        assert not count.drifts
        assert (x * np.float64(2.0)).dtype == (np.float64(2.0) - x).dtype == "float64"
        assert xp.multiply(x, np.float64(2.0), x).dtype == "float32"
        assert xp.where(x > 0, x, np.int64(2)).dtype == "float64"
    assert [drift.partition(" at ")[0] for drift in count.drifts] == [
        "mul with numpy.float64",
        "subtract with numpy.float64",
        "multiply with numpy.float64",
        "where with numpy.int64",
    ]


# ------------------------------------------------------------------------------------------ the engine on it


@contextmanager
def what_numpy_runs():
    """Fail the test where the stand-in raises."""
    try:
        yield
    except (TypeError, ValueError, IndexError, AttributeError, NotImplementedError) as error:
        raise AssertionError(f"NumPy runs it, CuPy does not: {error}") from error


def everything(record, arrays, device):
    """Return the values of a record's function and its gradients, on the host."""
    operands = [wrap(array.copy()).to(device).requires_grad_() for array in arrays]
    outputs = record.function(*operands)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert {output.device.type for output in outputs} == {device}
    found = [to_host(output.array) for output in outputs]
    rng = Generator(1, host_noise=True)
    known = [output for output in outputs if output.requires_grad]
    if known:
        seeds = [rng.normal(output.shape, dtype=output.dtype, device=device) for output in known]
        gradients = mg.grad(known, operands, seeds, create_graph=record.order > 1, allow_unused=True)
        found += [None if g is None else to_host(g.array) for g in gradients]
        live = [g for g in gradients if g is not None and g.requires_grad]
        if live:
            second = mg.grad([(g * g).sum() for g in live], operands, allow_unused=True)
            found += [None if g is None else to_host(g.array) for g in second]
    return found


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_operations_agree_with_numpy(record, xp):
    @settings(max_examples=2, suppress_health_check=list(HealthCheck))
    @given(record.samples)
    def run(arrays):
        with np.errstate(all="ignore"):
            on_host = everything(record, arrays, "cpu")
            with what_numpy_runs():
                on_device = everything(record, arrays, "cuda")
        for want, got in zip(on_host, on_device, strict=True):
            assert (want is None) == (got is None)
            assert want is None or (want.dtype, want.shape) == (got.dtype, got.shape)
            np.testing.assert_array_equal(got, want)

    run()


def trained(device, dtype, host_noise):
    """Return the parameters and losses of 20 steps of a tanh network, and the count of what went on in them."""
    with mg.random.using(Generator(3, host_noise=host_noise)):
        model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.25), nn.Linear(8, 2)).to(device, dtype)
        rng = Generator(4, host_noise=host_noise)
        x, target = (rng.normal((16, n), dtype=dtype, device=device) for n in (3, 2))
        optimizer = optim.Adam(model.parameters(), lr=0.05, weight_decay=1e-3)
        losses = []
        with standin.syncs() as count:
            for _ in range(20):
                optimizer.zero_grad()
                loss = ((model(x) - target) ** 2).mean()
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
    found = [*model.parameters(), *losses]
    assert {(value.device.type, str(value.dtype)) for value in found} == {(device, dtype)}
    return [to_host(value.array) for value in found], count


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_trains_as_on_numpy(dtype, xp):
    on_host, _ = trained("cpu", dtype, host_noise=True)
    with what_numpy_runs():
        on_device, _ = trained("cuda", dtype, host_noise=True)
    for want, got in zip(on_host, on_device, strict=True):
        np.testing.assert_array_equal(got, want)
    assert on_host[-1] < 0.7 * on_host[4]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_trains_without_waiting(dtype, xp):
    with what_numpy_runs():
        found, count = trained("cuda", dtype, host_noise=False)
    assert found[-1] < 0.7 * found[4]
    assert not count.syncs
    assert not count.drifts
    assert not count.uploads
