"""What CuPy offers, as recorded: names, parameters, and what it says of a name that is missing.

The record is `record.json`; `recording` makes it.
"""

import ast
import functools
import inspect
import json
from pathlib import Path
from typing import Any, NoReturn

PLACE = Path(__file__).with_name("record.json")
KERNELS = ("ElementwiseKernel", "RawKernel", "RawModule", "ReductionKernel", "fuse")


@functools.cache
def record() -> dict[str, Any]:
    """Return the record.

    Examples
    --------
    >>> record()["cupy"]["functions"]["stack"]
    "tup, axis=0, out=None, *, dtype=None, casting='same_kind'"
    """
    found: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
    return found


def title() -> str:
    """Return the library's name and version, for messages."""
    return f"CuPy {record()['version']}"


def missing(place: str, name: str) -> NoReturn:
    """Raise AttributeError for a name that CuPy, or the stand-in, does not have in the module or class `place`."""
    if name.startswith("__"):
        raise AttributeError(f"{place} has no {name!r}", name=name)
    if name in KERNELS:
        raise AttributeError(f"the stand-in for {title()} runs no kernels, so it has no {place}.{name}", name=name)
    entry = record().get(place, {})
    if any(name in names for names in entry.values()):
        raise AttributeError(f"{title()} has {place}.{name}, the stand-in for it does not", name=name)
    raise AttributeError(f"{title()} has no {place}.{name}: write it with what NumPy and CuPy share", name=name)


@functools.cache
def signature(parameters: str) -> inspect.Signature:
    """Return the parameters written in `parameters` as they would stand in a ``def``.

    Examples
    --------
    >>> signature("a, axis=None, *, out=None")
    <Signature (a, axis=None, *, out=None)>
    """
    body: Any = ast.parse(f"def f({parameters}): pass").body[0]
    args = body.args
    kinds = inspect.Parameter
    found = []
    positional: list[tuple[ast.arg, Any]] = [(a, kinds.POSITIONAL_ONLY) for a in args.posonlyargs]
    positional += [(a, kinds.POSITIONAL_OR_KEYWORD) for a in args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
    for (arg, kind), default in zip(positional, defaults, strict=True):
        found.append(_parameter(arg, kind, default))
    if args.vararg:
        found.append(_parameter(args.vararg, kinds.VAR_POSITIONAL, None))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        found.append(_parameter(arg, kinds.KEYWORD_ONLY, default))
    if args.kwarg:
        found.append(_parameter(args.kwarg, kinds.VAR_KEYWORD, None))
    return inspect.Signature(found)


def _parameter(arg: ast.arg, kind: Any, default: ast.expr | None) -> inspect.Parameter:
    if default is None:
        return inspect.Parameter(arg.arg, kind)
    try:
        value = ast.literal_eval(default)
    except ValueError:  # the name of a type
        value = ast.unparse(default)
    return inspect.Parameter(arg.arg, kind, default=value)


def bound(name: str, parameters: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments by CuPy's names for them, or raise TypeError if it does not take them.

    Examples
    --------
    >>> bound("cupy.sum", "a, axis=None", (1,), {"where": 2})
    Traceback (most recent call last):
    TypeError: cupy.sum: got an unexpected keyword argument 'where' (CuPy 14.2.0 takes a, axis=None)
    """
    try:
        plan = _layout(parameters, len(args), tuple(keywords))
    except TypeError as error:
        raise TypeError(f"{name}: {error} ({title()} takes {parameters or 'nothing'})") from None
    return {parameter: _filled(place, args, keywords) for parameter, place in plan}


@functools.cache
def _layout(parameters: str, count: int, keywords: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Return which arguments each parameter gets: positions, names, tuples of positions or dicts of names."""
    arguments = signature(parameters).bind(*range(count), **{name: name for name in keywords}).arguments
    return tuple(arguments.items())


def _filled(place: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    if type(place) is int:
        return args[place]
    if type(place) is str:
        return keywords[place]
    if type(place) is tuple:
        return tuple([args[i] for i in place])
    return {name: keywords[name] for name in place}
