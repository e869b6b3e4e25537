"""Pictures of an RBM: what its hidden units look for, where its chains wander, and how biased learning it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.autodiff.ops.joining import stack
from minigen.viz.images import save_image


def save_filters(weight: Tensor, shape: tuple[int, int], path: str | Path, *, nrow: int = 10, zoom: int = 4) -> Path:
    """Write the weights of each hidden unit as an image, gray where they are 0; return its path.

    Parameters
    ----------
    weight : Tensor, shape (n_visible, n_hidden)
        Of an RBM.
    shape : (int, int)
        Height and width of the image that the visible units are.
    path : str or Path
        Where to write.
    nrow, zoom : int, optional
        Images in a row; side of the square drawn for each pixel.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_filters(mg.models.RBM(16, 6).weight, (4, 4), f"{folder}/filters.png").name
    'filters.png'
    """
    filters = weight.detach().T.reshape(-1, *shape)
    scale = filters.abs().amax((1, 2), keepdim=True).clip(min=1e-30)  # each has its own contrast
    return save_image(filters / scale, path, nrow=nrow, zoom=zoom, value_range=(-1.0, 1.0))


def save_strip(frames: Sequence[Tensor], path: str | Path, *, zoom: int = 4) -> Path:
    """Write chains as rows of images, each a moment later than the one before; return the path.

    Parameters
    ----------
    frames : sequence of Tensor, each of shape (chains, height, width)
        Where the chains stood.
    path : str or Path
        Where to write.
    zoom : int, optional
        Side of the square drawn for each pixel.

    Raises
    ------
    ValueError
        If there are no frames.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_strip([mg.zeros(3, 4, 4), mg.ones(3, 4, 4)], f"{folder}/chains.png").name
    'chains.png'
    """
    if not frames:
        raise ValueError("save_strip: there are no frames to put side by side")
    images = stack(list(frames), 1)
    return save_image(images.reshape(-1, *images.shape[2:]), path, nrow=len(frames), zoom=zoom)


def save_bias(
    sweeps: Sequence[int], biases: Sequence[float], gradient: float, title: str, path: str | Path
) -> Path:
    """Draw the bias of contrastive divergence over the number of sweeps, beside the true gradient; return the path.

    Parameters
    ----------
    sweeps, biases, gradient
        What `minigen.evaluation.contrastive_bias` was given and returned.
    title : str
        What stands above.
    path : str or Path
        Where to write.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_bias([1, 2], [0.5, 0.25], 0.1, "log p -3.4 nats", f"{folder}/bias.png").name
    'bias.png'
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 3.4), layout="constrained")
    axes: Any = figure.add_subplot()
    axes.loglog(sweeps, biases, "o-", label="bias of CD-k")
    axes.axhline(gradient, color="gray", linestyle="--", label="norm of the true gradient")
    axes.set_xticks(list(sweeps), [str(k) for k in sweeps])
    axes.minorticks_off()
    axes.set_xlabel("k, sweeps of the chain")
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    return path
