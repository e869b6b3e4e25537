"""A Tensor that a Module counts among what is learnt."""

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe, renew
from minigen.backend import Array, Device, DType, namespace, to_device


class Parameter(Tensor):
    """A leaf that `Module` registers when it is assigned as an attribute.

    It lives on the memory of `data` (on a copy if that is not in C order), and keeps its identity when the
    module moves to another device or dtype, so that optimizers stay valid.

    Parameters
    ----------
    data : Tensor
        The initial value.
    requires_grad : bool, optional
        Whether it collects a gradient.

    Raises
    ------
    TypeError
        If `data` is no Tensor, or is not floating and should require grad.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Parameter(mg.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Tensor, requires_grad: bool = True) -> "Parameter":
        """Make a leaf on the memory of `data`."""
        if not isinstance(data, Tensor):
            raise TypeError(f"Parameter: expected a Tensor, got {describe(data)}: make one with minigen.tensor(...)")
        self = object.__new__(cls)
        self.grad = None
        self._node = None
        self._storage = None
        self._requires_grad = False
        self.array = in_c_order(data.array)
        if self.array is data.array:
            data.storage.share(data, self)
        self.requires_grad = requires_grad
        return self

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


def in_c_order(array: Array) -> Array:
    """Return `array`, or a copy in C order if it is in another."""
    return array if array.flags.c_contiguous else namespace(array).array(array, order="C")


def move(tensor: Tensor, device: Device | None, dtype: DType | None, non_blocking: bool = False) -> None:
    """Put a leaf and its grad on a device, in a dtype and in C order; integers keep their dtype."""
    array = tensor.array if device is None else to_device(tensor.array, device, non_blocking)
    if dtype is not None and array.dtype.kind == "f":
        array = array.astype(dtype, copy=False)
    array = in_c_order(array)
    if array is tensor.array:
        return
    tensor.array = array
    tensor._storage = None
    renew(tensor)
    if tensor.grad is not None:
        tensor.grad = wrap(tensor.grad.array)
        move(tensor.grad, device, dtype, non_blocking)
