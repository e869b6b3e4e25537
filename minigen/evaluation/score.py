"""What a score says of itself, so that only like is compared with like.

Log-likelihoods of the literature differ in unit (nats, bits/dim), in what they are (exact, a bound, an estimate), in
the data and their binarization, and in whether labels were used; figures that differ in one of these say nothing about
each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import ge, gt, le, lt

KINDS = ("exact", "lower bound", "upper bound", "estimate")
UNLIKE = ("measure", "unit", "kind", "data", "binarization", "labels")  # what must agree


@dataclass(frozen=True)
class Score:
    """A figure with all that it means.

    Parameters
    ----------
    value : float
        The figure.
    measure : str
        Of what: "log-likelihood", "classes found" …
    unit : str
        "nats", "bits/dim", "classes", "ratio" …
    kind : {"exact", "lower bound", "upper bound", "estimate"}
        How it stands to the true value.
    n : int
        Examples or samples it was computed from.
    stderr : float, optional
        Standard error; None if there is none, as for a figure of the whole data set.
    data : str, optional
        The data and their part, "mnist test".
    binarization : str, optional
        How the data were made binary, if they were: "fixed (Larochelle)", "dynamic", "threshold 0.5".
    labels : bool, optional
        Whether labels were used.

    Raises
    ------
    ValueError
        If `kind` is unknown, `n` is not positive, the figure NaN or `stderr` negative.

    Notes
    -----
    ``<``, ``<=``, ``>`` and ``>=`` compare the values of like scores and raise `TypeError` for others. ``==`` asks
    whether two scores are the same in everything.

    Examples
    --------
    >>> exact = Score(-86.3, "log-likelihood", "nats", "exact", 10000, data="mnist test")
    >>> bound = Score(-85.1, "log-likelihood", "nats", "upper bound", 10000, 0.6, data="mnist test")
    >>> print(bound)
    log-likelihood -85.1 ± 0.6 nats (upper bound, n = 10000, mnist test)
    >>> exact < bound
    Traceback (most recent call last):
    TypeError: scores of unlike kind (exact, upper bound) cannot be compared: score both alike
    """

    value: float
    measure: str
    unit: str
    kind: str
    n: int
    stderr: float | None = None
    data: str | None = None
    binarization: str | None = None
    labels: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Score: kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if isinstance(self.n, bool) or not isinstance(self.n, int) or self.n < 1:
            raise ValueError(f"Score: n must be a positive integer, got {self.n!r}")
        if self.value != self.value:
            raise ValueError(
                f"Score: {self.measure} is NaN, which is no figure: the model has diverged, or there is NaN in the data"
            )
        if self.stderr is not None and not self.stderr >= 0:
            raise ValueError(f"Score: stderr must not be negative, got {self.stderr!r}")

    def __lt__(self, other: "Score") -> bool:
        return self._compare(other, lt)

    def __le__(self, other: "Score") -> bool:
        return self._compare(other, le)

    def __gt__(self, other: "Score") -> bool:
        return self._compare(other, gt)

    def __ge__(self, other: "Score") -> bool:
        return self._compare(other, ge)

    def _compare(self, other: "Score", ask: Callable[[float, float], bool]) -> bool:
        if not isinstance(other, Score):
            raise TypeError(f"a Score is compared with a Score, got {type(other).__name__}: compare score.value")
        for name in UNLIKE:
            pair = getattr(self, name), getattr(other, name)
            if pair[0] != pair[1]:
                raise TypeError(f"scores of unlike {name} ({pair[0]}, {pair[1]}) cannot be compared: score both alike")
        return ask(self.value, other.value)

    def as_dict(self) -> dict[str, float | int | str | bool | None]:
        """Return the fields by name, JSON-able.

        Examples
        --------
        >>> Score(9, "classes found", "classes", "estimate", 500).as_dict()["value"]
        9
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        error = "" if self.stderr is None else f" ± {self.stderr:.2g}"
        notes = [self.kind, f"n = {self.n}", self.data, self.binarization, "with labels" if self.labels else None]
        return f"{self.measure} {self.value:.4g}{error} {self.unit} ({', '.join(note for note in notes if note)})"
