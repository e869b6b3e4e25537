"""A loader that gives its batches on a device, or in pinned memory: the same batches, and nothing is waited for."""

import itertools
import json
from typing import NamedTuple

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import wrap
from minigen.data import DataLoader, Dataset, Subset, TensorDataset, transforms
from minigen.data.images import Images, LabelledImages
from minigen.data.reading import is_constant
from minigen.random import Generator, get_default_generator, using
from minigen.testing import standin
from tests.host import host, on_a_gpu

pytestmark = pytest.mark.usefixtures("on_the_host")
gpu = pytest.mark.usefixtures("gpu")
IMAGES = mg.random.Generator(0).integers(0, 256, (11, 2, 3), dtype="uint8", device="cpu")
LABELS = mg.arange(11, device="cpu")


class Pair(NamedTuple):
    x: object
    y: object


class Drawing(Dataset):
    """Examples with noise from the default generator: they depend on when they are read."""

    def __getitem__(self, index):
        return get_default_generator().normal(2, device="cpu")

    def __len__(self):
        return 7


class Mixed(Dataset):
    def __getitem__(self, index):
        return {"pair": Pair(IMAGES[index], float(index)), "name": str(index), "list": [LABELS[index]]}

    def __len__(self):
        return 7


DATA = {
    "tensor": lambda: IMAGES,
    "array": lambda: host(IMAGES),
    "list": lambda: [IMAGES[i] for i in range(11)],
    "tensors": lambda: TensorDataset(IMAGES, LABELS),
    "subset": lambda: Subset(TensorDataset(IMAGES, LABELS), [5, 1, 3, 2, 9]),
    "images": lambda: LabelledImages(IMAGES, LABELS),
    "transformed": lambda: LabelledImages(IMAGES, LABELS, transforms.ToTensor()),
    "binarized": lambda: Images(
        IMAGES, transforms.Compose([transforms.ToTensor(), transforms.Binarize(rng=Generator(4))])
    ),
    "drawing": Drawing,
    "mixed": Mixed,
}


def plain(batch):
    """A batch as Python objects."""
    if isinstance(batch, mg.Tensor):
        return batch.tolist(), str(batch.dtype)
    if isinstance(batch, dict):
        return {key: plain(value) for key, value in batch.items()}
    if hasattr(batch, "_fields"):
        return type(batch)(*map(plain, batch))
    return [*map(plain, batch)] if isinstance(batch, list | tuple) else batch


def tensors(batch):
    if isinstance(batch, mg.Tensor):
        return [batch]
    parts = batch.values() if isinstance(batch, dict) else batch if isinstance(batch, list | tuple) else []
    return [tensor for part in parts for tensor in tensors(part)]


def epochs(name, rng=3, **options):
    """Two epochs as Python objects, while the default generator is drawn from between batches."""
    loader = DataLoader(DATA[name](), 4, rng=rng, **options)
    found = []
    with using(Generator(9)) as default:
        for _ in range(2):
            for batch in loader:
                found.append((plain(batch), default.normal(1, device="cpu").tolist()))
                where = {(tensor.device.type, tensor.is_pinned()) for tensor in tensors(batch)}
    return found, where


@gpu
@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_are_the_same_on_every_device_and_draws_between_them_too(name, shuffle):
    expected, where = epochs(name, shuffle=shuffle)
    assert where == {("cpu", False)}
    assert epochs(name, shuffle=shuffle, device="cpu") == (expected, {("cpu", False)})
    assert epochs(name, shuffle=shuffle, device="cuda") == (expected, {("cuda", False)})
    assert epochs(name, shuffle=shuffle, pin_memory=True) == (expected, {("cpu", True)})
    assert epochs(name, shuffle=shuffle, device="cuda", pin_memory=True) == (expected, {("cuda", False)})


@gpu
@pytest.mark.parametrize("name", DATA)
def test_a_state_goes_on_with_what_was_given_not_with_what_was_read(name):
    def loader(rng):
        return DataLoader(DATA[name](), 2, shuffle=True, rng=rng, device="cuda")

    first = loader(5)
    with using(Generator(9)) as default:
        epoch = iter(first)
        given = [plain(batch) for batch in itertools.islice(epoch, 2)]
        state, stood = json.loads(json.dumps(first.state_dict())), default.state_dict()
        assert state["given"] == 2
        rest = [plain(batch) for batch in epoch]
        second = loader(6)
        second.load_state_dict(state)
        default.load_state_dict(stood)
        assert [plain(batch) for batch in second] == rest
    assert given != rest[:2]


@gpu
@pytest.mark.skipif(on_a_gpu(), reason="CuPy does not count")
@pytest.mark.parametrize("name", ["tensor", "tensors", "images"])
def test_batches_are_sent_ahead_and_nobody_waits(name):
    loader = DataLoader(DATA[name](), 4, shuffle=True, rng=0, device="cuda")
    each = len(tensors(next(iter(loader))))
    with standin.syncs() as count:
        uploads = []
        for _ in loader:
            uploads.append(len(count.uploads))
    assert uploads == [2 * each, 3 * each, 3 * each]  # one batch more than were given, until the last
    assert not count.syncs
    with standin.syncs() as count:
        for batch in loader:
            sum(x.to(mg.float32).sum() for x in tensors(batch))
    assert not count.syncs


@gpu
def test_batches_are_copies():
    data = wrap(np.arange(8.0))
    batches = DataLoader(data, 2, device="cuda")
    kept = []
    for batch in batches:
        data += 100.0  # while the copy may be under way
        kept.append(batch)
        batch += 0.5
        data -= 100.0
    assert [batch.tolist() for batch in kept] == [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5], [6.5, 7.5]]


@gpu
def test_data_on_the_gpu_stay_there_or_come_back():
    data = TensorDataset(IMAGES.cuda(), LABELS)
    for device in (None, "cuda", "cpu"):
        x, y = next(iter(DataLoader(data, 4, device=device)))
        assert (x.device.type, y.device.type) == {None: ("cuda", "cpu")}.get(device, (device, device))
        assert x.tolist() == IMAGES[:4].tolist() and y.tolist() == [0, 1, 2, 3]
    (pinned_batch,) = next(iter(DataLoader(TensorDataset(IMAGES.cuda()), 4, pin_memory=True)))
    assert pinned_batch.device == "cuda:0"


def test_what_may_be_read_ahead():
    class Noisy(TensorDataset):
        def __getitem__(self, index):
            return super().__getitem__(index)

    class Again(Noisy):
        def is_constant(self):
            return True

    assert {name for name, make in DATA.items() if is_constant(make())} == {
        "tensor",
        "array",
        "list",
        "tensors",
        "subset",
        "images",
    }
    assert not is_constant(Noisy(IMAGES)) and is_constant(Again(IMAGES)) and not is_constant(object())
    assert not is_constant(Subset(Drawing(), [0]))


def test_without_a_gpu(no_gpu):
    with pytest.warns(UserWarning, match="pin_memory=True, and there is no GPU: batches are not pinned"):
        loader = DataLoader(IMAGES, 4, pin_memory=True)
    assert not next(iter(loader)).is_pinned()
    with pytest.raises(mg.DeviceError, match="device 'cuda:0'"):
        next(iter(DataLoader(IMAGES, 4, device="cuda")))
    with pytest.raises(ValueError, match="unknown device 'tpu'"):
        DataLoader(IMAGES, 4, device="tpu")
