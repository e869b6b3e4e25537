"""What a data set is: anything with a length that can be indexed from 0."""

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from minigen.autodiff import Tensor
from minigen.data.rows import Rows, index_of

Example = TypeVar("Example", covariant=True)


class Dataset(ABC, Generic[Example]):
    """Base class of data sets of one's own; a `DataLoader` takes any object with these two methods.

    A data set that can read many examples at once may also have a method ``batch(rows)``, which returns what
    collating the examples `rows` (a range, or an array of int64) would; a `DataLoader` then calls that.

    Examples
    --------
    >>> class Squares(Dataset[int]):
    ...     def __getitem__(self, index):
    ...         return index**2
    ...     def __len__(self):
    ...         return 4
    >>> Squares()[3]
    9
    """

    @abstractmethod
    def __getitem__(self, index: Any) -> Example:
        """Return example number `index`, from 0 to ``len(self) - 1``."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of examples."""

    def state_dict(self) -> dict[str, Any] | None:
        """Return what reading examples changes (a generator, say), JSON-able; None if there is nothing."""
        return None

    def is_constant(self) -> bool:
        """Return whether reading draws nothing and changes nothing, so that a batch may be read ahead of its time."""
        return False

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned.

        Raises
        ------
        ValueError
            If it is not None, for a data set without state.
        """
        if state_dict is not None:
            raise ValueError(f"{type(self).__name__} has no state to restore, got one with {sorted(state_dict)}")


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors whose rows belong together: example i is the tuple of their rows i.

    Parameters
    ----------
    *tensors : Tensor, shape (n, …)
        At least one, all with the same n.

    Attributes
    ----------
    tensors : tuple of Tensor
        As given.

    Raises
    ------
    TypeError
        If one of them is not a Tensor.
    ValueError
        If there are none, or they have no or unequal first dimensions.

    Examples
    --------
    >>> import minigen as mg
    >>> pairs = TensorDataset(mg.zeros(5, 2), mg.arange(5))
    >>> len(pairs), pairs[3]
    (5, (tensor([0., 0.]), tensor(3)))
    """

    def __init__(self, *tensors: Tensor) -> None:
        for i, tensor in enumerate(tensors):
            if not isinstance(tensor, Tensor):
                kind = type(tensor).__name__
                raise TypeError(f"TensorDataset: argument {i} is of type {kind}: use minigen.tensor")
        shapes = [tensor.shape for tensor in tensors]
        if not shapes or () in shapes or len({shape[0] for shape in shapes}) > 1:
            raise ValueError(f"TensorDataset: needs Tensors of equally many rows, got shapes {shapes}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        """Return the rows `index` (anything that indexes a Tensor) of each Tensor."""
        return tuple(tensor[index] for tensor in self.tensors)

    def batch(self, rows: Rows) -> list[Tensor]:
        """Return the rows `rows` of each Tensor; views if they are a range."""
        return list(self[index_of(rows)])

    def is_constant(self) -> bool:
        """Return True."""
        return True

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.tensors[0])
