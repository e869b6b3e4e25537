"""The generator of a GAN: a differentiable map G from noise z to a sample x = G(z).

It defines p(x) only by how to draw from it: z from the prior N(0, I), then x = G(z). There is no log p(x).

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", section 3.
"""

import math
from collections.abc import Sequence

from minigen.autodiff import Tensor, no_grad
from minigen.models.perceptron import perceptron, shape_of_example
from minigen.nn import Module, ReLU, Sigmoid, Tanh
from minigen.random import Generator as RandomGenerator
from minigen.random import as_generator

OUTPUTS = {"tanh": Tanh, "sigmoid": Sigmoid, "linear": None}


class Generator(Module):
    """A multilayer perceptron from noise to data.

    Parameters
    ----------
    latent_dim : int
        Length of the noise vector z.
    data_shape : int or sequence of int
        Shape of one example, without the batch.
    hidden : sequence of int, optional
        Widths of the hidden layers, each followed by a ReLU.
    output : {"tanh", "sigmoid", "linear"}, optional
        What ends the network: data in [-1, 1], in [0, 1], or anywhere.

    Raises
    ------
    ValueError
        If a width is not positive or `output` is unknown.

    Examples
    --------
    >>> import minigen as mg
    >>> generator = mg.models.Generator(16, (8, 8))
    >>> generator(mg.zeros(5, 16)).shape
    (5, 8, 8)
    >>> generator.sample(3, rng=0).shape
    (3, 8, 8)
    """

    def __init__(
        self, latent_dim: int, data_shape: int | Sequence[int], hidden: Sequence[int] = (256,), *, output: str = "tanh"
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.data_shape = shape_of_example(data_shape)
        if output not in OUTPUTS:
            raise ValueError(f"Generator: output must be one of {', '.join(OUTPUTS)}, got {output!r}")
        last = OUTPUTS[output]
        self.net = perceptron(latent_dim, hidden, math.prod(self.data_shape), ReLU)
        if last is not None:
            self.net.append(last())

    def forward(self, z: Tensor) -> Tensor:
        """Return G(z) of shape (n,) + data_shape for noise of shape (n, latent_dim)."""
        return self.net(z).reshape(z.shape[0], *self.data_shape)  # type: ignore[no-any-return]

    def sample(self, n: int, *, rng: RandomGenerator | int | None = None) -> Tensor:
        """Draw `n` examples: z from N(0, I), then G(z); outside any graph.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int or minigen.random.Generator, optional
            Source of the noise.

        Returns
        -------
        Tensor
            Of shape (n,) + data_shape.
        """
        weight = next(self.parameters())
        z = as_generator(rng).normal((n, self.latent_dim), dtype=weight.dtype, device=weight.device)
        with no_grad():
            return self(z)  # type: ignore[no-any-return]
