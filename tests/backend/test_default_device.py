"""The default device: chosen for a thread or a block, and shown where a Tensor is elsewhere."""

import threading

import pytest

import minigen as mg

pytestmark = pytest.mark.usefixtures("from_the_host")


def test_blocks_go_before_the_choice_and_end_with_it() -> None:
    assert mg.get_default_device() == "cpu"
    mg.set_default_device("cuda:1")
    assert mg.get_default_device() == "cuda:1"
    with mg.device("cpu") as outer:
        assert mg.get_default_device() is outer
        with mg.device("cuda"):
            assert mg.get_default_device() == "cuda:0"
        mg.set_default_device("cuda:2")
        assert mg.get_default_device() == "cpu"
    assert mg.get_default_device() == "cuda:2"
    mg.set_default_device(None)
    assert mg.get_default_device() == "cpu"


def test_a_block_ends_after_an_error_and_may_be_nested_in_itself() -> None:
    gpu = mg.device("cuda")
    with pytest.raises(ZeroDivisionError), gpu, gpu:
        _ = 1 / 0
    assert mg.get_default_device() == "cpu"


def test_a_choice_holds_for_its_thread_only() -> None:
    seen = []
    with mg.device("cuda:3"):
        thread = threading.Thread(target=lambda: seen.append(mg.get_default_device()))
        thread.start()
        thread.join()
    assert seen == ["cpu"]


def test_what_is_printed_names_the_device_where_it_is_not_the_default() -> None:
    x = mg.tensor([1.0])
    assert repr(x) == "tensor([1.])"
    with mg.device("cuda"):
        assert repr(x) == "tensor([1.], device='cpu')"


def test_what_is_named_and_what_has_a_place_go_before_the_default() -> None:
    x = mg.tensor([1.0, 2.0])
    with mg.device("cuda:99"):
        for made in (
            mg.zeros(2, device="cpu"),
            mg.zeros_like(x),
            mg.full_like(x, 3.0),
            mg.from_numpy(x.numpy()),
            mg.Tensor(2),
            mg.rand(2, device="cpu"),
            mg.rand_like(x),
            mg.bernoulli(x / 2),
            x.to(mg.float64),
        ):
            assert made.device == "cpu"


MADE = {
    "tensor": lambda: mg.tensor([1.0]),
    "tensor of a Tensor": lambda: mg.tensor(HERE),
    "as_tensor": lambda: mg.as_tensor(HERE),
    "as_tensor of an array": lambda: mg.as_tensor(HERE.numpy()),
    "zeros": lambda: mg.zeros(2),
    "ones": lambda: mg.ones(2),
    "full": lambda: mg.full((2,), 3.0),
    "empty": lambda: mg.empty(2),
    "arange": lambda: mg.arange(3),
    "linspace": lambda: mg.linspace(0, 1, 3),
    "eye": lambda: mg.eye(2),
    "rand": lambda: mg.rand(2),
    "randperm": lambda: mg.randperm(3),
    "normal": lambda: mg.random.Generator(0).normal(2),
    "bernoulli": lambda: mg.random.Generator(0).bernoulli([0.5]),
    "layer": lambda: mg.nn.Linear(2, 3),
    "digits": lambda: mg.data.load_digits("test"),
    "ring": lambda: mg.data.toy.Ring().sample(3, rng=0),
    "checkerboard": lambda: mg.data.toy.Checkerboard().sample(3, rng=0),
    "numbers of a loader": lambda: next(iter(mg.data.DataLoader([1.0, 2.0]))),
}
HERE = mg.tensor([1.0], device="cpu")


@pytest.mark.parametrize("name", MADE)
def test_all_else_is_made_on_the_default_device(name) -> None:
    mg.set_default_device("cuda:99")  # nowhere: the error says that it was asked for
    with pytest.raises(mg.DeviceError, match="device 'cuda:99'"), mg.random.using(0):
        MADE[name]()
    mg.set_default_device(None)


def test_orders_of_a_loader_stay_on_the_host() -> None:
    loader = mg.data.DataLoader(mg.arange(6), 2, shuffle=True, rng=0)
    first, part = [batch.tolist() for batch in loader], mg.data.random_split(range(4), [0.5, 0.5], rng=0)
    again = mg.data.DataLoader(mg.arange(6), 2, shuffle=True, rng=0)
    with mg.device("cuda:99"):
        try:
            second = [batch.tolist() for batch in again]
        except mg.DeviceError:
            second = []
        assert second == first
        assert [list(p) for p in mg.data.random_split(range(4), [0.5, 0.5], rng=0)] == [list(p) for p in part]


def test_where_to_may_be_said_in_pytorchs_ways() -> None:
    x, like = mg.ones(2), mg.zeros(1, dtype=mg.float64)
    for target in (("cpu",), (mg.device("cpu"), True), ("cpu", mg.float32, False), (None, mg.float32), (x, True)):
        assert x.to(*target) is x
    assert x.to(like).dtype == x.to(mg.float64, True).dtype == x.to(dtype="double").dtype == mg.float64
    for copy in (x.to("cpu", copy=True), x.to("cpu", mg.float32, False, True)):
        assert copy is not x and copy.tolist() == [1.0, 1.0]
        copy += 1
    assert x.tolist() == [1.0, 1.0]


def test_a_gpu_that_is_missing_is_missed_by_all_who_ask(no_gpu) -> None:
    assert mg.cuda.device_count() == mg.cuda.memory_allocated() == 0
    layer, x = mg.nn.Linear(1, 1), mg.ones(2)
    for go in (lambda: x.to(0), x.cuda, lambda: x.cuda(0, non_blocking=True), layer.cuda, x.pin_memory):
        with pytest.raises(mg.DeviceError, match="device 'cuda:0'"):
            go()
    for ask in (mg.cuda.current_device, mg.cuda.synchronize):
        with pytest.raises(mg.DeviceError, match="device 'cuda:0'"):
            ask()
    assert not x.is_pinned()
    mg.cuda.empty_cache()
