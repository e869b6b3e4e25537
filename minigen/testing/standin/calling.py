"""Calling a NumPy function only as CuPy lets its own be called.

The arguments are bound to CuPy's recorded parameters and then given to NumPy as they came, so that only what both take
passes. What parameters cannot say stands in the sets below: which of them are arrays, and which functions wait.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar, copy_context
from typing import Any

import numpy

from minigen.testing.standin.counting import note_drift, note_sync
from minigen.testing.standin.holding import SCALARS, Held, check_device, held, here, is_scalar, unwrap, wrap
from minigen.testing.standin.record import bound


def words(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


# Parameters that are arrays, and such as are sequences of arrays: CuPy refuses lists there, or sends them to the
# device unasked.
ARRAYS = words(
    """
    A M X a a1 a2 a_max a_min append ar ar1 ar2 arr arr1 arr2 array ary aweights b bins choices condition dst element
    f filt fp fweights ind indices keys m mask max min out p prepend prototype q sorter src test_elements to_begin
    to_end v val vals values weights where x x1 x2 xp y z
    """
)
SEQUENCES = words("args arrays arys choicelist condlist multi_index tup xi")

# Functions whose first argument need not be an array.
FREE = words(
    """
    apply_along_axis apply_over_axes arange bartlett base_repr binary_repr blackman broadcast_shapes can_cast
    common_type diag_indices einsum eye format_float_positional format_float_scientific full get_printoptions hamming
    hanning identity indices isscalar issubdtype iterable kaiser linspace logspace mask_indices min_scalar_type
    mintypecode ndim ones promote_types result_type set_printoptions shape tri tril_indices triu_indices typename
    zeros
    """
)

# Functions that want an array for each of their array parameters, where others also take numbers.
THROUGHOUT = words(
    """
    array_equal array_equiv digitize dot ediff1d in1d inner intersect1d isin kron lexsort outer setdiff1d setxor1d
    tensordot union1d vdot
    """
)

# Other parameters that may be an array.
ALLOWED = words(
    """
    arrays_and_dtypes atol default fill_value from_ left nan neginf obj operands period phi posinf q rcond repeats
    right rtol sample shift start stop theta tol value varargs w
    """
)

READ = ARRAYS | SEQUENCES | ALLOWED
PLAIN = frozenset((*SCALARS, str, type, type(None), numpy.dtype))
GENERIC = frozenset(numpy.sctypeDict.values())  # the types of NumPy's scalars
_quiet = ContextVar("_quiet", default=False)

# Functions that ask the device for a value: how many, whether there are any, what the shape is.
SYNCS = words(
    """
    argwhere array2string array_repr array_str asarray_chkfinite bincount choose compress cond delete extract
    flatnonzero histogram histogram2d histogramdd intersect1d item lstsq nanmax nanmin nonzero percentile piecewise
    place polyfit quantile roots save savetxt savez savez_compressed setdiff1d setxor1d shares_memory
    sliding_window_view tobytes tofile tolist trim_zeros union1d unique unique_all unique_counts unique_inverse
    unique_values
    """
)

# Functions that ask for one when their arguments are some and not others.
ASKING = words("array_equal average linspace logspace put ravel_multi_index where")

# Functions that give a Python number on the host and an array without axes on the device.
NUMBERS = words("allclose array_equal array_equiv count_nonzero")


def waits(name: str, arguments: dict[str, Any]) -> bool:
    """Say whether a function of `ASKING` asks the device for a value, given these arguments."""
    if name == "where":
        return len(arguments) == 1
    if name in ("linspace", "logspace"):
        return any(isinstance(arguments.get(end), Held) for end in ("start", "stop"))
    if name == "average":
        return arguments.get("weights") is not None
    if name in ("put", "ravel_multi_index"):
        return arguments.get("mode") == "raise"
    return bool(name == "array_equal" and arguments.get("equal_nan", False))


def checked(place: str, name: str, parameters: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return NumPy's `function` as it may be called under CuPy's `name` in the module `place`."""
    title = f"{place}.{name}"
    look = looked(title, parameters, name not in FREE, name in THROUGHOUT)

    def call(*args: Any, **keywords: Any) -> Any:
        look(args, keywords)
        if name == "einsum" and not keywords.keys() <= {"dtype", "optimize"}:
            raise TypeError(f"cupy.einsum takes dtype and optimize, got {', '.join(keywords)}")
        if name == "matmul" and len(args) > 2:
            raise TypeError("cupy.matmul takes two arrays, and the output as out=")
        if name == "pad" and bound(title, parameters, args, keywords).get("mode") == "median":
            raise ValueError("cupy.pad: mode 'median' is not supported")
        if name in SYNCS or (name in ASKING and waits(name, bound(title, parameters, args, keywords))):
            note_sync(title)
        result = run(function, *args, **keywords)
        return result if isinstance(result, Held) or name not in NUMBERS else wrap(numpy.asarray(result), held(args))

    call.__name__ = call.__qualname__ = name
    call.__module__ = place
    return call


def run(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call a function of NumPy on what the stand-in's arrays hold; a GPU warns of nothing."""
    sources: list[Held] = []
    hosts = [unwrap(value, sources) for value in args]
    named = {key: unwrap(value, sources) for key, value in keywords.items()}
    check_device(sources)
    check_width(function, args, sources)
    return wrap(quietly(function, *hosts, **named), sources)


def quietly(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call a function of NumPy without its warnings, as ``errstate(all="ignore")`` does in eight times the time."""
    if _quiet.get():
        return function(*args, **keywords)
    context = getattr(here, "context", None)
    if context is None:
        context = here.context = copy_context()
        context.run(numpy.seterr, all="ignore")
        context.run(_quiet.set, True)
    return context.run(function, *args, **keywords)


def check_width(function: Any, operands: tuple[Any, ...], arrays: list[Held]) -> None:
    """Note a NumPy scalar among `operands` that brings `arrays`, some of them floating, to a wider type."""
    if GENERIC.isdisjoint(map(type, operands)):
        return
    floating = [array._host.dtype for array in arrays if array._host.dtype.kind == "f"]
    for value in operands:
        if floating and isinstance(value, numpy.generic):
            widest = numpy.result_type(*floating)
            if numpy.result_type(widest, value.dtype) != widest:
                note_drift(f"{getattr(function, '__name__', 'a method')} with numpy.{type(value).__name__}")


def looked(name: str, parameters: str, first: bool, every: bool = False) -> Callable[[Any, Any], None]:
    """Return what binds arguments to `parameters` and checks them; whether they pass is a matter of their types."""
    passed = set()

    def look(args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        kinds = kinds_of(args), tuple(keywords), kinds_of(keywords.values())
        if kinds not in passed:
            check(name, bound(name, parameters, args, keywords), first, every)
            if None not in kinds:
                passed.add(kinds)

    return look


def kinds_of(values: Iterable[Any]) -> tuple[Any, ...] | None:
    """Return the types of `values` and of what is in its lists and tuples, or None if those hold others."""
    found: list[Any] = []
    for value in values:
        kind: Any = type(value)
        if kind is tuple or kind is list:
            parts = [type(part) for part in value]
            if tuple in parts or list in parts:
                return None
            kind = (kind, *parts)
        found.append(kind)
    return tuple(found)


def check(name: str, arguments: dict[str, Any], first: bool, every: bool = False) -> None:
    """Raise TypeError for an argument from the host, or a number where the `first` or `every` one must be an array."""
    for i, (parameter, value) in enumerate(arguments.items()):
        if type(value) in PLAIN and i and not every:
            continue
        if parameter not in READ and held(value):
            raise TypeError(f"{name}: {parameter!r} is not read from the device: call int(...) first, which waits")
        if isinstance(value, Held):
            continue
        if _from_host(value):
            raise TypeError(
                f"{name}: argument {parameter!r} holds a NumPy array, which CuPy refuses (or computes with on the "
                "host): use cupy.asarray(...), or one library throughout"
            )
        if parameter in SEQUENCES or (parameter in ARRAYS and not is_scalar(value) and value is not None):
            parts = value if type(value) in (tuple, list) and parameter in SEQUENCES else None
            if parts is None or (first and i == 0 and not all(isinstance(part, Held) for part in parts)):
                raise TypeError(f"{name}: argument {parameter!r} must be made of CuPy arrays, got {_kind(value)}")
        elif parameter == "axis" and type(value) is list:
            raise TypeError(f"{name}: axis is an integer or a tuple, got a list")
        elif parameter in ARRAYS and ((first and i == 0) or (every and value is not None)):
            raise TypeError(f"{name}: argument {parameter!r} must be a CuPy array, got {_kind(value)}")


def _from_host(value: Any) -> bool:
    """Say whether there is a NumPy array in `value`."""
    if type(value) in (tuple, list):
        return any(_from_host(part) for part in value)
    return isinstance(value, numpy.ndarray)


def _kind(value: Any) -> str:
    if type(value) in (tuple, list):
        return f"a {type(value).__name__} of {', '.join(sorted({type(part).__name__ for part in value})) or 'nothing'}"
    return type(value).__name__
