"""The laws one can draw from.

Every draw names its law: a coin is `bernoulli`, a Metropolis acceptance is ``bernoulli(min(1, a))``, and
nothing compares a uniform draw with a probability. So a subclass that overrides the hooks of `HostLaws`, one for each
law, sees every random choice of a program together with its probabilities, and can walk through the outcomes instead of
drawing them.

What a host Tensor asks for is drawn on the host, where values are checked too. What a Tensor on a GPU asks for is drawn
there, from a stream of its own, without waiting and so without looking at values. With ``host_noise`` all is drawn on
the host and then put on the device: one seed gives the same draws everywhere, at the price of copying them.
"""

from typing import Any, Self

import numpy

from minigen.autodiff import Tensor
from minigen.backend import Array, Device, DType, as_array, namespace, to_dtype
from minigen.backend import device as as_device
from minigen.random.arguments import (
    Parameter,
    Shape,
    as_floating,
    as_integer,
    as_shape,
    check_values,
    either_parameter,
    to_tensor,
)
from minigen.random.host import HostLaws
from minigen.random.on_device import DeviceLaws


class Generator(HostLaws):
    """A seeded source of random Tensors, passed as ``rng``.

    Methods without array parameters give Tensors of the default dtype on the default device unless told otherwise.
    Parameters given as Tensors give Tensors on their device and of their dtype, without gradient;
    parameters given as arrays give arrays; numbers and lists of numbers count as Tensors of the default
    dtype on the default device.

    Parameters
    ----------
    seed : int, optional
        From 0 to 2**128 - 1; fresh entropy of the operating system if not given.
    host_noise : bool, optional
        Draw everything on the host, so that draws do not depend on the device. Children inherit it; the state does not
        hold it.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not such an integer.

    Examples
    --------
    >>> Generator(7).normal((2, 3)).shape
    (2, 3)
    >>> bool((Generator(7).uniform(5) == Generator(7).uniform(5)).all())
    True
    """

    host_noise = False

    def __init__(self, seed: int | None = None, *, host_noise: bool = False) -> None:
        super().__init__(seed)
        self.host_noise = bool(host_noise)

    def spawn(self) -> Self:
        """Return a new generator, independent of this one and of its other children; see `Stream.spawn`.

        Examples
        --------
        >>> Generator(7).spawn()
        Generator(seed=7, spawn_key=(0,))
        """
        child = super().spawn()
        child.host_noise = self.host_noise
        return child

    def _laws(self, where: Device) -> "HostLaws | DeviceLaws":
        """Return what draws for `where`."""
        return self if where.type == "cpu" or self.host_noise else DeviceLaws(self, where)

    def normal(self, shape: Shape = (), *, dtype: Any = None, device: str | Device | None = None) -> Tensor:
        """Draw from the standard normal law N(0, 1).

        Parameters
        ----------
        shape : int or tuple of int
            Shape of the result.
        dtype : dtype, optional
            A floating type; the default dtype if not given.
        device : str or Device, optional
            Where the result is; the default device if not given.

        Examples
        --------
        >>> Generator(0).normal(1000).std().item() > 0.9
        True
        """
        dtype, where = as_floating("normal", dtype), as_device(device)
        return to_tensor(self._laws(where)._normal(as_shape(shape), dtype), dtype, where)

    def uniform(
        self,
        shape: Shape = (),
        low: float = 0.0,
        high: float = 1.0,
        *,
        dtype: Any = None,
        device: str | Device | None = None,
    ) -> Tensor:
        """Draw from the uniform law on [`low`, `high`); rounding never reaches `high`.

        Parameters
        ----------
        shape : int or tuple of int
            Shape of the result.
        low, high : float
            Ends of the interval; if they are equal, every draw is that number.
        dtype, device : optional
            As for `normal`.

        Raises
        ------
        ValueError
            If `low` is above `high` or their distance is not finite.

        Examples
        --------
        >>> draws = Generator(0).uniform(1000, -1.0, 1.0)
        >>> -1 <= draws.min().item() < draws.max().item() < 1
        True
        """
        shape, dtype = as_shape(shape), as_floating("uniform", dtype)
        if not 0 <= high - low < numpy.inf:
            raise ValueError(f"uniform: needs finite low <= high, got low={low}, high={high}")
        where = as_device(device)
        draw = as_array(self._laws(where)._uniform(shape, dtype) * (high - low) + low).astype(dtype)
        below = float(numpy.nextafter(dtype.type(high), dtype.type(low)))
        return to_tensor(namespace(draw).minimum(draw, below), dtype, where)

    def bernoulli(self, probs: Tensor | Array | None = None, *, logits: Tensor | Array | None = None) -> Tensor | Array:
        """Toss one coin for each probability: 1 with it, 0 otherwise.

        Parameters
        ----------
        probs : Tensor or array or float, shape (…)
            Probabilities of 1, floating.
        logits : Tensor or array or float, shape (…)
            Instead of `probs`: log(p / (1 - p)); exact in both tails.

        Returns
        -------
        Tensor or array, shape (…)
            Zeros and ones in the dtype of the parameter.

        Raises
        ------
        ValueError
            If a probability is outside [0, 1] or NaN; on a GPU values are not looked at.
        TypeError
            If both or none of `probs` and `logits` are given, or they are not floating.

        Examples
        --------
        >>> Generator(0).bernoulli([0.0, 1.0, 1.0]).tolist()
        [0.0, 1.0, 1.0]
        """
        given = either_parameter("bernoulli", probs, logits, floating=True)
        laws = self._laws(given.device)
        if isinstance(laws, DeviceLaws):
            return given.give_back(laws.bernoulli(given.raw, logits is not None), given.dtype)
        values = given.host  # as they are: for the coins of a Gibbs chain a copy in float64 costs more than the draw
        if logits is not None:
            if values.size and numpy.isnan(values.max()):
                check_values("bernoulli: logits must not be NaN", values, ~numpy.isnan(values))
            return given.give_back(self._bernoulli_logits(values), given.dtype)
        if values.size and not (values.min() >= 0 and values.max() <= 1):  # a NaN is neither
            check_values("bernoulli: probabilities must lie in [0, 1]", values, (values >= 0) & (values <= 1))
        return given.give_back(self._bernoulli(values), given.dtype)

    def categorical(
        self, probs: Tensor | Array | None = None, *, logits: Tensor | Array | None = None, dim: int = -1
    ) -> Tensor | Array:
        """Draw one of the k outcomes along `dim` for each of the other positions.

        Parameters
        ----------
        probs : Tensor or array, shape (…, k, …)
            Non-negative weights; they need not sum to 1. An outcome of weight 0 is never drawn.
        logits : Tensor or array, shape (…, k, …)
            Instead of `probs`: logarithms of the weights; -inf is a weight of 0.
        dim : int
            The dimension of the outcomes.

        Returns
        -------
        Tensor or array of int64, shape (…, …)
            Indices from 0 to k - 1, without the dimension `dim`.

        Raises
        ------
        ValueError
            If a weight is negative, infinite or NaN, or all weights of a position are 0; on a GPU values are not
            looked at.
        IndexError
            If there is no dimension `dim`.
        TypeError
            If both or none of `probs` and `logits` are given.

        Examples
        --------
        >>> Generator(0).categorical([[0.0, 3.0], [2.0, 0.0]]).tolist()
        [1, 0]
        """
        given = either_parameter("categorical", probs, logits)
        shape = given.raw.shape
        if not -len(shape) <= dim < len(shape):
            raise IndexError(f"categorical: no dimension {dim} in a parameter of shape {shape}")
        if shape[dim] == 0:
            raise ValueError(f"categorical: dimension {dim} of shape {shape} holds no outcomes")
        laws = self._laws(given.device)
        if isinstance(laws, DeviceLaws):
            return given.give_back(laws.categorical(given.raw, dim, logits is not None), to_dtype("int64"))
        weights = numpy.moveaxis(given.values, dim, -1)
        if logits is not None:
            check_values("categorical: logits must be numbers below inf", weights, weights < numpy.inf)
            top = weights.max(-1, keepdims=True)
            weights = numpy.exp(weights - numpy.where(top > -numpy.inf, top, 0.0))
        valid = (weights >= 0) & (weights < numpy.inf)
        check_values("categorical: weights must be finite and >= 0", weights, valid)
        top = weights.max(-1, keepdims=True)
        check_values("categorical: the weights of a position must not all be 0", top, top > 0)
        weights = weights / top  # first, so that the sum cannot overflow
        probs = weights / weights.sum(-1, keepdims=True)
        return given.give_back(self._categorical(probs), to_dtype("int64"))

    def integers(
        self,
        low: int,
        high: int | None = None,
        shape: Shape = (),
        *,
        dtype: Any = "int64",
        device: str | Device | None = None,
    ) -> Tensor:
        """Draw integers from `low` to `high` - 1, each equally likely; from 0 to `low` - 1 without `high`.

        Parameters
        ----------
        low, high : int
            The first integer that can be drawn and the first above it that cannot.
        shape : int or tuple of int
            Shape of the result.
        dtype : dtype
            Type of the result.
        device : str or Device, optional
            Where the result is; the default device if not given.

        Raises
        ------
        ValueError
            If there is no integer to draw, or they do not fit in `dtype`.

        Examples
        --------
        >>> Generator(0).integers(3, 4, shape=2).tolist()
        [3, 3]
        """
        if high is None:
            low, high = 0, low
        low, high = as_integer("integers: low", low), as_integer("integers: high", high)
        shape, dtype = as_shape(shape), to_dtype(dtype)
        if low >= high:
            raise ValueError(f"integers: needs low < high, got low={low}, high={high}")
        kind = numpy.iinfo(dtype if dtype.kind in "iu" else numpy.int64)
        if low < kind.min or high - 1 > kind.max:
            raise ValueError(f"integers: [{low}, {high}) does not fit in {dtype}")
        where = as_device(device)
        return to_tensor(self._laws(where)._integers(low, high, shape), dtype, where)

    def permutation(self, n: int, *, device: str | Device | None = None) -> Tensor:
        """Draw one of the orders of 0, …, `n` - 1, each equally likely.

        Returns
        -------
        Tensor of int64, shape (n,)

        Raises
        ------
        ValueError
            If `n` is negative.

        Examples
        --------
        >>> sorted(Generator(0).permutation(4).tolist())
        [0, 1, 2, 3]
        """
        n = as_integer("permutation: n", n)
        if n < 0:
            raise ValueError(f"permutation: n must not be negative, got {n}")
        where = as_device(device)
        return to_tensor(self._laws(where)._permutation(n), to_dtype("int64"), where)

    def gumbel(self, shape: Shape = (), *, dtype: Any = None, device: str | Device | None = None) -> Tensor:
        """Draw from the standard Gumbel law, P(G <= x) = exp(-exp(-x)); draws are finite.

        Parameters
        ----------
        shape, dtype, device
            As for `normal`.

        Examples
        --------
        >>> Generator(0).gumbel((2, 3)).shape
        (2, 3)
        """
        dtype, where = as_floating("gumbel", dtype), as_device(device)
        return to_tensor(self._laws(where)._gumbel(as_shape(shape)), dtype, where)

    def exponential(self, shape: Shape = (), *, dtype: Any = None, device: str | Device | None = None) -> Tensor:
        """Draw from the exponential law of rate 1, P(E > x) = exp(-x); draws are above 0.

        Parameters
        ----------
        shape, dtype, device
            As for `normal`.

        Examples
        --------
        >>> Generator(0).exponential(100).min().item() > 0
        True
        """
        dtype, where = as_floating("exponential", dtype), as_device(device)
        return to_tensor(_positive(self._laws(where)._exponential(as_shape(shape)), dtype), dtype, where)

    def gamma(self, concentration: Tensor | Array, shape: Shape | None = None) -> Tensor | Array:
        """Draw from the gamma law of rate 1, density x^(a - 1) exp(-x) / Γ(a); draws are above 0.

        Parameters
        ----------
        concentration : Tensor or array or float
            a > 0, finite and floating.
        shape : int or tuple of int, optional
            Shape of the result, to which `concentration` is broadcast; its own if not given.

        Returns
        -------
        Tensor or array
            In the dtype of `concentration`.

        Raises
        ------
        ValueError
            If a concentration is not in (0, inf), or cannot be broadcast to `shape`; on a GPU values are not looked at.

        Examples
        --------
        >>> Generator(0).gamma(2.0, (1000,)).mean().item() > 1.8
        True
        """
        given = Parameter("gamma", concentration, floating=True)
        laws = self._laws(given.device)
        a = given.raw.astype("float64") if isinstance(laws, DeviceLaws) else given.values
        if laws is self:
            check_values("gamma: concentrations must lie in (0, inf)", a, (a > 0) & (a < numpy.inf))
        if shape is not None:
            shape = as_shape(shape)
            try:
                a = namespace(a).broadcast_to(a, shape)
            except ValueError:
                raise ValueError(
                    f"gamma: a concentration of shape {a.shape} does not broadcast to shape {shape}"
                ) from None
        return given.give_back(_positive(laws._gamma(a), given.dtype), given.dtype)


def _positive(draw: Array, dtype: DType) -> Array:
    """Return `draw` in `dtype`, where what would round to 0 becomes the smallest normal number."""
    rounded = as_array(draw).astype(dtype)
    return namespace(rounded).maximum(rounded, float(numpy.finfo(dtype).tiny))
