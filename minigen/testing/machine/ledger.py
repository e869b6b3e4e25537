"""What a graph of Tensors ought to be, kept by simple bookkeeping beside the real one.

A `Twin` stands for a Tensor: its elements are cells of a `Memory`, which counts writes, and it was computed by a
`Step`, which notes which memories its derivative needs. Gradients come from `scalar`. `run_sweep` says what a
backward does: which gradients, hooks and releases, and which refusal, if any.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from minigen.testing.machine.scalar import Scalar, gradients, same

STALE, RELEASED = "changed in place", "were released"


class Memory:
    """Numbers that several Twins may see, and how often they were written."""

    def __init__(self, values: Iterable[float]) -> None:
        self.values = list(values)
        self.version = 0


class Observer:
    """A hook that looks: `passing` holds what it sees of each element now, `seen` what it saw in each sweep."""

    def __init__(self) -> None:
        self.passing: dict[int, float] = {}
        self.seen: list[list[float]] = []

    def look(self, place: int, g: Scalar) -> Scalar:
        """Note the gradient of one element."""
        self.passing[place] = g.value
        return g


class Step:
    """A recorded operation, a piece of one with several results (`piece`), or a leaf (no parents)."""

    numbers = itertools.count()

    def __init__(self, parents: Sequence["Step"] = (), saved: Iterable[Memory] = (), keeps: bool = False) -> None:
        self.parents = tuple(parents)
        self.saved = [(memory, memory.version) for memory in saved]
        self.keeps = keeps or bool(self.saved)  # anything that a release drops
        self.released = False
        self.piece = False
        self.slots: list[Scalar] = []  # what the gradients of the elements arrive at
        self.observers: list[Observer] = []
        self.leaf: Twin | None = None
        self.retained: Twin | None = None
        self.number = next(Step.numbers)

    def refusal(self) -> str | None:
        """Say why a backward cannot go through here, if so."""
        if self.released:
            return RELEASED
        return STALE if any(memory.version != version for memory, version in self.saved) else None


class Twin:
    """What one Tensor should be."""

    def __init__(self, tensor: Any, shape: tuple[int, ...], memory: Memory, cells: list[int] | None = None) -> None:
        self.tensor = tensor
        self.shape = shape
        self.memory = memory
        self.cells = list(range(len(memory.values))) if cells is None else cells
        self.step: Step | None = None
        self.requires = False
        self.grad: Twin | None = None

    @property
    def values(self) -> list[float]:
        """The elements in C order."""
        return [self.memory.values[cell] for cell in self.cells]

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation computed it."""
        return self.step is None or not self.step.parents

    def node(self) -> Step:
        """Return the step that computed it, or its leaf, made when first needed."""
        if self.step is None:
            self.step = Step()
            self.step.leaf = self
            self.step.slots = [Scalar(value) for value in self.values]
        return self.step

    def read(self) -> list[Scalar]:
        """Return the elements as they are now, joined to where their gradients go."""
        if not self.requires:
            return [Scalar(value) for value in self.values]
        return [Scalar(v, ((slot, same),)) for v, slot in zip(self.values, self.node().slots, strict=True)]

    def write(self, values: Iterable[float], places: Iterable[int] | None = None) -> None:
        """Write elements (all, or those at `places`) into the memory."""
        for place, value in zip(range(len(self.cells)) if places is None else places, values, strict=True):
            self.memory.values[self.cells[place]] = value
        self.memory.version += 1

    def receive(self, values: list[float], create_graph: bool) -> None:
        """Add to the gradient."""
        if self.grad is None or create_graph:
            before = [0.0] * len(values) if self.grad is None else self.grad.values
            total = [old + new for old, new in zip(before, values, strict=True)]
            self.grad = Twin(None, self.shape, Memory(total))
        else:
            self.grad.write([old + new for old, new in zip(self.grad.values, values, strict=True)])


def reachable(roots: Iterable[Step]) -> list[Step]:
    """Return the steps that `roots` depend on, newest first."""
    found: set[Step] = set()
    stack = list(roots)
    while stack:
        step = stack.pop()
        if step not in found:
            found.add(step)
            stack += step.parents
    return sorted(found, key=lambda step: step.number, reverse=True)


def run_sweep(
    seeds: list[tuple[Twin, list[float]]], targets: list[Step] | None, retain: bool, create: bool, living: list[Twin]
) -> tuple[str | None, dict[Step, list[Scalar]], float]:
    """Do what a backward should do to the ledger.

    Parameters
    ----------
    seeds : list of (Twin, list of float)
        The results and the gradients they start from.
    targets : list of Step or None
        What gradients are asked for; None fills the leaves.
    retain, create : bool
        Whether saved arrays are kept, whether the sweep is recorded.
    living : list of Twin
        The Tensors that still live: no others receive gradients.

    Returns
    -------
    tuple of (str or None, dict, float)
        The refusal; the gradients of every step on the way; the largest number met among them.
    """
    order = reachable(twin.node() for twin, _ in seeds)
    if targets is not None:
        useful = set(targets)
        for step in reversed(order):
            if useful.intersection(step.parents):
                useful.add(step)
        order = [step for step in order if step in useful]
    starts = [(s, Scalar(g)) for twin, seed in seeds for s, g in zip(twin.node().slots, seed, strict=True)]
    slots = [slot for step in order for slot in step.slots]
    starts += [(slot, Scalar(0.0)) for slot in slots]
    arrived = dict(zip(slots, gradients(starts, slots), strict=True))
    found = {step: [arrived[slot] for slot in step.slots] for step in order}
    size = max([abs(g.value) for gradient in found.values() for g in gradient], default=0.0)
    for step in order:
        numbers = [g.value for g in found[step]]
        for observer in step.observers:
            observer.seen.append([observer.passing[place] for place in range(len(numbers))])
        if step.retained is not None and step.retained in living:
            step.retained.receive(numbers, create)
        if targets is not None and not useful.intersection(step.parents):
            continue
        if not step.parents:
            if step.leaf is not None and step.leaf in living and step.leaf.requires and step.leaf.is_leaf:
                step.leaf.receive(numbers, create)
        elif not step.piece:
            refusal = step.refusal()
            if refusal:
                return refusal, found, size
            step.released = step.keeps and not retain
    return None, found, size
