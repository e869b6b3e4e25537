"""The record of what CuPy offers: fit to be read, and, where CuPy is installed, what that one offers."""

import importlib.machinery
import json

import pytest

from minigen.testing.standin import recording
from minigen.testing.standin.record import PLACE, bound, record, signature


def test_the_record_is_written_as_it_would_be_again():
    text = PLACE.read_text(encoding="utf-8")
    assert recording.text_of(json.loads(text)) == text
    assert len(text) < 2**15
    assert record()["version"].startswith("14.")


def test_every_signature_can_be_read():
    count = 0
    for place, entry in record().items():
        for kind in ("functions", "methods") if isinstance(entry, dict) else ():
            for name, parameters in entry.get(kind, {}).items():
                assert str(signature(parameters)).count("(") >= 1, (place, name)
                count += 1
    assert count > 400


def test_what_is_recorded_of_some():
    cupy, linalg, array = record()["cupy"], record()["cupy.linalg"], record()["cupy.ndarray"]
    assert cupy["functions"]["sum"] == "a, axis=None, dtype=None, out=None, keepdims=False"
    assert cupy["ufuncs"]["add"] == "2 1 accumulate at reduce reduceat"
    assert cupy["ufuncs"]["exp"] == "1 1"
    assert linalg["functions"]["cholesky"] == "a"
    assert array["methods"]["sort"] == "axis=-1, kind=None"
    assert {"__matmul__", "__iadd__", "__float__"} <= set(array["operators"])
    assert not {"__contains__", "__index__", "__imatmul__"} & set(array["operators"])
    assert {"flags", "base", "device"} <= set(array["attributes"])
    assert "normal" not in record()["cupy.random.Generator"]["methods"]


def test_arguments_are_bound_as_python_would():
    assert bound("f", "a, b=2, *, c", (1,), {"c": 3}) == {"a": 1, "c": 3}
    assert bound("f", "*shape, order='C'", (1, 2), {}) == {"shape": (1, 2)}
    assert bound("f", "x, /, **rest", (1,), {"x": 2}) == {"x": 1, "rest": {"x": 2}}
    for args, keywords in (((), {}), ((1, 2, 3), {}), ((1,), {"d": 4}), ((1,), {"a": 1})):
        with pytest.raises(TypeError, match=r"f: .* \(CuPy 14\.\S+ takes a, b=2\)"):
            bound("f", "a, b=2", args, keywords)


def test_the_installed_cupy_is_the_one_recorded(capsys):
    if importlib.machinery.PathFinder.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    status = recording.main(["--check"])
    assert status == 0, (
        "record it anew: python -m minigen.testing.standin.recording --write\n" + capsys.readouterr().out
    )
