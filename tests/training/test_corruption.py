"""Thousands of damaged and hostile files: none is loaded, each meets a `CheckpointError`, memory stays bounded."""

import gzip
import hashlib
import io
import json
import os
import pickle
import random
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigen as mg
from minigen.training import CheckpointError
from minigen.training.serialization import OPENING


def packed(value) -> bytes:
    file = io.BytesIO()
    mg.save(value, file)
    return file.getvalue()


VALUE = {"w": mg.ones(2, 2), "step": 7}
WHOLE = packed(VALUE)


def refusal(data: bytes) -> str | None:
    """The error's text, None if the file was loaded."""
    try:
        mg.load(io.BytesIO(data))
    except CheckpointError as error:
        return str(error)
    return None


def signed(note, arrays=None, payload=b"") -> bytes:
    """A file with a right checksum, whatever it holds."""
    blank = {"format": 1, "sha256": "0" * 64, **note}
    header = {"__metadata__": {"minigen": json.dumps(blank, separators=(",", ":"))}, **(arrays or {})}
    text = json.dumps(header, separators=(",", ":")).encode()
    data = len(text).to_bytes(8, "little") + text + payload
    place = OPENING.match(data, 8)
    return data[: place.start(2)] + hashlib.sha256(data).hexdigest().encode() + data[place.end(2) :]


def test_the_whole_file_is_loaded() -> None:
    assert refusal(WHOLE) is None
    entry = {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}
    assert refusal(signed({"structure": [1, {"array": "a"}]}, {"a": entry}, b"x")) is None


def test_every_flipped_bit_is_seen() -> None:
    for place in range(len(WHOLE)):
        for bit in range(8):
            damaged = bytearray(WHOLE)
            damaged[place] ^= 1 << bit
            assert refusal(bytes(damaged)), (place, bit)


def test_every_truncation_and_every_addition_is_seen() -> None:
    for length in range(len(WHOLE)):
        assert refusal(WHOLE[:length]), length
    for tail in (b"\0", b" ", b"\n", WHOLE, b"\0" * 1000):
        assert refusal(WHOLE + tail), tail
        assert refusal(tail + WHOLE), tail


def test_random_damage_is_seen() -> None:
    draw = random.Random(0)
    for case in range(1000):
        damaged = bytearray(WHOLE)
        start = draw.randrange(len(WHOLE))
        stop = min(len(WHOLE), start + draw.choice([1, 2, 8, 64]))
        damaged[start:stop] = {
            0: draw.randbytes(stop - start),
            1: b"",
            2: bytes(stop - start),
            3: 2 * WHOLE[start:stop],
            4: WHOLE[start:stop][::-1],
        }[case % 5]
        assert bytes(damaged) == WHOLE or refusal(bytes(damaged)), case


def test_a_header_over_another_payload_is_seen() -> None:
    other = packed({"w": mg.zeros(2, 2), "step": 7})
    header = 8 + int.from_bytes(WHOLE[:8], "little")
    assert "checksum" in refusal(WHOLE[:header] + other[header:])
    assert "checksum" in refusal(other[:header] + WHOLE[header:])


@pytest.mark.parametrize("length", [2**k - 1 for k in range(8, 65)])
def test_giant_lengths_cost_nothing(length, tmp_path) -> None:
    path = tmp_path / "giant"
    path.write_bytes(length.to_bytes(8, "little") + b'{"__metadata__":{"minigen":"' + b"x" * 2000)
    tracemalloc.start()
    with pytest.raises(CheckpointError):
        mg.load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_a_giant_file_that_is_no_checkpoint_is_not_read(tmp_path) -> None:
    path = tmp_path / "sparse"
    with open(path, "wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(2**36)
    with pytest.raises(CheckpointError, match="is no checkpoint but a zip archive"):
        mg.load(path)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def archive(write) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zip_bomb(file) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data.pkl", bytes(10**7))


def test_bombs_and_strangers_are_named_and_not_opened(tmp_path) -> None:
    trap = str(tmp_path / "trap")
    strangers = {
        "a zip archive": [archive(zip_bomb), archive(lambda f: np.savez(f, np.ones(3)))],
        "a pickle": [pickle.dumps(Bomb(trap), protocol) for protocol in (2, 3, 4, 5)],
        "a .npy file": [archive(lambda f: np.save(f, np.ones(3)))],
        "a gzip file": [gzip.compress(bytes(10**7))],
        "JSON text": [b'{"step": 1, "epoch": 0}\n'],
        "no checkpoint of minigen": [pickle.dumps(Bomb(trap), 0), b"hello", bytes(100), b"\x89PNG"[1:] * 30],
        "is empty": [b""],
    }
    for kind, all_data in strangers.items():
        for data in all_data:
            tracemalloc.start()
            assert kind in refusal(data), data[:20]
            assert tracemalloc.get_traced_memory()[1] < len(data) + 100_000
            tracemalloc.stop()
    assert not os.path.exists(trap)


def test_plain_safetensors_have_no_checksum() -> None:
    from safetensors.numpy import save

    assert "has no checksum of minigen's" in refusal(save({"w": np.ones(3)}))
    assert "has no checksum of minigen's" in refusal(save({"w": np.ones(3)}, {"format": "pt"}))


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
TRUE = {"structure": {"tensor": "w"}}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (signed({"format": 2, **TRUE}, {"w": ENTRY}, bytes(8)), "has format 2, this minigen reads up to 1: update"),
        (signed({"format": 10**8, "sha512": "x"}), "format 100000000"),
        (signed({"format": 0, **TRUE}, {"w": ENTRY}, bytes(8)), "format 0"),
        (signed(TRUE, {"w": {**ENTRY, "dtype": "BF16", "shape": [4]}}, bytes(8)), "'w' has the unknown dtype 'BF16'"),
        (signed(TRUE, {"w": {**ENTRY, "dtype": "F8_E4M3", "shape": [8]}}, bytes(8)), "unknown dtype"),
        (signed(TRUE, {"w": {**ENTRY, "dtype": "pickle"}}, bytes(8)), "unknown dtype"),
        (signed(TRUE, {"w": {**ENTRY, "shape": [2**40]}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": {**ENTRY, "shape": [2**62, 2**62]}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": {**ENTRY, "shape": [-2]}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": {**ENTRY, "data_offsets": [0, 2**40]}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": {**ENTRY, "data_offsets": [8, 0]}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": ENTRY, "v": ENTRY}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": ENTRY}, bytes(16)), "makes no sense"),
        (signed(TRUE, {"w": ENTRY}, bytes(7)), "makes no sense"),
        (signed(TRUE, {"w": {"dtype": "F32"}}, bytes(8)), "makes no sense"),
        (signed(TRUE, {"w": 3}, bytes(8)), "makes no sense"),
        (signed(TRUE), "'w'"),
        (signed({}), "'structure'"),
        (signed({"structure": 1}, {"w": ENTRY}, bytes(8)), "arrays that belong nowhere: w"),
        (signed({"structure": [{"tensor": "w"}] * 2}, {"w": ENTRY}, bytes(8)), "'w'"),
        (signed({"structure": {"pickle": "cos\nsystem"}}), "an entry 'pickle'"),
        (signed({"structure": {}}), "makes no sense"),
        (signed({"structure": {"dict": {}, "tuple": []}}), "makes no sense"),
        (signed({"structure": {"float": "1e999"}}), "an entry 'float'"),
        (signed({"structure": {"items": [[1, 2], [1, 3]]}}), "a dict with a key twice"),
        (signed({"structure": {"items": [[[1], 2]]}}), "unhashable"),
        (signed({"structure": {"items": [[1]]}}), "makes no sense"),
        (signed({"structure": {"dict": [1]}}), "makes no sense"),
        (signed({"structure": {"tuple": 3}}), "makes no sense"),
        (signed({"structure": {"tensor": ["w"]}}), "makes no sense"),
        (signed({"structure": {"on": ["tpu", {"tensor": "w"}]}}, {"w": ENTRY}, bytes(8)), "unknown device"),
        (signed({"structure": {"leaf": "w"}}, {"w": {**ENTRY, "dtype": "I32"}}, bytes(8)), "can require grad"),
        (signed(TRUE, {"w": {**ENTRY, "dtype": "U32"}}, bytes(8)), "unknown dtype dtype('uint32')"),
    ],
)
def test_forgeries_with_a_right_checksum(data, text) -> None:
    assert text in refusal(data)


def test_strays_are_seen() -> None:
    assert refusal(signed({"structure": 1}, {"w": ENTRY}, bytes(8))) is not None


def test_a_structure_nested_too_deep_is_refused() -> None:
    deep = '{"tuple":[' * 100_000 + "]}" * 100_000
    data = signed({"structure": "DEEP"})
    inner = json.dumps(deep)[1:-1]
    blank = data[: OPENING.match(data, 8).start(2)] + b"0" * 64 + data[OPENING.match(data, 8).end(2) :]
    text = blank[8:].replace(b'\\"DEEP\\"', inner.encode())
    data = len(text).to_bytes(8, "little") + text
    place = OPENING.match(data, 8)
    data = data[: place.start(2)] + hashlib.sha256(data).hexdigest().encode() + data[place.end(2) :]
    assert "makes no sense" in refusal(data)


TAGS = ["dict", "items", "tuple", "float", "array", "tensor", "leaf", "on"]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.sampled_from(["nan", "w", "cuda"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(TAGS), inner, max_size=2),
    ),
    max_leaves=6,
)


@given(JSON)
def test_any_structure_is_loaded_or_refused(structure) -> None:
    """Only the documented error, and what is loaded is saved again as the same file."""
    data = signed({"structure": structure}, {"w": ENTRY}, bytes(8))
    try:
        value = mg.load(io.BytesIO(data))
    except CheckpointError:
        return
    assert refusal(packed(value)) is None


def test_code_is_never_asked_for() -> None:
    with pytest.raises(ValueError, match="minigen never loads code"):
        mg.load(io.BytesIO(WHOLE), weights_only=False)


def test_a_device_that_is_not_there_names_the_way_out() -> None:
    data = signed({"structure": {"on": ["cuda:0", {"tensor": "w"}]}}, {"w": ENTRY}, bytes(8))
    try:
        import cupy  # noqa: F401
    except ImportError:
        assert "map_location='cpu'" in refusal(data)
    assert mg.load(io.BytesIO(data), map_location="cpu").tolist() == [0.0, 0.0]
