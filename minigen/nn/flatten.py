"""Layers that change only the shape."""

from collections.abc import Sequence

from minigen.autodiff import Tensor
from minigen.nn.module import Module


class Flatten(Module):
    """Makes one axis of the axes from `start_dim` to `end_dim`, both included; by default of all but the batch.

    Parameters
    ----------
    start_dim, end_dim : int, optional
        The first and the last axis.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Flatten()(mg.zeros(5, 2, 3)).shape
    (5, 6)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` with these axes as one."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the axes."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Cuts one axis into several, the inverse of `Flatten`.

    Parameters
    ----------
    dim : int
        The axis.
    unflattened_size : sequence of int
        The lengths it becomes; one may be -1.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Unflatten(1, (2, 3))(mg.zeros(5, 6)).shape
    (5, 2, 3)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` with the axis cut."""
        if not -input.ndim <= self.dim < input.ndim:
            raise IndexError(f"Unflatten: dim {self.dim} is out of range for shape {input.shape}")
        axis = self.dim % input.ndim
        return input.reshape(*input.shape[:axis], *self.unflattened_size, *input.shape[axis + 1 :])

    def extra_repr(self) -> str:
        """Return the axis and its lengths."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
