"""Normalizing flows: a density made of simple noise and an invertible map.

    x = f⁻¹(z) with z from the base        log p(x) = log p_base(f(x)) + log|det df/dx|

Likelihood, sampling and the noise behind an example are all exact. The two presets are the flows of the papers on
vectors: couplings that take turns in which half they move.

Sources: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation"; Dinh, Sohl-Dickstein and
Bengio 2017, "Density estimation using Real NVP".
"""

from collections.abc import Sequence

from minigen.autodiff import Tensor, no_grad
from minigen.models.flows.base import Base, Gaussian, Logistic
from minigen.models.flows.coupling import AdditiveCoupling, AffineCoupling
from minigen.models.flows.permutation import Permutation
from minigen.models.flows.scaling import Scaling
from minigen.models.flows.transform import Composition, Transform
from minigen.models.perceptron import shape_of_example
from minigen.nn import Module
from minigen.random import Generator


class Flow(Module):
    """The law of x = f⁻¹(z) for noise z from a base.

    Parameters
    ----------
    base : Base
        The law of the noise; it knows the shape of an example.
    transforms : sequence of Transform
        f, from data to noise: the first is applied to data first.

    Raises
    ------
    ValueError
        If there are no transforms.
    TypeError
        If one of them is no `Transform`.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.models.flows import AffineCoupling, Gaussian
    >>> flow = mg.models.Flow(Gaussian(2), [AffineCoupling(2), AffineCoupling(2, swap=True)])
    >>> flow.log_prob(mg.zeros(5, 2)).shape, flow.sample(3, rng=0).shape
    ((5,), (3, 2))
    """

    base: Base
    transform: Composition

    def __init__(self, base: Base, transforms: Sequence[Transform]) -> None:
        super().__init__()
        if isinstance(transforms, Transform):
            raise TypeError(f"Flow: expected transforms in a list, got {type(transforms).__name__}: put it in one")
        self.base = base
        self.transform = Composition(*transforms)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, of shape (batch,), for examples of shape (batch,) + data_shape.

        Raises
        ------
        ValueError
            If they are of another shape.
        """
        z, log_det = self.transform(self._vectors(x))
        return self.base.log_prob(z) + log_det  # type: ignore[no-any-return]

    @no_grad
    def sample(self, n: int, rng: Generator | int | None = None) -> Tensor:
        """Draw `n` examples, of shape (n,) + data_shape: noise from the base, then f⁻¹; outside any graph.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int or minigen.random.Generator, optional
            Source of the noise.
        """
        like = next((t for t in (*self.parameters(), *self.buffers()) if t.is_floating_point()), None)
        place = {} if like is None else {"dtype": like.dtype, "device": like.device}
        return self.decode(self.base.sample(n, rng=rng, **place))

    def encode(self, x: Tensor) -> Tensor:
        """Return the noise z = f(x), of shape (batch, features), behind examples of shape (batch,) + data_shape."""
        return self.transform(self._vectors(x))[0]  # type: ignore[no-any-return]

    def decode(self, z: Tensor) -> Tensor:
        """Return the examples f⁻¹(z), of shape (batch,) + data_shape, for noise of shape (batch, features)."""
        return self.transform.inverse(z)[0].reshape(len(z), *self.base.data_shape)

    def _vectors(self, x: Tensor) -> Tensor:
        """Return examples as vectors, or raise ValueError if they are of another shape."""
        if x.shape[1:] != self.base.data_shape:
            expected = ", ".join(map(str, self.base.data_shape))
            raise ValueError(f"{type(self).__name__}: expected examples of shape (batch, {expected}), got {x.shape}")
        return x.flatten(1)


class RealNVP(Flow):
    """Affine couplings on Gaussian noise: Real NVP with perceptrons.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch; of at least 2 elements.
    couplings : int, optional
        How many, at least 1.
    hidden : sequence of int, optional
        Widths of the hidden layers of each.

    Raises
    ------
    ValueError
        If there are no couplings, or fewer than 2 features.

    Examples
    --------
    >>> import minigen as mg
    >>> flow = RealNVP(2, couplings=4)
    >>> flow.sample(5, rng=0).shape
    (5, 2)
    """

    def __init__(self, data_shape: int | Sequence[int], couplings: int = 8, hidden: Sequence[int] = (64, 64)) -> None:
        base = Gaussian(data_shape)
        check_count("RealNVP", couplings)
        turns = [AffineCoupling(base.features, hidden, swap=i % 2 == 1) for i in range(couplings)]
        super().__init__(base, [*checkerboard(base.features), *turns])


class NICE(Flow):
    """Additive couplings and a diagonal scaling on logistic noise.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch; of at least 2 elements.
    couplings : int, optional
        How many, at least 1.
    hidden : sequence of int, optional
        Widths of the hidden layers of each; the paper's for MNIST are (1000, 1000, 1000, 1000, 1000).
    base : Base, optional
        The law of the noise; by default `Logistic`.

    Raises
    ------
    ValueError
        If there are no couplings, fewer than 2 features, or the base is of another shape.

    Examples
    --------
    >>> import minigen as mg
    >>> flow = NICE((8, 8), hidden=(32, 32))
    >>> flow.log_prob(mg.rand(5, 8, 8)).shape
    (5,)
    """

    def __init__(
        self,
        data_shape: int | Sequence[int],
        couplings: int = 4,
        hidden: Sequence[int] = (1000, 1000, 1000, 1000, 1000),
        *,
        base: Base | None = None,
    ) -> None:
        base, shape = Logistic(data_shape) if base is None else base, shape_of_example(data_shape)
        if base.data_shape != shape:
            raise ValueError(
                f"NICE: the base is a law of examples of shape {base.data_shape}, expected {shape}: make it of these, "
                f"{type(base).__name__}({data_shape})"
            )
        check_count("NICE", couplings)
        turns = [AdditiveCoupling(base.features, hidden, swap=i % 2 == 1) for i in range(couplings)]
        super().__init__(base, [*checkerboard(base.features), *turns, Scaling(base.features)])


def checkerboard(features: int) -> list[Transform]:
    """Return what makes every second feature a half: nothing for two."""
    return [Permutation.checkerboard(features)] if features > 2 else []


def check_count(name: str, couplings: int) -> None:
    """Raise ValueError unless there is a coupling."""
    if couplings < 1:
        raise ValueError(f"{name}: expected at least one coupling, got couplings={couplings}")
