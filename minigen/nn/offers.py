"""What is needed of a model: algorithms, samplers and scores take any object that offers it, and say what one lacks."""

from typing import Any


def check_offers(name: str, model: Any, *needed: str, fix: str) -> None:
    """Raise TypeError unless `model` has all that is needed of it.

    Parameters
    ----------
    name : str
        Who needs it.
    model : object
        What was given.
    *needed : str
        Attributes and methods, these as they are called: "encode(x)".
    fix : str
        What to give instead.

    Examples
    --------
    >>> check_offers("score", 1.5, "real", "log_prob(x)", fix="give a flow")
    Traceback (most recent call last):
    TypeError: score: float offers no log_prob(x): give a flow
    """
    missing = [need for need in needed if not hasattr(model, need.partition("(")[0])]
    if missing:
        raise TypeError(f"{name}: {type(model).__name__} offers no {', '.join(missing)}: {fix}")
