"""The graph of recorded operations.

A `Tensor` holds an array. If it was computed by recorded operations it also holds the `Node` of the
last one; a node holds its parents and the arrays its derivative rules need. The graph points only
backwards (to parents) and leaves are held weakly, so that it dies by reference count.

Several Tensors may see one piece of memory: its `Storage` counts the writes, so that a node can tell
whether what it saved is still what it saw.
"""

import itertools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from minigen.backend import Array, check_same_device, namespace

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
        """Add `gradient` (an array or Tensor) to the ``grad`` of the leaf, if it still lives, is one, and wants it."""
        tensor = self.tensor()
        if tensor is not None and tensor._requires_grad and (tensor._node is None or type(tensor._node) is Leaf):
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
