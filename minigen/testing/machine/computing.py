"""The rules that make Tensors: leaves, copies, operations, views."""

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import numpy
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

import minigen as mg
from minigen.testing.machine.base import LIMIT, Machine, numbers, overlap, places, sometimes
from minigen.testing.machine.ledger import Memory, Step, Twin
from minigen.testing.machine.scalar import Scalar, same

SHAPES = [(), (2,), (3,), (2, 2), (2, 3)]
INDICES: list[Any] = [0, -1, slice(1, None), slice(None, None, 2), (slice(None), 0), (0, slice(1, None)), (1, 1)]
COPY = "of a computed Tensor"

UNARY: dict[str, tuple[Callable[[Any], Any], str]] = {  # what to compute, what its derivative saves
    "neg": (lambda x: -x, ""),
    "square": (lambda x: x.square(), "x"),
    "sin": (lambda x: x.sin(), "x"),
    "tanh": (lambda x: x.tanh(), "o"),
}
BINARY: dict[str, tuple[Callable[[Any, Any], Any], str, str]] = {  # … for the first operand, for the second
    "add": (lambda x, y: x + y, "", ""),
    "sub": (lambda x, y: x - y, "", ""),
    "mul": (lambda x, y: x * y, "y", "x"),
    "div": (lambda x, y: x / y, "y", "yo"),
}


class Computing(Machine):
    """Rules that make leaves, copies, results and views."""

    # --------------------------------------------------------------------------------- making Tensors

    @initialize(shape=st.sampled_from(SHAPES), start=numbers)
    def first(self, shape: tuple[int, ...], start: float) -> None:
        """Begin with one leaf."""
        self.make(shape, start, True)

    @rule(shape=st.sampled_from(SHAPES), start=numbers, requires=st.booleans())
    def make(self, shape: tuple[int, ...], start: float, requires: bool) -> None:
        """Make a leaf."""
        values = [start / 2 + 0.375 * i - 0.25 for i in range(int(numpy.prod(shape)))]
        tensor = mg.tensor(numpy.reshape(values, shape), requires_grad=requires)
        self.enter(Twin(tensor, shape, Memory(values))).requires = requires

    @rule(x=places, deep=st.booleans())
    def copied(self, x: int, deep: bool) -> None:
        """Copy a leaf by the copy module."""
        source = self.pick(x)
        tensor = self.refused(
            None if source.is_leaf else COPY, lambda: (copy.deepcopy if deep else copy.copy)(source.tensor)
        )
        if tensor is None:
            return
        if deep:
            twin = Twin(tensor, source.shape, Memory(source.values))
            if source.grad is not None:
                twin.grad = Twin(None, source.shape, Memory(source.grad.values))
        else:
            twin = Twin(tensor, source.shape, source.memory, source.cells)
        self.enter(twin).requires = source.requires

    @rule(x=places, way=st.sampled_from(["detach", "data", "grad"]))
    def aside(self, x: int, way: str) -> None:
        """Take a Tensor on the same memory outside the graph, or one on that of the gradient."""
        source = self.pick(x)
        if way == "grad":
            if source.grad is not None:
                tensor, source = source.tensor.grad.detach(), source.grad
                self.enter(Twin(tensor, source.shape, source.memory, source.cells))
            return
        tensor = source.tensor.detach() if way == "detach" else source.tensor.data
        self.enter(Twin(tensor, source.shape, source.memory, source.cells))

    # -------------------------------------------------------------------------------------- computing

    @rule(x=places, name=st.sampled_from([*UNARY, "clone"]), quiet=sometimes)
    def unary(self, x: int, name: str, quiet: bool) -> None:
        """Compute element by element."""
        operand = self.pick(x)
        function, saves = UNARY.get(name, (None, ""))
        values = [function(s) if function else Scalar(s.value, ((s, same),)) for s in operand.read()]
        if any(abs(s.value) > LIMIT for s in values):
            return
        with mg.no_grad() if quiet else contextlib.nullcontext():
            tensor = function(operand.tensor) if function else operand.tensor.clone()
        self.record(
            tensor,
            operand.shape,
            values,
            [operand],
            saved=[operand.memory] * ("x" in saves),
            saves_out="o" in saves,
            enabled=not quiet,
        )

    def elementwise(self, name: str, x: Twin, y: Twin | float) -> tuple[tuple[int, ...], list[Scalar]] | None:
        """Return the shape and elements of a binary operation, or None if it is not to be done."""
        other = (y.shape, y.read()) if isinstance(y, Twin) else ((), [Scalar(y)])
        if name == "div" and any(abs(s.value) < 0.5 for s in other[1]):
            return None
        try:
            shape = numpy.broadcast_shapes(x.shape, other[0])
        except ValueError:
            return None
        mine, theirs = (
            [elements[i] for i in numpy.broadcast_to(numpy.arange(len(elements)).reshape(own), shape).ravel()]
            for own, elements in ((x.shape, x.read()), other)
        )
        result = [BINARY[name][0](a, b) for a, b in zip(mine, theirs, strict=True)]
        return None if any(abs(s.value) > LIMIT for s in result) else (shape, result)

    def needs(self, name: str, x: Twin, y: Twin | float) -> dict[str, Any]:
        """Return what the derivative of a binary operation keeps."""
        _, first, second = BINARY[name]
        wanted = first * x.requires + second * (isinstance(y, Twin) and y.requires)
        memories = {"x": x.memory, "y": y.memory if isinstance(y, Twin) else None}
        return {
            "saved": [memory for key, memory in memories.items() if key in wanted and memory],
            "saves_out": "o" in wanted,
            "keeps": bool(wanted),
        }

    @rule(x=places, y=st.one_of(places, numbers), name=st.sampled_from(sorted(BINARY)), quiet=sometimes)
    def binary(self, x: int, y: float, name: str, quiet: bool) -> None:
        """Compute from two Tensors (perhaps the same one), or from a Tensor and a number."""
        first, second = self.pick(x), self.pick(y) if isinstance(y, int) else y
        result = self.elementwise(name, first, second)
        if result is None:
            return
        operands = [first, second] if isinstance(second, Twin) else [first]
        with mg.no_grad() if quiet else contextlib.nullcontext():
            tensor = BINARY[name][0](first.tensor, second.tensor if isinstance(second, Twin) else second)
        self.record(tensor, *result, operands, enabled=not quiet, **self.needs(name, first, second))

    @rule(x=places)
    def total(self, x: int) -> None:
        """Sum all elements."""
        operand = self.pick(x)
        first, *others = operand.read()
        result = Scalar(first.value, ((first, same),))
        for other in others:
            result = result + other
        if abs(result.value) <= LIMIT:
            self.record(operand.tensor.sum(), (), [result], [operand], keeps=True)

    @rule(x=places, y=places)
    def joined(self, x: int, y: int) -> None:
        """Join two Tensors along a new axis."""
        first, second = self.pick(x), self.pick(y)
        if first.shape == second.shape and len(first.shape) < 2:
            elements = [Scalar(s.value, ((s, same),)) for s in first.read() + second.read()]
            tensor = mg.stack([first.tensor, second.tensor])
            self.record(tensor, (2, *first.shape), elements, [first, second], keeps=True)

    # ------------------------------------------------------------------------------------------ views

    def view(self, source: Twin, tensor: Any, order: Any, *, enabled: bool, alias: bool = True) -> Twin:
        """Enter a view whose elements are those of `source` at the positions `order`."""
        elements = source.read()
        positions = numpy.ravel(order).tolist()
        return self.record(
            tensor,
            numpy.shape(order),
            [Scalar(elements[i].value, ((elements[i], same),)) for i in positions],
            [source],
            keeps=True,
            view=(source.memory, [source.cells[i] for i in positions]) if alias else None,
            enabled=enabled,
        )

    @rule(x=places, way=st.sampled_from(["transpose", "flatten", "reshape", *INDICES]), quiet=sometimes)
    def seen(self, x: int, way: Any, quiet: bool) -> None:
        """Look at the elements in another shape, or at some of them."""
        source = self.pick(x)
        order: Any = numpy.arange(len(source.cells)).reshape(source.shape)
        alias = True
        with mg.no_grad() if quiet else contextlib.nullcontext():
            if way == "transpose":
                tensor, order = source.tensor.permute(*range(order.ndim)[::-1]), order.T
            elif isinstance(way, str):
                shape = (order.size,) if way == "flatten" else (order.size, 1) if order.ndim > 1 else (1, order.size)
                raw = source.tensor.array  # whether a reshape is a view is for the array library to say
                alias = overlap(raw.reshape(shape), raw)
                tensor, order = source.tensor.reshape(*shape), order.reshape(shape)
            else:
                try:
                    order = order[way]
                except IndexError:
                    return
                if not order.size:
                    return
                tensor = source.tensor[way]
        self.view(source, tensor, order, enabled=not quiet, alias=alias)

    @rule(x=places)
    def parted(self, x: int) -> None:
        """Take a Tensor apart into views that one operation made."""
        source = self.pick(x)
        if not source.shape or source.shape[0] < 2:
            return
        rows = numpy.arange(len(source.cells)).reshape(source.shape)
        many = Step([source.node()], keeps=True) if source.requires else None
        pieces = source.tensor.split(1)
        twins = [self.view(source, piece, rows[i : i + 1], enabled=True) for i, piece in enumerate(pieces)]
        for twin in twins:
            if twin.step is not None:
                twin.step.parents, twin.step.piece = (many,), True  # type: ignore[assignment]
