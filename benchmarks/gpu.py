"""Time training steps on the GPU of this machine beside PyTorch (`make bench-gpu`): one table, under eight minutes.

Each recipe's own algorithm and settings, at batches of 128 and 1024 that lie on the GPU, in float32 without TF32 on
either side. A time is the median of blocks of steps, each block ended by waiting for the GPU; a launch is a kernel that
the GPU ran in one step, counted by CUPTI through PyTorch's profiler for both sides. Data are made up, no network is
needed. Where PyTorch is not installed its columns are empty.

With ``--stand-in`` minigen runs on the stand-in for CuPy and PyTorch on the CPU, which checks this script and measures
nothing.
"""

import argparse
import contextlib
import importlib.util
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from gpu_peers import PEERS

import minigen as mg
from minigen import recipes
from minigen.testing import standin
from tests.data import roots

BATCHES = (128, 1024)
EXAMPLES = 1400  # of made-up data sets; a part of them may be held out
WARMING, BLOCKS, SECONDS = 10, 7, 0.1
NEEDED = {"minigen": 10, "eager": 10, "compiled": 60}  # seconds that must be left
TORCH = importlib.util.find_spec("torch") is not None


class TooFewError(ValueError):
    """The recipe's data do not fill a batch."""


def ours(name: str, batch: int, root: Path) -> tuple[Any, dict[str, Any], Callable[[], Any], Any]:
    """Return a recipe's parameters, its settings, a step on a batch on the GPU, and that batch on the host."""
    recipe = recipes.load(name)
    given = {"root": str(root), "check_files": False} if "root" in recipe.SETTINGS else {}
    settings = {**recipe.SETTINGS, **given, "batch_size": batch, "device": "cuda"}
    rng = mg.random.Generator(0)
    with mg.random.using(rng):
        experiment = recipe.build(settings, rng)
        if not len(experiment.loader):
            raise TooFewError
        data = next(iter(experiment.loader))
    algorithm = experiment.algorithm
    x = data[0] if isinstance(data, list | tuple) else data
    if len(x) != batch:
        raise TooFewError

    def step() -> Any:
        with mg.random.using(rng):
            return algorithm.step(data)

    inner = vars(getattr(algorithm, "algorithm", algorithm))  # of one that is watched
    modules = [part for part in inner.values() if isinstance(part, mg.nn.Module)]
    return [p for module in modules for p in module.parameters()], settings, step, x.cpu().numpy()


def theirs(name: str, x: Any, settings: dict[str, Any], device: str, compiled: bool) -> tuple[Any, Callable[[], Any]]:
    """Return the parameters and the step of a recipe's peer."""
    import torch

    torch.manual_seed(0)
    torch.set_float32_matmul_precision("highest")
    wrap = (lambda cost: torch.compile(cost, dynamic=False)) if compiled else lambda cost: cost
    return PEERS[name](torch.tensor(x, device=device), settings, wrap)


def milliseconds(step: Callable[[], Any], wait: Callable[[], Any]) -> float:
    """Return the median time of a step over blocks of them."""
    for _ in range(WARMING):
        step()
    wait()
    start = time.perf_counter()
    step()
    wait()
    repeat = max(1, round(SECONDS / (time.perf_counter() - start)))
    times = []
    for _ in range(BLOCKS):
        start = time.perf_counter()
        for _ in range(repeat):
            step()
        wait()
        times.append((time.perf_counter() - start) / repeat)
    return 1e3 * statistics.median(times)


def launches(step: Callable[[], Any], wait: Callable[[], Any]) -> int:
    """Return how many kernels the GPU runs in a step."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
        step()
        wait()
        torch.cuda.synchronize()
    kernels = [event for event in found.events() if event.device_type == torch.autograd.DeviceType.CUDA]
    return sum(not event.name.startswith(("Memcpy", "Memset")) for event in kernels)


def versions(stand_in: bool) -> str:
    """Say what is measured, and on what."""
    import cupy

    found = [time.strftime("%Y-%m-%d"), f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    if TORCH:
        import torch

        found.append(f"PyTorch {torch.__version__}")
    if stand_in:
        return ", ".join([*found, f"the stand-in for CuPy {cupy.__version__}: NO FIGURE IS OF A GPU"])
    cuda = cupy.cuda.runtime.runtimeGetVersion()
    gpu = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return ", ".join([*found, f"CuPy {cupy.__version__}", f"CUDA {cuda // 1000}.{cuda % 1000 // 10}", gpu])


class Row:
    """A recipe at a batch: what was measured of it, and what failed."""

    COLUMNS = ("minigen ms", "launches", "PyTorch ms", "launches ", "compiled ms", "ratio")

    def __init__(self, name: str, batch: int, root: Path, stand_in: bool) -> None:
        self.name, self.batch, self.stand_in = name, batch, stand_in
        self.cells: dict[str, str] = {}
        self.failures: list[str] = []
        self._root = root
        self._made: tuple[Any, dict[str, Any], Any] | None = None

    def measure(self, what: str) -> None:
        """Measure ``minigen``, ``eager`` or ``compiled``; a failure is noted, not raised."""
        print(f"  {self.name} {self.batch} {what}", file=sys.stderr, flush=True)
        try:
            self._minigen() if what == "minigen" else self._peer(what == "compiled")
        except TooFewError:
            self.cells["minigen ms"] = "too few data"
        except Exception as error:
            self.cells["minigen ms" if what == "minigen" else PEER_COLUMNS[what]] = "FAILED"
            self.failures.append(f"{self.name}, {self.batch}, {what}: {type(error).__name__}: {error}"[:300])

    def _minigen(self) -> None:
        parameters, settings, step, x = ours(self.name, self.batch, self._root)
        self.cells["minigen ms"] = f"{milliseconds(step, mg.cuda.synchronize):.3f}"
        self._made = sum(p.numel() for p in parameters), settings, x
        if TORCH and not self.stand_in:
            self.cells["launches"] = str(launches(step, mg.cuda.synchronize))

    def _peer(self, compiled: bool) -> None:
        if self._made is None or not TORCH or self.name not in PEERS:
            return
        import torch

        size, settings, x = self._made
        parameters, step = theirs(self.name, x, settings, "cpu" if self.stand_in else "cuda", compiled)
        found = sum(p.numel() for p in parameters)
        if found != size:
            raise ValueError(f"{found} parameters, minigen has {size}")
        wait: Callable[[], Any] = (lambda: None) if self.stand_in else torch.cuda.synchronize
        took = milliseconds(step, wait)
        self.cells[PEER_COLUMNS["compiled" if compiled else "eager"]] = f"{took:.3f}"
        if not compiled:
            self.cells["ratio"] = f"{float(self.cells['minigen ms']) / took:.2f}"
            self.cells["launches "] = "" if self.stand_in else str(launches(step, wait))

    def __str__(self) -> str:
        return f"{self.name:18}{self.batch:6}" + "".join(f"{self.cells.get(c, ''):>13}" for c in self.COLUMNS)


PEER_COLUMNS = {"eager": "PyTorch ms", "compiled": "compiled ms"}


def main() -> int:
    """Measure all; the exit status is 0 if nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", help="which recipes; those with a peer, and one of each other family")
    parser.add_argument("--stand-in", action="store_true", help="run on the stand-in for CuPy")
    parser.add_argument("--minutes", type=float, default=7.0, help="measure nothing more after so long")
    options = parser.parse_args()
    if not options.stand_in and not mg.cuda.is_available():
        print("bench-gpu: CuPy finds no GPU here (--stand-in checks the script on the stand-in for CuPy)")
        return 2
    end = time.monotonic() + 60 * options.minutes
    families = {name.partition("-")[0] for name in PEERS}
    others = {name.partition("-")[0]: name for name in recipes.names() if name.partition("-")[0] not in families}
    chosen = options.recipes or [*(name for name in PEERS if name in recipes.names()), *others.values()]
    with standin.installed() if options.stand_in else contextlib.nullcontext(), tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for write in (roots.write_mnist, roots.write_fashion_mnist, roots.write_frey_faces):
            write(root, EXAMPLES)
        roots.write_binarized_mnist(root, EXAMPLES, EXAMPLES, EXAMPLES)
        roots.write_tiny_shakespeare(root, 100 * EXAMPLES)
        rows = [Row(name, batch, root, options.stand_in) for name in chosen for batch in BATCHES]
        work = [(one, what) for one in rows for what in ("minigen", "eager")]
        work += [(one, "compiled") for one in rows if one.name in PEERS and TORCH]  # which takes longest, last
        for one, what in work:
            if end - time.monotonic() > NEEDED[what]:
                one.measure(what)
            else:
                one.cells["minigen ms" if what == "minigen" else PEER_COLUMNS[what]] = "no time"
        print(versions(options.stand_in))
        print(f"{'recipe':18}{'batch':>6}" + "".join(f"{column.strip():>13}" for column in Row.COLUMNS))
        for one in rows:
            print(one)
    failures = [failure for one in rows for failure in one.failures]
    print("ratio: minigen's time over PyTorch's, eager", *failures, sep="\n")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
