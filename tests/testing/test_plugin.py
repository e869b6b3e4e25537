"""The pytest plugin: silent in projects that do not use it, and strict where it is asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder, text, *options, **variables):
    """Run pytest on a file of tests in a project of its own; return what it prints."""
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "pytest_minigen", "-p", "no:cacheprovider", "-q", *options, "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60).stdout


def test_it_imports_nothing_and_changes_nothing_until_used(tmp_path) -> None:
    printed = run(
        tmp_path,
        """
import sys

def test_nothing_is_there(request):
    assert not {"minigen", "numpy", "hypothesis"} & set(sys.modules)
    assert not [name for name in request.fixturenames if "leaked" in name]
""",
    )
    assert "1 passed" in printed, printed


@pytest.mark.parametrize("server", ["", "true"])  # on a CI server Hypothesis has another default profile
def test_a_profile_is_loaded(tmp_path, server) -> None:
    text = """
from hypothesis import given, settings, strategies as st

def test_profile():
    chosen = settings()
    assert (chosen.max_examples, chosen.derandomize, chosen.database is None, chosen.deadline) == EXPECTED

@given(st.integers())
def test_runs(n):
    pass
"""
    profiles = {"ci": (25, True, True, None), "dev": (10, False, False, None), "thorough": (500, False, False, None)}
    for name, expected in profiles.items():
        printed = run(tmp_path, text.replace("EXPECTED", repr(expected)), f"--minigen-profile={name}", CI=server)
        assert "2 passed" in printed, (name, printed)


def test_an_unknown_profile_is_refused(tmp_path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass")
    assert "passed" not in run(tmp_path, "def test_it(): pass", "--minigen-profile=lazy")


LEAKS = {
    "mg.set_grad_enabled(False)": "the grad mode was left off",
    "mg.set_default_dtype(mg.float64)": "the default dtype was left at float64",
    "mg.set_default_device('cuda')": "the default device was left at cuda:0",
    "mg.manual_seed(3)": "the default generator was drawn from or seeded",
    "mg.rand(2)": "the default generator was drawn from or seeded",
    "global held; held = mg.random.using(1); held.__enter__()": "the default generator was left swapped",
}


def test_a_leak_fails_the_test_that_asks_and_is_mended(tmp_path) -> None:
    tests = "".join(
        f"""
@pytest.mark.usefixtures("no_leaked_state")
def test_leak_{i}():
    {leak}

def test_mended_after_{i}():
    assert mg.is_grad_enabled() and mg.get_default_dtype() == mg.float32 and mg.get_default_device() == "cpu"
    assert mg.random.get_default_generator() is process and process.state_dict() == state
"""
        for i, leak in enumerate(LEAKS)
    )
    start = "process = mg.random.get_default_generator()\nstate = process.state_dict()\n"
    printed = run(tmp_path, f"import pytest\nimport minigen as mg\n{start}{tests}", "-rf")
    assert f"{2 * len(LEAKS)} passed, {len(LEAKS)} errors" in printed, printed
    for text in LEAKS.values():
        assert text in printed, (text, printed)


def test_a_clean_test_passes(tmp_path) -> None:
    text = """
import pytest
import minigen as mg

@pytest.mark.usefixtures("no_leaked_state")
def test_clean():
    with mg.no_grad(), mg.random.using(3):
        mg.rand(2)
"""
    assert "1 passed" in run(tmp_path, text)


def test_pytest_finds_it_by_the_entry_point() -> None:
    import configparser

    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config["options.entry_points"]["pytest11"].split("=")[1].strip() == "pytest_minigen"
    assert config["options"]["py_modules"].split() == ["pytest_minigen"]
