"""Transforms: values, and that a batch is transformed as its examples are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigen as mg
from minigen.autodiff import Tensor
from minigen.data import DataLoader, transforms
from minigen.data.images import Images, LabelledImages
from minigen.random import Generator, get_default_generator
from tests.host import host, placed, share_memory

UINT8 = hnp.arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)))
TRANSFORMS = {
    "to tensor": transforms.ToTensor,
    "flat": lambda: transforms.Compose([transforms.ToTensor(), transforms.Flatten()]),
    "signs": lambda: transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]),
    "channels": lambda: transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.25], [0.125])]),
    "drawn": lambda: transforms.Compose([transforms.ToTensor(), transforms.Binarize(7)]),
    "threshold": lambda: transforms.Compose([transforms.ToTensor(), transforms.BinarizeAt(0.3)]),
    "lambda": lambda: transforms.Lambda(lambda x: x.float().sum()),
    "elementwise": lambda: transforms.Lambda(lambda x: 255 - x, elementwise=True),
    "function": lambda: lambda x: x.float() + 1,
    "numbers": lambda: lambda x: int(host(x).sum()),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.usefixtures("on_the_host")  # a GPU's generator draws by blocks
@given(images=UINT8, shuffle=st.booleans())
def test_a_batch_is_transformed_as_its_examples_are(name, images, shuffle):
    def batches(dataset):
        return [host(batch) for batch in DataLoader(dataset, 3, shuffle, rng=1)]

    at_once = batches(Images(placed(images), TRANSFORMS[name]()))
    one_by_one = Images(placed(images), TRANSFORMS[name]())
    for got, expected in zip(at_once, batches(Each(one_by_one)), strict=True):
        assert got.dtype == expected.dtype and np.array_equal(got, expected)


class Each:
    """The same examples, with nothing but the two methods."""

    def __init__(self, dataset):
        self.dataset = dataset

    def __getitem__(self, index):
        return self.dataset[index]

    def __len__(self):
        return len(self.dataset)


def test_to_tensor():
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) * 11
    for image in (pixels, placed(pixels)):
        x = transforms.ToTensor()(image)
        assert type(x) is Tensor and x.dtype == np.float32 and x.shape == (4, 2, 3)
        assert np.array_equal(host(x), (pixels.astype(np.float32) / np.float32(255)).transpose(2, 0, 1))
    assert transforms.ToTensor()(pixels[0]).shape == (1, 3, 4)
    extremes = transforms.ToTensor()(np.array([[0, 255]], np.uint8))
    assert extremes.tolist() == [[[0.0, 1.0]]]
    kept = transforms.ToTensor()(np.array([[0.25, 7.0]]))
    assert kept.dtype == np.float64 and kept.tolist() == [[[0.25, 7.0]]]


def test_to_tensor_uses_the_default_dtype():
    mg.set_default_dtype("float64")
    try:
        x = transforms.ToTensor()(np.array([[51]], np.uint8))
    finally:
        mg.set_default_dtype("float32")
    assert x.dtype == np.float64 and x.item() == 0.2


def test_normalize():
    x = placed(np.arange(24.0).reshape(2, 3, 4))
    by_channel = transforms.Normalize([1.0, 2.0], [4.0, 8.0])(x)
    assert np.array_equal(host(by_channel)[0], (host(x)[0] - 1) / 4)
    assert np.array_equal(host(by_channel)[1], (host(x)[1] - 2) / 8)
    same = transforms.Normalize(mean=3.0, std=[2.0])(x)
    assert np.array_equal(host(same), (host(x) - 3) / 2)
    half = transforms.Normalize([0.5, 0.5], 0.5)(x.to("float16"))
    assert half.dtype == np.float16
    assert transforms.Normalize(0.5, 0.5)(placed(np.ones(3, np.float32))).dtype == np.float32


def test_bits_are_drawn_anew_with_the_pixel_as_probability():
    p = np.linspace(0, 1, 11).repeat(4000).astype(np.float32)
    binarize = transforms.Binarize(3)
    first, second = host(binarize(placed(p))), host(binarize(placed(p)))
    assert first.dtype == np.float32 and set(np.unique(first)) == {0.0, 1.0}
    assert (first != second).any()
    for k, share in enumerate(first.reshape(11, -1).mean(1)):
        q = k / 10
        assert abs(share - q) <= 5 * np.sqrt(q * (1 - q) / 4000)


def test_bits_come_from_the_generator_or_a_child_of_the_default_one():
    x = placed(np.full(50, 0.5))
    shared = Generator(2)
    assert transforms.Binarize(shared)(x).tolist() == Generator(2).bernoulli(x).tolist()
    mg.manual_seed(5)
    assert transforms.Binarize()(x).tolist() == Generator(5).spawn().bernoulli(x).tolist()
    binarize = transforms.Binarize()
    binarize(x), binarize(x)
    assert get_default_generator().state_dict()["spawned"] == 2


def test_threshold():
    x = placed(np.array([0.0, 0.4999, 0.5, 0.5001, 1.0], np.float32))
    assert transforms.BinarizeAt()(x).tolist() == [0, 0, 0, 1, 1]
    assert transforms.BinarizeAt(0)(x).tolist() == [0, 1, 1, 1, 1]
    assert transforms.BinarizeAt()(x).dtype == np.float32


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize("make", [lambda: transforms.Binarize(0), transforms.BinarizeAt])
@pytest.mark.parametrize("bad", [np.nan, -1e-6, 1.0001, 255.0, np.inf])
def test_pixels_that_are_no_probabilities_are_refused(make, bad):
    x = np.full((3, 4), 0.5, np.float32)
    x[1, 2] = bad
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\], got .* \(1 of 12 values\)"):
        make()(placed(x))


def test_the_states_of_composed_transforms():
    def make():
        return transforms.Compose([transforms.Binarize(1), abs, transforms.Compose([transforms.Binarize(2)])])

    x = placed(np.full(20, 0.5))
    first, second = make(), make()
    first(x)
    state = first.state_dict()
    assert sorted(state) == ["0", "2"]
    second.load_state_dict(state)
    assert second(x).tolist() == first(x).tolist()
    assert transforms.Compose([transforms.ToTensor(), abs]).state_dict() is None


def test_labels_are_transformed_too():
    pairs = LabelledImages(placed(np.zeros((4, 2, 2), np.uint8)), placed(np.arange(4)), None, lambda label: label * 10)
    assert pairs[3][1] == 30 and type(pairs[3][1]) is int
    _, labels = next(iter(DataLoader(pairs, 3)))
    assert labels.tolist() == [0, 10, 20] and labels.dtype == np.int64
    plain = LabelledImages(placed(np.zeros((4, 2, 2), np.uint8)), placed(np.arange(4)))
    assert type(plain[3][1]) is int and plain[-1][1] == 3
    assert len(list(plain)) == 4


def test_without_a_transform_batches_are_views():
    data = placed(np.zeros((4, 2, 2), np.uint8))
    for batch in DataLoader(Images(data), 3):
        assert share_memory(batch, data) and batch.dtype == np.uint8
