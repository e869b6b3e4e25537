"""What a transform is: an invertible map of R^d onto R^d that knows how it changes volumes.

For x with density p_X and z = f(x), probability is kept: what f stretches gets thinner,

    log p_X(x) = log p_Z(f(x)) + log|det df/dx|

`Transform.forward` returns f(x) and that last term, `Transform.inverse` its inverse and the term of the inverse, each
of shape (batch,). Of several transforms in a row the terms add up.

Source: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation", section 2.
"""

from abc import ABC, abstractmethod

from minigen.autodiff import Tensor
from minigen.nn import Module, ModuleList


class Transform(Module, ABC):
    """Base class of transforms: data x to noise z by `forward`, noise to data by `inverse`.

    Examples
    --------
    >>> import math
    >>> import minigen as mg
    >>> class Double(Transform):
    ...     def forward(self, x):
    ...         return 2 * x, mg.full((len(x),), x.shape[1] * math.log(2))
    ...     def inverse(self, z):
    ...         return z / 2, mg.full((len(z),), -z.shape[1] * math.log(2))
    >>> Double()(mg.ones(1, 2))
    (tensor([[2., 2.]]), tensor([1.3863]))
    """

    @abstractmethod
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = f(x) of shape (batch, d) and log|det dz/dx| of shape (batch,)."""

    @abstractmethod
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x, where f(x) = z, of shape (batch, d) and log|det dx/dz| of shape (batch,)."""


class Composition(Transform):
    """Transforms one after the other: f = f_k ∘ … ∘ f_1.

    Parameters
    ----------
    *transforms : Transform
        At least one; the first is applied to data first.

    Raises
    ------
    ValueError
        If there is none.
    TypeError
        If one of them is no `Transform`.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.models.flows import Permutation, Scaling
    >>> both = Composition(Permutation([1, 0]), Scaling(2))
    >>> both(mg.tensor([[1.0, 2.0]]))[0].tolist()
    [[2.0, 1.0]]
    """

    steps: ModuleList

    def __init__(self, *transforms: Transform) -> None:
        super().__init__()
        if not transforms:
            raise ValueError("Composition: expected at least one transform, got none")
        for transform in transforms:
            if not isinstance(transform, Transform):
                raise TypeError(
                    f"Composition: expected transforms, got {type(transform).__name__}: derive it from "
                    "minigen.models.flows.Transform, with forward and inverse"
                )
        self.steps = ModuleList(transforms)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z of shape (batch, d) and log|det dz/dx| of shape (batch,)."""
        first, *others = self.steps
        x, total = first(x)
        for step in others:
            x, log_det = step(x)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x of shape (batch, d) and log|det dx/dz| of shape (batch,)."""
        *others, last = self.steps
        z, total = last.inverse(z)
        for step in reversed(others):
            z, log_det = step.inverse(z)
            total = total + log_det
        return z, total


def check_width(transform: Transform, x: Tensor, features: int) -> None:
    """Raise ValueError unless `x` is of shape (batch, features)."""
    if x.ndim != 2 or x.shape[1] != features:
        fix = f"make it for {x.shape[1]} features" if x.ndim == 2 else "flatten examples with x.flatten(1)"
        raise ValueError(
            f"{type(transform).__name__}: expected vectors of shape (batch, {features}), got {x.shape}: {fix}"
        )


def check_features(transform: Transform, features: int, least: int = 1, why: str = "") -> None:
    """Raise ValueError unless `features` is an int of at least `least`."""
    if isinstance(features, bool) or not isinstance(features, int) or features < least:
        raise ValueError(
            f"{type(transform).__name__}: features, the length of a vector, must be an int of at least {least}{why}, "
            f"got {features!r}"
        )
