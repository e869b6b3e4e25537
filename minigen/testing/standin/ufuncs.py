"""CuPy's ufuncs: fewer keywords, fewer methods, and arrays or numbers as operands, never lists or NumPy arrays."""

from typing import Any

from minigen.testing.standin.calling import check, check_width, quietly, run
from minigen.testing.standin.holding import Held, held, is_scalar, operand, wrap
from minigen.testing.standin.indexing import add_at
from minigen.testing.standin.record import record, title

KEYWORDS = {"out", "dtype", "casting"}
ADDED_AT = {  # what a GPU can add (…) in one indivisible step
    "add": "float16 float32 float64 int32 int64 uint32 uint64",
    "subtract": "int32 uint32",
    "maximum": "float32 float64 int32 int64 uint32 uint64",
    "minimum": "float32 float64 int32 int64 uint32 uint64",
    "bitwise_and": "int32 int64 uint32 uint64",
    "bitwise_or": "int32 int64 uint32 uint64",
    "bitwise_xor": "int32 int64 uint32 uint64",
}


class Ufunc:
    """NumPy's (or SciPy's) ufunc `host` as CuPy's of the same name.

    Attributes
    ----------
    nin, nout, nargs : int
        How many operands and results CuPy's ufunc has, and both together.
    """

    def __init__(self, place: str, name: str, host: Any) -> None:
        self.__name__ = self.name = name
        self._title = f"{place}.{name}"
        self._host = host
        nin, nout, *methods = record()[place]["ufuncs"][name].split()
        self.nin, self.nout = int(nin), int(nout)
        self.nargs = self.nin + self.nout
        self._methods = methods

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Compute, as CuPy would."""
        if keywords and not keywords.keys() <= KEYWORDS:
            raise TypeError(
                f"{self._title}: Wrong arguments {sorted(keywords.keys() - KEYWORDS)} "
                f"({title()} takes out, dtype and casting; for where= write cupy.where)"
            )
        if not self.nin <= len(args) <= self.nargs:
            raise TypeError(f"{self._title}: takes {self.nin} operands, then {self.nout} outputs, got {len(args)}")
        inputs = [operand(self._title, value) for value in args[: self.nin]]
        outputs = keywords.pop("out", args[self.nin :])
        outputs = outputs if type(outputs) is tuple else (outputs,)
        for value in outputs:
            if value is not None and not isinstance(value, Held):
                raise TypeError(f"{self._title}: an output must be a CuPy array, got {type(value).__name__}")
        sources = held(args)
        check_width(self, args, sources)
        if any(value is not None for value in outputs):
            sources = held((args, outputs))
            keywords["out"] = tuple(None if value is None else value._host for value in outputs)
        return wrap(quietly(self._host, *inputs, **keywords), sources)

    def _supported(self, method: str) -> None:
        if method not in self._methods:
            raise NotImplementedError(f"{self._title}.{method} is not supported by {title()}")

    def reduce(self, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """Reduce: addition and multiplication only."""
        self._supported("reduce")
        check(self._title, {"a": array, "out": out}, True)
        return run(self._host.reduce, array, axis, dtype, out, keepdims)

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Accumulate: addition and multiplication only."""
        self._supported("accumulate")
        check(self._title, {"a": array, "out": out}, True)
        return run(self._host.accumulate, array, axis, dtype, out)

    def reduceat(self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Reduce slices: addition only."""
        self._supported("reduceat")
        check(self._title, {"a": array, "indices": indices, "out": out}, True)
        return run(self._host.reduceat, array, indices, axis, dtype, out)

    def outer(self, a: Any, b: Any, **keywords: Any) -> Any:
        """Compute on all pairs of elements."""
        check(self._title, {"a": a, "b": b}, True)
        shape = a.shape + (1,) * getattr(b, "ndim", 0)
        return self(a.reshape(shape), b, **keywords)

    def at(self, array: Any, indices: Any, value: Any = None) -> None:
        """Compute in place at `indices`, each as often as it stands there."""
        self._supported("at")
        check(self._title, {"a": array}, True)
        if str(array.dtype) not in ADDED_AT[self.name].split():
            raise TypeError(f"{self._title}.at only supports {ADDED_AT[self.name]} as data type, got {array.dtype}")
        if not isinstance(value, Held) and not is_scalar(value):
            raise TypeError(f"{self._title}.at: expected a CuPy array or a number, got {type(value).__name__}")
        held((array, value))
        add_at(self._host, array, indices, value)
