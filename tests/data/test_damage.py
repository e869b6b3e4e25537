"""Damaged files: none is taken silently, none takes memory it does not fill, and only DataError is raised."""

import gzip
import hashlib
import io
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigen.data import DataError, binarized, idx
from minigen.data.binarized import parse_amat, parse_npz
from minigen.data.files import Published, source
from minigen.data.frey import parse_mat
from minigen.data.idx import of_uint8, parse_idx
from minigen.data.shakespeare import parse_text
from tests.data import roots

IMAGES = "train-images-idx3-ubyte"


def images(path, content):
    return of_uint8(path, parse_idx(path, content), (28, 28))


def as_npz(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("valid.npy")


# name: (file, parser, what the accepted content must equal, by another route)
FILES = {
    "gz": (f"{IMAGES}.gz", images, lambda content, got: (roots.idx_bytes(got), gzip.decompress(content))),
    "idx": (IMAGES, images, lambda content, got: (roots.idx_bytes(got), content)),
    "npz": (
        "binarized_mnist.npz",
        lambda path, content: parse_npz(path, content, "valid"),
        lambda content, got: (np.packbits(got, axis=1), np.load(io.BytesIO(content))["valid"]),
    ),
    "amat": (
        "binarized_mnist_valid.amat",
        parse_amat,
        lambda content, got: ("".join(" ".join(map(str, row)) + "\n" for row in got).encode(), content),
    ),
    "mat": ("frey_rawface.mat", parse_mat, lambda content, got: (got.tobytes(), content[184 : 184 + got.size])),
    "text": ("tinyshakespeare.txt", parse_text, lambda content, got: (got.encode(), content)),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    roots.write_mnist(folder, 2, 1)
    roots.write_mnist(folder, 2, 1, packed=False)
    roots.write_binarized_mnist(folder, 2, 2, 2)
    roots.write_binarized_mnist(folder, 2, 2, 2, texts=True)
    roots.write_frey_faces(folder, 2)
    roots.write_tiny_shakespeare(folder, 300)
    return folder


PICKLE = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94."
BOMB = zlib.compress(bytes(10**6))


@st.composite
def damages(draw):
    """A function that damages a file's content, mostly near its start, where the headers are."""
    kind = draw(st.sampled_from(["flip", "cut", "add", "write", "remove", "swap", "replace"]))
    place = draw(st.one_of(st.integers(0, 200), st.integers(0, 5000)))
    patch = draw(
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from([b"\xff" * 4, b"\x7f" + b"\xff" * 7, b"\0" * 4, b"\0" * 64, PICKLE, BOMB]),
        )
    )
    bit = draw(st.integers(0, 7))

    def damage(content):
        i = place % max(len(content), 1)
        if kind == "flip":
            return content[:i] + bytes([content[i] ^ 1 << bit]) + content[i + 1 :]
        if kind == "cut":
            return content[:i]
        if kind == "add":
            return content + patch
        if kind == "write":
            return content[:i] + patch + content[i + len(patch) :]
        if kind == "remove":
            return content[:i] + content[i + len(patch) :]
        if kind == "swap":
            return content[i : i + 8] + content[8:i] + content[:8] + content[i + 8 :]
        return patch

    return damage


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=300)
@given(damage=damages())
def test_a_damaged_file_is_refused_or_read_as_what_it_says(name, root, damage):
    file, parse, compare = FILES[name]
    content = damage((root / file).read_bytes())
    try:
        got = parse(root / file, content)
    except DataError as error:
        assert str(root / file) in str(error)
        return
    first, second = compare(content, got)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100)
@given(damage=damages())
def test_a_published_file_is_refused_with_any_damage(name, root, tmp_path_factory, damage):
    file, parse, _ = FILES[name]
    good = (root / file).read_bytes()
    content = damage(good)
    folder = tmp_path_factory.mktemp("damaged")
    (folder / file).write_bytes(content)
    published = Published(file, len(good), hashlib.sha256(good).hexdigest())
    place = source(folder, (".",), None, True)
    if content == good:
        place.read([published], parse)
    else:
        with pytest.raises(DataError):
            place.read([published], parse)


@pytest.mark.parametrize("file", [FILES[name][0] for name in FILES])
@pytest.mark.parametrize("other", [FILES[name][0] for name in FILES])
def test_one_file_in_the_place_of_another(root, file, other):
    parse = next(parse for name, parse, _ in FILES.values() if name == file)
    if file == other or (file, other) == ("tinyshakespeare.txt", "binarized_mnist_valid.amat"):  # which is a text
        parse(root / file, (root / other).read_bytes())
        return
    with pytest.raises(DataError):
        parse(root / file, (root / other).read_bytes())


def peak(call):
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            call()
        return tracemalloc.get_traced_memory()[1], str(caught.value)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("claim", [(2**32 - 1, 28, 28), (10**6, 28, 28), (2**32 - 1,) * 8, (2**20, 1024)])
@pytest.mark.parametrize("packed", [False, True])
def test_lengths_that_are_only_claimed_take_no_memory(tmp_path, claim, packed):
    content = bytes([0, 0, 8, len(claim)]) + struct.pack(f">{len(claim)}I", *claim) + b"few"
    path = tmp_path / ("file.gz" if packed else "file")
    most, text = peak(lambda: parse_idx(path, gzip.compress(content) if packed else content))
    assert most < 2**22 and ("a header for shape" in text or "3 bytes after the header" in text)


def test_a_gzip_bomb_is_unpacked_no_further_than_its_header_says(tmp_path):
    content = gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 5]) + bytes(2**25))
    most, text = peak(lambda: parse_idx(tmp_path / "file.gz", content))
    assert most < 2**22 and "more bytes after the header, expected 5 for shape (5,)" in text


def test_a_gzip_bomb_that_says_what_it_holds_is_not_unpacked_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "LIMIT", 2**20)
    content = gzip.compress(bytes([0, 0, 8, 1]) + struct.pack(">I", 2**25) + bytes(2**25))
    most, text = peak(lambda: parse_idx(tmp_path / "file.gz", content))
    assert most < 2**22 and "a header for shape (33554432,), 33554432 bytes, expected at most 1048576" in text


def test_a_zip_bomb_is_unpacked_no_further_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(binarized, "LIMIT", 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("valid.npy", bytes(2**25))
    most, text = peak(lambda: parse_npz(tmp_path / "bomb.npz", buffer.getvalue(), "valid"))
    assert most < 2**23 and "valid.npy with header" in text


def test_a_matrix_that_claims_much_takes_no_memory(root):
    content = bytearray((root / "frey_rawface.mat").read_bytes())
    for place in (132, 164, 180):
        content[place : place + 4] = b"\xff\xff\xff\x7f"
    most, _ = peak(lambda: parse_mat(root / "frey_rawface.mat", bytes(content)))
    assert most < 2**20


def npz(header, payload=b"", name="valid.npy", magic=b"\x93NUMPY\x01\x00"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, magic + struct.pack("<H", len(header)) + header + payload)
    return buffer.getvalue()


ROW = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 98), }\n"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (npz(b"{'descr': '|O', 'fortran_order': False, 'shape': (1, 98), }\n", PICKLE), "'|O'"),
        (npz(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 98), }\n", bytes(784)), "an array of uint8"),
        (npz(b"{'descr': '|u1', 'fortran_order': False, 'shape': (999999999, 98), }\n", bytes(98)), "with 98 bytes"),
        (npz(b"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 98), }\n"), "more than 0"),
        (npz(b"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 97), }\n", bytes(97)), "(n, 98)"),
        (npz(ROW, bytes(98), magic=b"\x93NUMPY\x02\x00"), "uint8"),
        (npz(ROW, bytes(99)), "with 99 bytes, expected 98"),
        (npz(b"", name="train.npy"), "no array 'valid', expected train, valid and test"),
        (PICKLE, "no zip file (it starts with 80049510)"),
        (b"", "no zip file (it starts with nothing)"),
        (npz(ROW, bytes(98))[:-9], "no zip file that can be read (File is not a zip file)"),
    ],
)
def test_archives_that_are_refused(tmp_path, content, text):
    with pytest.raises(DataError) as caught:
        parse_npz(tmp_path / "binarized_mnist.npz", content, "valid")
    assert text in str(caught.value)


def test_the_limit_of_unpacking_is_a_gibibyte():
    assert binarized.LIMIT == idx.LIMIT == 2**30


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_packings_are_refused_unread(packing, tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as archive:
        archive.writestr("valid.npy", npz_member())
    with pytest.raises(DataError, match="packed by method"):
        parse_npz(tmp_path / "it.npz", content.getvalue(), "valid")


def npz_member():
    stored = io.BytesIO()
    np.save(stored, np.zeros((3, 98), np.uint8))
    return stored.getvalue()
