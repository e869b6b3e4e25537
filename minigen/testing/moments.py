"""Moments of whatever a function returns: Tensors, arrays and numbers in nested containers, leaf by leaf.

Lists, tuples and dicts stay what they are, other mappings become dicts. Tensors and arrays keep a floating dtype
(others become float64), numbers become floats; sums are made in float64. What is no number (a string, None), and an
int that is always the same, such as those in the state of an optimizer, stands for itself.

The mean is Σ p x. The variance Σ p (x - mean)² is made of parts, with their weights W, means m and sums S:

    S = S_1 + S_2 + (m_2 - m_1)² W_1 W_2 / (W_1 + W_2)

which takes no difference of large sums. Source: Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise
algorithm for computing sample variances".
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe
from minigen.autodiff.ops.joining import stack
from minigen.backend import Array, as_array, asarray_on, device_of, namespace, to_dtype, to_host

Number = bool | int | float | numpy.bool_ | numpy.integer | numpy.floating


class Moments:
    """The moments of values that come one after another, each with its probability.

    Parameters
    ----------
    rows : bool, optional
        Whether each value is a batch: one value for each row, with the probabilities of the rows.
    covariance : bool, optional
        Whether to keep the covariance of the elements of each leaf.
    differentiable : bool, optional
        Whether to keep the graphs of values and probabilities; all results are Tensors then.

    Examples
    --------
    >>> moments = Moments()
    >>> moments.add(0.75, {"x": 0.0})
    >>> moments.add(0.25, {"x": 4.0})
    >>> moments.mean(), moments.variance()
    ({'x': 1.0}, {'x': 3.0})
    """

    def __init__(self, *, rows: bool = False, covariance: bool = False, differentiable: bool = False) -> None:
        self._rows = rows
        self._covariance = covariance
        self._leaf = Graphs if differentiable else Sums
        self._example: Any = None
        self._leaves: list[Any] | None = None

    def add(self, probability: Any, value: Any) -> None:
        """Count `value` with its `probability`.

        Raises
        ------
        ValueError
            If it has another structure, other shapes or other words than the values before.
        TypeError
            If it holds something that is neither a number nor a container nor a word.
        """
        found = list(flat(value))
        if self._leaves is None:
            self._example = value
            self._leaves = [self._new_leaf(place, part) for place, part in found]
        if [place for place, _ in found] != [leaf.place for leaf in self._leaves]:
            places = [leaf.place for leaf in self._leaves], [place for place, _ in found]
            raise ValueError(f"exact_expectation: fn returned parts {places[0]} on one path and {places[1]} on another")
        for leaf, (_, part) in zip(self._leaves, found, strict=True):
            leaf.add(probability, part)

    def _new_leaf(self, place: str, part: Any) -> Any:
        if part is None or isinstance(part, str):
            return Word(place, part)
        return self._leaf(place, part, self._rows, self._covariance)

    def mean(self) -> Any:
        """Return the mean, structured as the values."""
        return self._collect("mean")

    def variance(self) -> Any:
        """Return the variance of each element, structured as the values."""
        return self._collect("variance")

    def covariance(self) -> Any:
        """Return the covariance of the elements of each leaf of shape s, in shape (*s, *s)."""
        return self._collect("covariance")

    def distance(self, other: "Moments", factor: float) -> Any:
        """Return `factor` times the distance of the means of both."""
        pairs = zip(self._leaves or [], other._leaves or [], strict=True)
        return rebuilt(self._example, iter([leaf.distance(twin, factor) for leaf, twin in pairs]))

    def _collect(self, moment: str) -> Any:
        return rebuilt(self._example, iter([getattr(leaf, moment)() for leaf in self._leaves or []]))


class Word:
    """A leaf that is no number: it must be the same every time."""

    def __init__(self, place: str, word: Any) -> None:
        self.place, self.word = place, word

    def add(self, probability: Any, word: Any) -> None:  # noqa: D102
        if word != self.word:
            raise ValueError(f"exact_expectation: {self.place} is {self.word!r} on one path and {word!r} on another")

    def mean(self) -> Any:  # noqa: D102
        return self.word

    def distance(self, other: Any, factor: float) -> Any:  # noqa: D102
        return self.word

    variance = covariance = mean


class Leaf:
    """What the leaves that are numbers share: the shape, and the form in which results are given back."""

    def __init__(self, place: str, example: Any, rows: bool, covariance: bool) -> None:
        self.place, self.example, self.rows = place, example, rows
        self.matrix = covariance
        self.shape = shape_of(example)[1:] if rows else shape_of(example)

    def batch(self, probability: Any, value: Any) -> tuple[Any, Any]:
        """Return both with an axis of rows, after a check of the shape."""
        shape = shape_of(value)
        if self.rows:
            expected = (len(probability), *self.shape)
            if shape != expected:
                raise ValueError(
                    f"rows=True: fn must return one value for each of {len(probability)} rows, got shape {shape}"
                    + f" at {self.place}" * bool(self.place)
                )
            return probability, value
        if shape != self.shape:
            place = self.place or "the value"
            raise ValueError(f"exact_expectation: {place} has shape {self.shape} on one path and {shape} on another")
        if isinstance(probability, Tensor):
            return probability.reshape(1), value
        return numpy.array([probability]), value


class Sums(Leaf):
    """Moments of a leaf as arrays of float64 on the host."""

    def __init__(self, place: str, example: Any, rows: bool, covariance: bool) -> None:
        super().__init__(place, example, rows, covariance)
        size = int(numpy.prod(self.shape))
        self.weight = 0.0
        self.sum, self.centre = numpy.zeros(size), numpy.zeros(size)
        self.squares = numpy.zeros((size, size) if covariance else size)
        self.same = type(example) is int

    def add(self, probability: Any, value: Any) -> None:
        """Count `value`."""
        self.same = self.same and type(value) is int and value == self.example
        p, value = self.batch(probability, value)
        raw = as_raw(value)
        x = numpy.asarray(raw if isinstance(raw, Number) else to_host(raw), numpy.float64).reshape(
            len(p), len(self.sum)
        )
        weight = float(p.sum())
        if weight == 0:
            return
        part = p @ x
        self.sum += part
        apart = x - part / weight
        self.squares += (p[:, None] * apart).T @ apart if self.matrix else p @ apart**2
        step = part / weight - self.centre
        share = weight / (self.weight + weight)
        self.squares += self.weight * share * (numpy.outer(step, step) if self.matrix else step**2)
        self.centre += share * step
        self.weight += weight

    def mean(self) -> Any:
        """Return Σ p x."""
        return self.example if self.same else self.give_back(self.sum.reshape(self.shape))

    def variance(self) -> Any:
        """Return Σ p (x - mean)²."""
        squares = self.squares.diagonal() if self.matrix else self.squares
        return self.give_back(squares.reshape(self.shape))

    def covariance(self) -> Any:
        """Return Σ p (x - mean)(x - mean)ᵀ."""
        return self.give_back(self.squares.reshape(self.shape * 2))

    def distance(self, other: "Sums", factor: float) -> Any:
        """Return `factor` times |mean - other mean|."""
        return self.give_back(factor * abs(self.sum - other.sum).reshape(self.shape))

    def give_back(self, values: Array) -> Any:
        """Return `values` as what the leaf is."""
        if isinstance(self.example, Number):
            return float(values)
        raw = as_raw(self.example)
        dtype = raw.dtype if raw.dtype.kind == "f" else to_dtype("float64")
        array = asarray_on(device_of(raw), numpy.array(values, dtype))
        return wrap(array) if isinstance(self.example, Tensor) else array


class Graphs(Leaf):
    """Moments of a leaf as Tensors that remember how they were computed."""

    def __init__(self, place: str, example: Any, rows: bool, covariance: bool) -> None:
        super().__init__(place, example, rows, covariance)
        self.terms: list[tuple[Any, Tensor]] = []

    def add(self, probability: Any, value: Any) -> None:
        """Count `value`."""
        p, value = self.batch(probability, value)
        if not isinstance(value, Tensor):
            value = wrap(as_array(value))
            value = value.to(p.device) if isinstance(p, Tensor) else value
        x = value.clone().reshape(len(p), -1)  # the next path may write into what this one returned
        if not x.is_floating_point():
            x = x.to(to_dtype("float64"))
        like = x.device if not isinstance(p, Tensor) else None
        self.terms.append((p if like is None else wrap(asarray_on(like, numpy.asarray(p, x.dtype))), x))

    def mean(self) -> Tensor:
        """Return Σ p x."""
        return self._sum(lambda x: x).reshape(self.shape)

    def variance(self) -> Tensor:
        """Return Σ p (x - mean)²."""
        mean = self._sum(lambda x: x)
        return self._sum(lambda x: (x - mean) ** 2).reshape(self.shape)

    def covariance(self) -> Tensor:
        """Return Σ p (x - mean)(x - mean)ᵀ."""
        mean = self._sum(lambda x: x)
        return self._sum(lambda x: (x - mean).unsqueeze(2) * (x - mean).unsqueeze(1)).reshape(self.shape * 2)

    def distance(self, other: "Graphs", factor: float) -> Tensor:
        """Return `factor` times |mean - other mean|, without graph."""
        return (factor * (self.mean() - other.mean()).abs()).detach()

    def _sum(self, of: Callable[[Tensor], Tensor]) -> Tensor:
        terms = [(p, of(x)) for p, x in self.terms]
        parts = [(p.reshape(-1, *[1] * (x.ndim - 1)) * x).sum(0) for p, x in terms]
        return stack(parts).sum(0)


def as_raw(value: Any) -> Any:
    """Return the array of a Tensor, and anything else as it is."""
    return value.array if isinstance(value, Tensor) else value


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of a Tensor or array; () for a number."""
    shape: tuple[int, ...] = getattr(as_raw(value), "shape", ())
    return shape


def flat(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of `value` with their places.

    Examples
    --------
    >>> list(flat({"a": (1, 2.5), "b": "word"}))
    [("['a'][0]", 1), ("['a'][1]", 2.5), ("['b']", 'word')]
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from flat(part, f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from flat(part, f"{place}[{i}]")
    elif value is None or isinstance(value, str | Number | Tensor) or _is_array(value):
        yield place, value
    else:
        raise TypeError(
            "exact_expectation: fn must return Tensors, arrays, numbers and containers of them, got "
            f"{describe(value)}" + f" at {place}" * bool(place)
        )


def rebuilt(example: Any, leaves: Iterator[Any]) -> Any:
    """Return `leaves` in the containers of `example`."""
    if isinstance(example, Mapping):
        return {key: rebuilt(part, leaves) for key, part in example.items()}
    if isinstance(example, list | tuple):
        parts = [rebuilt(part, leaves) for part in example]
        if isinstance(example, list):
            return parts
        return type(example)(*parts) if hasattr(example, "_fields") else tuple(parts)
    return next(leaves)


def _is_array(value: Any) -> bool:
    try:
        return namespace(value) is not None
    except TypeError:
        return False
