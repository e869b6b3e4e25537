"""Two programs that do the same, measured side by side: they take turns, block by block, in both orders.

On a machine that others use, a block of one and its neighbour of the other meet the same load, so the ratio of their
medians says more than either time; the ratio of processor times says more still. On an idle machine they agree.
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


class Block(NamedTuple):
    """Seconds a step, by the clock and of the processor, in the mean of a block of steps."""

    clock: float
    processor: float


def measure(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[list[Block], list[Block]]:
    """Return as many blocks of each, taken in turn."""
    for _ in range(WARMING):
        ours()
        theirs()
    repeat = max(1, round(SECONDS / run(theirs, 1).clock))
    blocks: tuple[list[Block], list[Block]] = ([], [])
    for i in range(ROUNDS):
        for which in (0, 1) if i % 2 else (1, 0):
            blocks[which].append(run((ours, theirs)[which], repeat))
    return blocks


def run(step: Callable[[], Any], repeat: int) -> Block:
    """Take `repeat` steps."""
    clock, processor = time.perf_counter(), time.process_time()
    for _ in range(repeat):
        step()
    return Block((time.perf_counter() - clock) / repeat, (time.process_time() - processor) / repeat)


def show(cases: Iterable[Case]) -> None:
    """Measure and print a table: medians of the blocks, and their ratios."""
    print(f"{'milliseconds a step':52}{'minigen':>9}{'peer':>9}{'ratio':>7}{'processor':>11}{'at most':>9}")
    for case in cases:
        ours, theirs = measure(case.ours, case.theirs)
        a, b = (1e3 * statistics.median(block.clock for block in blocks) for blocks in (ours, theirs))
        c, d = (1e3 * statistics.median(block.processor for block in blocks) for blocks in (ours, theirs))
        print(f"{case.name:52}{a:9.2f}{b:9.2f}{a / b:7.2f}{c / d:11.2f}{case.bound:9.2f}", flush=True)
