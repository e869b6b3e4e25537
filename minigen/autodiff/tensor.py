"""The Tensor: an array with a memory of how it was computed.

The methods of each family of operations stand beside their rows in `ops`; here is what remains: making,
reading, copying, and the gradient.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy

from minigen.autodiff import graph
from minigen.autodiff.engine import backward
from minigen.autodiff.graph import Leaf, Storage, TensorBase, alias, describe, new, renew, watch_of, wrap
from minigen.autodiff.ops.activation import ActivationMethods
from minigen.autodiff.ops.arithmetic import ArithmeticMethods
from minigen.autodiff.ops.arranging import ArrangingMethods
from minigen.autodiff.ops.comparison import ComparisonMethods
from minigen.autodiff.ops.conversion import ConversionMethods
from minigen.autodiff.ops.exponential import ExponentialMethods
from minigen.autodiff.ops.gathering import GatheringMethods
from minigen.autodiff.ops.indexing import IndexingMethods
from minigen.autodiff.ops.joining import JoiningMethods
from minigen.autodiff.ops.limits import LimitMethods
from minigen.autodiff.ops.matmul import MatmulMethods
from minigen.autodiff.ops.norm import NormMethods
from minigen.autodiff.ops.ordering import OrderingMethods
from minigen.autodiff.ops.reduction import ReductionMethods
from minigen.autodiff.ops.shape import ShapeMethods
from minigen.autodiff.printing import text_of
from minigen.backend import Array, Device, DType, device_of, get_default_dtype


class RemovableHandle:
    """What `Tensor.register_hook` returns: `remove` takes the hook away."""

    def __init__(self, hooks: dict[int, Callable[[Any], Any]], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Take the hook away; doing so twice is harmless."""
        self._hooks.pop(self._key, None)


class Tensor(
    ConversionMethods,
    ArithmeticMethods,
    LimitMethods,
    ComparisonMethods,
    ExponentialMethods,
    ActivationMethods,
    ShapeMethods,
    ArrangingMethods,
    ReductionMethods,
    MatmulMethods,
    JoiningMethods,
    IndexingMethods,
    GatheringMethods,
    OrderingMethods,
    NormMethods,
):
    """An array that can be differentiated.

    Make one with `minigen.tensor`. The constructor is PyTorch's legacy one: ``Tensor(2, 3)`` is a Tensor of
    that shape (zeros here), ``Tensor([1, 2])`` a copy of the data in the default dtype.

    Attributes
    ----------
    array : numpy.ndarray or cupy.ndarray
        The array itself, no copy. After writing into it by hand call `bump_version`.
    grad : Tensor or None
        The accumulated gradient, filled by `backward`.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ()
    __array_ufunc__ = None
    __array_priority__ = 1000

    def __new__(cls, *data: Any) -> "Tensor":
        """Make a Tensor of a shape (integers) or of data, in the default dtype."""
        dtype = get_default_dtype()
        if all(isinstance(n, int) for n in data):
            array = numpy.zeros(data if data else (0,), dtype)
        elif len(data) == 1:
            array = numpy.array(data[0].array if isinstance(data[0], TensorBase) else data[0], dtype)
        else:
            raise TypeError(f"Tensor: expected integers (a shape) or one sequence, got {data!r}: see minigen.tensor")
        self = new(cls)
        self.array = array
        self.grad = None
        self._requires_grad = False
        self._node = None
        self._storage = None
        return self

    # ------------------------------------------------------------------------------- what it is

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.array.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self.array.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.array.ndim  # type: ignore[no-any-return]

    @property
    def device(self) -> Device:
        """Where the array lives."""
        return device_of(self.array)

    @property
    def is_leaf(self) -> bool:
        """Whether the Tensor was made by the user, not by a recorded operation."""
        return self._node is None or type(self._node) is Leaf

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this Tensor are recorded; settable on leaves."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.array.dtype.kind != "f":
            raise TypeError(f"only floating Tensors can require grad, got {describe(self)}: convert it with .float()")
        if not value and not self.is_leaf:
            raise RuntimeError("requires_grad of a computed Tensor cannot be switched off: use .detach()")
        self._requires_grad = bool(value)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Set `requires_grad` and return the Tensor."""
        self.requires_grad = requires_grad
        return self

    def dim(self) -> int:
        """Return the number of axes."""
        return self.ndim

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the length of axis `dim`."""
        if dim is None:
            return self.shape
        if not -self.ndim <= dim < self.ndim:
            raise IndexError(f"size: dim {dim} is out of range for shape {self.shape}")
        return self.shape[dim]

    def numel(self) -> int:
        """Return the number of elements."""
        return int(self.array.size)

    def is_floating_point(self) -> bool:
        """Return whether the elements are floating."""
        return bool(self.array.dtype.kind == "f")

    # ------------------------------------------------------------------------------ the gradient

    def backward(
        self, gradient: "Tensor | None" = None, retain_graph: bool | None = None, create_graph: bool = False
    ) -> None:
        """Add the gradient of this Tensor to the ``grad`` of every leaf it depends on.

        Parameters
        ----------
        gradient : Tensor, optional
            Gradient of a final scalar with respect to this Tensor, of its shape; may be left out for one element.
        retain_graph : bool, optional
            Keep the saved arrays for another backward; by default only with `create_graph`.
        create_graph : bool, optional
            Record the sweep, so that the gradients can be differentiated again.

        Raises
        ------
        RuntimeError
            If the Tensor does not require grad, if a `gradient` is needed, or if the graph was released.

        Examples
        --------
        >>> import minigen as mg
        >>> x = mg.tensor(3.0, requires_grad=True)
        >>> (x**2).backward()
        >>> x.grad
        tensor(6.)
        """
        backward(self, gradient, retain_graph, create_graph)

    def register_hook(self, hook: Callable[["Tensor"], "Tensor | None"]) -> RemovableHandle:
        """Call ``hook(grad)`` when the gradient of this Tensor is complete; what it returns replaces it.

        Examples
        --------
        >>> import minigen as mg
        >>> x = mg.tensor(3.0, requires_grad=True)
        >>> handle = x.register_hook(lambda grad: 10.0 * grad)
        >>> x.backward()
        >>> x.grad
        tensor(10.)
        >>> handle.remove()
        """
        if not self._requires_grad:
            raise RuntimeError("register_hook: this Tensor does not require grad: set requires_grad=True first")
        if not callable(hook):
            raise TypeError(f"register_hook: expected a function of the gradient, got {hook!r}")
        hooks = watch_of(self).hooks
        key = next(graph.numbers)  # never given twice
        hooks[key] = hook
        return RemovableHandle(hooks, key)

    def retain_grad(self) -> None:
        """Fill ``grad`` of this computed Tensor too (leaves have it anyway)."""
        if not self._requires_grad:
            raise RuntimeError("retain_grad: this Tensor does not require grad: set requires_grad=True first")
        if not self.is_leaf:
            watch_of(self).retain(self)

    def detach(self) -> "Tensor":
        """Return a Tensor on the same memory, outside the graph."""
        return alias(self)

    def detach_(self) -> "Tensor":
        """Take this Tensor out of the graph."""
        self._node = None
        self._requires_grad = False
        return self

    @property
    def data(self) -> "Tensor":
        """A detached Tensor on the same memory; assigning puts this Tensor on other memory."""
        return alias(self)

    @data.setter
    def data(self, value: "Tensor") -> None:
        if not isinstance(value, TensorBase):
            raise TypeError(f"data: expected a Tensor, got {describe(value)}: make one with minigen.tensor(...)")
        if type(value.array) is not type(self.array) or value.array.dtype != self.array.dtype:
            raise TypeError(f"data: expected {self.array.dtype} on {self.device}, got {describe(value)}: use .to(...)")
        moved = self.is_leaf and value.array.shape != self.array.shape
        self.array = value.array
        self.storage.leave(self)
        value.storage.share(value, self)
        if moved:
            renew(self)

    def bump_version(self) -> None:
        """Say that `array` was written by hand, so that graphs which saved it can tell."""
        self.storage.version += 1

    # ------------------------------------------------------------------------------- reading it

    def numpy(self) -> Any:
        """Return the NumPy array itself, without a copy.

        Raises
        ------
        TypeError
            If the Tensor requires grad (use ``.detach()``) or lives on a GPU (use ``.cpu()``).
        """
        return self.__array__()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self._requires_grad:
            raise TypeError("a Tensor that requires grad is not read as a NumPy array: use .detach().numpy()")
        if type(self.array) is not numpy.ndarray:
            raise TypeError(f"a Tensor on {self.device} is not read as a NumPy array: use .cpu().numpy()")
        if dtype is not None and dtype != self.array.dtype:
            return self.array.astype(dtype)
        return self.array.copy() if copy else self.array

    def item(self) -> Any:
        """Return the only element as a Python number (waits for a GPU)."""
        if self.array.size != 1:
            raise ValueError(f"item: expected one element, got shape {self.shape}: index it first, or use .tolist()")
        return self.array.item()

    def tolist(self) -> Any:
        """Return the elements as nested Python lists."""
        return self.array.tolist()

    def __float__(self) -> Any:
        return float(self.item())

    def __int__(self) -> Any:
        return int(self.item())

    def __index__(self) -> Any:
        if self.array.dtype.kind not in "iu" or self.array.size != 1:
            raise TypeError(f"only a Tensor of one integer can be an index, got {describe(self)}")
        return int(self.array.item())

    def __bool__(self) -> Any:
        if self.array.size != 1:
            raise ValueError(
                f"the truth of a Tensor of shape {self.shape} is ambiguous: use .any(), .all(), or 'is' for identity"
            )
        return bool(self.array.item())

    def __len__(self) -> Any:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d Tensor")
        return self.array.shape[0]

    def __iter__(self) -> Any:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d Tensor: use .item()")
        return iter(self.unbind(0))

    def __contains__(self, value: Any) -> Any:
        return bool((self == value).any())

    def __format__(self, spec: str) -> str:
        if not spec:
            return repr(self)
        if self.array.ndim:
            raise TypeError(f"only a 0-d Tensor is formatted as a number ({spec!r}), got {describe(self)}: use .item()")
        return format(self.item(), spec)

    def __repr__(self) -> str:
        return text_of(self)

    # ------------------------------------------------------------------------------ copy module

    def __copy__(self) -> "Tensor":
        """Return another leaf on the same memory, with the same ``requires_grad``."""
        self._refuse_copy("copy")
        twin = self._like(self.array)
        self.storage.share(self, twin)
        return twin

    def __deepcopy__(self, memo: dict[Any, Any]) -> "Tensor":
        self._refuse_copy("deepcopy")
        if id(self) not in memo:
            twin = memo[id(self)] = self._like(self.array.copy())
            twin.grad = copy.deepcopy(self.grad, memo)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._refuse_copy("serialising")
        return _rebuilt, (type(self), self.array, self._requires_grad)

    def _refuse_copy(self, name: str) -> None:
        if not self.is_leaf:
            raise RuntimeError(f"{name} of a computed Tensor: use .clone() to stay in the graph, .detach() to leave it")

    def _like(self, array: Array) -> "Tensor":
        twin = new(type(self))
        twin.array = array
        twin.grad = None
        twin._requires_grad = self._requires_grad
        twin._node = None
        twin._storage = None
        return twin


def _rebuilt(kind: Any, array: Array, requires_grad: bool) -> Tensor:
    twin = wrap(array) if kind is Tensor else kind(wrap(array))
    twin._requires_grad = requires_grad
    return twin


graph.tensor_class = Tensor
__all__ = ["RemovableHandle", "Storage", "Tensor"]
