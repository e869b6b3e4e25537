"""The VAE of which everything is known: a linear decoder with Gaussian noise, and a linear encoder.

    p(z) = N(0, I),   p(x|z) = N(W z + b, σ² I)   ⇒   p(x) = N(b, W Wᵀ + σ² I)
    p(z|x) = N(M⁻¹ Wᵀ (x - b), σ² M⁻¹),   M = Wᵀ W + σ² I

This is probabilistic principal component analysis. Its likelihood is greatest where W spans the principal axes of the
data; there the columns of W can be orthogonal, the posterior has independent latents, and the bound reaches log p(x).

Sources: Tipping and Bishop 1999, "Probabilistic Principal Component Analysis"; Lucas, Tucker, Grosse and Norouzi 2019,
"Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse".
"""

import math

from minigen.autodiff import Tensor, no_grad, wrap
from minigen.autodiff.creation import zeros
from minigen.autodiff.ops.joining import cat
from minigen.backend import namespace
from minigen.models.perceptron import shape_of_example
from minigen.models.variational.likelihood import GaussianLikelihood
from minigen.models.variational.networks import check_latent_dim
from minigen.models.variational.vae import VAE
from minigen.nn import Linear, Module, Parameter


class LinearEncoder(Module):
    """q(z|x) with means linear in x and variances that do not depend on it, as the true posterior's do not.

    Examples
    --------
    >>> import minigen as mg
    >>> LinearEncoder(3, 2)(mg.zeros(5, 3)).shape
    (5, 4)
    """

    def __init__(self, data_dim: int, latent_dim: int) -> None:
        super().__init__()
        self.mean = Linear(data_dim, latent_dim)
        self.log_variance = Parameter(zeros(latent_dim))

    def forward(self, x: Tensor) -> Tensor:
        """Return means and log-variances side by side."""
        mean = self.mean(x)
        return cat([mean, self.log_variance.broadcast_to(mean.shape)], 1)


class LinearGaussianVAE(VAE):
    """A VAE with linear networks, whose likelihood and posterior have a closed form.

    Parameters
    ----------
    data_dim : int
        Length of an example.
    latent_dim : int
        How many latents.
    scale : float, optional
        The standard deviation σ to begin with.

    Examples
    --------
    >>> import minigen as mg
    >>> vae = mg.models.LinearGaussianVAE(3, 1)
    >>> x = vae.sample(4, rng=0)
    >>> vae.log_prob(x).shape
    (4,)
    >>> mean, covariance = vae.posterior(x)
    >>> mean.shape, covariance.shape
    ((4, 1), (1, 1))
    """

    def __init__(self, data_dim: int, latent_dim: int, scale: float = 1.0) -> None:
        check_latent_dim("LinearGaussianVAE", latent_dim)
        (data_dim,) = shape_of_example(data_dim)
        encoder, decoder = LinearEncoder(data_dim, latent_dim), Linear(latent_dim, data_dim)
        super().__init__(encoder, decoder, latent_dim, GaussianLikelihood(scale))

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x), exact and differentiable.

        Parameters
        ----------
        x : Tensor
            Examples of shape (n, data_dim).

        Returns
        -------
        Tensor
            Of shape (n,), in nats.

        Notes
        -----
        The covariance grows from σ² I by one column w of W after another. With C⁻¹ that of those before, and
        s = 1 + wᵀ C⁻¹ w, the determinant is multiplied by s, and u C⁻¹ v loses (u C⁻¹ w)(w C⁻¹ v) / s.
        """
        self.likelihood.check(x)
        weight, variance = self.decoder.weight, (2.0 * self.likelihood.log_scale).exp()
        residual = x - self.decoder.bias
        among = weight.T @ weight / variance  # w C⁻¹ w, of all pairs of columns
        across = residual @ weight / variance  # r C⁻¹ w
        squares = residual.square().sum(1) / variance  # r C⁻¹ r
        log_det = 2.0 * x.shape[1] * self.likelihood.log_scale
        for k in range(self.latent_dim):
            s = 1.0 + among[k, k]
            log_det = log_det + s.log()
            squares = squares - across[:, k].square() / s
            across = across - across[:, k : k + 1] * among[k] / s
            among = among - among[:, k : k + 1] * among[k] / s
        log_prob: Tensor = -0.5 * (squares + log_det + x.shape[1] * math.log(2 * math.pi))
        return log_prob

    @no_grad
    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean of p(z|x) for each example, shape (n, latent_dim), and the covariance, the same for all."""
        weight, variance = self.decoder.weight, (2.0 * self.likelihood.log_scale).exp()
        xp = namespace(weight.array)
        m = weight.array.T @ weight.array + variance.array * xp.eye(self.latent_dim, dtype=weight.dtype)
        inverse = wrap(xp.linalg.inv(m))
        return (x - self.decoder.bias) @ weight @ inverse, variance * inverse
