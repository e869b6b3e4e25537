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

    Raises
    ------
    ValueError
        If it is no positive int and no sequence of these.

    Examples
    --------
    >>> shape_of_example(3), shape_of_example([8, 8])
    ((3,), (8, 8))
    """
    shape = tuple(data_shape) if isinstance(data_shape, Sequence) else (data_shape,)
    if not shape or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in shape):
        raise ValueError(
            f"data_shape must be a positive int or several, the shape of one example, got {data_shape!r}: "
            "3 for vectors, (28, 28) for images"
        )
    return shape
