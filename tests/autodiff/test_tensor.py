"""The Tensor itself: making, converting, printing, reading."""

import numpy as np
import pytest

import minigen as mg
from tests.host import host


def test_a_cast_carries_the_gradient_back_in_the_type_of_its_argument() -> None:
    x = mg.tensor([1.0, 2.0], dtype="float64", requires_grad=True)
    y = x.float()
    (g,) = mg.grad((y * y).sum(), x, create_graph=True)
    assert y.dtype == np.float32
    assert g.dtype == np.float64
    assert g.tolist() == [2.0, 4.0]
    assert mg.grad(g.sum(), x)[0].tolist() == [2.0, 2.0]


def test_a_cast_to_integers_leaves_the_graph() -> None:
    x = mg.tensor([1.7, -1.7], requires_grad=True)
    assert x.long().tolist() == [1, -1]
    assert not x.long().requires_grad
    assert x.bool().tolist() == [True, True]


@pytest.mark.parametrize(
    ("method", "dtype"),
    [("half", "float16"), ("float", "float32"), ("double", "float64"), ("int", "int32"), ("long", "int64")],
)
def test_conversions_by_name(method, dtype) -> None:
    x = mg.tensor([1.0, 2.0])
    assert getattr(x, method)().dtype == np.dtype(dtype)
    assert x.to(dtype).dtype == x.type(dtype).dtype == np.dtype(dtype)
    assert x.to(x.dtype) is x
    assert x.to(x.device) is x
    assert x.to(mg.zeros(1, dtype=dtype)).dtype == np.dtype(dtype)


def test_types_of_new_tensors() -> None:
    assert mg.tensor(1.0).dtype == np.float32
    assert mg.tensor([1, 2]).dtype == np.int64
    assert mg.tensor([True]).dtype == np.bool_
    assert mg.tensor(np.ones(2)).dtype == np.float64
    assert mg.tensor([mg.tensor(1.0), mg.tensor(2.0)]).tolist() == [1.0, 2.0]
    assert mg.full((2,), 3).dtype == np.int64
    assert mg.full((2,), 3.0).dtype == np.float32
    mg.set_default_dtype("float64")
    try:
        assert mg.zeros(1).dtype == mg.tensor(0.5).dtype == (mg.tensor([1]) / 2).dtype == np.float64
    finally:
        mg.set_default_dtype("float32")


def test_what_has_a_dtype_keeps_it_in_a_list() -> None:
    assert mg.tensor([np.float64(0.5)]).dtype == np.float64
    assert mg.tensor([[1.0, 2.0], np.arange(2.0)]).dtype == np.float64
    assert mg.tensor([mg.tensor(1.0), mg.tensor(2.0)]).dtype == np.float32
    assert mg.full((2,), np.int64(3)).dtype == np.int64
    assert mg.arange(np.float32(2.5)).dtype == np.float32
    assert mg.zeros(1, dtype=float).dtype == mg.zeros(1).to(float).dtype == np.float64
    assert mg.zeros(1, dtype=int).dtype == np.int64


def test_integers_beyond_int64_are_refused() -> None:
    for data in (2**63, [2**70]):
        with pytest.raises((TypeError, ValueError), match="tensor: "):
            mg.tensor(data)
    with pytest.raises(ValueError, match="fit"):
        mg.tensor([300], dtype="uint8")


def test_leaves_travel_between_processes_and_computed_tensors_do_not() -> None:
    import multiprocessing.reduction as wire

    x = mg.nn.Parameter(mg.arange(3, dtype="float64"))
    x.detach()
    twin = wire.ForkingPickler.loads(bytes(wire.ForkingPickler.dumps(x)))
    assert type(twin) is mg.nn.Parameter
    assert twin.requires_grad
    assert twin.tolist() == [0.0, 1.0, 2.0]
    frozen = mg.ones(2)
    assert not wire.ForkingPickler.loads(bytes(wire.ForkingPickler.dumps(frozen))).requires_grad
    with pytest.raises(RuntimeError, match=r"use \.clone\(\)"):
        wire.ForkingPickler.dumps(x * 2.0)


def test_a_new_tensor_is_a_copy_in_c_order() -> None:
    for a in (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))):
        t = mg.tensor(a)
        a[...] = 7
        assert t.array.flags.c_contiguous
        assert (host(t) == 1).all()
    shared = mg.from_numpy(a)
    a[...] = 8
    assert (host(shared) == 8).all()
    assert mg.as_tensor(shared, device="cpu") is shared
    assert mg.as_tensor(t) is t


def test_creation_by_shape_and_rule() -> None:
    assert mg.zeros((2, 3)).shape == mg.ones([2, 3]).shape == mg.empty(2, 3).shape == (2, 3)
    assert mg.zeros(()).shape == ()
    assert mg.zeros(0, 3).numel() == 0
    assert mg.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert mg.arange(1, 2, 0.25).tolist() == [1.0, 1.25, 1.5, 1.75]
    assert mg.arange(5, 0, -2).tolist() == [5, 3, 1]
    assert mg.linspace(0, 1, 3).tolist() == [0.0, 0.5, 1.0]
    x = mg.ones(2, dtype="float64")
    for like in (mg.zeros_like, mg.ones_like, mg.empty_like):
        assert like(x).dtype == np.float64
        assert like(x, dtype="int64").dtype == np.int64
    assert mg.full_like(x, 2.5, requires_grad=True).requires_grad
    for create in (mg.zeros, mg.ones, mg.empty):
        assert create(2, device="cpu", requires_grad=True).requires_grad


def test_the_legacy_constructor() -> None:
    assert mg.Tensor(2, 3).shape == (2, 3)
    assert mg.Tensor([1, 2]).dtype == np.float32
    assert mg.Tensor(np.arange(3.0)).tolist() == [0.0, 1.0, 2.0]
    assert mg.Tensor().shape == (0,)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: mg.tensor([1.0, 2.5]), "tensor([1.0000, 2.5000])"),
        (lambda: mg.tensor(3.0), "tensor(3.)"),
        (lambda: mg.tensor([1, 2], dtype="int32"), "tensor([1, 2], dtype=int32)"),
        (lambda: mg.zeros(0), "tensor([])"),
        (lambda: mg.ones(2, requires_grad=True), "tensor([1., 1.], requires_grad=True)"),
        (lambda: mg.ones(2, requires_grad=True) * 2.0, "tensor([2., 2.], grad_fn=<mul>)"),
        (lambda: mg.ones(2, requires_grad=True).split(1)[0], "tensor([1.], grad_fn=<split>)"),
        (lambda: mg.tensor([[1.0, 2.0], [3.0, 4.0]]), "tensor([[1., 2.],\n        [3., 4.]])"),
    ],
)
def test_printing(make, text) -> None:
    assert repr(make()) == text


def test_whole_tensor_writes() -> None:
    x = mg.zeros(2, 2)
    assert x.fill_(3).tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert x.copy_(mg.tensor([1, 2])).tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert x.zero_().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    version = x.storage.version
    x.array[0, 0] = 5.0
    x.bump_version()
    assert x.storage.version == version + 1
    w = mg.ones(2, requires_grad=True)
    y = w * 2.0
    y.zero_()
    assert not y.requires_grad
    z = mg.zeros(2)
    z.copy_(w * 3.0)
    z.sum().backward()
    assert w.grad.tolist() == [3.0, 3.0]


def test_an_expanded_tensor_is_not_written() -> None:
    wide = mg.zeros(1).expand(3)
    for write in (lambda: wide.add_(1), lambda: wide.__setitem__(0, 1.0), lambda: wide.fill_(2)):
        with pytest.raises(RuntimeError, match=r"is expanded.*\.clone\(\)"):
            write()


def test_an_integer_in_any_dress_gives_a_view() -> None:
    for one in (1, np.int64(1), mg.tensor(1, device="cpu"), np.array(1)):
        x = mg.zeros(3)
        x[one].fill_(5.0)
        assert x.tolist() == [0.0, 5.0, 0.0]
        x[one] = mg.tensor([7.0])
        assert x.tolist() == [0.0, 7.0, 0.0]


def test_strange_types_meet_an_error() -> None:
    for data in (["a"], [1j], object(), None):
        with pytest.raises((TypeError, ValueError), match="tensor: "):
            mg.tensor(data)


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(mg.DeviceError, match=r"device 'cuda:99' .* use .*device='cpu'"):
        mg.zeros(2, device="cuda:99")
    with pytest.raises(mg.DeviceError, match=r"use .*device='cpu'"):
        mg.ones(2).cuda(99)
    with pytest.raises(ValueError, match="unknown device 'tpu'"):
        mg.zeros(2, device="tpu")
