"""How a Tensor is printed."""

from typing import Any

import numpy

from minigen.autodiff.graph import Output, TensorBase
from minigen.backend import device_of, get_default_device, get_default_dtype, to_host


def text_of(tensor: TensorBase) -> str:
    """Return the elements to 4 decimals, and what is not to be taken for granted: dtype, device, graph."""
    array = to_host(tensor.array)
    style: dict[str, Any] = {"separator": ", ", "prefix": "tensor(", "precision": 4}
    if array.dtype.kind == "f" and array.size and not _integral(array):
        style["floatmode"] = "fixed"
    notes = []
    if array.dtype not in (get_default_dtype(), numpy.int64, numpy.bool_):
        notes.append(f"dtype={array.dtype}")
    if not array.size and array.ndim > 1:
        notes.insert(0, f"size={array.shape}")
    if device_of(tensor.array) != get_default_device():
        notes.append(f"device='{device_of(tensor.array)}'")
    node = tensor._node
    if node is not None and node.parents:
        source = node.parents[0] if type(node) is Output else node
        notes.append(f"grad_fn=<{source.plan.op.name}>")
    elif tensor._requires_grad:
        notes.append("requires_grad=True")
    return f"tensor({', '.join([numpy.array2string(array, **style), *notes])})"


def _integral(array: Any) -> bool:
    finite = array[numpy.isfinite(array)]
    return bool((finite == numpy.rint(finite)).all())
