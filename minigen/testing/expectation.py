"""The exact expectation of a stochastic program.

A program that draws from a `minigen.random.Generator` is a function of its draws, so

    E[f] = Σ P(path) f(path)

over the paths of outcomes of its discrete draws, and `exact_expectation` computes this sum by running the program
once for each. A test of a stochastic algorithm then needs no tolerance for chance: a gradient estimator is unbiased
to 1e-12 or is not. Continuous draws take the nodes of Gauss quadrature, and the result comes with an error.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from minigen.random import using
from minigen.random.enumerating import EnumeratingGenerator
from minigen.random.tape import MoreRows
from minigen.testing.moments import Moments
from minigen.testing.restoring import Restored


class Expectation:
    """The moments of what a program returns; made by `exact_expectation`.

    ``mean``, ``variance`` and ``covariance`` are computed when they are first named.

    Attributes
    ----------
    error : object or None
        Of the mean, of each element: twice the distance to the mean from one node fewer. None if no continuous law was
        drawn from: the mean is exact but for rounding.
    paths : int
        How many paths were walked.
    total : float
        The sum of their probabilities, which is 1 but for rounding.
    """

    def __init__(self, moments: Moments, error: Any, paths: int, total: float, covariance: bool) -> None:
        self._moments = moments
        self._has_covariance = covariance
        self.error = error
        self.paths = paths
        self.total = total

    @cached_property
    def mean(self) -> Any:
        """E[f], structured as what the program returns."""
        return self._moments.mean()

    @cached_property
    def variance(self) -> Any:
        """Var[f] of each element, structured as the mean."""
        return self._moments.variance()

    @cached_property
    def covariance(self) -> Any:
        """The covariances of the elements of each leaf: for shape s, of shape (*s, *s).

        Raises
        ------
        ValueError
            If it was not asked for with ``covariance=True``.
        """
        if not self._has_covariance:
            raise ValueError("covariance: was not kept; call exact_expectation(…, covariance=True)")
        return self._moments.covariance()

    def __repr__(self) -> str:
        error = "" if self.error is None else f", error={self.error!r}"
        return f"Expectation(mean={self.mean!r}{error}, paths={self.paths})"


def exact_expectation(
    fn: Callable[[EnumeratingGenerator], Any],
    *,
    restore: Any = (),
    normal_nodes: int = 32,
    max_paths: int = 100_000,
    rows: bool = False,
    differentiable: bool = False,
    covariance: bool = False,
) -> Expectation:
    """Return the expectation of what `fn` returns, over everything it draws at random.

    Parameters
    ----------
    fn : callable
        ``fn(rng)``, a function of its draws from `rng` alone, called once for each path of outcomes. It may return
        Tensors, arrays and numbers, gradients, state_dicts, and lists, tuples and mappings of these. `rng` is also the
        default generator inside, so that dropout and initialisation take part. Generators made from a seed inside (as
        by ``rng=0``) do not: their draws are constants.
    restore : object or sequence of objects, optional
        What `fn` changes: each has its ``state_dict`` (and the gradients of its parameters) put back before every path
        and at the end, also after an exception. A generator that such an object holds in an attribute, as `rng`, is
        replaced meanwhile by a child of the enumerating one.
    normal_nodes : int, optional
        How many nodes each element of a continuous draw takes, at least 2. d elements take ``normal_nodes**d`` paths.
    max_paths : int, optional
        The largest number of paths. As soon as the draws of the first path make for more, there is an error.
    rows : bool, optional
        Make every path a row of one batch, for functions that work on ``rng.rows`` independent rows and return one
        value for each. `fn` is called once with all rows, before that once for each draw, up to this draw.
    differentiable : bool, optional
        Keep the graph: of what `fn` returns, and of the probabilities given as Tensors that require grad. The mean is
        then a Tensor whose gradient is the true gradient of the expectation, also where `fn` itself is not
        differentiable. Outcomes of probability 0 are walked too if their probability requires grad.
    covariance : bool, optional
        Keep the covariance of the elements of each leaf.

    Returns
    -------
    Expectation
        With ``mean``, ``variance``, ``covariance``, ``error`` and ``paths``.

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths` paths; it says how many.
    ReplayError
        If `fn` asks for another law, shape or probability after the same outcomes: it depends on something else.
    ValueError, TypeError
        If what `fn` returns differs in structure from path to path, or is no number.

    Notes
    -----
    The error is an estimate and no bound: the nodes of the two rules, of n and of n - 1 points, interlace, so that at a
    kink or a jump their sums are off in different directions; for smooth functions the rule with fewer is further off.

    Examples
    --------
    >>> import minigen as mg
    >>> exact_expectation(lambda rng: rng.bernoulli(0.25) + 2 * rng.categorical([0.5, 0.0, 0.5]))
    Expectation(mean=tensor(2.2500), paths=4)

    The mean of dropout is its input:

    >>> layer = mg.nn.Dropout(0.75)
    >>> exact_expectation(lambda rng: layer(mg.ones(2))).mean
    tensor([1., 1.])

    The derivative of an expectation with respect to a probability:

    >>> p = mg.tensor(0.25, requires_grad=True)
    >>> expected = exact_expectation(lambda rng: rng.bernoulli(p) * 3.0, differentiable=True)
    >>> mg.grad(expected.mean, [p])
    (tensor(3.),)
    """
    if not isinstance(normal_nodes, int) or isinstance(normal_nodes, bool) or normal_nodes < 2:
        raise ValueError(f"exact_expectation: normal_nodes must be an int of at least 2, got {normal_nodes!r}")

    def walk(nodes: int) -> tuple[Moments, EnumeratingGenerator, float]:
        rng = EnumeratingGenerator(nodes=nodes, max_paths=max_paths, rows=rows, differentiable=differentiable)
        moments = Moments(rows=rows, covariance=covariance, differentiable=differentiable)
        total = 0.0
        with Restored(restore, rng) as restored, using(rng):
            for _ in rng.paths():
                restored.put_back()
                try:
                    value = fn(rng)
                except MoreRows:
                    continue
                moments.add(rng.probability, value)
                total += float(rng.probability.sum() if rows else rng.probability)
        return moments, rng, total

    moments, rng, total = walk(normal_nodes)
    error = moments.distance(walk(normal_nodes - 1)[0], 2.0) if rng.approximate else None
    return Expectation(moments, error, rng.walked, total, covariance)
