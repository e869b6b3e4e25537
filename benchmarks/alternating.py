"""Two programs that do the same, measured side by side: they take turns, block by block, in both orders.

On a machine that others use, a block of one and its neighbour of the other meet the same load, so the ratio of their
medians says more than either time.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

ROUNDS, SECONDS, WARMING = 61, 0.05, 5


class Case(NamedTuple):
    """A step of minigen, the same step of a peer, and the largest ratio that minigen allows itself."""

    name: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    bound: float


def measure(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float, list[float]]:
    """Return the median milliseconds of a step of each, and the ratios of neighbouring blocks."""
    for _ in range(WARMING):
        ours()
        theirs()
    repeat = max(1, round(SECONDS / seconds(theirs, 1)))
    blocks: list[tuple[float, float]] = []
    for i in range(ROUNDS):
        if i % 2:
            theirs_took = seconds(theirs, repeat)
            blocks.append((seconds(ours, repeat), theirs_took))
        else:
            blocks.append((seconds(ours, repeat), seconds(theirs, repeat)))
    a, b = (1e3 * statistics.median(times) for times in zip(*blocks, strict=True))
    return a, b, [x / y for x, y in blocks]


def seconds(step: Callable[[], Any], repeat: int) -> float:
    """Return the seconds that a step takes in the mean of a block of `repeat`."""
    start = time.perf_counter()
    for _ in range(repeat):
        step()
    return (time.perf_counter() - start) / repeat


def show(cases: Iterable[Case]) -> None:
    """Measure and print a table."""
    print(f"{'milliseconds a step':48}{'minigen':>9}{'peer':>9}{'ratio':>7}{'at most':>9}   middle half of blocks")
    for case in cases:
        a, b, ratios = measure(case.ours, case.theirs)
        low, _, high = statistics.quantiles(ratios, n=4)
        print(f"{case.name:48}{a:9.2f}{b:9.2f}{a / b:7.2f}{case.bound:9.2f}   {low:.2f} to {high:.2f}", flush=True)
