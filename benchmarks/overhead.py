"""What an operation costs beside NumPy and, where it can be imported, PyTorch.

The probe is a chain on 8x8 float64 matrices, where the arithmetic itself takes about 0.2 µs: ``y = y * c``,
``y = y + c`` and ``tanh`` in turn. Libraries are measured in turn, round by round; medians and their ratio are shown.

    python benchmarks/overhead.py
    PYTHONPATH=. path/to/venv-with-torch/bin/python benchmarks/overhead.py
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import minigen as mg

LENGTH, ROUNDS, REPEAT = 120, 41, 5


def probe(tensor: Callable[..., Any], no_grad: Any) -> dict[str, Callable[[], float]]:
    """Return, for each measure, a function that gives microseconds an operation."""
    c = tensor(np.full((8, 8), 0.99))
    x = tensor(np.linspace(-1, 1, 64).reshape(8, 8))
    x.requires_grad = True
    one = tensor(np.ones((8, 8)))

    def chain() -> Any:
        y = x
        for _ in range(LENGTH // 3):
            y = ((y * c) + c).tanh()
        return y

    def timed(run: Callable[[], Any]) -> float:
        start = time.perf_counter()
        for _ in range(REPEAT):
            run()
        return (time.perf_counter() - start) / (REPEAT * LENGTH) * 1e6

    def backward() -> float:
        total = 0.0
        for _ in range(REPEAT):
            y = chain()
            start = time.perf_counter()
            y.backward(one)
            total += time.perf_counter() - start
        return total / (REPEAT * LENGTH) * 1e6

    def frozen() -> Any:
        with no_grad():
            chain()

    return {"forward": lambda: timed(chain), "backward": backward, "no_grad": lambda: timed(frozen)}


def import_time(module: str) -> float:
    """Return the processor seconds that a fresh interpreter takes to start and import `module`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print the tables."""
    probes = {"minigen": probe(mg.tensor, mg.no_grad)}
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed here: its column is missing")
    else:
        torch.set_num_threads(1)
        probes["torch"] = probe(torch.tensor, torch.no_grad)
    print(f"{'µs an operation':16}" + "".join(f"{name:>10}" for name in probes) + f"{'ratio':>10}")
    for measure in ("forward", "backward", "no_grad"):
        times: dict[str, list[float]] = {name: [] for name in probes}
        for _ in range(ROUNDS):
            for name, functions in probes.items():
                times[name].append(functions[measure]())
        medians = [statistics.median(t) for t in times.values()]
        ratio = f"{medians[0] / medians[-1]:10.2f}" if len(medians) > 1 else ""
        print(f"{measure:16}" + "".join(f"{m:10.2f}" for m in medians) + ratio)
    loads: dict[str, list[float]] = {"numpy": [], "minigen": [], "sys": []}
    for _ in range(15):
        for module, seconds in loads.items():
            seconds.append(import_time(module))
    numpy_ms, minigen_ms, python_ms = (1e3 * statistics.median(t) for t in loads.values())
    print(f"import, processor ms: python {python_ms:.0f}, with numpy {numpy_ms:.0f}, with minigen {minigen_ms:.0f}")
    print(f"import minigen / import numpy: {(minigen_ms - python_ms) / (numpy_ms - python_ms):.2f}")


if __name__ == "__main__":
    main()
