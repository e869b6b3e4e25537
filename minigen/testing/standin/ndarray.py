"""The array of the stand-in: CuPy's ndarray, with what it refuses.

Its methods are NumPy's under CuPy's recorded parameters; results without axes are arrays; what reads a value counts
as a synchronisation; and nothing hands the numbers to NumPy unasked.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from minigen.testing.standin import indexing
from minigen.testing.standin.calling import SYNCS, looked, quietly, run, words
from minigen.testing.standin.counting import note_sync, note_upload, under_way
from minigen.testing.standin.device import Device, MemoryPointer, is_pinned
from minigen.testing.standin.holding import SCALARS, Held, hold, is_scalar, operand
from minigen.testing.standin.record import bound, missing, record

BINARY = "add sub mul matmul truediv floordiv mod pow lshift rshift and_ or_ xor"
INPLACE = "iadd isub imul itruediv ifloordiv imod ipow ilshift irshift iand ior ixor"
ORDER = "lt le gt ge"
UNARY = "neg pos abs invert"
UNWRITTEN = b"\xa5"  # the bytes of integers that nothing was written to
LEFT_OUT = words("choose dump dumps")


class ndarray(Held):
    """An array of `shape` that nothing was written to yet.

    Parameters
    ----------
    shape : int or tuple of int
        The length of each axis.
    dtype : dtype, optional
        The type of the elements.
    """

    __slots__ = ()
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]

    def __new__(cls, shape: Any, dtype: Any = float, *, order: str = "C") -> Any:
        """Make an array of NaN, or of integers nobody would expect."""
        return unwritten(numpy.empty(shape, dtype, order))  # type: ignore[call-overload]

    # ---------------------------------------------------------------------------- what it is made of

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self._host.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis; settable."""
        return self._host.shape  # type: ignore[no-any-return]

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._host = self._host.reshape(shape, copy=False)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._host.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._host.size  # type: ignore[no-any-return]

    @property
    def itemsize(self) -> int:
        """The bytes of an element."""
        return self._host.itemsize  # type: ignore[no-any-return]

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self._host.nbytes  # type: ignore[no-any-return]

    @property
    def strides(self) -> tuple[int, ...]:
        """The bytes from one element to the next along each axis (of CuPy's array they may be others)."""
        return self._host.strides  # type: ignore[no-any-return]

    @property
    def flags(self) -> "Flags":
        """How the elements lie in memory."""
        return Flags(self)

    @property
    def base(self) -> Any:
        """The array that owns the memory, if this is a view."""
        return self._base

    @property
    def device(self) -> Device:
        """The device it lives on."""
        return Device(self._device)

    @property
    def data(self) -> MemoryPointer:
        """Where its memory begins."""
        return MemoryPointer(self._host.ctypes.data, self.device)

    @property
    def T(self) -> Any:
        """The array with its axes in reverse order."""
        return run(operator.attrgetter("T"), self)

    @property
    def mT(self) -> Any:
        """The array with its last two axes exchanged."""
        return run(operator.attrgetter("mT"), self)

    @property
    def real(self) -> Any:
        """The real parts."""
        return run(operator.attrgetter("real"), self)

    @property
    def imag(self) -> Any:
        """The imaginary parts."""
        return run(operator.attrgetter("imag"), self)

    def __getattr__(self, name: str) -> Any:
        missing("cupy.ndarray", name)

    # ------------------------------------------------------------------------------- parts and copies

    def __getitem__(self, index: Any) -> Any:
        return indexing.read(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        indexing.write(self, index, value)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    __contains__ = None

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self.copy()

    def __reduce__(self) -> Any:
        return _uploaded, (self.get(),)

    def astype(self, *args: Any, **keywords: Any) -> Any:
        """Return the array in another dtype."""
        _look_at_astype(args, keywords)
        if keywords or len(args) > 1:
            arguments = bound("cupy.ndarray.astype", _methods()["astype"], args, keywords)
            for name in ("casting", "subok"):
                if arguments.get(name) is not None:
                    raise TypeError(f"cupy.ndarray.astype: {name} is not supported yet")
        host = quietly(self._host.astype, *args, **keywords)
        return self if host is self._host else hold(host, None, self._device)

    def fill(self, value: Any) -> None:
        """Set every element to a number."""
        if isinstance(value, numpy.ndarray):
            raise ValueError("cupy.ndarray.fill: the value is a NumPy array: give a number, or assign a CuPy array")
        self._host.fill(operand("cupy.ndarray.fill", value))

    def set(self, arr: Any, stream: Any = None) -> None:
        """Copy the NumPy array `arr`, of the same shape and dtype, to the device."""
        if not isinstance(arr, numpy.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if arr.dtype != self.dtype or arr.shape != self.shape:
            raise ValueError(f"Shape or dtype mismatch: {arr.dtype} {arr.shape} set to {self.dtype} {self.shape}")
        note_upload("x.set(host)")
        self._host[...] = arr

    def get(self, stream: Any = None, order: str = "C", out: Any = None, blocking: bool = True) -> Any:
        """Return the numbers as a NumPy array, once they are there."""
        if blocking:
            note_sync("x.get()")
        if out is None:
            out = numpy.empty(self.shape, self.dtype, order)  # type: ignore[call-overload]
        elif out.shape != self.shape or out.dtype != self.dtype:
            raise ValueError(f"get: expected {self.dtype} {self.shape} as out, got {out.dtype} {out.shape}")
        if blocking or not is_pinned(out):
            out[...] = self._host
        else:
            now = self._host.copy()
            out[...] = numpy.frombuffer(UNWRITTEN * out.itemsize, out.dtype)[0]
            under_way.append(lambda: numpy.copyto(out, now))
        return out

    # ---------------------------------------------------------------------------------- reading values

    def __bool__(self) -> bool:
        note_sync("bool(x)")
        if self.size != 1:
            raise ValueError("The truth value of an array with other than one element is ambiguous: use any() or all()")
        return bool(self._host)

    def __int__(self) -> int:
        note_sync("int(x)")
        return int(self._host)

    def __float__(self) -> float:
        note_sync("float(x)")
        return float(self._host)

    def __complex__(self) -> complex:
        note_sync("complex(x)")
        return complex(self._host)

    def __repr__(self) -> str:
        note_sync("repr(x)")
        return repr(self._host)

    def __str__(self) -> str:
        note_sync("str(x)")
        return str(self._host)

    def __format__(self, spec: str) -> str:
        note_sync("format(x)")
        return format(self._host, spec)

    # --------------------------------------------------------------------------- what NumPy may not do

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly."
        )

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        raise TypeError(f"numpy.{function.__name__} was given a CuPy array: take the library from the array")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        """Compute what a NumPy scalar on the left asks for; anything else NumPy may not."""
        if method == "__call__" and not keywords and isinstance(inputs[0], numpy.generic) and len(inputs) == 2:
            return run(ufunc, operand(ufunc.__name__, inputs[0]), self)
        raise TypeError(
            f"numpy.{ufunc.__name__} was given a CuPy array and {[type(value).__name__ for value in inputs]}: "
            "take the library from the array; CuPy mixes with no NumPy array"
        )

    # ---------------------------------------------------------------------------------------- operators

    def __eq__(self, other: Any) -> Any:
        return self._compare(operator.eq, other, False)

    def __ne__(self, other: Any) -> Any:
        return self._compare(operator.ne, other, True)

    def _compare(self, function: Callable[[Any, Any], Any], other: Any, otherwise: bool) -> Any:
        if isinstance(other, Held) or is_scalar(other):
            return run(function, self, other)
        if _defers(other):
            return NotImplemented
        if isinstance(other, numpy.ndarray):
            raise TypeError("Unsupported type <class 'numpy.ndarray'>: a CuPy array is compared with its like")
        return hold(numpy.full(self.shape, otherwise), None, self._device)

    def __divmod__(self, other: Any) -> Any:
        return _forward("divmod", divmod)(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _reverse("divmod", divmod)(self, other)


class Flags:
    """How the elements of an array lie in memory."""

    def __init__(self, array: ndarray) -> None:
        self.c_contiguous = array._host.flags.c_contiguous
        self.f_contiguous = array._host.flags.f_contiguous
        self.owndata = array._base is None
        self.fnc = self.f_contiguous and not self.c_contiguous
        self.forc = self.f_contiguous or self.c_contiguous

    def __getitem__(self, name: str) -> bool:
        if name not in ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA"):
            raise KeyError(f"{name} is not defined for cupy.ndarray.flags")
        return getattr(self, name.lower())  # type: ignore[no-any-return]


def unwritten(host: Any) -> Any:
    """Hold `host` with its elements set to what nobody may rely on."""
    if host.dtype.kind in "fc":
        host.fill(numpy.nan)
    elif host.dtype.kind == "b":
        host.fill(True)
    else:
        host[...] = numpy.frombuffer(UNWRITTEN * host.itemsize, host.dtype)[0]
    return hold(host)


def _uploaded(host: Any) -> Any:
    note_upload("asarray(host)")
    return hold(host.copy())


def _methods() -> dict[str, str]:
    return record()["cupy.ndarray"]["methods"]  # type: ignore[no-any-return]


def _defers(other: Any) -> bool:
    """Say whether the other operand wants the operation for itself."""
    if isinstance(other, numpy.ndarray) or is_scalar(other):
        return False
    if hasattr(other, "__array_ufunc__"):
        return other.__array_ufunc__ is None
    return getattr(other, "__array_priority__", 0) > ndarray.__array_priority__


def _forward(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if type(other) is not ndarray and type(other) not in SCALARS:
            if _defers(other):
                return NotImplemented
            operand(name, other)
        return run(function, self, other)

    return method


def _reverse(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if type(other) not in SCALARS:
            if _defers(other):
                return NotImplemented
            operand(name, other)
        return run(function, other, self)

    return method


def _unary(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: run(function, self)


def _method(name: str, parameters: str) -> Callable[..., Any]:
    """Return NumPy's method `name` under CuPy's parameters."""
    look, function = looked(f"cupy.ndarray.{name}", parameters, False), getattr(numpy.ndarray, name)

    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        look(args, keywords)
        if name in SYNCS:
            note_sync(f"x.{name}()")
        return run(function, self, *args, **keywords)

    method.__name__ = method.__qualname__ = name
    return method


for _name in BINARY.split():
    _plain = _name.strip("_")
    setattr(ndarray, f"__{_plain}__", _forward(_plain, getattr(operator, _name)))
    setattr(ndarray, f"__r{_plain}__", _reverse(_plain, getattr(operator, _name)))
for _name in (*INPLACE.split(), *ORDER.split()):
    setattr(ndarray, f"__{_name}__", _forward(_name, getattr(operator, _name)))
for _name in UNARY.split():
    setattr(ndarray, f"__{_name}__", _unary(_name, getattr(operator, _name)))
for _name, _parameters in _methods().items():
    if hasattr(numpy.ndarray, _name) and _name not in (*LEFT_OUT, *vars(ndarray)):
        setattr(ndarray, _name, _method(_name, _parameters))

_look_at_astype = looked("cupy.ndarray.astype", _methods()["astype"], False)
Held.array_class = ndarray
