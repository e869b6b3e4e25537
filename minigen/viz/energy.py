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
    sweeps: Sequence[int], machines: Sequence[tuple[str, Sequence[float], float]], path: str | Path
) -> Path:
    """Draw the bias of contrastive divergence over the number of sweeps, beside the true gradient; return the path.

    Parameters
    ----------
    sweeps : sequence of int
        Values of k.
    machines : sequence of (str, sequence of float, float)
        A panel for each: its title, and what `minigen.evaluation.contrastive_bias` returned.
    path : str or Path
        Where to write.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_bias([1, 2], [("log p -3.4 nats", [0.5, 0.25], 0.1)], f"{folder}/bias.png").name
    'bias.png'
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * len(machines), 3.4), layout="constrained")
    panels: Any = figure.subplots(1, len(machines), squeeze=False, sharey=True)[0]
    for axes, (title, biases, gradient) in zip(panels, machines, strict=True):
        axes.loglog(sweeps, biases, "o-", label="bias of CD-k")
        axes.axhline(gradient, color="gray", linestyle="--", label="norm of the true gradient")
        axes.set_xticks(list(sweeps), [str(k) for k in sweeps])
        axes.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
        axes.set_xlabel("k, sweeps of the chain")
        axes.set_title(title, fontsize=10)
        axes.grid(alpha=0.3)
    panels[0].legend(fontsize=9)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    return path
