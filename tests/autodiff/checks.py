"""Derivatives against central differences: a small second route beside `minigen.testing.gradcheck`."""

from collections.abc import Callable
from typing import Any

import numpy as np

import minigen.autodiff as ad
from minigen.autodiff import Tensor
from minigen.autodiff.graph import Output, node_of
from minigen.autodiff.sweep import reachable

STEP = 1e-6
RTOL, ATOL = 1e-6, 1e-7


def check_derivatives(function: Callable[..., Any], arrays: tuple[np.ndarray, ...], order: int = 2) -> set[str]:
    """Compare the derivatives of `function` at float64 `arrays` with central differences; return the rows used.

    Raw and recorded sweeps agree bit for bit; gradients have the inputs' shape and dtype; inputs are not written.
    """
    rng = np.random.default_rng(0)
    before = [a.copy() for a in arrays]
    used: set[str] = set()

    def scalar(values: list[np.ndarray]) -> float:
        with ad.no_grad():
            outputs = as_tuple(function(*[ad.wrap(v) for v in values]))
        return float(sum((c * o.array).sum() for c, o in zip(cotangents, outputs, strict=True) if c is not None))

    inputs = [ad.wrap(a, requires_grad=True) for a in arrays]
    outputs = as_tuple(function(*inputs))
    cotangents = [signed(rng, o.shape) if o.requires_grad else None for o in outputs]
    pairs = [(o, ad.wrap(c, requires_grad=True)) for o, c in zip(outputs, cotangents, strict=True) if c is not None]
    assert pairs, "no output requires grad"
    used |= rows_of(pairs[0][0])
    seeds = ([o for o, _ in pairs], inputs, [c for _, c in pairs])

    raw = ad.grad(*seeds, retain_graph=True, allow_unused=True)
    recorded = ad.grad(*seeds, create_graph=True, allow_unused=True)
    first = []
    for value, kept, graph, a in zip(inputs, raw, recorded, arrays, strict=True):
        assert (kept is None) == (graph is None)
        gradient = np.zeros(a.shape) if kept is None else kept.array
        if kept is not None:
            assert kept.shape == value.shape
            assert kept.dtype == value.dtype
            assert kept.array.tobytes() == graph.array.tobytes(), "the raw and the recorded sweep differ"
        first.append(gradient)
    for i, a in enumerate(arrays):
        numeric = np.zeros(a.shape)
        for index in np.ndindex(a.shape):
            shifted = [b.copy() for b in arrays]
            h = STEP * max(1.0, abs(a[index]))
            shifted[i][index] = a[index] + h
            above = scalar(shifted)
            shifted[i][index] = a[index] - h
            numeric[index] = (above - scalar(shifted)) / (2 * h)
        np.testing.assert_allclose(first[i], numeric, rtol=RTOL, atol=ATOL, err_msg=f"first derivative in input {i}")

    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b, err_msg="an input was written")
    if order >= 2:
        used |= check_second(function, arrays, cotangents, recorded, inputs, [c for _, c in pairs], rng)
    return used


def check_second(
    function: Callable[..., Any],
    arrays: tuple[np.ndarray, ...],
    cotangents: list[np.ndarray | None],
    recorded: tuple[Tensor | None, ...],
    inputs: list[Tensor],
    seeds: list[Tensor],
    rng: np.random.Generator,
) -> set[str]:
    """Compare the gradient of (w . gradient) with the difference quotient of the gradient along w.

    The Hessian is symmetric, so differentiating the gradient along w gives the same vector as the gradient of
    its product with w. The `seeds`, which are the cotangents as Tensors, join the inputs: a gradient is linear in them,
    so that the derivative along w is that of the outputs, and a rule that forgets where g came from is found out.
    """
    known = [i for i, g in enumerate(recorded) if g is not None and g.requires_grad]
    directions = [signed(rng, a.shape) for a in arrays]
    found: tuple[Tensor | None, ...] = (None,) * (len(inputs) + len(seeds))
    if known:
        wanted = [recorded[i] for i in known], [*inputs, *seeds], [ad.wrap(directions[i]) for i in known]
        found = ad.grad(*wanted, allow_unused=True)
    used = set().union(*(rows_of(recorded[i]) for i in known))

    def gradient(values: list[np.ndarray]) -> list[np.ndarray]:
        tensors = [ad.wrap(v, requires_grad=True) for v in values]
        outputs = as_tuple(function(*tensors))
        pairs = [(o, ad.wrap(c)) for o, c in zip(outputs, cotangents, strict=True) if c is not None]
        grads = ad.grad([o for o, _ in pairs], tensors, [c for _, c in pairs], allow_unused=True)
        first = [np.zeros(v.shape) if g is None else g.array for v, g in zip(values, grads, strict=True)]
        return first + [o.array for o, _ in pairs]

    h = 1e-5
    above = gradient([np.asarray(a + h * w) for a, w in zip(arrays, directions, strict=True)])
    below = gradient([np.asarray(a - h * w) for a, w in zip(arrays, directions, strict=True)])
    names = [f"input {i}" for i in range(len(inputs))] + [f"cotangent {i}" for i in range(len(seeds))]
    for name, derivative, up, down in zip(names, found, above, below, strict=True):
        exact = np.zeros(up.shape) if derivative is None else derivative.array
        numeric = (up - down) / (2 * h)
        np.testing.assert_allclose(exact, numeric, rtol=1e-5, atol=1e-6, err_msg=f"second derivative in {name}")
    return used


def as_tuple(outputs: Any) -> tuple[Tensor, ...]:
    return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)


def rows_of(tensor: Tensor) -> set[str]:
    """Return the names of the rows in the graph of `tensor`."""
    nodes = reachable([node_of(tensor)])
    return {n.plan.op.name for n in nodes if n.parents and type(n) is not Output}


def signed(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw numbers of both signs and of size at least 1/2, so that no element can hide."""
    return np.asarray(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1.5, shape))
