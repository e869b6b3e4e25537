"""A pytest plugin for a machine without the packages that only programs need: what needs one is skipped, not failed.

    python -m pytest -p tests.bare ...

Only NumPy, SciPy, pytest and Hypothesis must be there. Where all packages are installed it changes nothing.
"""

import importlib.util

import pytest

PACKAGES = ("click", "matplotlib", "pooch", "requests", "safetensors", "tqdm", "xdist")
MISSING = tuple(name for name in PACKAGES if importlib.util.find_spec(name) is None)


def needed(text):
    """The missing package that an error names, or None."""
    return next((name for name in MISSING if f"No module named '{name}" in text), None)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    package = needed(str(report.longrepr)) if report.failed else None
    if package is not None:
        report.outcome, report.longrepr = "skipped", (str(collector.path), 1, f"Skipped: needs {package}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    package = needed(str(report.longrepr)) if report.failed else None
    if package is not None:
        report.outcome, report.longrepr = "skipped", (str(item.path), 1, f"Skipped: needs {package}")
    return report
