"""A generator that walks through every outcome instead of drawing one.

Every draw in minigen names its law, so a `Generator` whose laws are overridden sees all outcomes of a program with
their probabilities: E[f] = Σ P(path) f(path), exactly, over the paths of all discrete draws. Continuous draws take
the nodes of Gauss quadrature for outcomes (`minigen.random.quadrature`). What goes through the outcomes is
`minigen.random.tape`; `minigen.testing.exact_expectation` is built on it.

Children and copies share the tape of their parent. Each is a stream of its own on it, with a position: so a state
that is saved and loaded gives the same draws again, as it does for every `Generator`.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy

from minigen.autodiff import Tensor, enable_grad
from minigen.backend import Array, DType
from minigen.random import quadrature
from minigen.random.generator import Generator
from minigen.random.host import probability
from minigen.random.stream import checked_seed
from minigen.random.tape import SAME, Draw, Paths, Rows


class EnumeratingGenerator(Generator):
    """A generator whose draws take every value that has a probability, one path of outcomes after another.

    Parameters
    ----------
    nodes : int, optional
        How many values a continuous draw takes, for each element.
    max_paths : int, optional
        How many paths may be walked.
    rows : bool, optional
        Walk all paths at once, each in one row of a batch of size `rows`.
    differentiable : bool, optional
        Keep the graph of probabilities given as Tensors that require grad. Their outcomes of probability 0 are then
        walked too, because the gradient with respect to it need not be 0.

    Raises
    ------
    ValueError
        If `nodes` or `max_paths` is below 1.

    Examples
    --------
    >>> rng = EnumeratingGenerator()
    >>> for _ in rng.paths():
    ...     heads = int(rng.bernoulli([0.5, 0.25]).sum())
    ...     print(heads, rng.probability)
    0 0.375
    1 0.125
    1 0.375
    2 0.125
    """

    host_noise = True

    def __init__(
        self, *, nodes: int = 32, max_paths: int = 100_000, rows: bool = False, differentiable: bool = False
    ) -> None:
        for name, value in (("nodes", nodes), ("max_paths", max_paths)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"EnumeratingGenerator: {name} must be a positive int, got {value!r}")
        self._tape: Paths | Rows = Rows(max_paths) if rows else Paths(max_paths)
        self._nodes = nodes
        self._differentiable = differentiable
        self._born: tuple[int, ...] = ()
        self._zeros = False  # whether the draw being made walks outcomes of probability 0
        self._begin(())

    # --------------------------------------------------------------------------------- the walk

    def paths(self) -> Iterator[None]:
        """Begin path after path, until all have been walked; with ``rows=True`` run after run, until all have rows.

        The body of the loop must make the same draws again if it sees the same outcomes. With ``rows=True`` it must
        let `MoreRows` end it early.

        Raises
        ------
        ReplayError
            While it draws, if the body asks for another law, shape or probability after the same outcomes.
        TooManyPathsError
            While it draws, if there are more than `max_paths`.
        """
        while self._tape.turn():
            yield

    @property
    def probability(self) -> Any:
        """The probability of the outcomes so far: of the path, or with ``rows=True`` of each row.

        A Tensor if `differentiable` and a probability was given as a Tensor that requires grad.
        """
        return self._tape.probability

    @property
    def rows(self) -> int:
        """The size of the batch in which paths are rows; 1 unless made with ``rows=True``."""
        return self._tape.rows

    @property
    def walked(self) -> int:
        """The number of paths that have been begun."""
        return self._tape.walked

    @property
    def approximate(self) -> bool:
        """Whether a continuous draw has been made, so that expectations are those of a quadrature."""
        return self._tape.approximate

    # ------------------------------------------------------------------- a stream and its position

    def _begin(self, stream: tuple[Any, ...], position: int = 0, spawned: int = 0) -> None:
        self._stream, self._position, self._spawned = stream, position, spawned
        self._path = self._tape.drawn

    def _follow(self) -> None:
        """Go back to the beginning if another path has begun."""
        if self._path is not self._tape.drawn:
            self._begin(self._born)

    def manual_seed(self, seed: int) -> Self:
        """Go on as the stream of this `seed`, whose draws are enumerated too; equal seeds give equal draws."""
        self._begin(("seed", checked_seed(seed)))
        return self

    def spawn(self) -> Self:
        """Return a new generator on the same tape."""
        self._follow()
        child = copy.copy(self)
        child._born = (*self._stream, self._spawned)
        child._begin(child._born)
        self._spawned += 1
        return child

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy.copy(self)

    def state_dict(self) -> dict[str, Any]:
        """Return which stream this is and how far it is on its path."""
        self._follow()
        return {"enumerating": list(self._stream), "position": self._position, "spawned": self._spawned}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue where `state_dict` was taken: what the stream drew after it on this path comes again.

        Raises
        ------
        TypeError, ValueError
            If it is not the state of an enumerating generator.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"expected the dict that state_dict() returns, got {type(state_dict).__name__}")
        if set(state_dict) != {"enumerating", "position", "spawned"}:
            raise ValueError(
                f"not the state of an enumerating generator: it has {', '.join(map(str, state_dict))}; a state that "
                "another generator saved cannot be continued here"
            )
        self._begin(tuple(state_dict["enumerating"]), state_dict["position"], state_dict["spawned"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.walked}, probability={self.probability})"

    # ------------------------------------------------------------------------------------ the laws

    def bernoulli(self, probs: Tensor | Array | None = None, *, logits: Tensor | Array | None = None) -> Tensor | Array:
        """Toss coins as `Generator.bernoulli` does, with every outcome in turn."""
        source = self._source(probs, logits)
        self._zeros = source is not None and source is probs
        draw = super().bernoulli(probs, logits=logits)
        if source is not None:
            with enable_grad():
                if source is probs:
                    self._weigh(draw * source + (1 - draw) * (1 - source))
                else:
                    self._weigh(((2 * draw - 1) * source).sigmoid())
        return draw

    def categorical(
        self, probs: Tensor | Array | None = None, *, logits: Tensor | Array | None = None, dim: int = -1
    ) -> Tensor | Array:
        """Draw indices as `Generator.categorical` does, with every outcome in turn."""
        source = self._source(probs, logits)
        self._zeros = source is not None and source is probs
        draw = super().categorical(probs, logits=logits, dim=dim)
        if source is not None:
            with enable_grad():
                chances = source / source.sum(dim, keepdim=True) if source is probs else source.softmax(dim)
                self._weigh(chances.gather(dim, draw.unsqueeze(dim)))
        return draw

    def gamma(self, concentration: Any, shape: Any = None) -> Tensor | Array:
        """Draw as `Generator.gamma` does, with every node in turn.

        Raises
        ------
        ValueError
            If `differentiable` and `concentration` requires grad: how the nodes move with it is not known.
        """
        if self._source(concentration, None) is not None:
            raise ValueError("gamma: no gradient with respect to the concentration is known here: give it .detach()ed")
        return super().gamma(concentration, shape)

    def _source(self, probs: Any, logits: Any) -> Tensor | None:
        """Return the parameter if its graph is to be kept."""
        given = logits if probs is None else probs
        kept = self._differentiable and isinstance(given, Tensor) and given.requires_grad
        return given if kept else None

    def _weigh(self, chances: Tensor) -> None:
        """Let the graph of `chances`, of all elements drawn last, take the place of the numbers."""
        if not self._last.recorded:
            return
        whole = isinstance(self._tape, Paths)
        self._last.factor = chances.prod() if whole else chances.reshape(self.rows, -1).prod(-1)

    def _choose(self, law: str, probabilities: Array) -> Array:
        """Return the indices of the outcomes, shape (…), for `probabilities` of shape (…, k)."""
        self._follow()
        zeros, self._zeros = self._zeros, False
        drawn = self._tape.drawn.setdefault(self._stream, [])
        if self._position == len(drawn):
            drawn.append(self._tape.choose(law, probabilities, zeros))
        else:
            drawn[self._position].check(law, probabilities, SAME["paths"])
        self._last: Draw = drawn[self._position]
        self._position += 1
        return self._last.chosen

    def _bernoulli(self, probs: Array) -> Array:
        probs = probs.astype(numpy.float64)
        return self._choose("bernoulli", numpy.stack([1 - probs, probs], -1))

    def _bernoulli_logits(self, logits: Array) -> Array:
        return self._bernoulli(probability(logits))

    def _categorical(self, probs: Array) -> Array:
        return self._choose("categorical", probs)

    def _integers(self, low: int, high: int, shape: tuple[int, ...]) -> Array:
        count = high - low if 0 not in shape else 1
        if count > self._tape.max_paths:
            self._tape.refuse("integers", count, count)
        return low + self._choose("integers", numpy.full((*shape, count), 1 / count))

    def _permutation(self, n: int) -> Array:
        if n == 0:
            return numpy.zeros(0, numpy.int64)
        # The i-th choice is one of the n - i that are left, the others have probability 0.
        left = numpy.arange(n, 0, -1)[:, None]
        chosen = self._choose("permutation", (numpy.arange(n) < left) / left)
        rest = list(range(n))
        return numpy.array([rest.pop(i) for i in chosen], numpy.int64)

    def _normal(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._node("normal", shape, quadrature.normal(self._nodes))

    def _uniform(self, shape: tuple[int, ...], dtype: DType) -> Array:
        return self._node("uniform", shape, quadrature.uniform(self._nodes))

    def _gumbel(self, shape: tuple[int, ...]) -> Array:
        return self._node("gumbel", shape, quadrature.gumbel(self._nodes))

    def _exponential(self, shape: tuple[int, ...]) -> Array:
        return self._node("exponential", shape, quadrature.gamma(self._nodes, 1.0))

    def _gamma(self, concentration: Array) -> Array:
        rules = [quadrature.gamma(self._nodes, a) for a in concentration.ravel().tolist()]
        shape = (*concentration.shape, self._nodes)
        nodes, probabilities = (numpy.array([rule[i] for rule in rules]).reshape(shape) for i in (0, 1))
        return self._node("gamma", concentration.shape, (nodes, probabilities))

    def _node(self, law: str, shape: tuple[int, ...], rule: quadrature.Rule) -> Array:
        nodes, probabilities = (numpy.broadcast_to(part, (*shape, self._nodes)) for part in rule)
        self._tape.approximate = self._tape.approximate or 0 not in shape
        chosen = self._choose(law, probabilities)
        return numpy.take_along_axis(nodes, chosen[..., None], -1)[..., 0]
