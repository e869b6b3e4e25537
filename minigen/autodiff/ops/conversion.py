"""Copies, conversions and moves: clone, another dtype, another device, and writing a whole Tensor."""

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.inplace import assign, check_writable
from minigen.autodiff.ops.operands import as_dtype, operand
from minigen.autodiff.ops.shape import expand_row
from minigen.autodiff.table import Op, op
from minigen.backend import Device, DType, device_of, namespace, to_device, to_dtype
from minigen.backend import device as as_device
from minigen.backend.pinned import is_pinned, pinned_copy

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

py_bool: TypeAlias = bool  # the methods called `bool` hide it

_clone = op("clone", lambda x: x.copy(), x=lambda g: g)
_pin = op("pin_memory", lambda x: pinned_copy(x), x=lambda g: g)
_move: Op = op(
    "to",
    lambda x, *, device, origin, non_blocking: to_device(x, device, non_blocking),
    x=lambda g, device, origin: _move(g, device=origin, origin=device, non_blocking=False),
)


class Destination(NamedTuple):
    """Where `Tensor.to` and ``Module.to`` lead: a device or None, a dtype or None, and how."""

    device: Device | None
    dtype: DType | None
    non_blocking: bool
    copy: bool

    @classmethod
    def read(
        cls, target: tuple[Any, ...], device: Any, dtype: Any, non_blocking: bool, copy: bool = False
    ) -> "Destination":
        """Read what was given by position: a device, a dtype or a Tensor, then `non_blocking` and `copy`."""
        flags = [item for item in target if isinstance(item, bool)]
        if flags:
            non_blocking, copy = flags[0], flags[-1] if len(flags) > 1 else copy
        for item in target:
            if isinstance(item, bool):
                continue
            if isinstance(item, TensorBase):
                device, dtype = device_of(item.array), item.array.dtype
            elif isinstance(item, Device | int) or str(item).partition(":")[0] in ("cpu", "cuda"):
                device = item
            elif item is not None:
                dtype = item
        place = None if device is None else as_device(device)
        return cls(place, None if dtype is None else to_dtype(dtype), bool(non_blocking), bool(copy))


def as_gpu(name: str, device: Any) -> Device:
    """Return the GPU that ``cuda(device)`` means: ``cuda:0`` if it is None."""
    gpu = as_device("cuda" if device is None else device)
    if gpu.type != "cuda":
        raise ValueError(f"{name}: expected a GPU, got {str(gpu)!r}: use .cpu()")
    return gpu


class ConversionMethods(TensorBase):
    """Copies, conversions and moves as methods of Tensors."""

    __slots__ = ()

    def clone(self) -> "Tensor":
        """Return a copy, joined to the graph.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.tensor([1.0]).clone()
        tensor([1.])
        """
        return _clone(self)

    def to(
        self, *target: Any, device: Any = None, dtype: Any = None, non_blocking: bool = False, copy: bool = False
    ) -> "Tensor":
        """Return the Tensor on a device, in a dtype, or both: itself if nothing changes.

        Parameters
        ----------
        *target : device, dtype or Tensor
            Where to; a Tensor stands for its device and dtype. Then possibly `non_blocking` and `copy`.
        device, dtype : optional
            The same by name.
        non_blocking : bool, optional
            Go on while a copy between a GPU and pinned memory is under way. Do not write to a source in pinned memory,
            nor read a result in host memory, before `minigen.cuda.synchronize`.
        copy : bool, optional
            Return a copy also if nothing changes.

        Raises
        ------
        DeviceError
            If the device is not to be had.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.tensor([1, 2]).to(mg.float64)
        tensor([1., 2.], dtype=float64)
        """
        place, kind, non_blocking, copy = Destination.read(target, device, dtype, non_blocking, copy)
        result: Any = self if kind is None else as_dtype(self, kind)
        origin = device_of(result.array)
        if place is not None and place != origin:
            result = _move(result, device=place, origin=origin, non_blocking=non_blocking)
        return _clone(result) if copy and result is self else result

    def cpu(self) -> "Tensor":
        """Return the Tensor in host memory: itself if it is there."""
        return self.to("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False) -> "Tensor":
        """Return the Tensor on a GPU, ``cuda:0`` if none is named: itself if it is there."""
        return self.to(device=as_gpu("cuda", device), non_blocking=non_blocking)

    def pin_memory(self) -> "Tensor":
        """Return the Tensor in host memory that a GPU reads by itself: itself if it is there.

        Raises
        ------
        RuntimeError
            If the Tensor lives on a GPU.
        DeviceError
            If there is no GPU.
        """
        if type(self.array) is not numpy.ndarray:
            raise RuntimeError(f"pin_memory: only host memory can be pinned, this Tensor is on {device_of(self.array)}")
        return self if is_pinned(self.array) else _pin(self)  # type: ignore[return-value]

    def is_pinned(self) -> "py_bool":
        """Say whether the Tensor lies in host memory that a GPU reads by itself."""
        return is_pinned(self.array)

    def type(self, dtype: Any) -> "Tensor":
        """Return the Tensor in `dtype`."""
        return self.to(dtype=dtype)

    def type_as(self, other: "Tensor") -> "Tensor":
        """Return the Tensor in the dtype of `other`."""
        return self.to(dtype=other.dtype)

    def half(self) -> "Tensor":
        """Return the Tensor in float16."""
        return self.to(dtype="float16")

    def float(self) -> "Tensor":
        """Return the Tensor in float32."""
        return self.to(dtype="float32")

    def double(self) -> "Tensor":
        """Return the Tensor in float64."""
        return self.to(dtype="float64")

    def int(self) -> "Tensor":
        """Return the Tensor in int32."""
        return self.to(dtype="int32")

    def long(self) -> "Tensor":
        """Return the Tensor in int64."""
        return self.to(dtype="int64")

    def bool(self) -> "Tensor":
        """Return the Tensor as booleans: True where not 0."""
        return self.to(dtype="bool")

    def contiguous(self) -> "Tensor":
        """Return the Tensor in C order: itself if it is."""
        return self if self.array.flags.c_contiguous else _clone(self)  # type: ignore[return-value]

    def zero_(self) -> "Tensor":
        """Set every element to 0, in place."""
        return self.fill_(0)

    def fill_(self, value: Any) -> "Tensor":
        """Set every element to `value`, in place."""
        return self.copy_(operand("fill_", value))

    def copy_(self, source: Any) -> "Tensor":
        """Write `source`, broadcast to this shape and cast to this dtype, in place."""
        check_writable("copy_", self)
        source = operand("copy_", source)
        xp = namespace(self.array)
        if not isinstance(source, TensorBase):
            return assign("copy_", self, wrap(xp.full(self.array.shape, source, self.array.dtype)))
        try:
            wide = expand_row(as_dtype(source, self.array.dtype), shape=self.array.shape)
        except ValueError:
            raise ValueError(f"copy_: {describe(source)} does not broadcast to {describe(self)}") from None
        return assign("copy_", self, wide.clone())
