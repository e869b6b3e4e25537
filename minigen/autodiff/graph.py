"""The graph of recorded operations, and the backward sweep over it.

A `Tensor` holds an array. If it was computed by recorded operations it also holds the `Node` of the
last one; a node holds its parents and the arrays its derivative rules need. The graph points only
backwards (to parents) and leaves are held weakly, so that it dies by reference count.

The sweep visits the nodes that reach the result, newest first: creation order is a topological order,
so one sort replaces recursion. At each node the gradient g of the result with respect to the node's
output is complete; each rule turns it into the gradient with respect to one argument (the
vector-Jacobian product), which is added to what that parent has received so far.

Rules run on raw arrays, or, with ``create_graph=True``, on Tensors, which records the sweep itself and so
makes derivatives of any order.
"""

import itertools
import weakref
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy

from minigen.autodiff.grad_mode import mode
from minigen.backend import Array, as_array, check_same_device, namespace

if TYPE_CHECKING:
    from minigen.autodiff.table import Plan
    from minigen.autodiff.tensor import Tensor

new = object.__new__
ndarray = numpy.ndarray
numbers = itertools.count()


class Storage:
    """A piece of memory as several Tensors see it: `version` counts the writes, `sharers` are the Tensors."""

    version = 0
    sharers: "dict[int, weakref.ref[TensorBase]] | None" = None  # by id: Tensors compare element by element

    def share(self, *tensors: "TensorBase") -> None:
        """Note that `tensors` live on this memory."""
        sharers = self.sharers
        if sharers is None:
            sharers = self.sharers = {}
        for tensor in tensors:
            tensor._storage = self
            key = id(tensor)
            if key not in sharers:
                sharers[key] = weakref.ref(tensor, lambda _, key=key: sharers.pop(key, None))  # type: ignore[misc]

    def leave(self, tensor: "TensorBase") -> None:
        """Note that `tensor` moved to other memory."""
        if self.sharers is not None:
            self.sharers.pop(id(tensor), None)

    def is_shared(self) -> bool:
        """Say whether more than one living Tensor sees this memory."""
        return self.sharers is not None and len(self.sharers) > 1


CONSTANT = Storage()


class TensorBase:
    """What the engine needs of a Tensor; `minigen.autodiff.tensor` adds the operations.

    `array` is the NumPy or CuPy array, `grad` the accumulated gradient. `_node` is the node that computed
    the Tensor, or its `Leaf`. `_storage` is made when someone needs it.
    """

    __slots__ = ("__weakref__", "_node", "_requires_grad", "_storage", "array", "grad")

    array: Array
    grad: "Tensor | None"
    _requires_grad: bool
    _node: "Node | None"
    _storage: Storage | None

    @property
    def storage(self) -> Storage:
        """The memory this Tensor lives on, with its version counter."""
        if self._storage is None:
            self._storage = Storage()
        return self._storage


tensor_class: Any = TensorBase


def wrap(array: Array, requires_grad: bool = False, node: "Node | None" = None) -> "Tensor":
    """Make a Tensor around `array`, without a copy."""
    tensor = new(tensor_class)
    tensor.array = array
    tensor.grad = None
    tensor._requires_grad = requires_grad
    tensor._node = node
    tensor._storage = None
    return tensor  # type: ignore[no-any-return]


def alias(tensor: TensorBase) -> "Tensor":
    """Make a second Tensor on the memory of `tensor`, outside the graph."""
    twin = wrap(tensor.array)
    tensor.storage.share(tensor, twin)
    return twin


# ---------------------------------------------------------------------------------------------- nodes


class Node:
    """One recorded operation with one output."""

    __slots__ = ("dtype", "guards", "number", "parents", "plan", "saved", "shape", "watch")

    plan: "Plan"
    parents: "tuple[Node, ...]"
    saved: tuple[Any, ...] | None
    guards: list[tuple[Storage, int]]
    shape: tuple[int, ...]
    dtype: Any
    number: int
    watch: "Watch | None"

    def values(self) -> tuple[Any, ...]:
        """Return what the rules asked to save, or say why that is no longer possible."""
        for storage, version in self.guards:
            if storage.version != version:
                raise RuntimeError(
                    f"{self.plan.op.name}: an array saved for its gradient was changed in place after the "
                    f"forward pass (it is at version {storage.version}, expected {version}): "
                    "change a .clone(), or use an out-of-place operation"
                )
        if self.saved is None:
            raise RuntimeError(
                f"{self.plan.op.name}: the arrays saved for its gradient were released by an earlier backward: "
                "pass retain_graph=True to the first one to go through the graph again"
            )
        return self.saved

    def release(self) -> None:
        """Drop the saved arrays."""
        if self.saved:
            self.saved = None
            self.guards = []


class ManyNode(Node):
    """One recorded operation with several outputs; `outputs` are its `Output` nodes, held weakly."""

    __slots__ = ("outputs",)

    outputs: "list[weakref.ref[Output] | None]"


class Output(Node):
    """One output of a `ManyNode`: passes its gradient on to its place there."""

    __slots__ = ("__weakref__", "index")

    index: int

    def __init__(self, node: ManyNode, index: int, array: Array) -> None:
        self.parents = (node,)
        self.index = index
        self.shape = array.shape
        self.dtype = array.dtype
        self.number = next(numbers)
        self.watch = None
        node.outputs[index] = weakref.ref(self)


class Leaf(Node):
    """The end of the graph: a Tensor made by the user, held weakly."""

    __slots__ = ("tensor",)

    tensor: "weakref.ref[TensorBase]"

    def __init__(self, tensor: TensorBase) -> None:
        self.tensor = weakref.ref(tensor)
        self.parents = ()
        self.shape = tensor.array.shape
        self.dtype = tensor.array.dtype
        self.number = next(numbers)
        self.watch = None

    def deposit(self, gradient: Any, owned: bool) -> None:
        """Add `gradient` (an array or Tensor) to the ``grad`` of the leaf, if it still lives and wants it."""
        tensor = self.tensor()
        if tensor is not None and tensor._requires_grad:
            tensor.grad = accumulated(tensor.grad, gradient, owned)


class Watch:
    """What happens when a node's gradient is complete: hooks, then ``retain_grad``."""

    __slots__ = ("hooks", "retained")

    def __init__(self) -> None:
        self.hooks: dict[int, Callable[[Any], Any]] = {}
        self.retained: weakref.ref[TensorBase] | None = None

    def retain(self, tensor: TensorBase) -> None:
        """Fill the ``grad`` of `tensor` from now on."""
        self.retained = weakref.ref(tensor)

    def __call__(self, gradient: Any) -> Any:
        """Return the gradient that goes on, of the kind given."""
        raw = not isinstance(gradient, TensorBase)
        for hook in tuple(self.hooks.values()):
            shown = wrap(gradient) if raw else gradient
            replaced = hook(shown)
            if replaced is None:
                continue
            if not isinstance(replaced, TensorBase) or _kind(replaced) != _kind(shown):
                raise TypeError(f"a hook must return None or what is like {describe(shown)}, got {describe(replaced)}")
            gradient = replaced.array if raw else replaced
        tensor = self.retained() if self.retained is not None else None
        if tensor is not None:
            tensor.grad = accumulated(tensor.grad, gradient, owned=False)
        return gradient


def _kind(tensor: TensorBase) -> tuple[Any, ...]:
    return type(tensor.array), tensor.array.dtype, tensor.array.shape


def describe(value: Any) -> str:
    """Name `value` in an error: its type, dtype and shape."""
    array = value.array if isinstance(value, TensorBase) else value
    if hasattr(array, "dtype") and hasattr(array, "shape"):
        kind = "Tensor" if isinstance(value, TensorBase) else type(value).__name__
        return f"a {kind} {array.dtype}{list(array.shape)}"
    return f"{type(value).__name__} {value!r}"


def node_of(tensor: TensorBase) -> Node:
    """Return the node of a Tensor that requires grad."""
    node = tensor._node
    if node is None:
        node = tensor._node = Leaf(tensor)
    return node


def renew(tensor: TensorBase) -> None:
    """Give a leaf whose array changed shape or dtype a new node; its hooks stay."""
    old = tensor._node
    tensor._node = None
    if old is not None and old.watch is not None:
        node_of(tensor).watch = old.watch


def origin(tensor: TensorBase) -> str | None:
    """Return the name of the recorded operation that computed `tensor`, looking through views; None for a leaf.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.ones(3, requires_grad=True)
    >>> mg.autodiff.origin((2.0 * x)[:2])
    'mul'
    """
    node = tensor._node
    while node is not None and node.parents:
        if type(node) is not Output and not node.plan.op.view:
            return node.plan.op.name
        node = node.parents[0]
    return None


def watch_of(tensor: TensorBase) -> Watch:
    """Return the `Watch` on the gradient of `tensor`."""
    node = node_of(tensor)
    if node.watch is None:
        node.watch = Watch()
    return node.watch


# ------------------------------------------------------------------------------------------ gradients


def accumulated(old: Any, gradient: Any, owned: bool) -> Any:
    """Return the Tensor `old` (or None) plus `gradient`; an array is added into the memory of `old`."""
    if old is not None:
        check_same_device("grad", [old.array, gradient.array if isinstance(gradient, TensorBase) else gradient])
    if old is not None and (old.array.shape, old.array.dtype) != (gradient.shape, gradient.dtype):
        raise RuntimeError(
            f"the grad of a Tensor is {describe(old)}, and a gradient {gradient.dtype}{list(gradient.shape)} is to be "
            "added to it: set .grad = None first"
        )
    if isinstance(gradient, TensorBase):
        if old is not None:
            return old + gradient
        return gradient if owned else gradient.clone()  # type: ignore[attr-defined]
    if old is None:
        if owned and gradient.flags.c_contiguous:
            return wrap(gradient)
        return wrap(namespace(gradient).array(gradient, order="C"))
    if old._requires_grad:
        return old + wrap(gradient)
    old.array += gradient
    old.storage.version += 1
    return old


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
