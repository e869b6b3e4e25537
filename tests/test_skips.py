"""The list of skips: short, of tests that exist, and of none that models and learning need."""

import pytest

from tests.skips import SKIPS, names, reason

MOST = 0.02  # of all tests
NEVER = ("tests/models/", "tests/learning/", "minigen/models/", "minigen/learning/")


@pytest.fixture
def tests(request):
    """The node ids of all tests, where all are collected."""
    found, root = request.config.collected, request.config.rootpath
    files = {path.relative_to(root).as_posix() for path in root.glob("tests/**/test_*.py")}
    if not files <= {test.partition("::")[0] for test in found}:
        pytest.skip("not all tests were collected")
    return found


@pytest.mark.parametrize("library", ["standin", "cupy"])
def test_few_are_skipped_and_none_of_models_or_learning(tests, library) -> None:
    skipped = [test for test in tests if reason(library, test)]
    assert 0 < len(skipped) <= MOST * len(tests)
    assert not [test for test in skipped if test.startswith(NEVER)]


def test_every_row_names_a_test(tests) -> None:
    assert not [row for row in SKIPS if not any(names(row, test) for test in tests)]


def test_what_a_row_names() -> None:
    assert names("tests/a.py", "tests/a.py::test_x[1]")
    assert names("tests/a.py::test_x", "tests/a.py::test_x[1]")
    assert names("tests/a.py::test_x", "tests/a.py::test_x")
    assert not names("tests/a.py::test_x", "tests/a.py::test_xy")
    assert reason("numpy", "tests/test_ground.py::test_one_version") is None
    assert reason("standin", "tests/test_ground.py::test_one_version").startswith("it reads the files")
    assert reason("cupy", "tests/backend/test_snippets.py::test_cupy_agrees_in_full") is None
