"""log p(x) of a latent-variable model with one or two latents, by quadrature.

    p(x) = ∫ p(x|z) p(z) dz ≈ h^d Σ_i p(x|z_i) p(z_i)

over a grid of equal steps h that covers the prior N(0, I). For an analytic function that vanishes at the ends this
trapezoidal rule is as good as any: with a peak of standard deviation s its relative error is 2 exp(-2 (π s / h)²),
which is squared twice over whenever h is halved. So the sum over every other point shows whether the grid is fine
enough.

Source: Trefethen and Weideman 2014, "The Exponentially Convergent Trapezoidal Rule".
"""

import math
from typing import Any, Protocol

from minigen.autodiff import Tensor
from minigen.autodiff.creation import linspace
from minigen.autodiff.ops.joining import cat, stack
from minigen.backend import device_of

REACH = 8.5  # standard deviations of the prior on either side: beyond lies 2e-17 of it
NODES = {1: 1001, 2: 201}  # of each axis, to begin with
AT_ENDS = 1e-6  # of p(x), what may lie on the grid's edge
AGREE = 1e-2  # nats between the grid and every other point of it; the error is about its fourth power
DOUBLINGS = 3
BLOCK = 2**22  # numbers of examples at a time


class LatentVariableModel(Protocol):
    """What is needed of a model: how many latents it has, a check of the data, and log p(x, z)."""

    latent_dim: int

    @property
    def prior(self) -> Any: ...  # noqa: D102

    def check(self, x: Tensor) -> Any: ...  # noqa: D102
    def log_joint(self, x: Tensor, z: Tensor) -> Tensor: ...  # noqa: D102


def latent_log_prob(model: LatentVariableModel, x: Tensor, *, nodes: int | None = None) -> Tensor:
    """Return log p(x) of a model with one or two latents, whose prior is N(0, I).

    Parameters
    ----------
    model : object
        With ``latent_dim``, ``prior``, ``check(x)`` and ``log_joint(x, z)``, as `minigen.models.VAE`.
    x : Tensor
        Examples, of shape (n, …).
    nodes : int, optional
        Points on each axis, an odd number. By default 1001 for one latent and 201 for two; where `x` is in host memory
        twice as many as long as they are too few, three times at most.

    Returns
    -------
    Tensor
        Of shape (n,), in nats; it can be differentiated.

    Raises
    ------
    ValueError
        If there are more than two latents; where `x` is in host memory, if data and likelihood disagree, or the grid is
        too coarse for a posterior or ends where one still has mass.

    Examples
    --------
    >>> import minigen as mg
    >>> vae = mg.models.LinearGaussianVAE(3, 1)
    >>> x = vae.sample(4, rng=0)
    >>> (latent_log_prob(vae, x) - vae.log_prob(x)).abs().max().item() < 1e-5
    True
    """
    dims = model.latent_dim
    if dims not in NODES:
        raise ValueError(
            f"latent_log_prob: a grid over {dims} latents is too large, expected 1 or 2: take a bound, "
            "minigen.evaluation.importance_bound"
        )
    if nodes is not None and (not isinstance(nodes, int) or nodes < 3 or nodes % 2 == 0):
        raise ValueError(f"latent_log_prob: nodes must be an odd int of at least 3, got {nodes!r}")
    model.check(x)
    on_host, doublings = device_of(x.array).type == "cpu", DOUBLINGS if nodes is None else 0
    nodes = NODES[dims] if nodes is None else nodes
    like = model.prior.mean
    while True:
        axis = linspace(-REACH, REACH, nodes, dtype=like.dtype, device=like.device)
        cell = dims * math.log(2 * REACH / (nodes - 1))
        every_other, others, ends = (_log_sum(model, x, points) for points in grid(axis, dims))
        log_p = stack([every_other, others], 0).logsumexp(0) + cell
        check = every_other + cell + dims * math.log(2)
        if not on_host or _agree(log_p, check, ends + cell, nodes, doublings):
            return log_p
        nodes, doublings = 2 * nodes - 1, doublings - 1


def grid(axis: Tensor, dims: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return points of the grid, of shape (m, dims): every other one along each axis, the others, those at its ends.

    Examples
    --------
    >>> import minigen as mg
    >>> [len(points) for points in grid(mg.linspace(-1, 1, 5), 2)]
    [9, 16, 20]
    """
    if dims == 1:
        points = axis.unsqueeze(1)
        return points[::2], points[1::2], points[:: len(axis) - 1]
    shape = (len(axis), len(axis))
    square = stack([axis.unsqueeze(1).broadcast_to(shape), axis.broadcast_to(shape)], 2)
    last = len(axis) - 1
    return tuple(  # type: ignore[return-value]
        cat([part.reshape(-1, 2) for part in parts])
        for parts in (
            [square[::2, ::2]],
            [square[1::2], square[::2, 1::2]],
            [square[::last], square[:, ::last]],
        )
    )


def _log_sum(model: LatentVariableModel, x: Tensor, points: Tensor) -> Tensor:
    """Return log Σ p(x, z) over the points z, for each example."""
    rows = max(1, BLOCK // max(1, x.numel()))
    parts = [model.log_joint(x, points[i : i + rows].unsqueeze(1)).logsumexp(0) for i in range(0, len(points), rows)]
    return parts[0] if len(parts) == 1 else stack(parts, 0).logsumexp(0)


def _agree(log_p: Tensor, check: Tensor, ends: Tensor, nodes: int, doublings: int) -> bool:
    """Say whether the sum can be trusted, or raise ValueError if it cannot and there are no doublings left."""
    at_ends, gap = (part.max().item() if len(part) else 0.0 for part in ((ends - log_p).exp(), (log_p - check).abs()))
    if not at_ends < AT_ENDS:
        raise ValueError(
            f"latent_log_prob: the grid has at its ends the share {at_ends:.3g} of p(x): the latents are far from "
            "their prior, take a bound"
        )
    if not (gap < AGREE or doublings):
        raise ValueError(
            f"latent_log_prob: the sum over {nodes} points an axis differs from that over every other one by {gap:.3g} "
            f"nats: give more than nodes={nodes}"
        )
    return gap < AGREE
