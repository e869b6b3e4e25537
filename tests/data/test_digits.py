"""The bundled digits: the published file, read as published."""

import csv
import gzip
import hashlib

import numpy as np
import pytest

from minigen.autodiff import Tensor
from minigen.data import DataError, digits, load_digits
from tests.host import host

PER_LABEL = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as published


@pytest.fixture(scope="module")
def rows():
    """The file's numbers, read by another route."""
    with gzip.open(digits.FILE, "rt") as file:
        return [[int(number) for number in row] for row in csv.reader(file)]


def test_the_uncompressed_file_is_the_published_one():
    content = gzip.decompress(digits.FILE.read_bytes())
    published = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
    assert hashlib.sha256(content).hexdigest() == published


def test_all_rows(rows):
    images, labels = load_digits()
    assert type(images) is Tensor and type(labels) is Tensor
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.float32)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert not images.requires_grad
    for image, label, row in zip(host(images), host(labels), rows, strict=True):
        assert (image * 16).tolist() == [row[8 * i : 8 * i + 8] for i in range(8)]
        assert label == row[64]
    assert host(images).min() == 0 and host(images).max() == 1
    assert np.bincount(host(labels)).tolist() == PER_LABEL


def test_the_two_parts_are_the_whole_in_order():
    everything = load_digits("all")
    train, test = load_digits("train"), load_digits("test")
    assert len(train[0]) == len(train[1]) == 1500 and len(test[0]) == len(test[1]) == 297
    for i in range(2):
        assert (np.concatenate([host(train[i]), host(test[i])]) == host(everything[i])).all()


def test_each_call_has_its_own_memory():
    first, second = load_digits("test")[0], load_digits("test")[0]
    first.array[:] = 7
    assert host(second).max() == 1


@pytest.mark.usefixtures("on_the_host")
def test_tensors_are_contiguous():
    assert all(t.array.flags.c_contiguous and t.array.flags.writeable for t in load_digits("test"))


def test_unknown_split_is_refused():
    with pytest.raises(ValueError, match="unknown split 'valid', use one of 'all', 'train', 'test'"):
        load_digits("valid")


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: b"", lambda c: c[:99] + bytes([c[99] ^ 1]) + c[100:]])
def test_a_damaged_file_is_refused(monkeypatch, tmp_path, damage):
    file = tmp_path / "digits.csv.gz"
    content = damage(digits.FILE.read_bytes())
    file.write_bytes(content)
    monkeypatch.setattr(digits, "FILE", file)
    with pytest.raises(
        DataError, match=rf"digits.csv.gz: found {len(content)} bytes with sha256.*install minigen again"
    ):
        load_digits()


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(digits, "FILE", tmp_path / "digits.csv.gz")
    with pytest.raises(
        DataError, match=r"digits.csv.gz: found no file that can be read \(No such file.*install minigen again"
    ):
        load_digits()


def test_attribution_stands_beside_the_file():
    text = digits.FILE.with_name("DIGITS.md").read_text(encoding="utf-8")
    for place in (text, load_digits.__doc__):
        for part in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0"):
            assert part in place
    assert digits.SHA256 in text
