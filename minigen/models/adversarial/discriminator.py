"""The discriminator of a GAN: how likely x is to be data rather than a sample.

It returns the logit a(x) of that probability, D(x) = 1 / (1 + exp(-a(x))), because the costs of D and G
are exact and finite in a but not in D(x).

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", section 3.
"""

import math
from collections.abc import Sequence
from functools import partial

from minigen.autodiff import Tensor
from minigen.models.perceptron import perceptron, shape_of_example
from minigen.nn import LeakyReLU, Module


class Discriminator(Module):
    """A multilayer perceptron from data to one logit.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch.
    hidden : sequence of int, optional
        Widths of the hidden layers, each followed by a leaky ReLU of slope 0.2.

    Raises
    ------
    ValueError
        If a width is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> discriminator = mg.models.Discriminator((8, 8))
    >>> discriminator(mg.zeros(5, 8, 8)).shape
    (5,)
    """

    def __init__(self, data_shape: int | Sequence[int], hidden: Sequence[int] = (256,)) -> None:
        super().__init__()
        self.data_shape = shape_of_example(data_shape)
        self.net = perceptron(math.prod(self.data_shape), hidden, 1, partial(LeakyReLU, 0.2))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of shape (n,) for examples of shape (n,) + data_shape."""
        if x.shape[1:] != self.data_shape:
            raise ValueError(
                f"Discriminator: expected examples of shape (n, {', '.join(map(str, self.data_shape))}), got {x.shape}"
            )
        return self.net(x.flatten(1)).squeeze(1)  # type: ignore[no-any-return]
