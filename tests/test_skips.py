"""The list of skips: short, of tests that exist, and of none that models and learning need."""

import pytest

from tests import skips
from tests.skips import faults, names, reason


@pytest.mark.parametrize("library", ["standin", "cupy"])
def test_the_list_has_no_faults(library, request) -> None:
    tests, root = request.config.collected, request.config.rootpath
    files = {path.relative_to(root).as_posix() for path in root.glob("tests/**/test_*.py")}
    if not files <= {test.partition("::")[0] for test in tests}:
        pytest.skip("not all tests were collected")
    assert not faults(library, tests)


def test_each_fault_is_seen(monkeypatch) -> None:
    tests = [f"tests/a.py::test_{i}" for i in range(99)] + ["tests/models/b.py::test_x"]
    for rows, found in (
        (["tests/a.py::test_1", "tests/a.py::test_2"], []),
        (["tests/a.py::test_1", "tests/a.py::test_gone"], ["tests/a.py::test_gone names no test"]),
        (["tests/models/b.py"], ["tests/models/b.py::test_x is skipped, of models or learning"]),
        ([f"tests/a.py::test_{i}" for i in (1, 2, 3)], ["3 of 100 tests are skipped, more than 2%"]),
    ):
        monkeypatch.setattr(skips, "SKIPS", dict.fromkeys(rows, (("standin",), "for a reason")))
        assert faults("standin", tests) == found


def test_what_a_row_names() -> None:
    assert names("tests/a.py", "tests/a.py::test_x[1]")
    assert names("tests/a.py::test_x", "tests/a.py::test_x[1]")
    assert names("tests/a.py::test_x", "tests/a.py::test_x")
    assert not names("tests/a.py::test_x", "tests/a.py::test_xy")
    assert reason("numpy", "tests/test_ground.py::test_one_version") is None
    assert reason("standin", "tests/test_ground.py::test_one_version").startswith("it reads the files")
    assert reason("cupy", "tests/backend/test_snippets.py::test_cupy_agrees_in_full") is None
