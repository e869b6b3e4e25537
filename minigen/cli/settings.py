"""What a recipe's settings become when a user changes some: only known names, only values of the same kind."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any

LIMITS = ("epochs", "steps", "seconds")
"""How long to train; a recipe's settings hold one of them."""
POSITIVE = (*LIMITS, "batch_size", "lr")


def changed(
    defaults: Mapping[str, Any], assignments: Sequence[str], options: Mapping[str, Any], name: str
) -> dict[str, Any]:
    """Return the settings `defaults` of the recipe `name` with what the user gave.

    Parameters
    ----------
    defaults : mapping
        The recipe's ``SETTINGS``.
    assignments : sequence of str
        Of the form ``key=value``.
    options : mapping
        Values by name; None if not given. A limit takes the place of the recipe's own, whatever its unit.
    name : str
        The recipe.

    Raises
    ------
    ValueError
        If a name is unknown, a value of another kind or out of range, there is more than one limit, or something is
        given twice.

    Examples
    --------
    >>> changed({"epochs": 10, "lr": 0.1}, ["lr=1e-3"], {"steps": 50, "lr": None}, "gan-digits")
    {'lr': 0.001, 'steps': 50}
    """
    given = {key: value for key, value in options.items() if value is not None}
    limits = limit_in(given)
    for assignment in assignments:
        key, value = parsed(assignment, defaults, name)
        if key in given or (key in LIMITS and limits):
            raise ValueError(f"{key} is given twice, or with another limit: drop --set {assignment}")
        given[key] = value
    for key in given:
        if key not in defaults and key not in LIMITS:
            raise ValueError(f"the recipe {name} has no {key}: it has {', '.join(defaults)}")
        if problem := wrong(key, given[key]):
            raise ValueError(problem)
    kept = {key: value for key, value in defaults.items() if not (limits and key in LIMITS)}
    return {**kept, **given}


def limit_in(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limit that is given among `options`, if one is.

    Raises
    ------
    ValueError
        If there are two, or it is out of range.

    Examples
    --------
    >>> limit_in({"steps": 50, "epochs": None, "lr": 0.1})
    {'steps': 50}
    """
    found = {key: options[key] for key in LIMITS if options.get(key) is not None}
    if len(found) > 1:
        raise ValueError(f"--{' and --'.join(found)} cannot be given together: choose one limit")
    for key, value in found.items():
        if problem := wrong(key, value):
            raise ValueError(problem)
    return found


def wrong(key: str, value: Any) -> str | None:
    """Say what is wrong with a number, whatever the recipe; None if nothing is.

    Examples
    --------
    >>> wrong("lr", 0.1), wrong("lr", -1), wrong("data", "mnist")
    (None, 'lr must be above 0, got -1', None)
    """
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, float) and not isfinite(item):
            return f"{key} must be a finite number, got {item}"
    if key in POSITIVE and value <= 0:
        return f"{key} must be above 0, got {value}"
    return None


def parsed(assignment: str, defaults: Mapping[str, Any], name: str) -> tuple[str, Any]:
    """Return key and value of ``key=value``, the value being JSON, or plain text where the setting is a text.

    Raises
    ------
    ValueError
        If it has no such form, the key is unknown, or the value is of another kind than the default.

    Examples
    --------
    >>> parsed("hidden=[64, 64]", {"hidden": [256]}, "gan-digits")
    ('hidden', [64, 64])
    >>> parsed("data=fashion-mnist", {"data": "mnist"}, "gan-mnist")
    ('data', 'fashion-mnist')
    """
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals:
        raise ValueError(f"--set needs key=value, got {assignment!r}: write --set {key or 'key'}=…")
    if key not in defaults:
        close = get_close_matches(key, defaults, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(defaults)}"
        raise ValueError(f"the recipe {name} has no setting {key!r}: {hint}")
    default = defaults[key]
    expected = "a text or null" if default is None else kind(default)
    if isinstance(default, list) and default:
        expected = f"a list of {kind(default[0]).split()[-1]}s"
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        if not isinstance(default, str | None):
            raise ValueError(
                f"--set {key}={text}: {text!r} is no JSON value: {key} is {expected}, as in "
                f"--set '{key}={json.dumps(default)}'"
            ) from None
        value = text
    if isinstance(default, str | None) and not isinstance(value, str | None):
        value = text  # a folder may be called 123
    if not fits(default, value):
        inside = f" of {kind(value[0])}" if isinstance(value, list) and len({kind(v) for v in value}) == 1 else ""
        raise ValueError(
            f"--set {key}={text}: {key} must be {expected}, as in --set '{key}={json.dumps(default)}', "
            f"got {kind(value)}{inside}"
        )
    return key, float(value) if isinstance(default, float) else value


def fits(default: Any, value: Any) -> bool:
    """Say whether `value` is of the kind of `default`; integers count as numbers, None stands for a text.

    Examples
    --------
    >>> fits(0.5, 1), fits(1, 0.5), fits(1, True), fits([1], [2, 3]), fits(None, "data")
    (True, False, False, True, True)
    """
    if isinstance(value, bool) or isinstance(default, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, list):
        return isinstance(value, list) and all(fits(default[0], item) for item in value if default)
    if default is None:
        return value is None or isinstance(value, str)
    return isinstance(value, type(default))


def kind(value: Any) -> str:
    """Return what a value is called in JSON.

    Examples
    --------
    >>> kind(1), kind([0.5]), kind("cpu")
    ('an integer', 'a list', 'a text')
    """
    kinds = {bool: "true or false", int: "an integer", float: "a number", list: "a list", str: "a text", dict: "a dict"}
    return kinds.get(type(value), "null")


def _refuse(constant: str) -> None:
    raise ValueError(constant)
