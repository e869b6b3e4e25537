"""Files are found, fetched and checked; nothing here speaks to the network."""

import gzip
import hashlib
import sys

import numpy as np
import pytest
import requests

from minigen.data import MNIST, BinarizedMNIST, DataError, FreyFaces, TinyShakespeare, files
from minigen.data.files import Published, source
from tests.data import roots
from tests.host import host


class Web:
    """Stands in for the web: answers with bytes or an error by address, and counts."""

    def __init__(self):
        self.pages, self.asked = {}, []

    def __call__(self, url, output_file, pooch):
        self.asked.append(url)
        answer = self.pages.get(url, requests.HTTPError(f"404 for {url}"))
        if isinstance(answer, Exception):
            raise answer
        with open(output_file, "wb") as file:
            file.write(answer)


@pytest.fixture
def web(monkeypatch):
    import pooch

    page = Web()
    monkeypatch.setattr(pooch.core, "choose_downloader", lambda url, **_: page)
    monkeypatch.setattr(pooch, "os_cache", lambda name: pytest.fail("the cache of the user"))
    return page


@pytest.fixture
def cache(monkeypatch, tmp_path, web):
    folder = tmp_path / "cache"
    monkeypatch.setattr(files, "cache_folder", lambda: folder)
    return folder


CONTENT = b"what was published"
FILE = Published("text", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), ("http://one/", "http://two/"))


def read(root=None, download=None, file=FILE, folders=("raw", ".")):
    return source(root, folders, download, True).read([file], lambda path, content: content)


def test_a_missing_file_is_fetched_into_the_cache_once(web, cache):
    web.pages["http://one/text"] = CONTENT
    assert read() == CONTENT and (cache / "raw" / "text").read_bytes() == CONTENT
    assert read() == read(download=False) == CONTENT
    assert web.asked == ["http://one/text"]


def test_the_next_mirror_is_asked(web, cache):
    web.pages["http://one/text"] = b"another answer than expected"
    web.pages["http://two/text"] = CONTENT
    assert read() == CONTENT
    assert web.asked == ["http://one/text", "http://two/text"]


def test_no_network(web, cache):
    web.pages = {mirror + "text": requests.ConnectionError("no route\nto host") for mirror in FILE.mirrors}
    with pytest.raises(DataError) as caught:
        read()
    text = str(caught.value)
    for part in ("raw/text: found", "http://one/text answered ConnectionError: no route to host", "http://two/text"):
        assert part in text
    assert f"place text there by hand ({len(CONTENT)} bytes, sha256 {FILE.sha256}, from http://one/text or" in text
    assert caught.value.path == cache / "raw" / "text" and not caught.value.path.exists()


def test_a_wrong_answer_is_not_kept(web, cache):
    web.pages = {mirror + "text": CONTENT[:-1] for mirror in FILE.mirrors}
    with pytest.raises(DataError, match="answered ValueError: SHA256 hash of downloaded file"):
        read()
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_damaged_file_in_the_cache_is_fetched_again(web, cache):
    web.pages["http://one/text"] = CONTENT
    read()
    (cache / "raw" / "text").write_bytes(b"what was publisheD")
    with pytest.raises(DataError, match=r"with sha256 .*, expected sha256"):
        read(download=False)
    assert len(web.asked) == 1
    assert read() == CONTENT and len(web.asked) == 2
    (cache / "raw" / "text").write_bytes(CONTENT[1:])
    web.pages.clear()
    with pytest.raises(DataError, match="404"):
        read()


def test_a_root_is_read_as_it_is_and_fetched_into_only_if_asked(web, tmp_path):
    web.pages["http://one/text"] = CONTENT
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert "raw/text: found no such file (nor " in str(caught.value) and "pass download=True" in str(caught.value)
    assert not web.asked
    (tmp_path / "text").write_bytes(CONTENT)
    assert read(tmp_path) == CONTENT and not web.asked
    (tmp_path / "text").unlink()
    assert read(tmp_path, download=True) == CONTENT
    assert (tmp_path / "raw" / "text").exists() and len(web.asked) == 1


def test_a_users_file_is_never_replaced(web, tmp_path):
    web.pages["http://one/text"] = CONTENT
    (tmp_path / "text").write_bytes(b"my own, and precious")
    with pytest.raises(DataError, match="found 20 bytes, expected 18"):
        read(tmp_path, download=True)
    assert (tmp_path / "text").read_bytes() == b"my own, and precious" and not web.asked


def test_a_file_without_a_mirror_says_how_to_place_it(web, cache):
    with pytest.raises(DataError) as caught:
        read(file=Published("text", 1, "00"))
    assert "place text there by hand (1 bytes, sha256 00)" in str(caught.value)
    assert "download=True" not in str(caught.value)


def test_a_file_that_cannot_be_read(web, tmp_path, monkeypatch):
    (tmp_path / "text").write_bytes(CONTENT)

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"no file that can be read \(Permission denied\)"):
        read(tmp_path)


def test_a_long_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LIMIT", 10)
    (tmp_path / "text").write_bytes(bytes(11))
    monkeypatch.setattr(files.Path, "read_bytes", lambda path: pytest.fail("read"))
    for published in (None, FILE):
        with pytest.raises(DataError, match="found 11 bytes, expected"):
            files.read_bytes(tmp_path / "text", published)


def test_fetched_mnist(web, cache, monkeypatch, tmp_path):
    written = roots.write_mnist(tmp_path)
    entries = {}
    for split in ("train", "t10k"):
        for name in (f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte"):
            packed = (tmp_path / f"{name}.gz").read_bytes()
            web.pages[f"{MNIST.mirrors[1]}{name}.gz"] = packed
            plain = gzip.decompress(packed)
            hashes = [hashlib.sha256(content).hexdigest() for content in (packed, plain)]
            entries[name] = (len(packed), hashes[0], len(plain), hashes[1])
    monkeypatch.setattr(MNIST, "files", entries)
    assert np.array_equal(host(MNIST(train=False).data), written["t10k"][0])
    assert sorted(path.name for path in (cache / "MNIST" / "raw").iterdir()) == [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]
    web.pages.clear()
    assert len(MNIST(train=False, download=False)) == 5
    for path in (cache / "MNIST" / "raw").iterdir():  # unpacked, as torchvision leaves them
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    assert len(MNIST(cache, train=False)) == 5


def test_what_is_fetched_is_named_as_it_is_on_the_web(web, cache):
    for make in (MNIST, BinarizedMNIST, TinyShakespeare):
        with pytest.raises(DataError):
            make()
    assert web.asked == [
        *(mirror + "train-images-idx3-ubyte.gz" for mirror in MNIST.mirrors),
        *(mirror + "binarized_mnist_train.amat" for mirror in BinarizedMNIST.mirrors),
        *(mirror + "input.txt" for mirror in TinyShakespeare.mirrors),
    ]
    with pytest.raises(DataError, match=r"place frey_rawface.mat there by hand \(1100584 bytes"):
        FreyFaces()
    assert len(web.asked) == 4


def test_pooch_is_not_imported_for_a_root(tmp_path, monkeypatch):
    roots.write_frey_faces(tmp_path)
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert len(FreyFaces(tmp_path, check=False)) == 6
