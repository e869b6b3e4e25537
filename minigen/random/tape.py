"""The tape of an enumeration: every draw of a program with all that could have come out of it.

A program that draws at random is a tree: a node for each draw, a branch for each outcome that has a probability.
`Paths` walks it depth first, one run of the program for each path from the root to a leaf. The same draws come up
again as far as two paths agree, so the tape needs to know only the branch that was taken at each, and the last that
can still turn to its next outcome turns. `Rows` lays all paths out as the rows of a batch instead.

A draw has an array of elements, each with k outcomes of which some may have probability 0; an outcome of the whole
draw is one for each element.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.backend import Array, asarray_on

SAME = {"paths": 1e-6, "rows": 1e-4}
"""How far a probability may be off, relatively, when a draw comes up again: other rows round in other ways."""


class ReplayError(RuntimeError):
    """A program drew otherwise when it was run again with the same outcomes."""


class TooManyPathsError(RuntimeError):
    """There are more outcomes than may be walked through."""


class MoreRows(BaseException):
    """Ends a run whose batch was too small for what was drawn; not an Exception, so that no program catches it."""


@dataclass
class Draw:
    """One draw: its law, the probabilities of its outcomes, shape (…, k), and the outcomes chosen, shape (…).

    `factor` is the probability of what was chosen, for the whole draw or for each row; possibly a Tensor.
    """

    law: str
    probabilities: Array
    possible: Array
    chosen: Array
    factor: Any = 1.0
    recorded: bool = True  # false for a draw that leaves nothing to choose and takes no part

    def check(self, law: str, probabilities: Array, tolerance: float) -> None:
        """Raise ReplayError unless this is the draw that is asked for."""
        before, now = self.probabilities, probabilities
        if (self.law, before.shape[:-1]) != (law, now.shape[:-1]):
            found = f"{law} of shape {now.shape[:-1]}"
            expected = f"{self.law} of shape {before.shape[:-1]}"
        elif before.shape != now.shape or not numpy.allclose(before, now, rtol=tolerance, atol=0.0):
            found, expected = f"{law} with other probabilities", f"the same {self.law}"
        else:
            return
        raise ReplayError(
            f"the program was run again with the same outcomes and asks for {found}, where it asked for {expected} "
            "before: it depends on what an earlier run has changed (name such objects in restore=), on draws from "
            "elsewhere or on the clock"
        )


class Paths:
    """The tape of one path at a time.

    Parameters
    ----------
    max_paths : int
        How many paths may be walked.

    Examples
    --------
    >>> import numpy
    >>> tape = Paths(10)
    >>> while tape.turn():
    ...     chosen = tape.choose("coin", numpy.array([0.25, 0.75]), False).chosen
    ...     print(int(chosen), tape.probability)
    0 0.25
    1 0.75
    """

    rows: ClassVar[int] = 1

    approximate = False  # whether a continuous law was drawn from

    def __init__(self, max_paths: int) -> None:
        self.max_paths = max_paths
        self.walked = 0
        self.drawn: dict[Any, list[Draw]] = {}  # what each stream has drawn on this path
        self._taken: list[tuple[Draw, int, int]] = []  # the draw, the number of its outcome, and how many it has
        self._depth = 0

    def turn(self) -> bool:
        """Go back to the root and take the next path; False if there is none."""
        if self.walked:
            self._check_end()
            while self._taken and self._taken[-1][1] + 1 == self._taken[-1][2]:
                self._taken.pop()
            if not self._taken:
                return False
            draw, number, count = self._taken.pop()
            self._taken.append((draw, number + 1, count))
        self.walked += 1
        self._depth = 0
        self.drawn = {}
        return True

    @property
    def probability(self) -> Any:
        """The probability of the path so far."""
        return math.prod(draw.factor for draw, _, _ in self._taken[: self._depth])

    def choose(self, law: str, probabilities: Array, zeros: bool) -> Draw:
        """Return the next draw of the path; with `zeros`, outcomes of probability 0 are walked too."""
        possible = numpy.full(probabilities.shape, True) if zeros else probabilities > 0
        counts = possible.sum(-1)
        if self._depth < len(self._taken):
            before, number, count = self._taken[self._depth]
            before.check(law, probabilities, SAME["paths"])
        else:
            number, count = 0, math.prod(counts.ravel().tolist())
            self._check_count(law, count)
            self._taken.append((None, number, count))  # type: ignore[arg-type]
        # the digits of the outcome's number, the last element's first
        digits = numpy.zeros(counts.shape, numpy.int64)
        rest = number
        for i in numpy.flatnonzero(counts > 1)[::-1]:
            rest, digits.flat[i] = divmod(rest, int(counts.flat[i]))
        draw = Draw(law, probabilities, possible, nth_possible(possible, digits))
        chosen = numpy.take_along_axis(probabilities, draw.chosen[..., None], -1)
        draw.factor = float(chosen.prod())
        self._taken[self._depth] = (draw, number, count)
        self._depth += 1
        return draw

    def _check_count(self, law: str, count: int) -> None:
        """Raise TooManyPathsError if another draw with `count` outcomes is too much.

        All other paths are counted as if they drew what the first one draws; after it, only those known to exist.
        """
        counts = [taken[2] for taken in self._taken]
        known = self.walked + count - 1 + sum(n - 1 - number for _, number, n in self._taken)
        found = math.prod(counts) * count if self.walked == 1 else known
        if found > self.max_paths:
            self.refuse(law, count, found)

    def refuse(self, law: str, count: int, found: int) -> None:
        """Raise TooManyPathsError for a draw with `count` outcomes that makes for `found` paths."""
        raise TooManyPathsError(
            f"{'' if self.walked == 1 else 'at least '}{_number(found)} paths up to this draw ({law}, "
            f"{_number(count)} outcomes), and max_paths={self.max_paths}: use a smaller model or batch, fewer "
            "normal_nodes, rows=True if rows do not depend on each other, or a larger max_paths"
        )

    def _check_end(self) -> None:
        if self._depth < len(self._taken):
            raise ReplayError(
                f"the program was run again with the same outcomes and ended after {self._depth} draws, where it had "
                f"made {len(self._taken)} before: it depends on what an earlier run has changed (name such objects in "
                "restore=)"
            )


class Rows:
    """The tape of all paths at once: each is a row, the first axis of every draw.

    A draw that needs more rows than there are ends the run by `MoreRows`; the next run has them, each a copy of the one
    it branched from.

    Parameters
    ----------
    max_paths : int
        How many rows there may be.

    Examples
    --------
    >>> import numpy
    >>> tape = Rows(10)
    >>> while tape.turn():
    ...     try:
    ...         chosen = tape.choose("coin", numpy.full((tape.rows, 2), [0.25, 0.75]), False).chosen
    ...         print(chosen, tape.probability)
    ...     except MoreRows:
    ...         print("once more, with", tape.rows, "rows")
    once more, with 2 rows
    [0 1] [0.25 0.75]
    """

    approximate = False

    def __init__(self, max_paths: int) -> None:
        self.max_paths = max_paths
        self.rows = 1
        self.drawn: dict[Any, list[Draw]] = {}
        self._draws: list[Draw] = []
        self._depth = 0
        self._complete = False

    @property
    def walked(self) -> int:
        """How many paths there are."""
        return self.rows

    def turn(self) -> bool:
        """Begin another run; False after one that went to its end."""
        if self._complete:
            if self._depth < len(self._draws):
                raise ReplayError(
                    f"the program was run again with the same outcomes and ended after {self._depth} draws, where it "
                    f"had made {len(self._draws)} before"
                )
            return False
        self._depth, self._complete = 0, True
        self.drawn = {}
        return True

    @property
    def probability(self) -> Any:
        """The probability of each row so far."""
        whole: Any = numpy.ones(self.rows)
        for draw in self._draws[: self._depth]:
            mixed = isinstance(whole, Tensor) != isinstance(draw.factor, Tensor)
            whole = _product(whole, draw.factor) if mixed else whole * draw.factor
        return whole

    def choose(self, law: str, probabilities: Array, zeros: bool) -> Draw:
        """Return the next draw of every row; with `zeros`, outcomes of probability 0 are walked too."""
        possible = numpy.full(probabilities.shape, True) if zeros else probabilities > 0
        counts = possible.sum(-1)
        if not (counts > 1).any():  # nothing to choose, and no need of rows
            return Draw(law, probabilities, possible, possible.argmax(-1), recorded=False)
        if self._depth == len(self._draws):
            self._check_shape(law, probabilities.shape[:-1])
            self._grow(law, probabilities, possible, counts.reshape(self.rows, -1))
        before = self._draws[self._depth]
        before.check(law, probabilities, SAME["rows"])
        draw = Draw(law, probabilities, before.possible, before.chosen)
        chosen = numpy.take_along_axis(probabilities, draw.chosen[..., None], -1)
        draw.factor = chosen.reshape(self.rows, -1).prod(-1)
        self._draws[self._depth] = draw
        self._depth += 1
        return draw

    def _grow(self, law: str, probabilities: Array, possible: Array, counts: Array) -> None:
        """Make a row for each outcome of each row, and begin again."""
        totals = [math.prod(row) for row in counts.tolist()]
        if sum(totals) > self.max_paths:
            self.refuse(law, max(totals), sum(totals))
        parents = numpy.repeat(numpy.arange(self.rows), totals)
        rest = numpy.concatenate([numpy.arange(total) for total in totals])  # the number of each outcome
        digits = numpy.zeros((len(parents), counts.shape[1]), numpy.int64)
        for i in numpy.flatnonzero((counts > 1).any(0))[::-1]:
            rest, digits[:, i] = numpy.divmod(rest, counts[parents, i])
        for draw in self._draws:
            for name in ("probabilities", "possible", "chosen"):
                setattr(draw, name, getattr(draw, name)[parents])
        possible = possible[parents]
        digits = digits.reshape(possible.shape[:-1])
        self._draws.append(Draw(law, probabilities[parents], possible, nth_possible(possible, digits)))
        self.rows, self._complete = len(parents), False
        raise MoreRows

    def refuse(self, law: str, count: int, found: int) -> None:
        """Raise TooManyPathsError for a draw with `count` outcomes in a row that needs `found` rows."""
        raise TooManyPathsError(
            f"{_number(found)} rows up to this draw ({law}, {_number(count)} outcomes in a row), and "
            f"max_paths={self.max_paths}: use a smaller model, fewer normal_nodes, or a larger max_paths"
        )

    def _check_shape(self, law: str, shape: tuple[int, ...]) -> None:
        if shape[:1] != (self.rows,):
            raise ValueError(
                f"rows=True: every draw has one row for each of rng.rows={self.rows} paths, got {law} of shape "
                f"{shape}: let the program use rng.rows as the size of its batch, or call with rows=False"
            )


def nth_possible(possible: Array, digits: Array) -> Array:
    """Return, for each element, the index of the outcome that has `digits` possible ones before it.

    Examples
    --------
    >>> import numpy
    >>> nth_possible(numpy.array([[False, True, True]]), numpy.array([1]))
    array([2])
    """
    if possible.all():
        return digits
    order = numpy.argsort(~possible, axis=-1, kind="stable")
    return numpy.take_along_axis(order, digits[..., None], -1)[..., 0]


def _product(x: Any, y: Any) -> Tensor:
    """Return the product of a Tensor and an array of the host, in whichever order, on the Tensor's device."""
    tensor, array = (x, y) if isinstance(x, Tensor) else (y, x)
    return tensor * wrap(asarray_on(tensor.device, array))


def _number(count: int) -> str:
    return str(count) if count < 10**15 else f"about 10^{math.floor(math.log10(count))}"
