"""The rules about gradients: flags, hooks, backward, and gradients of gradients."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

import minigen as mg
from minigen.testing.machine.base import Machine, overlap, places, sometimes
from minigen.testing.machine.ledger import Observer, Step, Twin, run_sweep
from minigen.testing.machine.scalar import Scalar, gradients

CONSTANT, UNUSED = "does not require grad", "was not used"

HOOKS: list[Callable[[Any], Any]] = [lambda g: g * -2.0, lambda g: g.tanh()]  # these do not commute


class Sweeping(Machine):
    """Rules that set flags, hang hooks and ask for gradients."""

    @rule(x=places, on=st.booleans())
    def toggled(self, x: int, on: bool) -> None:
        """Switch ``requires_grad``."""
        twin = self.pick(x)
        refusal = None if on or twin.is_leaf else "cannot be switched off"
        if self.refused(refusal, lambda: twin.tensor.requires_grad_(on)) is not None:
            twin.requires = on

    @rule(x=places)
    def cut(self, x: int) -> None:
        """Take a computed Tensor out of the graph."""
        twin = self.pick(x)
        if not twin.is_leaf:
            twin.tensor.detach_()
            twin.step, twin.requires = None, False

    @rule(x=places)
    def retained(self, x: int) -> None:
        """Ask for the gradient of a Tensor that is no leaf."""
        twin = self.pick(x)
        self.refused(None if twin.requires else CONSTANT, lambda: twin.tensor.retain_grad())
        if twin.requires and not twin.is_leaf:
            twin.node().retained = twin

    @rule(x=places, kinds=st.sampled_from([[-1], [0, 1], [1, 0, -1]]))
    def hooked(self, x: int, kinds: list[int]) -> None:
        """Hang hooks on a gradient."""
        for which in kinds:
            self.hang(self.pick(x), which)

    def hang(self, twin: Twin, which: int) -> None:
        """Hang a hook on a gradient: one that looks (-1), or one that replaces it."""
        seen: list[Any] = []
        hook = seen.append if which < 0 else HOOKS[which]
        handle = self.refused(None if twin.requires else CONSTANT, lambda: twin.tensor.register_hook(hook))
        if handle is None:
            return
        step, observer = twin.node(), Observer()
        inside = [
            (lambda g, i=i: observer.look(i, g)) if which < 0 else (lambda g: HOOKS[which](g))
            for i in range(len(step.slots))
        ]
        for slot, replaces in zip(step.slots, inside, strict=True):
            slot.hooks.append(replaces)
        if which < 0:
            step.observers.append(observer)
            self.watched.append((observer, seen))
        self.hooks.append((step, handle, (observer, inside)))

    @precondition(lambda self: self.hooks)
    @rule(place=places)
    def unhooked(self, place: int) -> None:
        """Take a hook away, twice."""
        step, handle, (observer, inside) = self.hooks.pop(place % len(self.hooks))
        handle.remove()
        handle.remove()
        for slot, replaces in zip(step.slots, inside, strict=True):
            slot.hooks.remove(replaces)
        if observer in step.observers:
            step.observers.remove(observer)

    # -------------------------------------------------------------------------------------- gradients

    @rule(x=places)
    def emptied(self, x: int) -> None:
        """Forget a gradient."""
        twin = self.pick(x)
        twin.tensor.grad = twin.grad = None

    def seeds(self, results: Sequence[Twin]) -> tuple[list[tuple[Twin, list[float]]], list[Any]]:
        """Return gradients to start from, for the ledger and for the engine (where one element needs none)."""
        starts = [(twin, [1.0 - 0.75 * i for i in range(len(twin.cells))]) for twin in results]
        return starts, [mg.tensor(numpy.reshape(g, twin.shape)) if len(g) > 1 else None for twin, g in starts]

    def look(self) -> None:
        """Compare what hooks saw."""
        for observer, seen in self.watched:
            assert len(seen) == len(observer.seen), f"a hook ran {len(seen)} times, expected {len(observer.seen)}"
            for gradient, numbers in zip(seen, observer.seen, strict=True):
                self.compare(gradient, gradient.shape, numbers, "what a hook saw")
            seen.clear()
            observer.seen.clear()

    @rule(results=st.lists(places, min_size=1, max_size=2), retain=st.booleans(), create=sometimes)
    def backward(self, results: list[int], retain: bool, create: bool) -> None:
        """Go backward from one or two Tensors."""
        twins = [self.pick(x) for x in results]
        starts, given = self.seeds(twins)
        refusal: str | None = CONSTANT
        if all(twin.requires for twin in twins):
            refusal, _, size = run_sweep(starts, None, retain, create, self.pool)
            self.size = max(self.size, size)
        tensors = [twin.tensor for twin in twins]
        self.refused(refusal, lambda: mg.autograd.backward(tensors, given, retain, create))
        self.look()
        if create:  # a leaf and its gradient would hold each other
            self.agree()
            for twin in self.pool:
                twin.tensor.grad = twin.grad = None

    @rule(
        results=st.lists(places, min_size=1, max_size=2),
        inputs=st.lists(places, min_size=1, max_size=3),
        retain=st.booleans(),
        allow=st.booleans(),
        order=st.sampled_from([1, 1, 2, 3]),
    )
    def asked(self, results: list[int], inputs: list[int], retain: bool, allow: bool, order: int) -> None:
        """Ask for gradients, and for gradients of these."""
        self.ask(results, inputs, retain, allow, order)

    def ask(self, results: list[int], inputs: list[int], retain: bool, allow: bool, order: int) -> None:
        """Do what `asked` says."""
        twins, wanted = [self.pick(x) for x in results], [self.pick(x) for x in inputs]
        create = order > 1
        retain = retain or create
        starts, given = self.seeds(twins)
        steps: list[Step] = []
        refusal: str | None = CONSTANT
        found: dict[Step, list[Scalar]] = {}
        if all(twin.requires for twin in wanted):
            steps = [twin.node() for twin in wanted]
            if all(twin.requires for twin in twins):
                refusal, found, size = run_sweep(starts, steps, retain, create, self.pool)
                self.size = max(self.size, size)
                if refusal is None and not allow and any(step not in found for step in steps):
                    refusal = UNUSED
        tensors, sources = [twin.tensor for twin in twins], [twin.tensor for twin in wanted]
        slopes = self.refused(
            refusal, lambda: mg.grad(tensors, sources, given, retain, create_graph=create, allow_unused=allow)
        )
        self.look()
        for twin, step, slope in zip(wanted, steps, slopes or (), strict=False):
            assert (slope is None) == (step not in found), "None stands for what was not used"
            if slope is not None:
                self.compare(slope, twin.shape, [g.value for g in found[step]], "grad")
                for other in self.pool:
                    assert not overlap(slope.array, other.tensor.array), "a gradient shares memory"
        if slopes and create:
            self.higher(wanted, steps, slopes, found, order)
        if create:
            for observer, seen in self.watched:
                seen.clear()
                observer.seen.clear()
            for twin in self.pool:  # some were retained, with the graph of the gradient
                twin.tensor.grad = twin.grad = None

    @rule(order=st.sampled_from([1, 1, 2]))
    def everywhere(self, order: int) -> None:
        """Ask for the gradients of each Tensor with respect to all."""
        inputs = [place for place in range(len(self.pool)) if self.pick(place).requires]
        for place in inputs:
            self.ask([place], inputs, True, True, order)

    def higher(self, wanted: list[Twin], steps: list[Step], slopes: Any, found: Any, order: int) -> None:
        """Differentiate gradients: what the engine cannot reach counts as 0."""
        expected = [found.get(step, []) for step in steps]
        for _ in range(order - 1):
            terms = [(slope * slope).sum() for slope in slopes if slope is not None]
            numbers = [g * g for gradient in expected for g in gradient]
            result = sum(terms[1:], terms[0]) if terms else mg.zeros(())
            slots = [slot for step in steps for slot in step.slots]
            flat = gradients([(number, Scalar(1.0)) for number in numbers], slots)
            self.size = max([self.size, *[abs(g.value) for g in flat]])
            if not result.requires_grad:
                assert not any(g.value for g in flat), "the gradient forgot what it depends on"
                return
            slopes = mg.grad(result, [twin.tensor for twin in wanted], create_graph=True, allow_unused=True)
            expected = []
            for twin, slope in zip(wanted, slopes, strict=True):
                expected.append(flat[: len(twin.cells)])
                del flat[: len(twin.cells)]
                numbers = expected[-1]
                tensor = mg.zeros(twin.shape) if slope is None else slope
                self.compare(tensor, twin.shape, [g.value for g in numbers], "grad of grad")
