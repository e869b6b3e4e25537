"""Active units: how many latents say anything about the data.

A latent whose posterior is the prior whatever x is costs nothing and says nothing. It counts as active if

    Cov_x(E_q[z]) > 0.01

Source: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", section 5.2.
"""

from typing import Protocol

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.ops.joining import cat
from minigen.data import check_finite
from minigen.distributions import Distribution
from minigen.evaluation.likelihood import resting
from minigen.evaluation.score import Score

ROWS = 1000  # examples at a time


class Model(Protocol):
    """What is needed of a model: q(z|x)."""

    def encode(self, x: Tensor) -> Distribution: ...  # noqa: D102


@no_grad
def active_units(model: Model, x: Tensor, *, threshold: float = 0.01, data: str | None = None) -> Score:
    """Return the number of latents whose posterior means vary over the examples by more than `threshold`.

    Parameters
    ----------
    model : object
        With ``encode(x)``.
    x : Tensor
        Examples, of shape (n, …), n > 1.
    threshold : float, optional
        The variance that makes a latent active.
    data : str, optional
        What the score calls the data.

    Returns
    -------
    Score
        An estimate: of the variance by these examples.

    Raises
    ------
    ValueError
        If there are fewer than two examples, or a posterior mean is not finite.

    Examples
    --------
    >>> import minigen as mg
    >>> vae = mg.models.LinearGaussianVAE(3, 2)
    >>> _ = mg.nn.init.zeros_(vae.encoder.mean.weight)
    >>> print(active_units(vae, mg.randn(10, 3), data="noise"))
    active units 0 of 2 (estimate, n = 10, noise)
    """
    if len(x) < 2:
        raise ValueError(f"active_units: a variance over examples needs at least two, got {len(x)}")
    with resting(model):
        means = cat([model.encode(x[i : i + ROWS]).mean for i in range(0, len(x), ROWS)])
    check_finite(means, "active_units: posterior means")
    count = int((means.var(0) > threshold).sum().item())
    return Score(count, "active units", f"of {means.shape[1]}", "estimate", len(x), data=data)
