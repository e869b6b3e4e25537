"""The multilayer perceptron that the families build their networks of."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from minigen.nn import Linear, Module, Sequential


def perceptron(inputs: int, hidden: Sequence[int], outputs: int, activation: Callable[[], Module]) -> Sequential:
    """Return linear layers of the given widths with `activation` between them.

    Parameters
    ----------
    inputs, outputs : int
        Widths of the two ends.
    hidden : sequence of int
        Widths between them; none makes one linear layer.
    activation : callable
        Makes the layer that follows each but the last, as ``nn.ReLU`` does.

    Raises
    ------
    ValueError
        If a width is not positive.

    Examples
    --------
    >>> from minigen.nn import ReLU
    >>> [type(layer).__name__ for layer in perceptron(2, [8], 1, ReLU)]
    ['Linear', 'ReLU', 'Linear']
    """
    widths = (inputs, *hidden, outputs)
    for width in widths:
        if width < 1:
            raise ValueError(f"a network needs positive widths, got {widths}")
    layers: list[Module] = []
    for before, after in pairwise(widths):
        layers += [Linear(before, after), activation()]
    return Sequential(*layers[:-1])


def shape_of_example(data_shape: int | Sequence[int]) -> tuple[int, ...]:
    """Return the shape of one example as a tuple.

    Examples
    --------
    >>> shape_of_example(3), shape_of_example([8, 8])
    ((3,), (8, 8))
    """
    return (data_shape,) if isinstance(data_shape, int) else tuple(data_shape)
