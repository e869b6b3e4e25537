"""Check minigen on the GPU of this machine (`make test-gpu`), and print one table; under eight minutes, no network.

1. The kernels of random draws against the array operations on the host.
2. Fifty steps of every learning algorithm and recipe on either device, with the same draws, in float64.
3. Memory: what arrays take on the GPU does not grow from step to step, and is given back.
4. The table of snippets: CuPy must do what the stand-in was told that it does.
5. The suite with CuPy as the array library, but for tests of the program and of pictures.

With ``--stand-in`` all of it runs on the stand-in for CuPy instead, which checks this script and proves nothing of a
GPU.
"""

import argparse
import contextlib
import gc
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import minigen as mg  # noqa: E402
from minigen import recipes  # noqa: E402
from minigen.backend import noise, noise_cuda, to_host  # noqa: E402
from minigen.data.sending import mapped  # noqa: E402
from minigen.testing import standin  # noqa: E402
from tests.backend import test_philox as philox  # noqa: E402
from tests.learning.small import ALGORITHMS  # noqa: E402
from tests.recipes import small  # noqa: E402

PROGRAMS = {"test_docs.py", "test_ground.py", "test_kill.py", "test_resume.py", "test_scoreboard.py"}
HOST_ONLY = {"cli", "mutants", "viz", *PROGRAMS}
FILES = 6  # of tests in a process
STEPS = 50
AGREEMENT = 1e-6  # of every Tensor of the states after them, relative to its largest element


class Table:
    """Rows of a check, what came out, whether it is well, and the time it took; printed as they come."""

    def __init__(self, limit: float) -> None:
        self.end = time.monotonic() + limit
        self.well = True
        print(f"{'check':44}{'result':56}{'seconds':>8}")

    def left(self) -> float:
        """The seconds that are left."""
        return self.end - time.monotonic()

    def row(self, name, check) -> None:
        """Run a check, which returns a text and whether it is well, unless the time is over."""
        start = time.monotonic()
        if self.left() < 5:
            text, well = "not run: the time is over", False
        else:
            try:
                text, well = check()
            except Exception as error:
                text, well = f"{type(error).__name__}: {' '.join(str(error).split())}", False
        self.well = self.well and well
        mark = "" if well else "FAILED "
        print(f"{name:44}{mark + text:56.160}{time.monotonic() - start:8.1f}", flush=True)


def versions(stand_in) -> str:
    """What was checked, and on what."""
    found = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    for name in ("scipy", "torch", "pytest", "hypothesis"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    import cupy

    if stand_in:
        return ", ".join([*found, f"the stand-in for CuPy {cupy.__version__}: NO GPU WAS USED"])
    gpu = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    cuda = cupy.cuda.runtime.runtimeGetVersion()
    return ", ".join([*found, f"CuPy {cupy.__version__}", f"CUDA {cuda // 1000}.{cuda % 1000 // 10}", gpu])


# ------------------------------------------------------------------------------------------------------- tests


def tests(library, files, workers, seconds):
    """Run files of tests on an array library, some at a time in processes of their own; return the counts."""
    parts = [files[i : i + FILES] for i in range(0, len(files), FILES)]
    end, counts, printed = time.monotonic() + seconds, Counter(), []

    def run(part):
        left = end - time.monotonic()
        if left < 1:
            return f"{len(part)} unread\n"
        command = [sys.executable, "-m", "pytest", "-q", "--on", library, "-p", "tests.bare", "-p", "no:cacheprovider"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                [*command, "--tb=line", *part], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=left
            )
        except subprocess.TimeoutExpired:
            return f"{len(part)} unread\n"
        return done.stdout if done.returncode in (0, 1, 5) else f"{done.stdout}\n{done.stderr[-300:]}\n1 error"

    with ThreadPoolExecutor(workers) as pool:
        for output in pool.map(run, parts):
            summary = output.strip().splitlines()[-1]
            for count, word in re.findall(r"(\d+) (passed|failed|error|skipped|unread)", summary):
                counts[word] += int(count)
            printed += [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
    for line in printed[:40]:
        print("   ", line[:200])
    text = ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "error", "skipped") if counts[word])
    if counts["unread"]:
        text += f"; the time was over before {counts['unread']} of {len(files)} files"
    return text, counts["passed"] > 0 and not (counts["failed"] or counts["error"] or counts["unread"])


def files():
    """The files of tests that use arrays, the longest first, so that the processes end together."""
    found = [file for file in (ROOT / "tests").rglob("test_*.py") if not set(file.parts) & HOST_ONLY]
    return [str(file.relative_to(ROOT)) for file in sorted(found, key=lambda file: -file.stat().st_size)]


# ------------------------------------------------------------------------------------------------------- draws


def draws():
    """Compare the kernels on the GPU with the array operations on the host."""
    import cupy

    kernels = hasattr(cupy, "RawModule")

    def on_gpu(law, *arguments):
        moved = [cupy.asarray(a) if isinstance(a, np.ndarray) else a for a in arguments]
        return to_host(getattr(noise_cuda if kernels else noise, law)(cupy, *moved))

    worst, count = 0.0, 0
    for name, draw in {**philox.EXACT, **philox.CLOSE}.items():
        law = philox.law_of(name)
        for n in (0, 1, 2, 3, 7, 1001):
            expected = draw(getattr(noise, law), np, n)
            found = draw(lambda _, *arguments: on_gpu(law, *arguments), np, n)  # noqa: B023
            count += 1
            if name in philox.EXACT:
                assert (expected == found).all(), f"{name}, {n} draws: other bits"
            elif n:
                worst = max(worst, float((abs(found - expected) / (abs(expected) + 1e-9)).max()))
    how = "kernels" if kernels else "array operations"
    return f"{count} draws by {how}: equal bits, floats within {worst:.1g}", worst < 1e-5


# --------------------------------------------------------------------------------------------------- agreement


def in_double(batch):
    """The batch with its floating Tensors in float64."""
    return mapped(batch, lambda x: x.double() if x.is_floating_point() else x)


def algorithm_on(name, device):
    """An algorithm and its steps on a device."""
    with mg.device(device), mg.random.using(mg.random.Generator(0, host_noise=True)):
        algorithm, batch = ALGORITHMS[name]()

    def step():
        with mg.device(device):
            return algorithm.step(batch)

    return algorithm, step


def recipe_on(name, device, root):
    """A recipe's algorithm and its steps on a device."""
    recipe, rng = recipes.load(name), mg.random.Generator(0, host_noise=True)
    with mg.random.using(rng):
        experiment = recipe.build({**recipe.SETTINGS, **small.changes(name, root), "device": device}, rng)
    batches = endless(experiment.loader)

    def step():
        with mg.random.using(rng):
            return experiment.algorithm.step(in_double(next(batches)))

    return experiment.algorithm, step


def endless(loader):
    while True:
        yield from loader


def agreement(make):
    """Take steps on both devices; compare the whole states and the metrics."""
    mg.set_default_dtype("float64")
    try:
        (here, step_here), (there, step_there) = make("cpu"), make("cuda")
        for _ in range(STEPS):
            metrics = step_here(), step_there()
        worst, states = 0.0, [list(tensors(algorithm.state_dict())) for algorithm in (here, there)]
        assert states[0], "there is nothing to compare"
        for mine, other in zip(*states, strict=True):
            assert other.device.type == "cuda", "a part of the state is not on the GPU"
            a, b = to_host(mine.array), to_host(other.array)
            worst = max(worst, float(abs(a - b).max() / (abs(a).max() + 1e-12)))
        for name, value in dict(metrics[0]).items():
            worst = max(worst, abs(value - metrics[1][name]) / (abs(value) + 1e-6))
        return f"{STEPS} steps, largest relative difference {worst:.1g}", worst < AGREEMENT
    finally:
        mg.set_default_dtype("float32")


def tensors(state):
    """The floating Tensors of a nested state: parameters, buffers, what optimizers and chains remember."""
    if isinstance(state, mg.Tensor):
        yield from [state] if state.is_floating_point() and state.numel() else []
    elif isinstance(state, dict | list | tuple):
        for part in state.values() if isinstance(state, dict) else state:
            yield from tensors(part)


# ------------------------------------------------------------------------------------------------------ memory


def leaks():
    """See what arrays take on the GPU after some steps and after more, and when the algorithms are gone."""
    gc.collect()
    before, grown = mg.cuda.memory_allocated(), []
    for name in ALGORITHMS:
        _, step = algorithm_on(name, "cuda")
        taken = []
        for count in (10, 40):
            for _ in range(count):
                step()
            mg.cuda.synchronize()
            taken.append(mg.cuda.memory_allocated())
        if taken[1] > taken[0]:
            grown.append(f"{name} +{taken[1] - taken[0]}")
        del step
    gc.collect()
    mg.cuda.synchronize()
    kept = mg.cuda.memory_allocated() - before
    text = f"{len(ALGORITHMS)} algorithms, {kept} bytes kept, grown: {', '.join(grown) or 'none'}"
    return text, not grown and kept <= 2**16  # what is cached by design: a permutation, a table


def main() -> int:
    """Check all; the exit status is 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stand-in", action="store_true", help="run on the stand-in for CuPy")
    parser.add_argument("--minutes", type=float, default=7.5, help="stop after so long")
    parser.add_argument("--no-tests", action="store_true", help="leave out the last two checks")
    options = parser.parse_args()
    if not options.stand_in and not mg.cuda.is_available():
        print("test-gpu: CuPy finds no GPU here (--stand-in runs on the stand-in for CuPy)")
        return 2
    workers = max(1, min(8, (os.cpu_count() or 2) // 2))
    with standin.installed() if options.stand_in else contextlib.nullcontext(), tempfile.TemporaryDirectory() as folder:
        root = small.write_data(Path(folder))
        print(time.strftime("%Y-%m-%d"), versions(options.stand_in), sep=", ")
        table = Table(60 * options.minutes)
        table.row("kernels of random draws", draws)
        for name in ALGORITHMS:
            table.row(f"agreement of {name}", lambda name=name: agreement(lambda device: algorithm_on(name, device)))
        for name in recipes.names():
            table.row(f"agreement of {name}", lambda name=name: agreement(lambda device: recipe_on(name, device, root)))
        table.row("memory", leaks)
        if not options.no_tests:
            library, snippets = "standin" if options.stand_in else "cupy", "tests/backend/test_snippets.py"
            table.row("snippets", lambda: tests(library, [snippets], 1, table.left() - 5))
            table.row(f"the suite on {library}", lambda: tests(library, files(), workers, table.left() - 5))
    print("all is well" if table.well else "something FAILED")
    return not table.well


if __name__ == "__main__":
    sys.exit(main())
