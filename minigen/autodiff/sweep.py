"""The backward sweep: from the gradient of a result to the gradients of what it depends on.

The sweep visits the nodes that reach the result, newest first: creation order is a topological order,
so one sort replaces recursion. At each node the gradient g of the result with respect to the node's
output is complete; each rule turns it into the gradient with respect to one argument (the
vector-Jacobian product), which is added to what that parent has received so far.

Rules run on raw arrays, or, with ``create_graph=True``, on Tensors, which records the sweep itself and so
makes derivatives of any order.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import Leaf, ManyNode, Node, Output, TensorBase, accumulated, ndarray
from minigen.backend import as_array


def sweep(
    seeds: list[tuple[Node, Any]], targets: set[Node] | None, retain_graph: bool, create_graph: bool
) -> dict[Node, Any]:
    """Carry the gradients in `seeds` back through the graph.

    Without `targets`, every leaf's ``grad`` receives its gradient. With `targets`, only the nodes on paths
    to these are visited, and their gradients are returned. Gradients are arrays, or Tensors if
    `create_graph`.
    """
    order = reachable(node for node, _ in seeds)
    needed = on_paths(order, targets) if targets is not None else set()
    pending: dict[Node, Any] = {}
    allocated: set[Node] = set()  # pending buffers made here by an addition: may be added to in place
    owned: set[Node] = set()  # pending gradients that no one else holds: may be given away
    found: dict[Node, Any] = {}

    def receive(node: Node, gradient: Any, fresh: bool) -> None:
        previous = pending.get(node)
        if previous is None:
            pending[node] = gradient
            if fresh:
                owned.add(node)
        elif create_graph:
            pending[node] = previous + gradient
            owned.add(node)
        elif node in allocated:
            previous += gradient
        else:
            pending[node] = as_array(previous + gradient)
            allocated.add(node)
            owned.add(node)

    for node, seed in seeds:
        if targets is None or node in needed:
            receive(node, seed, False)
    previous_mode, mode.enabled = mode.enabled, create_graph
    try:
        for node in order:
            g = pending.pop(node, None)
            if g is None:
                continue
            if node.watch is not None:
                g = node.watch(g)
                owned.discard(node)  # a hook may keep what it saw or gave
            if targets is not None:
                if node in targets:
                    found[node] = accumulated(None, g, node in owned)
                if needed.isdisjoint(node.parents):
                    continue
            kind = type(node)
            if kind is Leaf:
                node.deposit(g, node in owned)  # type: ignore[attr-defined]
            elif kind is Output:
                many = node.parents[0]
                if many not in pending:
                    pending[many] = [None] * len(many.outputs)  # type: ignore[attr-defined]
                pending[many][node.index] = g  # type: ignore[attr-defined]
            else:
                if kind is ManyNode:
                    g = tuple(g)
                plan = node.plan
                saved = node.values()
                values = plan.as_tensors(node) if create_graph else saved
                for parent, (rule, pick) in zip(node.parents, plan.rules, strict=True):
                    if targets is not None and parent not in needed:
                        continue
                    gradient = rule(g, *values) if pick is None else rule(g, *pick(values))
                    if (
                        type(gradient) is not ndarray
                        or gradient.shape != parent.shape
                        or gradient.dtype is not parent.dtype
                    ):
                        if gradient is None:
                            continue
                        gradient = plan.op.conform(gradient, parent)
                    if type(parent) is Leaf or (targets is not None and parent in targets):
                        receive(parent, gradient, is_fresh(gradient, g, values))
                    elif parent in pending:
                        receive(parent, gradient, False)
                    else:
                        pending[parent] = gradient
                if not retain_graph:
                    node.release()
    finally:
        mode.enabled = previous_mode
    return found


def is_fresh(gradient: Any, received: Any, saved: Iterable[Any]) -> bool:
    """Say whether a rule's result is memory of its own: not what it was given, and no view."""
    for value in (received, *saved):
        if gradient is value or (type(value) is tuple and any(gradient is part for part in value)):
            return False
    array = gradient.array if isinstance(gradient, TensorBase) else gradient
    return array.base is None


def reachable(roots: Iterable[Node]) -> list[Node]:
    """Return every node that `roots` depend on, newest first."""
    found = list(dict.fromkeys(roots))
    seen = set(found)
    stack = found[:]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
                stack.append(parent)
    found.sort(key=attrgetter("number"), reverse=True)
    return found


def on_paths(order: list[Node], targets: set[Node]) -> set[Node]:
    """Return the nodes of `order` that depend on one of `targets`, and these."""
    needed = set(targets)
    for node in reversed(order):
        for parent in node.parents:
            if parent in needed:
                needed.add(node)
                break
    return needed
