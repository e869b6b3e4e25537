"""Data sets of images that lie in memory as one array."""

from collections.abc import Callable
from typing import Any, ClassVar

from minigen.autodiff import Tensor
from minigen.data.dataset import Dataset
from minigen.data.rows import Rows, index_of
from minigen.data.state import restore, state_of
from minigen.data.transforms.transform import apply_to_batch


class Images(Dataset[Any]):
    """Images, transformed when they are read: one by one, or a batch with one call.

    Parameters
    ----------
    data : Tensor, shape (n, height, width)
        The images.
    transform : callable, optional
        Applied to an image, a Tensor; see `minigen.data.transforms`.

    Attributes
    ----------
    data : Tensor
        All images, before `transform`.
    transform : callable or None
        As given.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.data import transforms
    >>> images = Images(mg.zeros(10, 28, 28, dtype=mg.uint8), transforms.ToTensor())
    >>> images[0].shape, images.batch(range(4)).shape
    ((1, 28, 28), (4, 1, 28, 28))
    """

    def __init__(self, data: Tensor, transform: Callable[[Any], Any] | None = None) -> None:
        self.data = data
        self.transform = transform

    def __getitem__(self, index: int) -> Any:
        """Return image number `index`, transformed."""
        image = self._raw(index)
        return image if self.transform is None else self.transform(image)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.data)

    def batch(self, rows: Rows) -> Any:
        """Return the images `rows`, transformed; views without a transform, if they are a range."""
        images = self._raw(index_of(rows))
        return images if self.transform is None else apply_to_batch(self.transform, images)

    def is_constant(self) -> bool:
        """Return whether there is no transform, which might draw."""
        return self.transform is None

    def state_dict(self) -> dict[str, Any] | None:
        """Return the state of the transform, if it has one."""
        return state_of(self.transform)

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        restore(self.transform, state_dict)

    def _raw(self, index: Any) -> Tensor:
        return self.data[index]


class LabelledImages(Images):
    """Images with a class each: example i is (image, label).

    Parameters
    ----------
    data : Tensor, shape (n, height, width)
        The images.
    targets : Tensor of int64, shape (n,)
        Their classes.
    transform, target_transform : callable, optional
        Applied to an image, and to a label, an int.

    Attributes
    ----------
    data, targets, transform, target_transform
        As given.
    classes : list of str
        The classes' names.

    Examples
    --------
    >>> import minigen as mg
    >>> pairs = LabelledImages(mg.zeros(10, 28, 28), mg.arange(10))
    >>> image, label = pairs[7]
    >>> label, pairs.batch(range(3))[1]
    (7, tensor([0, 1, 2]))
    """

    classes: ClassVar[list[str]] = []

    def __init__(
        self,
        data: Tensor,
        targets: Tensor,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(data, transform)
        self.targets = targets
        self.target_transform = target_transform

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Return image number `index`, transformed, and its label."""
        label = self.targets[index].item()
        return super().__getitem__(index), label if self.target_transform is None else self.target_transform(label)

    def batch(self, rows: Rows) -> list[Any]:
        """Return the images `rows`, transformed, and their labels."""
        labels = self.targets[index_of(rows)]
        if self.target_transform is not None:
            transform = self.target_transform
            labels = apply_to_batch(lambda label: transform(label.item()), labels)
        return [super().batch(rows), labels]

    def is_constant(self) -> bool:
        """Return whether there are no transforms, which might draw."""
        return self.transform is None and self.target_transform is None

    def state_dict(self) -> dict[str, Any] | None:
        """Return the states of both transforms, if one of them has any."""
        states = {"transform": state_of(self.transform), "target_transform": state_of(self.target_transform)}
        return states if any(state is not None for state in states.values()) else None

    def load_state_dict(self, state_dict: dict[str, Any] | None) -> None:
        """Restore what `state_dict` returned."""
        states = state_dict or {"transform": None, "target_transform": None}
        if set(states) != {"transform", "target_transform"}:
            raise ValueError(f"{type(self).__name__}: expected the states of both transforms, got {sorted(states)}")
        restore(self.transform, states["transform"])
        restore(self.target_transform, states["target_transform"])
