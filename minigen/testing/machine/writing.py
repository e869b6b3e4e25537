"""The rules that write in place: under ``no_grad``, in graphs, through views, and into gradients."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy
from hypothesis import strategies as st
from hypothesis.stateful import rule

import minigen as mg
from minigen.testing.machine.base import MOST, numbers, places
from minigen.testing.machine.computing import INDICES, Computing
from minigen.testing.machine.ledger import Twin
from minigen.testing.machine.scalar import Scalar, same

LEAF, SHARED, UNFIT = "leaf Tensor that requires grad", "other views", "cannot be stored in place"

WRITES: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+=": ("add", lambda x, y: x.__iadd__(y)),
    "-=": ("sub", lambda x, y: x.__isub__(y)),
    "mul_": ("mul", lambda x, y: x.mul_(y)),
    "div_": ("div", lambda x, y: x.div_(y)),
}


class Writing(Computing):
    """Rules that write in place, and what refuses them."""

    def moved(self, target: Twin, result: Twin) -> None:
        """Let `target` stand for `result`, which was computed out of place."""
        self.pool.remove(result)
        result.tensor = None
        if target.step is not None and target.step.retained is not None:
            target.step.retained, result.node().retained = None, target
        target.memory, target.cells, target.step, target.requires = result.memory, result.cells, result.step, True

    def forbidden(self, target: Twin, quiet: bool, fits: bool, recorded: bool) -> str | None:
        """Say why `target` may not be written."""
        if target.requires and target.is_leaf and not quiet:
            return LEAF
        if not fits:
            return UNFIT
        return SHARED if recorded and self.is_shared(target.memory) else None

    @rule(x=places, y=st.one_of(places, numbers), name=st.sampled_from(sorted(WRITES)), quiet=st.booleans())
    def write(self, x: int, y: float, name: str, quiet: bool) -> None:
        """Change a Tensor in place."""
        target, other = self.pick(x), self.pick(y) if isinstance(y, int) else y
        operation, action = WRITES[name]
        result = self.elementwise(operation, target, other)
        if result is None:
            return
        shape, elements = result
        operands = [target, other] if isinstance(other, Twin) else [target]
        recorded = not quiet and any(operand.requires for operand in operands)
        with mg.no_grad() if quiet else contextlib.nullcontext():
            tensor = self.refused(
                self.forbidden(target, quiet, shape == target.shape, recorded),
                lambda: action(target.tensor, other.tensor if isinstance(other, Twin) else other),
            )
        if tensor is None:
            return
        assert tensor is target.tensor, f"{name} returned another Tensor"
        if recorded:
            self.moved(target, self.kept(target, shape, elements, operands, **self.needs(operation, target, other)))
        else:
            target.write([s.value for s in elements])

    def kept(self, target: Twin, *args: Any, **keywords: Any) -> Twin:
        """Record as `record` does, while no Tensor dies."""
        result = self.record(target.tensor, *args, **keywords) if len(self.pool) < MOST else None
        if result is None:
            oldest = self.pool.pop(0)
            result = self.record(target.tensor, *args, **keywords)
            self.pool.insert(0, oldest)
        return result

    @rule(x=places, index=st.sampled_from(INDICES), y=st.one_of(places, numbers), quiet=st.booleans())
    def store(self, x: int, index: Any, y: float, quiet: bool) -> None:
        """Write ``x[index] = y``."""
        target, other = self.pick(x), self.pick(y) if isinstance(y, int) else y
        try:
            order: Any = numpy.arange(len(target.cells)).reshape(target.shape)[index]
        except IndexError:
            return
        if not order.size or (isinstance(other, Twin) and other.shape not in ((), order.shape)):
            return
        positions = numpy.ravel(order).tolist()
        elements = target.read()
        values = other.read() if isinstance(other, Twin) else [Scalar(other)]
        values = values * (len(positions) // len(values))
        operands = [target, other] if isinstance(other, Twin) else [target]
        recorded = not quiet and any(operand.requires for operand in operands)
        with mg.no_grad() if quiet else contextlib.nullcontext():
            done = self.refused(
                self.forbidden(target, quiet, True, recorded),
                lambda: target.tensor.__setitem__(index, other.tensor if isinstance(other, Twin) else other) or True,
            )
        if done and recorded:
            after = dict(enumerate(elements)) | dict(zip(positions, values, strict=True))
            slots = [Scalar(s.value, ((s, same),)) for s in after.values()]
            self.moved(target, self.kept(target, target.shape, slots, operands, keeps=True))
        elif done:
            target.write([s.value for s in values], positions)

    @rule(x=places, y=places)
    def assigned(self, x: int, y: int) -> None:
        """Put a Tensor on the memory of another by ``x.data = y``."""
        target, source = self.pick(x), self.pick(y)
        if target.shape == source.shape:
            target.tensor.data = source.tensor
            target.memory, target.cells = source.memory, source.cells

    @rule(x=places)
    def scaled(self, x: int) -> None:
        """Halve a gradient in place, as clipping does: nothing else may change."""
        twin = self.pick(x)
        if twin.grad is not None:
            twin.tensor.grad.mul_(0.5)
            twin.grad.write([0.5 * value for value in twin.grad.values])
