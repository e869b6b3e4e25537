"""What a learning step reports: numbers that stay on their device until they are read."""

from collections.abc import Iterator, Mapping

from minigen.autodiff import Tensor


class Metrics(Mapping[str, float]):
    """Named 0-d Tensors that become floats when read; only then is a GPU waited for.

    Parameters
    ----------
    **values : Tensor
        The numbers, of one element each.

    Examples
    --------
    >>> import minigen as mg
    >>> metrics = mg.learning.Metrics(cost=mg.tensor(0.5))
    >>> metrics["cost"]
    0.5
    >>> dict(metrics | mg.learning.Metrics(rate=mg.tensor(0.25)))
    {'cost': 0.5, 'rate': 0.25}
    """

    def __init__(self, **values: Tensor) -> None:
        self._values = {name: value.detach() for name, value in values.items()}

    def __or__(self, other: "Metrics") -> "Metrics":
        return Metrics(**{**self._values, **other._values})

    def __getitem__(self, name: str) -> float:
        return float(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Metrics({', '.join(f'{name}={value:.4g}' for name, value in self.items())})"
