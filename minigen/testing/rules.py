"""What every differentiable operation owes its users beside right numbers.

Outputs and gradients in float64, of the right shape and on the right device; the same again from the same inputs;
nothing written that belongs to others; gradients in memory of their own; a backward that is linear in the cotangent;
and a sweep over arrays that equals the recorded sweep bit for bit.
"""

from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import Output, node_of
from minigen.autodiff.sweep import reachable
from minigen.backend import Array, device_of, shares_memory, to_host
from minigen.testing.errors import GradientError
from minigen.testing.function import Flat, Problem, pull, split


class Rules:
    """The rules, checked for one problem at one point."""

    def __init__(self, problem: Problem, point: Flat, order: int, rtol: float, atol: float) -> None:
        self.problem, self.point, self.order = problem, point, order
        self.rtol, self.atol = rtol, atol
        self.arrays = split(point, problem.templates, like=True)
        self.kept = [array.copy() for array in self.arrays]
        self.tensors, self.outputs = self.problem.record(self.arrays)

    def error(self, check: str, reason: str) -> GradientError:
        """Make the error that names this point."""
        inputs = dict(zip(self.problem.names, self.kept, strict=True))
        return GradientError(check, reason, order=self.order, inputs=inputs)

    def check_outputs(self) -> None:
        """Check what the forward pass returns and leaves."""
        self._nothing_written("the forward pass")
        names = self.problem.output_names
        for name, output in zip(names, self.outputs, strict=True):
            if output.dtype != numpy.float64:
                raise self.error("dtype", f"{name} is {output.dtype}, though every checked input is float64")
            if device_of(output.array) != device_of(self.arrays[0]):
                raise self.error("device", f"{name} is on {device_of(output.array)}, the inputs are not")
            if self.point.size and not numpy.isfinite(to_host(output.array)).all():
                raise self.error("finite", f"{name} has infinite or NaN values here, so there is no derivative")
        self._only_float64("the graph of the outputs", self.outputs)
        again = self.problem.record(split(self.point, self.problem.templates, like=True))[1]
        plain = self.problem.values(split(self.point, self.problem.templates, like=True))
        for name, output, second, third in zip(names, self.outputs, again, plain, strict=True):
            if not same(output.array, second.array):
                raise self.error("determinism", f"{name} differs between two runs on equal inputs")
            if not same(output.array, third):
                raise self.error("determinism", f"{name} differs with and without a graph")

    def check_gradients(self, a: Flat, b: Flat) -> None:
        """Check what the backward pass returns and leaves, given two cotangents."""
        first, seeds = self._sweep(a)
        kept = [None if g is None else g.array.copy() for g in first]
        again, _ = self._sweep(a)
        recorded, more = self._sweep(a, create_graph=True)
        mixed, _ = self._sweep(-1.75 * a + 0.625 * b)
        second, others = self._sweep(b)
        self._nothing_written("the backward pass")
        for name, x, g, copy, graph, repeated in zip(
            self.problem.names, self.arrays, first, kept, recorded, again, strict=True
        ):
            if (g is None) != (graph is None):
                raise self.error("sweeps", f"{name} has a gradient in only one of the plain and the recorded sweep")
            if g is None or graph is None or repeated is None:
                continue
            for gradient in (g, graph):
                self._like("the gradient of " + name, gradient, x)
            if not same(g.array, copy):
                raise self.error("aliasing", f"the gradient of {name} changed when the next one was computed")
            if not same(g.array, repeated.array):
                raise self.error("determinism", f"the gradient of {name} differs between two equal sweeps")
            if rounded(g.array):
                raise self.error("dtype", f"the gradient of {name} has only the precision of float32")
            if not same(g.array, graph.array):
                raise self.error(
                    "sweeps", f"the gradient of {name} differs between the plain and the recorded sweep (create_graph)"
                )
        self._only_float64("the graph of the gradients", [g for g in recorded if g is not None])
        self._own_memory([first, second, recorded], [*seeds, *others, *more])
        self._linear(first, second, mixed)

    def _sweep(self, cotangent: Flat, create_graph: bool = False) -> tuple[list[Tensor | None], list[Array]]:
        """Return the gradients and the arrays of the cotangents, which must be as they were."""
        seeds = split(cotangent, [output.array for output in self.outputs])
        before = [seed.copy() for seed in seeds]
        tensors = [wrap(seed, create_graph) for seed in seeds]
        try:
            found = pull(self.outputs, self.tensors, tensors, create_graph)
        except AssertionError as error:
            raise self.error("shape", str(error)) from error
        if not all(map(same, seeds, before)):
            raise self.error("mutation", "the backward pass wrote to a cotangent")
        return found, seeds

    def _nothing_written(self, what: str) -> None:
        for name, array, before in zip(self.problem.names, self.arrays, self.kept, strict=True):
            if not same(array, before):
                raise self.error("mutation", f"{what} wrote to {name}")
        changed = self.problem.changed()
        if changed is not None:
            raise self.error("mutation", f"{what} wrote to {changed}")

    def _like(self, name: str, gradient: Tensor, x: Array) -> None:
        if gradient.shape != x.shape:
            raise self.error("shape", f"{name} has shape {gradient.shape}, expected {x.shape}")
        if gradient.dtype != x.dtype:
            raise self.error("dtype", f"{name} is {gradient.dtype}, expected {x.dtype}")
        if device_of(gradient.array) != device_of(x):
            raise self.error("device", f"{name} is on {device_of(gradient.array)}, expected {device_of(x)}")

    def _only_float64(self, what: str, tensors: list[Tensor]) -> None:
        """Refuse a graph through which fewer digits pass."""
        for node in reachable([node_of(t) for t in tensors if t.requires_grad]):
            if node.dtype is not None and node.dtype != numpy.float64:
                row = "" if type(node) is Output or not node.parents else f" (row {node.plan.op.name!r})"
                raise self.error("dtype", f"{what} goes through {node.dtype}{row}")

    def _own_memory(self, sweeps: list[list[Tensor | None]], cotangents: list[Array]) -> None:
        returned = [
            (f"the gradient of {name}", g.array)
            for found in sweeps
            for name, g in zip(self.problem.names, found, strict=True)
            if g is not None and g.array.size
        ]
        others = [
            *zip(self.problem.names, self.arrays, strict=True),
            *((name, o.array) for name, o in zip(self.problem.output_names, self.outputs, strict=True)),
            *(("a cotangent", array) for array in cotangents),
        ]
        for i, (name, array) in enumerate(returned):
            for other, memory in [*returned[:i], *others]:
                if shares_memory(array, memory):
                    raise self.error("aliasing", f"{name} shares memory with {other}")

    def _linear(self, a: list[Tensor | None], b: list[Tensor | None], mixed: list[Tensor | None]) -> None:
        for name, one, two, both in zip(self.problem.names, a, b, mixed, strict=True):
            if one is None or two is None or both is None:
                continue
            u, v, w = to_host(one.array), to_host(two.array), to_host(both.array)
            size = abs(1.75 * u) + abs(0.625 * v)
            gap = abs(w - (-1.75 * u + 0.625 * v))
            finite = numpy.isfinite(u) & numpy.isfinite(v) & numpy.isfinite(w)
            allowed = self.atol + 1e-9 * size.max(initial=0.0, where=finite)
            if (gap > allowed)[finite].any():
                raise self.error("linearity", f"the gradient of {name} is not linear in the cotangent")


def same(x: Any, y: Any) -> bool:
    """Say whether two arrays are equal bit for bit; beyond the host, where sums have no fixed order, to rounding."""
    if type(x) is numpy.ndarray:
        return x.shape == y.shape and bool(x.tobytes() == y.tobytes())
    return x.shape == y.shape and bool(numpy.allclose(to_host(x), to_host(y), rtol=1e-12, atol=1e-12, equal_nan=True))


def rounded(array: Array) -> bool:
    """Say whether every number that is more than rounding fits in float32: from random cotangents, none does by chance.

    Examples
    --------
    >>> rounded(numpy.array([0.1, 0.0])), rounded(numpy.array([0.1, 0.0], "f").astype("d"))
    (False, True)
    """
    values = to_host(array)
    values = values[(abs(values) > 1e-12) & numpy.isfinite(values)]
    return bool(values.size and (values.astype(numpy.float32) == values).all())
