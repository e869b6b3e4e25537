"""The two networks of a VAE as multilayer perceptrons.

The encoder maps x to the parameters of q(z|x), the decoder z to those of p(x|z).

Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix C.
"""

import math
from collections.abc import Callable, Sequence

from minigen.autodiff import Tensor
from minigen.models.perceptron import perceptron, shape_of_example
from minigen.nn import Module, Tanh


class MLPEncoder(Module):
    """From an example to the means and the log-variances of its latents.

    Parameters
    ----------
    data_shape : int or sequence of int
        Shape of one example, without the batch.
    latent_dim : int
        How many latents.
    hidden : sequence of int, optional
        Widths of the hidden layers.
    activation : callable, optional
        Makes the layer that follows each of them.

    Raises
    ------
    ValueError
        If a width is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.models.MLPEncoder((8, 8), 2)(mg.zeros(5, 8, 8)).shape
    (5, 4)
    """

    def __init__(
        self,
        data_shape: int | Sequence[int],
        latent_dim: int,
        hidden: Sequence[int] = (200, 200),
        activation: Callable[[], Module] = Tanh,
    ) -> None:
        super().__init__()
        check_latent_dim("MLPEncoder", latent_dim)
        self.data_shape = shape_of_example(data_shape)
        self.net = perceptron(math.prod(self.data_shape), hidden, 2 * latent_dim, activation)

    def forward(self, x: Tensor) -> Tensor:
        """Return means and log-variances side by side, of shape (n, 2 latent_dim), for x of shape (n,) + data_shape."""
        if x.shape[1:] != self.data_shape:
            expected = ", ".join(map(str, self.data_shape))
            raise ValueError(f"MLPEncoder: expected examples of shape (n, {expected}), got {x.shape}")
        return self.net(x.flatten(1))  # type: ignore[no-any-return]


class MLPDecoder(Module):
    """From latents to the parameters of the likelihood, one for each element of an example.

    Parameters
    ----------
    latent_dim : int
        How many latents.
    data_shape : int or sequence of int
        Shape of one example, without the batch.
    hidden : sequence of int, optional
        Widths of the hidden layers.
    activation : callable, optional
        Makes the layer that follows each of them.

    Raises
    ------
    ValueError
        If a width is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.models.MLPDecoder(2, (8, 8))(mg.zeros(5, 2)).shape
    (5, 8, 8)
    """

    def __init__(
        self,
        latent_dim: int,
        data_shape: int | Sequence[int],
        hidden: Sequence[int] = (200, 200),
        activation: Callable[[], Module] = Tanh,
    ) -> None:
        super().__init__()
        check_latent_dim("MLPDecoder", latent_dim)
        self.latent_dim = latent_dim
        self.data_shape = shape_of_example(data_shape)
        self.net = perceptron(latent_dim, hidden, math.prod(self.data_shape), activation)

    def forward(self, z: Tensor) -> Tensor:
        """Return parameters of shape (n,) + data_shape for latents of shape (n, latent_dim)."""
        if z.ndim != 2 or z.shape[1] != self.latent_dim:
            raise ValueError(f"MLPDecoder: expected latents of shape (n, {self.latent_dim}), got {z.shape}")
        return self.net(z).reshape(z.shape[0], *self.data_shape)  # type: ignore[no-any-return]


def check_latent_dim(name: str, latent_dim: int) -> None:
    """Raise ValueError unless `latent_dim` is a positive int."""
    if not isinstance(latent_dim, int) or isinstance(latent_dim, bool) or latent_dim < 1:
        raise ValueError(f"{name}: latent_dim must be a positive int, the number of latents, got {latent_dim!r}: use 1")
