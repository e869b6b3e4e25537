"""What a transform is: called with one example, or with many, stacked, which its method `batch` takes.

``t.batch(x)[i]`` is ``t(x[i])``, and where a transform draws, the draws are the same too. So a data set whose images
lie in one array transforms a batch with one call.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from minigen.autodiff import Tensor
from minigen.data.collate import default_collate
from minigen.data.state import restore, state_of


class Transform(ABC):
    """Base class of transforms; one of your own needs ``__call__`` only.

    Examples
    --------
    >>> import minigen as mg
    >>> class Invert(Transform):
    ...     def __call__(self, x):
    ...         return 1 - x
    >>> Invert().batch(mg.tensor([[0.0, 1.0], [1.0, 1.0]])).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """Return the transformed example."""

    def batch(self, x: Tensor) -> Any:
        """Return the transformed examples, stacked; one by one unless the transform knows better."""
        return default_collate([self(x[i]) for i in range(len(x))])

    def state_dict(self) -> dict[str, Any] | None:
        """Return what calls change (a generator), JSON-able; None if there is nothing."""
        return None

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        if state_dict is not None:
            raise ValueError(f"{type(self).__name__} has no state to restore, got {state_dict!r}")


class Elementwise(Transform):
    """Base class of transforms that treat every number alike: a batch is transformed as an example is."""

    def batch(self, x: Tensor) -> Any:
        """Return the transformed examples, at once."""
        return self(x)


class Compose(Transform):
    """Several transforms, one after the other.

    Parameters
    ----------
    transforms : sequence of callables
        The first is applied first.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.data.transforms import Flatten, Normalize, ToTensor
    >>> to_signs = Compose([ToTensor(), Normalize(0.5, 0.5), Flatten()])
    >>> to_signs(mg.tensor([[0, 255]], dtype="uint8"))
    tensor([-1.,  1.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, x: Any) -> Any:
        """Return the example after all transforms."""
        for transform in self.transforms:
            x = transform(x)
        return x

    def batch(self, x: Tensor) -> Any:
        """Return the examples after all transforms, each applied to the batch at once where it can be."""
        for transform in self.transforms:
            x = apply_to_batch(transform, x)
        return x

    def state_dict(self) -> dict[str, Any] | None:
        """Return the states of the transforms that have one, by their number."""
        states = {str(i): state_of(transform) for i, transform in enumerate(self.transforms)}
        return {i: state for i, state in states.items() if state is not None} or None

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        states = state_dict or {}
        unknown = [i for i in states if i not in map(str, range(len(self.transforms)))]
        if unknown:
            raise ValueError(f"Compose of {len(self.transforms)} transforms: got states of number {', '.join(unknown)}")
        for i, transform in enumerate(self.transforms):
            try:
                restore(transform, states.get(str(i)))
            except ValueError as error:
                raise ValueError(f"Compose: transform {i} ({type(transform).__name__}): {error}") from None


class Lambda(Transform):
    """A function as a transform.

    Parameters
    ----------
    lambd : callable
        Takes an example, returns what becomes of it.
    elementwise : bool
        Whether `lambd` treats every number alike, so that it may be called with a batch as well.

    Raises
    ------
    TypeError
        If `lambd` cannot be called.

    Examples
    --------
    >>> import minigen as mg
    >>> Lambda(lambda x: x.sum()).batch(mg.ones(2, 3))
    tensor([3., 3.])
    """

    def __init__(self, lambd: Callable[[Any], Any], *, elementwise: bool = False) -> None:
        if not callable(lambd):
            raise TypeError(f"Lambda: expected a function, got {type(lambd).__name__}")
        self.lambd, self.elementwise = lambd, elementwise

    def __call__(self, x: Any) -> Any:
        """Return what the function makes of the example."""
        return self.lambd(x)

    def batch(self, x: Tensor) -> Any:
        """Return what the function makes of the examples."""
        return self.lambd(x) if self.elementwise else super().batch(x)


def apply_to_batch(transform: Callable[[Any], Any], x: Tensor) -> Any:
    """Return the stacked examples `x` after `transform`, at once if it is a `Transform`, else one by one.

    Examples
    --------
    >>> import minigen as mg
    >>> apply_to_batch(lambda x: x.sum(), mg.ones(2, 3))
    tensor([3., 3.])
    """
    if isinstance(transform, Transform):
        return transform.batch(x)
    return default_collate([transform(x[i]) for i in range(len(x))])
