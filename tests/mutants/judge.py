"""Run tests and write down how each one ended; `run.py` starts this in a copy of the project.

Usage: judge.py VERDICTS NODE_ID …

The verdict on a test is "passed", "assertion" (it failed by an assertion of its own or of a checker it calls), or a
text that says how else it ended: by another error, by an assertion inside the library, or outside the test itself
(in its collection or its fixtures).
"""

import json
import os
import sys
import traceback
from pathlib import Path

import pytest


class Judge:
    """A pytest plugin that runs only `tests` and keeps their verdicts; trouble in collection stands under ""."""

    def __init__(self, root, tests):
        self.root = root
        self.tests = set(tests)
        self.verdicts = {}

    def pytest_configure(self):
        """Let Hypothesis stop at the first failing example: no one reads the smallest."""
        try:
            from hypothesis import Phase, settings
        except ImportError:
            return
        kept = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
        settings.register_profile("mutants", settings.default, phases=kept, report_multiple_bugs=False)
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items):
        """Keep the tests asked for."""
        items[:] = [item for item in items if item.nodeid in self.tests]

    def pytest_collectreport(self, report):
        """Note a file that cannot be collected."""
        if report.failed:
            self.verdicts[""] = f"is not collected: {last_line(report.longreprtext)}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Note how a test ended."""
        report = yield
        if report.skipped:
            self.verdicts[item.nodeid] = "is skipped"
        elif report.failed:
            self.verdicts.setdefault(item.nodeid, self.verdict(call))
        elif report.when == "call":
            self.verdicts[item.nodeid] = "passed"
        return report

    def verdict(self, call):
        """Say how a test failed."""
        error = call.excinfo.value
        said = last_line("".join(traceback.format_exception_only(error)))
        if call.when != "call":
            return f"fails in its {call.when}: {said}"
        if not isinstance(error, AssertionError | pytest.fail.Exception):
            return f"fails by an error, not by its assertion: {said}"
        frames = [Path(entry.path) for entry in call.excinfo.traceback]
        own = [frame.relative_to(self.root).parts[0] for frame in frames if frame.is_relative_to(self.root)]
        if own[-1:] == ["minigen"]:
            return f"fails by an assertion inside the library, not by its own: {said}"
        return "assertion"


def last_line(text):
    """Return the last line that says something, not too long."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def main(verdicts, *tests):
    """Run `tests` and write what became of them to the file `verdicts`."""
    root = Path.cwd().resolve()
    judge = Judge(root, tests)
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    pytest.main(["-q", "-p", "no:cacheprovider", *files], plugins=[judge])
    library = sys.modules.get("minigen")
    if library is not None and not Path(library.__file__).resolve().is_relative_to(root):
        judge.verdicts = {"": f"imports another minigen: {library.__file__}"}
    Path(verdicts).write_text(json.dumps(judge.verdicts), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # without waiting for what a broken library may have left running


if __name__ == "__main__":
    main(*sys.argv[1:])
