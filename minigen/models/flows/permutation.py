"""The permutation of features: what comes between couplings so that each feature meets each other.

z_i = x_{order i}; volumes are kept, log|det| = 0.
"""

from collections.abc import Sequence
from typing import Self

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import tensor
from minigen.models.flows.coupling import no_change
from minigen.models.flows.transform import Transform, check_width
from minigen.random import Generator, as_generator


class Permutation(Transform):
    """Features in another order.

    Parameters
    ----------
    order : sequence of int or Tensor
        Feature i of z is feature ``order[i]`` of x. It is saved with the model.

    Raises
    ------
    ValueError
        If `order` does not hold each of 0 … d - 1 once.

    Examples
    --------
    >>> import minigen as mg
    >>> turn = Permutation([2, 0, 1])
    >>> z, log_det = turn(mg.tensor([[1.0, 2.0, 3.0]]))
    >>> z, log_det
    (tensor([[3., 1., 2.]]), tensor([0.]))
    >>> turn.inverse(z)[0]
    tensor([[1., 2., 3.]])
    """

    order: Tensor

    def __init__(self, order: Sequence[int] | Tensor) -> None:
        super().__init__()
        places = numpy.asarray(order.tolist() if isinstance(order, Tensor) else order)
        if places.ndim != 1 or not numpy.array_equal(numpy.sort(places), numpy.arange(max(1, places.size))):
            raise ValueError(
                f"Permutation: the order must hold each of 0 … d - 1 once, got {order}: Permutation.random(d) draws one"
            )
        self.register_buffer("order", tensor(places, dtype="int64"))

    @classmethod
    def random(cls, features: int, *, rng: Generator | int | None = None) -> Self:
        """Draw an order.

        Examples
        --------
        >>> sorted(Permutation.random(4, rng=0).order.tolist())
        [0, 1, 2, 3]
        """
        return cls(as_generator(rng).permutation(features))

    @classmethod
    def checkerboard(cls, features: int) -> Self:
        """Put the features of even number before those of odd number: the halves that NICE couples.

        Examples
        --------
        >>> Permutation.checkerboard(5).order
        tensor([0, 2, 4, 1, 3])
        """
        return cls([*range(0, features, 2), *range(1, features, 2)])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features in order and zeros of shape (batch,)."""
        check_width(self, x, len(self.order))
        return x.index_select(1, self.order), no_change(x)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features in their first order and zeros of shape (batch,)."""
        check_width(self, z, len(self.order))
        return z.index_select(1, self.order.argsort()), no_change(z)

    def extra_repr(self) -> str:
        """Return the number of features."""
        return f"features={len(self.order)}"
