"""The gate itself: what it lets pass and what it reports."""

import dataclasses
import sys

import pytest

from tests.mutants import run
from tests.mutants.mutant import Mutant

LIBRARY = """
def double(x):
    assert x is not None
    return 2 * x


def zero():
    while double(1) == 1:
        pass
    raise ValueError("zero")
"""

TESTS = """
import pytest
from minigen import double, zero


def test_double():
    same(double(3), 6)


def same(x, y):
    assert x == y


def test_blind():
    assert double(3) is not None


def test_zero():
    with pytest.raises(ValueError):
        zero()


@pytest.mark.parametrize("n", [1, 2])
def test_many(n):
    same(double(n), n + n)


def test_wrong():
    assert double(3) == 7
"""


def patch(old, new, test):
    return Mutant("", "minigen/__init__.py", old, new, f"tests/test_double.py::{test}")


MUTANTS = {
    "killed": patch("2 * x", "3 * x", "test_double"),
    "killed by no raise": patch('raise ValueError("zero")', "return 0", "test_zero"),
    "killed with parameters": patch("2 * x", "2 + x", "test_many[1]"),
    "survivor": patch("2 * x", "3 * x", "test_blind"),
    "absent": patch("4 * x", "3 * x", "test_double"),
    "ambiguous": patch("double", "triple", "test_double"),
    "long": patch("x\n\n\ndef", "x\n\n\n\ndef", "test_double"),
    "no python": patch("2 * x", "2 *", "test_double"),
    "name error": patch("2 * x", "2 * y", "test_double"),
    "library's assertion": patch("is not None", "is None", "test_double"),
    "import error": patch("def double", "def triple", "test_blind"),
    "wrong exception": patch("ValueError", "KeyError", "test_zero"),
    "missing test": patch("2 * x", "3 * x", "test_nothing"),
    "several tests": patch("2 * x", "3 * x", "test_many"),
    "red already": patch("2 * x", "3 * x", "test_wrong"),
}
REPORTS = {
    "survivor": ("survived", "test_blind passes: make it see this bug"),
    "absent": ("broken", "its `old` stands 0 times in minigen/__init__.py"),
    "ambiguous": ("broken", "its `old` stands 2 times"),
    "long": ("broken", "at most 3 lines"),
    "no python": ("broken", "its `new` is no Python"),
    "name error": ("broken", "fails by an error, not by its assertion: NameError"),
    "library's assertion": ("broken", "fails by an assertion inside the library"),
    "import error": ("broken", "is not collected: E   ImportError"),
    "wrong exception": ("broken", "fails by an error, not by its assertion: KeyError"),
    "missing test": ("broken", "test_nothing is not there (unmutated)"),
    "several tests": ("broken", "test_many is not there (unmutated): name one test, with its parameters"),
    "red already": ("broken", "test_wrong fails unmutated"),
}


@pytest.fixture
def project(tmp_path):
    for name, text in {
        "minigen/__init__.py": LIBRARY,
        "tests/test_double.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "--import-mode=importlib"\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_each_kind_of_mutant_is_reported_for_what_it_is(project) -> None:
    found = {name: (outcome, advice) for name, outcome, advice in run.gate(MUTANTS, project, workers=2)}
    assert found.keys() == MUTANTS.keys()
    for name, (outcome, advice) in found.items():
        expected, text = REPORTS.get(name, ("killed", ""))
        assert (name, outcome) == (name, expected), advice
        assert text in advice
    assert (project / "minigen" / "__init__.py").read_text(encoding="utf-8") == LIBRARY


@pytest.mark.parametrize(
    ("outcomes", "code", "closing"),
    [
        (["killed", "killed"], 0, "2 mutants: 2 killed, 0 survived"),
        (["killed", "survived"], 1, "2 mutants: 1 killed, 1 survived"),
        (["broken", "killed"], 1, "2 mutants: 1 killed, 0 survived, 1 broken"),
        ([], 1, "0 mutants: 0 killed, 0 survived"),
    ],
)
def test_the_exit_code_and_the_closing_line(monkeypatch, capsys, outcomes, code, closing) -> None:
    mutants = {str(i): None for i in range(len(outcomes))}
    monkeypatch.setattr(run, "load", lambda: mutants)
    monkeypatch.setattr(run, "gate", lambda *_, **__: [(str(i), o, "why") for i, o in enumerate(outcomes)])
    assert run.main([]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(closing)
    assert len(lines) - 1 == sum(outcome != "killed" for outcome in outcomes)


def test_a_test_that_does_not_end_breaks_its_mutant_and_the_copy_is_healed(project, tmp_path_factory) -> None:
    with run.Workshop(project, tmp_path_factory.mktemp("workshop") / "copy") as workshop:
        outcome, advice = workshop.attempt(patch("== 1", "== 2", "test_zero"), seconds=0.5)
        assert (outcome, advice[:51]) == ("broken", "tests/test_double.py::test_zero does not end within")
        assert (workshop.folder / "minigen" / "__init__.py").read_text(encoding="utf-8") == LIBRARY
        assert workshop.attempt(patch("2 * x", "3 * x", "test_double"), seconds=60) == ("killed", "")


def test_a_process_that_dies_is_no_verdict(project, tmp_path_factory) -> None:
    with run.Workshop(project, tmp_path_factory.mktemp("workshop") / "copy") as workshop:
        outcome, advice = workshop.attempt(patch("    return 2 * x", "    __import__('os').abort()", "test_double"), 60)
        assert (outcome, advice[:51]) == ("broken", "tests/test_double.py::test_double crashes (SIGABRT)")


STAND_IN = {
    "conftest.py": "def pytest_addoption(parser):\n    parser.addoption('--on', default='numpy')\n",
    "minigen/testing/standin/__init__.py": "def refuse():\n    raise TypeError\n",
    "tests/test_double.py": """
from minigen import double
from minigen.testing.standin import refuse


def test_double(request):
    if request.config.getoption("on") == "standin" and double(3) != 6:
        refuse()
""",
}


def test_a_mutant_dies_where_it_says_and_by_what_the_stand_in_refuses(project) -> None:
    for name, text in STAND_IN.items():
        (project / name).parent.mkdir(exist_ok=True, parents=True)
        (project / name).write_text(text, encoding="utf-8")
    bug = patch("2 * x", "3 * x", "test_double")
    mutants = {"there": dataclasses.replace(bug, on="standin"), "not here": bug}
    outcomes = {name: outcome for name, outcome, _ in run.gate(mutants, project)}
    assert outcomes == {"there": "killed", "not here": "survived"}


@pytest.fixture(scope="module")
def mutants():
    before = sys.path[:]
    try:
        return run.load()
    finally:
        sys.path[:] = before


def test_every_patch_of_ours_applies(mutants) -> None:
    reasons = {name: run.unfit(mutant, run.ROOT) for name, mutant in mutants.items()}
    assert {name: reason for name, reason in reasons.items() if reason} == {}


def test_mutants_are_named_by_their_system(mutants) -> None:
    assert {name.partition("/")[0] for name in mutants} >= {"engine", "ops"}
    assert all(name.endswith(f"/{mutant.name}") for name, mutant in mutants.items())
