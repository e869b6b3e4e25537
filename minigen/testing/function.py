"""A function of Tensors as a checker sees it, flat float64 numbers in and out, and its gradient as another one.

`Function` takes apart what the user's function is given and what it returns. `Gradient` is the map from inputs and
cotangents to the vector-Jacobian product: checking it to first order is checking `Function` to second order, and so on.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy

from minigen import autodiff as ad
from minigen.autodiff import Tensor
from minigen.autodiff.graph import describe
from minigen.backend import Array, asarray_on, device_of, namespace, to_host
from minigen.nn import Module
from minigen.random import Generator, using

SEED = 20_177  # of the default generator while the function runs: each run draws the same
START = Generator(SEED).state_dict()
Flat = Any  # a host float64 array of one axis
Recorded = tuple[list[Tensor], list[Tensor]]  # inputs, and outputs with their graph


class Problem(Protocol):
    """What is checked: named inputs, and named outputs computed from them."""

    names: list[str]
    templates: list[Array]
    output_names: list[str]

    def record(self, arrays: list[Array]) -> Recorded:
        """Return the inputs as Tensors on `arrays`, and the outputs with their graph."""

    def values(self, arrays: list[Array]) -> list[Array]:
        """Return the outputs."""

    def changed(self) -> str | None:
        """Name a constant that was written to, if there is one."""


def pull(outputs: list[Tensor], inputs: list[Tensor], seeds: list[Tensor], create_graph: bool) -> list[Tensor | None]:
    """Return the vector-Jacobian products: `seeds` are the gradients with respect to `outputs`."""
    pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
    if not pairs or not inputs:
        return [None] * len(inputs)
    with ad.enable_grad():
        found = ad.grad(
            [o for o, _ in pairs],
            inputs,
            [s for _, s in pairs],
            retain_graph=True,
            create_graph=create_graph,
            allow_unused=True,
        )
    return list(found)


class Function:
    """The user's function at the user's inputs; a context manager, which leaves modules as they were."""

    def __init__(self, fn: Any, inputs: Any) -> None:
        self.fn = fn
        self.inputs = inputs if isinstance(inputs, tuple | Mapping) else (inputs,)
        found = dict(_walk(self.inputs, "inputs"))
        modules = {name: value for name, value in {"fn": fn, **found}.items() if isinstance(value, Module)}
        tensors = {name: value for name, value in found.items() if isinstance(value, Tensor)}
        floating = {name: value for name, value in tensors.items() if value.dtype.kind == "f"}
        wanted = {name: value for name, value in floating.items() if value.requires_grad} or floating
        self.parameters: dict[str, Tensor] = {}
        self.buffers = []
        for prefix, module in modules.items():
            for name, parameter in module.named_parameters():
                if parameter.requires_grad and all(parameter is not other for other in self.parameters.values()):
                    self.parameters[f"{prefix}.{name}"] = parameter
            self.buffers += [(buffer, buffer.array) for buffer in module.buffers()]
        leaves: dict[str, Tensor] = {}
        for name, value in wanted.items():
            if all(value is not other for other in leaves.values()):
                leaves[name] = value
        leaves = {
            name: value for name, value in leaves.items() if all(value is not p for p in self.parameters.values())
        }
        self.leaves = list(leaves.values())
        self.names = [*leaves, *self.parameters]
        self.originals = [p.array for p in self.parameters.values()]
        self.templates = [value.array for value in self.leaves] + self.originals
        for name, template in zip(self.names, self.templates, strict=True):
            if template.dtype != numpy.float64:
                raise TypeError(
                    f"gradcheck: {name} is {template.dtype}, and differences need float64: pass .double() of it "
                    "(or of the module)"
                )
        if not self.names:
            raise ValueError("gradcheck: found no floating Tensor and no parameter to check among the inputs")
        mine = [id(value) for value in [*self.leaves, *self.parameters.values()]]
        self.constants = [
            (name, value, _bytes(value))
            for name, value in found.items()
            if isinstance(value, Tensor | numpy.ndarray) and id(value) not in mine
        ]
        self.generator = Generator(SEED)
        self.chosen: list[int] | None = None
        self.output_names: list[str] = []

    def __enter__(self) -> "Function":
        return self

    def __exit__(self, *error: object) -> None:
        for parameter, array in zip(self.parameters.values(), self.originals, strict=True):
            parameter.array = array
        for buffer, array in self.buffers:
            buffer.array = array

    def _run(self, arrays: list[Array], requires_grad: bool) -> Recorded:
        count = len(self.leaves)
        tensors = [ad.wrap(array, requires_grad) for array in arrays[:count]]
        for parameter, array in zip(self.parameters.values(), arrays[count:], strict=True):
            parameter.array = array
        for buffer, array in self.buffers:
            buffer.array = array.copy()
        inputs = _rebuilt(self.inputs, {id(old): new for old, new in zip(self.leaves, tensors, strict=True)})
        if self.generator.state_dict() != START:  # drawn from: cheaper to ask than to seed a new one for each run
            self.generator.manual_seed(SEED)
        with using(self.generator):
            result = self.fn(**inputs) if isinstance(inputs, Mapping) else self.fn(*inputs)
        outputs = [
            (name, value)
            for name, value in _walk(result, "output")
            if isinstance(value, Tensor) and value.dtype.kind == "f"
        ]
        if not outputs:
            raise TypeError(f"gradcheck: the function must return floating Tensors, it returned {describe(result)}")
        if self.chosen is None:
            recorded = [i for i, (_, value) in enumerate(outputs) if value.requires_grad]
            self.chosen = recorded or list(range(len(outputs)))
            self.output_names = [outputs[i][0] for i in self.chosen]
        return tensors + list(self.parameters.values()), [outputs[i][1] for i in self.chosen]

    def record(self, arrays: list[Array]) -> Recorded:
        """Return the inputs as Tensors on `arrays`, and the outputs with their graph."""
        with ad.enable_grad():
            return self._run(arrays, True)

    def values(self, arrays: list[Array]) -> list[Array]:
        """Return the outputs, computed without a graph."""
        with ad.no_grad():
            return [output.array for output in self._run(arrays, False)[1]]

    def changed(self) -> str | None:
        """Name a constant that was written to, if there is one."""
        return next((name for name, value, before in self.constants if _bytes(value) != before), None)


class Gradient:
    """The vector-Jacobian product of a problem, as a function of its inputs and of the cotangents."""

    def __init__(self, inner: Problem, cotangents: list[Array]) -> None:
        self.inner = inner
        self.names = [*inner.names, *(f"cotangent of {name}" for name in inner.output_names)]
        self.templates = [*inner.templates, *cotangents]
        self.output_names = [f"gradient of {name}" for name in inner.names]

    def _run(self, arrays: list[Array], create_graph: bool) -> Recorded:
        count = len(self.inner.names)
        tensors, outputs = self.inner.record(arrays[:count])
        seeds = [ad.wrap(array, True) for array in arrays[count:]]
        found = pull(outputs, tensors, seeds, create_graph)
        return tensors + seeds, [
            ad.wrap(namespace(t.array).zeros(t.shape, t.dtype)) if g is None else g
            for t, g in zip(tensors, found, strict=True)
        ]

    def record(self, arrays: list[Array]) -> Recorded:
        """Return inputs and cotangents as Tensors, and the products with their graph."""
        return self._run(arrays, True)

    def values(self, arrays: list[Array]) -> list[Array]:
        """Return the products, from the sweep over arrays."""
        return [gradient.array for gradient in self._run(arrays, False)[1]]

    def changed(self) -> str | None:
        """Name a constant that was written to, if there is one."""
        return self.inner.changed()


def flat(arrays: list[Array]) -> Flat:
    """Join arrays to one host vector."""
    return numpy.concatenate([numpy.zeros(0), *(to_host(array).ravel() for array in arrays)])


def split(vector: Flat, templates: list[Array], like: bool = False) -> list[Array]:
    """Cut a vector into new arrays of the shapes and devices of `templates`; with `like`, also of their strides."""
    arrays = []
    start = 0
    for template in templates:
        part = vector[start : start + template.size].reshape(template.shape)
        start += template.size
        array = asarray_on(device_of(template), part.copy())
        arrays.append(strided(array, template) if like else array)
    return arrays


def strided(array: Array, template: Array) -> Array:
    """Return a copy of `array` with axes permuted, reversed and spaced in memory as in `template`."""
    if array.ndim == 0 or 0 in array.shape:
        return array
    axes = sorted(range(array.ndim), key=lambda i: -abs(template.strides[i]))
    gaps = abs(template.strides[axes[-1]]) // template.itemsize > 1
    xp = namespace(array)
    memory = xp.empty([array.shape[i] * (1 + (gaps and i == axes[-1])) for i in axes], array.dtype)
    view = memory[..., ::2] if gaps else memory
    view = view.transpose([axes.index(i) for i in range(array.ndim)])
    view = view[tuple(slice(None, None, -1 if stride < 0 else 1) for stride in template.strides)]
    view[...] = array
    return view


def _bytes(value: Any) -> bytes:
    array = to_host(value.array if isinstance(value, Tensor) else value)
    return bytes(array.tobytes()) if array.dtype != object else b""


def _walk(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of nested containers under names like ``inputs[0]['weight']``."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _walk(part, f"{name}[{key!r}]")
    elif isinstance(value, tuple | list):
        for i, part in enumerate(value):
            yield from _walk(part, f"{name}[{i}]")
    else:
        yield name, value


def _rebuilt(value: Any, new: dict[int, Tensor]) -> Any:
    """Return `value` with the Tensors of `new`, by id, in the places of the old ones."""
    if id(value) in new:
        return new[id(value)]
    if isinstance(value, Mapping):
        return {key: _rebuilt(part, new) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_rebuilt(part, new) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(_rebuilt(part, new) for part in value)
    return value
