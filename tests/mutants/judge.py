"""Run tests and say how each one ended; `run.py` starts this in a copy of the project and talks to it.

A line of JSON comes in, ``{"tests": [node id, …], "seconds": limit, "on": library}``, and one goes out, the verdicts by
node id; under "" stands what befell the whole run. Every job runs in a forked child. This process has imported what
tests need of others, and nothing of the project: so a child starts at once, and sees the files as they are.

The verdict on a test is "passed", "assertion" (it failed by an assertion of its own or of a checker it calls, or the
stand-in for CuPy refused something), or a text that says how else it ended: by another error, by an assertion inside
the library, or outside the test itself (in its collection or its fixtures).
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):
    import hypothesis.strategies
    import numpy.testing  # noqa: F401


class Judge:
    """A pytest plugin that runs only `tests` and keeps their verdicts."""

    def __init__(self, root, tests):
        self.root = root
        self.tests = set(tests)
        self.verdicts = {}

    def pytest_configure(self):
        """Let Hypothesis draw the same examples always, and stop at the first that fails: no one reads the smallest."""
        if "hypothesis" in sys.modules:
            kept = [phase for phase in hypothesis.Phase if phase.name not in ("shrink", "explain")]
            settings = hypothesis.settings
            settings.register_profile(
                "mutants", settings.default, phases=kept, report_multiple_bugs=False, derandomize=True, database=None
            )
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
        if refused(error):
            return "assertion"
        if not isinstance(error, AssertionError | pytest.fail.Exception):
            return f"fails by an error, not by its assertion: {said}"
        frames = [Path(entry.path) for entry in call.excinfo.traceback]
        own = [frame.relative_to(self.root).parts for frame in frames if frame.is_relative_to(self.root)]
        if own and own[-1][0] == "minigen" and own[-1][1] != "testing":  # whose checkers assert for their callers
            return f"fails by an assertion inside the library, not by its own: {said}"
        return "assertion"


def refused(error):
    """Say whether the stand-in raised `error`, or what it was raised from."""
    while error is not None:
        places = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        if places and Path(places[-1]).parts[-4:-1] == ("minigen", "testing", "standin"):
            return True
        error = error.__cause__
    return False


def last_line(text):
    """Return the last line that says something, not too long."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def judge(tests, on):
    """Run `tests` of the project in this folder on an array library and return their verdicts."""
    root = Path.cwd().resolve()
    plugin = Judge(root, tests)
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    library = [] if on == "numpy" else ["--on", on]
    plain = "--assert=plain"  # what the values were no one reads
    pytest.main(["-q", "-p", "no:cacheprovider", plain, *library, *files], plugins=[plugin])
    minigen = sys.modules.get("minigen")
    if minigen is not None and not Path(minigen.__file__).resolve().is_relative_to(root):
        return {"": f"imports another minigen: {minigen.__file__}"}
    return plugin.verdicts


def judge_apart(tests, seconds, on):
    """Return the verdicts on `tests`, run in a child process that has `seconds`."""
    with tempfile.TemporaryFile("w+") as answer, tempfile.TemporaryFile("w+") as log:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log.fileno()), (2, log.fileno())):
                os.dup2(file, number)
            try:
                json.dump(judge(tests, on), answer)
                answer.flush()
            except BaseException:
                sys.stdout.flush()
                traceback.print_exc()
            finally:
                os._exit(0)  # without waiting for what a broken library may have left running
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
            return {"": f"does not end within {seconds:g} s"}
        answer.seek(0)
        log.seek(0)
        end = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
        return json.loads(answer.read() or json.dumps({"": f"crashes ({end}): {last_line(log.read())}"}))


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(judge_apart(**json.loads(line))), flush=True)
