"""The real data sets, read from tiny roots of the published form, and from the real files where there are some."""

import os
from pathlib import Path

import numpy as np
import pytest

from minigen.autodiff import Tensor
from minigen.data import (
    MNIST,
    BinarizedMNIST,
    DataError,
    DataLoader,
    FashionMNIST,
    FreyFaces,
    TinyShakespeare,
    read_idx,
    transforms,
)
from tests.data import roots
from tests.host import host

REAL = os.environ.get("MINIGEN_DATA")
with_real_files = pytest.mark.skipif(not REAL, reason="MINIGEN_DATA names no folder with the real files")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("kind", "folder"),
    [(MNIST, "."), (MNIST, "MNIST/raw"), (FashionMNIST, "fashion"), (FashionMNIST, "FashionMNIST/raw")],
)
def test_mnist(tmp_path, kind, folder, packed):
    written = roots.write_mnist(tmp_path, folder=folder, packed=packed)
    for train, split in ((True, "train"), (False, "t10k")):
        digits = kind(tmp_path, train, check=False)
        images, labels = written[split]
        assert len(digits) == len(images) and digits.train is train
        assert type(digits.data) is Tensor and digits.data.dtype == np.uint8 and digits.targets.dtype == np.int64
        assert np.array_equal(host(digits.data), images) and np.array_equal(host(digits.targets), labels)
        assert digits.data.array.flags.c_contiguous
        image, label = digits[3]
        assert np.array_equal(host(image), images[3]) and label == labels[3] and type(label) is int
        digits.data.zero_()  # it may be written to
        assert not host(digits.data).any()


def test_a_batch_is_converted_with_one_call(tmp_path, monkeypatch):
    images, labels = roots.write_mnist(tmp_path)["train"]
    calls = []
    original = transforms.ToTensor.batch
    monkeypatch.setattr(transforms.ToTensor, "batch", lambda self, x: calls.append(x) or original(self, x))
    monkeypatch.setattr(transforms.ToTensor, "__call__", None)
    loader = DataLoader(MNIST(str(tmp_path), transform=transforms.ToTensor(), check=False), 5, shuffle=True, rng=0)
    seen = 0
    for x, y in loader:
        assert x.dtype == np.float32 and x.shape[1:] == (1, 28, 28)
        for image, label in zip(host(x), host(y), strict=True):
            (row,) = np.flatnonzero((images == np.rint(image[0] * 255)).all((1, 2)))
            assert labels[row] == label
            seen += 1
    assert seen == 12 and len(calls) == 3


@pytest.mark.parametrize(("texts", "fortran"), [(False, False), (False, True), (True, False)])
def test_binarized_mnist(tmp_path, texts, fortran):
    written = roots.write_binarized_mnist(tmp_path, texts=texts, fortran=fortran)
    for split in ("train", "valid", "test"):
        bits = BinarizedMNIST(tmp_path, split, check=False)
        assert bits.data.dtype == np.uint8 and np.array_equal(host(bits.data), written[split])
        assert bits[2].dtype == np.float32 and np.array_equal(host(bits[2]), written[split][2])
        batch = next(iter(DataLoader(bits, 3)))
        assert batch.dtype == np.float32 and np.array_equal(host(batch), written[split][:3])
    as_channels = BinarizedMNIST(tmp_path, "valid", transforms.ToTensor(), check=False)
    assert as_channels[0].shape == (1, 28, 28) and host(as_channels[0]).max() == 1


@pytest.mark.parametrize("n", [1, 6])
def test_frey_faces(tmp_path, n):
    written = roots.write_frey_faces(tmp_path, n)
    faces = FreyFaces(tmp_path, check=False)
    assert faces.data.dtype == np.uint8 and np.array_equal(host(faces.data), written)
    assert np.array_equal(host(faces[0]), written[0])
    faces.data.zero_()  # it may be written to
    assert not host(faces.data).any()


def test_tiny_shakespeare(tmp_path):
    written = roots.write_tiny_shakespeare(tmp_path, 95)
    whole = TinyShakespeare(tmp_path, length=7, check=False)
    assert whole.text == written and whole.vocabulary == "".join(sorted(set(written)))
    assert len(whole) == 95 - 7 + 1
    assert [whole.decode(x) for x in whole] == [written[i : i + 7] for i in range(89)]
    assert whole.decode(whole[-1]) == written[-7:] and whole[0].dtype == np.int64
    for shuffle in (False, True):
        batches = list(DataLoader(whole, 10, shuffle, rng=0))
        assert batches[0].shape == (10, 7) and batches[0].dtype == np.int64
        texts = [whole.decode(x) for batch in batches for x in batch]
        assert sorted(texts) == sorted(written[i : i + 7] for i in range(89))
    train, valid = (TinyShakespeare(tmp_path, split, 4, check=False) for split in ("train", "valid"))
    assert train.text + valid.text == written and len(train.text) == 85
    assert train.vocabulary == valid.vocabulary == whole.vocabulary


@pytest.mark.parametrize(("code", "dtype"), [(8, "u1"), (9, "i1"), (0xB, "i2"), (0xC, "i4"), (0xD, "f4"), (0xE, "f8")])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 0), (1, 2, 3, 2)])
def test_idx_of_any_type_and_shape(tmp_path, code, dtype, shape):
    array = (np.arange(np.prod(shape)).reshape(shape) * 3 - 5).astype(">" + dtype)
    header = bytes([0, 0, code, len(shape)]) + np.array(shape, ">u4").tobytes()
    (tmp_path / "file.idx").write_bytes(header + array.tobytes())
    read = read_idx(tmp_path / "file.idx")
    assert read.dtype == np.dtype(dtype) and read.dtype.isnative and np.array_equal(host(read), array)


def test_other_files_than_the_published_are_refused_unless_asked_for(tmp_path):
    roots.write_mnist(tmp_path)
    roots.write_binarized_mnist(tmp_path)
    roots.write_frey_faces(tmp_path)
    roots.write_tiny_shakespeare(tmp_path)
    for kind in (MNIST, BinarizedMNIST, FreyFaces, TinyShakespeare):
        with pytest.raises(DataError, match=r"found \d+ bytes, expected \d+: place .* there by hand"):
            kind(tmp_path)


@with_real_files
def test_the_real_files():
    root = Path(REAL)
    for kind, mean in ((MNIST, 0.1307), (FashionMNIST, 0.2860)):
        train, test = kind(root), kind(root, train=False)
        assert (len(train), len(test)) == (60000, 10000)
        assert abs(host(train.data).mean() / 255 - mean) < 5e-5
        assert set(host(train.targets)) == set(range(10))
    means = {"train": (50000, 0.13056), "valid": (10000, 0.13113), "test": (10000, 0.13251)}
    for split, (n, mean) in means.items():
        bits = BinarizedMNIST(root, split)
        assert len(bits) == n and abs(host(bits.data).mean() - mean) < 5e-6
    faces = FreyFaces(root)
    assert faces.data.shape == (1965, 28, 20) and (host(faces.data).min(), host(faces.data).max()) == (8, 238)
    text = TinyShakespeare(root)
    assert len(text.vocabulary) == 65 and text.text.startswith("First Citizen:\nBefore we proceed")


@with_real_files
def test_neighbouring_frames_of_the_real_video_are_alike():
    faces = host(FreyFaces(REAL).data).astype(float)
    assert abs(np.diff(faces, axis=0)).mean() < 0.5 * abs(faces - faces[::-1]).mean()
    assert abs(np.diff(faces, axis=1)).mean() < 0.5 * abs(faces - faces[:, ::-1]).mean()


def test_characters_that_are_not_in_the_text(tmp_path):
    roots.write_tiny_shakespeare(tmp_path)
    text = TinyShakespeare(tmp_path, length=3, check=False)
    assert text.decode(text.encode("abc")) == "abc"
    with pytest.raises(ValueError, match="the character 'Q' is not in the vocabulary"):
        text.encode("aQ")
    for length in (0, 201):
        with pytest.raises(ValueError, match=f"length must be from 1 to 200, got {length}"):
            TinyShakespeare(tmp_path, length=length, check=False)
    with pytest.raises(IndexError, match="index 198 is out of range for 198 windows"):
        text[198]
