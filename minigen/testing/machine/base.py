"""What every rule of the machine uses: the pool of living Tensors, entering new ones, refusals, comparison."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from minigen.backend import Array, namespace, to_host
from minigen.testing.machine.ledger import Memory, Observer, Step, Twin
from minigen.testing.machine.scalar import Scalar

MOST = 8  # Tensors alive at a time; the oldest die
LIMIT = 4.0  # values stay small, so that gradients can be compared

places = st.integers(0, MOST - 1)
sometimes = st.sampled_from([False, False, False, True])
numbers = st.integers(-8, 8).map(lambda n: n / 4.0)


def overlap(a: Array, b: Array) -> bool:
    """Say whether an element of one array is one of the other."""
    return bool(namespace(a).shares_memory(a, b))


class Machine(RuleBasedStateMachine):
    """A pool of Tensors, each with its Twin; the rules are in the subclasses."""

    def __init__(self) -> None:
        super().__init__()
        self.pool: list[Twin] = []
        self.hooks: list[tuple[Step, Any, Any]] = []  # where it hangs, its handle, what it is in the ledger
        self.watched: list[tuple[Observer, list[Any]]] = []
        self.size = 1.0  # the largest gradient so far

    def pick(self, place: int) -> Twin:
        """Return one of the living Twins, 0 for the newest."""
        return self.pool[-1 - place % len(self.pool)]

    def record(
        self,
        tensor: Any,
        shape: tuple[int, ...],
        elements: Sequence[Scalar],
        operands: Sequence[Twin],
        *,
        saved: Sequence[Memory] = (),
        saves_out: bool = False,
        keeps: bool = False,
        view: tuple[Memory, list[int]] | None = None,
        enabled: bool = True,
    ) -> Twin:
        """Enter a Tensor that an operation returned.

        Parameters
        ----------
        tensor : Tensor
            What the operation returned.
        shape : tuple of int
            Its shape.
        elements : sequence of Scalar
            Its elements, computed from those that `Twin.read` gave.
        operands : sequence of Twin
            What it was computed from.
        saved : sequence of Memory, optional
            The memory of the operands that its derivative needs.
        saves_out, keeps : bool, optional
            Whether the derivative needs the result, or anything else that a release drops.
        view : tuple of (Memory, list of int), optional
            The memory it shares and the cells there.
        enabled : bool, optional
            Whether it was computed outside ``no_grad``.

        Returns
        -------
        Twin
            The newest member of the pool.
        """
        twin = Twin(tensor, shape, *(view or (Memory([s.value for s in elements]), None)))
        parents = [operand.node() for operand in operands if operand.requires]
        if enabled and parents:
            twin.requires = True
            twin.step = Step(parents, [*saved, *[twin.memory] * saves_out], keeps)
            twin.step.slots = list(elements)
        return self.enter(twin)

    def enter(self, twin: Twin) -> Twin:
        """Put a Twin into the pool; the oldest may die for it."""
        self.pool.append(twin)
        if len(self.pool) > MOST:
            self.pool.pop(0).tensor = None
        return twin

    def refused(self, expected: str | None, action: Callable[[], Any]) -> Any:
        """Do `action`; it must raise the error that says `expected`, or none if that is None."""
        try:
            result = action()
        except (RuntimeError, ValueError) as error:
            said = str(error)
        else:
            assert expected is None, f"this should have been refused: …{expected}…"
            return result
        assert expected is not None and expected in said, f"expected {expected or 'no refusal'}, got: {said}"
        return None

    def compare(self, tensor: Any, shape: tuple[int, ...], values: Sequence[float], what: str) -> None:
        """Compare a Tensor with the numbers it should hold."""
        assert tensor.shape == shape, f"{what}: shape {tensor.shape}, expected {shape}"
        found = to_host(tensor.array).ravel()
        close = numpy.isclose(found, values, rtol=1e-9, atol=1e-11 * self.size)
        assert close.all(), f"{what}: {found.tolist()}, expected {list(values)}"

    def is_shared(self, memory: Memory) -> bool:
        """Say whether several living Tensors see `memory`."""
        gradients = [twin.grad for twin in self.pool if twin.grad is not None]
        return sum(twin.memory is memory for twin in self.pool + gradients) > 1

    @invariant()
    def agree(self) -> None:
        """Compare every living Tensor with its Twin: value, gradient, flags, and who shares memory with whom."""
        seen = []
        for twin in self.pool:
            tensor = twin.tensor
            self.compare(tensor, twin.shape, twin.values, "value")
            assert tensor.requires_grad == twin.requires, f"requires_grad is {tensor.requires_grad}"
            assert tensor.is_leaf == twin.is_leaf, f"is_leaf is {tensor.is_leaf}"
            assert (tensor.grad is None) == (twin.grad is None), f"grad is {tensor.grad}"
            seen.append((tensor.array, twin))
            if twin.grad is not None:
                self.compare(tensor.grad, twin.shape, twin.grad.values, "grad")
                seen.append((tensor.grad.array, twin.grad))
        for (array, twin), (other, friend) in combinations(seen, 2):
            common = twin.memory is friend.memory and not set(twin.cells).isdisjoint(friend.cells)
            assert overlap(array, other) == common, f"memory is {'not ' * common}shared"
