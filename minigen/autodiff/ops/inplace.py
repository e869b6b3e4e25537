"""In-place operations: ``op_()``, ``+=``, ``x[i] = v``.

Outside a graph (or under ``no_grad``) the memory is written and its version counted up, so that a node that saved
it can tell. On a leaf that requires grad this is refused. Inside a graph the result is computed out of place
and the Tensor is bound to the new array and node: the same values and gradients as writing, and whatever the
graph saved before stays true. Only a second Tensor on the same memory would notice; then it is refused.
"""

from typing import TYPE_CHECKING

from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import Leaf, TensorBase, describe, watch_of
from minigen.autodiff.ops.operands import as_dtype

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def check_writable(name: str, target: TensorBase) -> None:
    """Raise RuntimeError if `target` is a leaf that requires grad and operations are recorded, or is expanded."""
    array = target.array
    if array.size and any(step == 0 and n > 1 for step, n in zip(array.strides, array.shape, strict=True)):
        raise RuntimeError(
            f"{name}: {describe(target)} is expanded: several of its elements are one in memory, and none can be "
            "written: change a .clone()"
        )
    if target._requires_grad and mode.enabled and (target._node is None or type(target._node) is Leaf):
        raise RuntimeError(
            f"{name}: a leaf Tensor that requires grad cannot be changed in place while operations are recorded: "
            "do it under minigen.no_grad(), or change a .clone()"
        )


def assign(name: str, target: TensorBase, result: "Tensor") -> "Tensor":
    """Make `target` hold `result`, in place as far as anyone can tell, and return it."""
    check_writable(name, target)
    if result.array.shape != target.array.shape:
        raise ValueError(
            f"{name}: the result has shape {result.array.shape} and cannot be stored in place in a Tensor "
            f"of shape {target.array.shape}: use the out-of-place operation"
        )
    if _CATEGORY[result.array.dtype.kind] > _CATEGORY[target.array.dtype.kind]:
        raise TypeError(
            f"{name}: the result is {result.array.dtype} and cannot be stored in place in {describe(target)}: "
            "use the out-of-place operation"
        )
    if mode.enabled and (result._requires_grad or target._requires_grad):
        if target.storage.is_shared():
            raise RuntimeError(
                f"{name}: inside a graph, a Tensor whose memory has other views (slices, reshapes, detach()) cannot be "
                "changed in place: change a .clone(), or use minigen.index_set(x, index, value)"
            )
        result = as_dtype(result, target.array.dtype)
        watch = target._node.watch if target._node is not None else None
        retained = False
        if watch is not None and watch.retained is not None:
            retained, watch.retained = True, None
        target.array = result.array
        target._node = result._node
        target._requires_grad = result._requires_grad
        target.storage.leave(target)
        target._storage = result._storage
        if retained and target._requires_grad:
            watch_of(target).retain(target)  # retain_grad follows the Tensor, a hook stays with the value
    else:
        target.array[...] = result.array
        target.storage.version += 1
    return target  # type: ignore[return-value]
