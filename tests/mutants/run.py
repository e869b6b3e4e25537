"""The mutation gate: plant each known bug in a copy of the project and see the test it names fail.

Usage: run.py [--workers N] [-k TEXT] [--list] [-v]

A mutant is killed if its test passes in the unchanged copy and fails by its assertion in the mutated one; if it passes
there too, the mutant survived. It is broken if it does not apply, or if its test is missing, fails unmutated, or ends
in another way (import error, wrong exception, time-out). The gate passes if all are killed.
"""

import argparse
import compileall
import importlib
import json
import os
import py_compile
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "minigen",
    "tests",
    "examples",
    "docs",
    "conftest.py",
    "pytest_minigen.py",
    "pyproject.toml",
    "setup.cfg",
    "README.md",
    "Makefile",
)
JUDGE = Path(__file__).with_name("judge.py")
NO_SYSTEM = {"__init__", "judge", "mutant", "run"}
LINES = 3  # of a patch, at most
SECONDS = 60  # for one test under one mutant, at most
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def load(root=ROOT):
    """Return the mutants of every system, {"system/name": Mutant}."""
    sys.path.insert(0, str(root))
    mutants = {}
    for path in sorted((root / "tests" / "mutants").glob("*.py")):
        if path.stem in NO_SYSTEM or path.stem.startswith("test_"):
            continue
        for mutant in importlib.import_module(f"tests.mutants.{path.stem}").MUTANTS:
            name = f"{path.stem}/{mutant.name}"
            if name in mutants:
                sys.exit(f"two mutants are called {name}: rename one")
            mutants[name] = mutant
    return mutants


def unfit(mutant, root):
    """Say why a patch cannot be applied, or None."""
    path = root / mutant.file
    if not path.is_file():
        return f"there is no {mutant.file}: name the file where the code now stands"
    text = path.read_text(encoding="utf-8")
    count = text.count(mutant.old)
    if count != 1:
        return f"its `old` stands {count} times in {mutant.file}, expected once: bring it up to date"
    if max(len(mutant.old.splitlines()), len(mutant.new.splitlines())) > LINES or mutant.old == mutant.new:
        return f"`old` and `new` must differ and have at most {LINES} lines"
    try:
        if path.suffix == ".py":
            compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
    except SyntaxError as error:
        return f"its `new` is no Python: {error}"
    return None


class Workshop:
    """A copy of the project in `folder`, and a process that judges tests in it."""

    def __init__(self, root, folder):
        self.folder = folder
        folder.mkdir()
        ignored = shutil.ignore_patterns("__pycache__", "out", ".*")
        for name in COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, folder / name, ignore=ignored)
            elif (root / name).exists():
                shutil.copy(root / name, folder / name)
        # Python compares hashes of sources, not times, before it trusts what is compiled here.
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(folder / "minigen", quiet=2, invalidation_mode=mode)
        outside = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
        self.process = subprocess.Popen(
            [sys.executable, "-P", JUDGE],
            cwd=folder,
            env=outside | ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.__exit__(*error)

    def judge(self, tests, seconds, on="numpy"):
        """Return the verdicts on `tests` by node id; under "" what befell the whole run."""
        print(json.dumps({"tests": tests, "seconds": seconds, "on": on}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def judge_all(self, pairs, seconds):
        """Return the verdicts on tests, given as pairs (array library, node id), by pair."""
        verdicts = {}
        for on in sorted({on for on, _ in pairs}):
            found = self.judge([test for library, test in pairs if library == on], seconds, on)
            verdicts |= {(on, test): verdict for test, verdict in found.items()}
        return verdicts

    def attempt(self, mutant, seconds):
        """Plant `mutant`, judge its test, heal the copy; return the outcome and what to do."""
        path = self.folder / mutant.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        try:
            verdicts = self.judge([mutant.test], seconds, mutant.on)
        finally:
            path.write_text(text, encoding="utf-8")
        verdict = verdicts.get(mutant.test, verdicts.get("", "is not there"))
        if verdict == "assertion":
            return "killed", ""
        if verdict == "passed":
            return "survived", f"{mutant.test} passes: make it see this bug, or name a test that does"
        return "broken", f"{mutant.test} {verdict}: choose a patch that runs, or a test that asserts"


def gate(mutants, root=ROOT, workers=1, seconds=SECONDS):
    """Yield (name, outcome, what to do) for each of `mutants`, {name: Mutant}; outcomes: killed, survived, broken."""
    sound = {}
    for name, mutant in mutants.items():
        reason = unfit(mutant, root)
        if reason:
            yield name, "broken", reason
        else:
            sound[name] = mutant
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory())
        free = queue.SimpleQueue()
        for i in range(workers):
            free.put(stack.enter_context(Workshop(root, Path(place, str(i)))))
        pool = stack.enter_context(ThreadPoolExecutor(workers))

        def in_a_workshop(task):
            workshop = free.get()
            try:
                return task(workshop)
            finally:
                free.put(workshop)

        pairs = sorted({(mutant.on, mutant.test) for mutant in sound.values()})
        shares = [pairs[i::workers] for i in range(workers)]
        unmutated = {}
        for verdicts in pool.map(lambda share: in_a_workshop(lambda shop: shop.judge_all(share, 5 * seconds)), shares):
            unmutated |= verdicts
        jobs = {}
        for name, mutant in sound.items():
            verdict = unmutated.get((mutant.on, mutant.test), unmutated.get((mutant.on, ""), "is not there"))
            if verdict == "passed":
                jobs[name] = pool.submit(in_a_workshop, lambda shop, mutant=mutant: shop.attempt(mutant, seconds))
            else:
                reason = "fails unmutated" if verdict == "assertion" else f"{verdict} (unmutated)"
                yield name, "broken", f"{mutant.test} {reason}: name one test, with its parameters, that passes"
        for name, job in jobs.items():
            yield name, *job.result()


def main(arguments=None):
    """Run the gate and return 0 if every mutant is killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=1, help="how many tests at once")
    parser.add_argument("-k", metavar="TEXT", default="", help="only mutants whose system/name contains TEXT")
    parser.add_argument("--list", action="store_true", help="list the mutants and their tests, run nothing")
    parser.add_argument("-v", action="store_true", help="also say which are killed")
    options = parser.parse_args(arguments)
    mutants = {name: mutant for name, mutant in load().items() if options.k in name}
    if options.list:
        for name, mutant in mutants.items():
            print(f"{name}\n    {mutant.test}" + f" on {mutant.on}" * (mutant.on != "numpy"))
        return 0
    start = time.perf_counter()
    counts = Counter()
    for name, outcome, advice in gate(mutants, workers=options.workers):
        counts[outcome] += 1
        if outcome != "killed" or options.v:
            print(f"{outcome} {name}: {advice}".removesuffix(": "), flush=True)
    broken = f", {counts['broken']} broken" * bool(counts["broken"])
    took = time.perf_counter() - start
    print(f"{len(mutants)} mutants: {counts['killed']} killed, {counts['survived']} survived{broken} ({took:.0f} s)")
    return int(counts["killed"] < len(mutants) or not mutants)


if __name__ == "__main__":
    sys.exit(main())
