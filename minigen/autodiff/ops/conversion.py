"""Copies, conversions and moves: clone, another dtype, another device, and writing a whole Tensor."""

from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.inplace import assign, check_writable
from minigen.autodiff.ops.operands import as_dtype, operand
from minigen.autodiff.ops.shape import expand_row
from minigen.autodiff.table import Op, op
from minigen.backend import Device, device_of, namespace, to_device, to_dtype

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

_clone = op("clone", lambda x: x.copy(), x=lambda g: g)
_move: Op = op(
    "to",
    lambda x, *, device, origin: to_device(x, device),
    x=lambda g, device, origin: _move(g, device=origin, origin=device),
)


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

    def to(self, *target: Any, device: Any = None, dtype: Any = None) -> "Tensor":
        """Return the Tensor on a device, in a dtype, or both: itself if nothing changes.

        Parameters
        ----------
        *target : dtype, device or Tensor
            Where to; a Tensor stands for its device and dtype.
        device, dtype : optional
            The same by name.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.tensor([1, 2]).to(mg.float64)
        tensor([1., 2.], dtype=float64)
        """
        for item in target:
            if isinstance(item, TensorBase):
                device, dtype = device_of(item.array), item.array.dtype
            elif isinstance(item, Device) or (isinstance(item, str) and item.partition(":")[0] in ("cpu", "cuda")):
                device = item
            elif item is not None:
                dtype = item
        result: Any = self if dtype is None else as_dtype(self, to_dtype(dtype))
        if device is None:
            return result  # type: ignore[no-any-return]
        origin = device_of(result.array)
        target_device = Device(device) if isinstance(device, str) else device
        return result if origin == target_device else _move(result, device=target_device, origin=origin)

    def cpu(self) -> "Tensor":
        """Return the Tensor in host memory."""
        return self.to("cpu")

    def cuda(self, device: Any = "cuda") -> "Tensor":
        """Return the Tensor on a GPU."""
        return self.to(f"cuda:{device}" if isinstance(device, int) else device)

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
