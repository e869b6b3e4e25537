"""The variational autoencoder.

    p(x) = ∫ p(x|z) p(z) dz,    p(z) = N(0, I)

with p(x|z) given by a decoder. A second network, the encoder, gives q(z|x) = N(μ(x), diag σ²(x)) for the posterior
p(z|x), which is not to be had. Whatever q is, the evidence lower bound (ELBO) is below log p(x), by KL(q(z|x)‖p(z|x)):

    ELBO(x) = E_q[log p(x|z)] - KL(q(z|x)‖p(z))

Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes"; Rezende, Mohamed and Wierstra 2014, "Stochastic
Backpropagation and Approximate Inference in Deep Generative Models".
"""

from statistics import NormalDist

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import linspace, tensor, zeros
from minigen.autodiff.ops.joining import cat
from minigen.distributions import Distribution, Normal, kl_divergence
from minigen.models.variational.likelihood import LIKELIHOODS
from minigen.models.variational.networks import check_latent_dim
from minigen.nn import Module
from minigen.random import Generator, as_generator


class VAE(Module):
    """A model of data with Gaussian latents, and the network that infers them.

    Parameters
    ----------
    encoder : Module
        Maps x of shape (n, …) to (n, 2 latent_dim): the means and the log-variances of q(z|x).
    decoder : Module
        Maps z of shape (n, latent_dim) to the parameters of p(x|z), of the shape of x.
    latent_dim : int
        How many latents.
    likelihood : {"bernoulli", "gaussian"} or Module, optional
        The law of x given the decoder's output: logits, or means with one learnt standard deviation. A Module maps the
        output to a `minigen.distributions.Distribution` and has ``check(x)``, which raises for data that cannot be.

    Raises
    ------
    ValueError
        If `latent_dim` is not positive or the likelihood unknown; when called, if the networks' outputs do not fit.

    Examples
    --------
    >>> import minigen as mg
    >>> encoder, decoder = mg.models.MLPEncoder(6, 2, hidden=[8]), mg.models.MLPDecoder(2, 6, hidden=[8])
    >>> vae = mg.models.VAE(encoder, decoder, 2, "bernoulli")
    >>> x = vae.sample(5, rng=0)
    >>> vae.elbo(x, rng=0).shape
    (5,)
    >>> vae.encode(x).mean.shape
    (5, 2)
    """

    def __init__(
        self, encoder: Module, decoder: Module, latent_dim: int, likelihood: str | Module = "bernoulli"
    ) -> None:
        super().__init__()
        check_latent_dim("VAE", latent_dim)
        if not isinstance(likelihood, Module) and likelihood not in LIKELIHOODS:
            raise ValueError(f"VAE: likelihood must be one of {', '.join(LIKELIHOODS)} or a Module, got {likelihood!r}")
        self.encoder = encoder
        self.decoder = decoder
        self.latent_dim = latent_dim
        self.likelihood: Module = likelihood if isinstance(likelihood, Module) else LIKELIHOODS[likelihood]()
        self.register_buffer("origin", zeros(latent_dim), persistent=False)

    def check(self, x: Tensor) -> None:
        """Raise ValueError or TypeError if `x` is no data for this likelihood; values are read on the host only."""
        self.likelihood.check(x)

    @property
    def prior(self) -> Normal:
        """p(z) = N(0, I), of shape (latent_dim,)."""
        return Normal(self.origin, log_scale=self.origin, validate_args=False)

    def encode(self, x: Tensor) -> Normal:
        """Return q(z|x), of shape (n, latent_dim), for x of shape (n, …)."""
        output = self.encoder(x)
        if output.shape != (len(x), 2 * self.latent_dim):
            raise ValueError(
                f"VAE: the encoder must return the means and log-variances of {self.latent_dim} latents, shape "
                f"{(len(x), 2 * self.latent_dim)}, got {output.shape}: end it in Linear(…, {2 * self.latent_dim})"
            )
        mean, log_variance = output.chunk(2, 1)
        return Normal(mean, log_scale=0.5 * log_variance, validate_args=False)

    def decode(self, z: Tensor) -> Distribution:
        """Return p(x|z), of shape (…) + shape of an example, for z of shape (…, latent_dim)."""
        if z.ndim == 0 or z.shape[-1] != self.latent_dim:
            raise ValueError(f"VAE.decode: expected latents of shape (…, {self.latent_dim}), got {z.shape}")
        if z.ndim == 2:
            return self.likelihood(self.decoder(z))  # type: ignore[no-any-return]
        output = self.decoder(z.reshape(-1, self.latent_dim))
        return self.likelihood(output.reshape(*z.shape[:-1], *output.shape[1:]))  # type: ignore[no-any-return]

    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor:
        """Return log p(x|z) in nats.

        Parameters
        ----------
        x : Tensor
            Examples of shape (n, …).
        z : Tensor
            Latents of shape (…, n, latent_dim), or (…, 1, latent_dim) for latents that all examples share.

        Returns
        -------
        Tensor
            Of shape (…, n).

        Raises
        ------
        ValueError
            If the decoder's output has not the shape of an example.
        """
        given = self.decode(z)
        if given.batch_shape[z.ndim - 1 :] != x.shape[1:]:
            raise ValueError(
                f"VAE: the decoder returns examples of shape {given.batch_shape[z.ndim - 1 :]}, the data's are of "
                f"shape {x.shape[1:]}: make them the same"
            )
        return given.joint_log_prob(x, x.ndim - 1)

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        """Return log p(x, z) = log p(z) + log p(x|z) in nats; shapes as for `log_likelihood`."""
        return self.prior.log_prob(z).sum(-1) + self.log_likelihood(x, z)

    def elbo(self, x: Tensor, rng: Generator | int | None = None) -> Tensor:
        """Return the evidence lower bound of each example, estimated from one draw z, differentiable.

        Parameters
        ----------
        x : Tensor
            Examples of shape (n, …).
        rng : None, int or minigen.random.Generator, optional
            What z is drawn from.

        Returns
        -------
        Tensor
            log p(x|z) - KL(q(z|x)‖p(z)), of shape (n,), in nats. Its mean is below log p(x).

        Raises
        ------
        ValueError, TypeError
            If data on the host and the likelihood disagree, or shapes do not fit.
        """
        self.check(x)
        posterior = self.encode(x)
        z = posterior.rsample(rng=rng)
        return self.log_likelihood(x, z) - kl_divergence(posterior, self.prior).sum(1)

    @no_grad
    def sample(self, n: int, rng: Generator | int | None = None) -> Tensor:
        """Draw `n` examples: z from the prior, then x from p(x|z); outside any graph.

        For pictures the means of p(x|z) are smoother: ``decode(prior.sample((n,))).mean``.
        """
        rng = as_generator(rng)
        return self.decode(self.prior.sample((n,), rng=rng)).sample(rng=rng)

    @no_grad
    def reconstruct(self, x: Tensor) -> Tensor:
        """Return the mean of p(x|z) at the mean z of q(z|x), of the shape of x; outside any graph."""
        return self.decode(self.encode(x).mean).mean

    @no_grad
    def interpolate(self, start: Tensor, end: Tensor, steps: int = 8) -> Tensor:
        """Return what lies between two batches of examples: means of p(x|z) along straight lines of z.

        Parameters
        ----------
        start, end : Tensor
            Examples of shape (n, …); the lines go from the means of q(z|start) to those of q(z|end).
        steps : int, optional
            How many z of each line, its ends included.

        Returns
        -------
        Tensor
            Of shape (n, steps, …).

        Raises
        ------
        ValueError
            If the shapes differ or `steps` is below 2.
        """
        if start.shape != end.shape:
            raise ValueError(f"VAE.interpolate: expected two batches of one shape, got {start.shape} and {end.shape}")
        if steps < 2:
            raise ValueError(f"VAE.interpolate: a line has at least its two ends, got steps={steps}")
        a, b = (self.encode(x).mean.unsqueeze(1) for x in (start, end))
        share = linspace(0.0, 1.0, steps, dtype=a.dtype, device=a.device).unsqueeze(1)
        return self.decode((1 - share) * a + share * b).mean

    @no_grad
    def manifold(self, side: int = 20) -> Tensor:
        """Return means of p(x|z) over the plane of the first two latents, the others being 0.

        Along each axis z takes the quantiles of its prior at `side` equal steps of probability, so that each picture
        stands for as much of the prior as any other. With a single latent there is one row.

        Returns
        -------
        Tensor
            Of shape (rows · side, …); the first latent grows to the right, the second upwards.

        Raises
        ------
        ValueError
            If `side` is below 1.
        """
        if side < 1:
            raise ValueError(f"VAE.manifold: side must be a positive int, the pictures in a row, got {side!r}")
        quantiles = [NormalDist().inv_cdf((i + 0.5) / side) for i in range(side)]
        rows = quantiles[::-1] if self.latent_dim > 1 else [0.0]
        points = [[x, y][: self.latent_dim] for y in rows for x in quantiles]
        z = tensor(points, dtype=self.origin.dtype, device=self.origin.device)
        rest = zeros(len(points), self.latent_dim - z.shape[1], dtype=z.dtype, device=z.device)
        return self.decode(cat([z, rest], 1)).mean
