"""Images in pairs: a sample and its nearest neighbour, an image and its reconstruction."""

from pathlib import Path
from typing import Any

from minigen.autodiff import Tensor
from minigen.autodiff.ops.joining import cat
from minigen.viz.images import save_image


def save_pairs(above: Tensor, below: Tensor, path: str | Path, nrow: int = 10, **options: Any) -> Path:
    """Write rows of images, each image of `above` over its partner in `below`, as one sheet; return its path.

    Parameters
    ----------
    above, below : Tensor
        Of shape (n, height, width).
    path : str or Path
        Where to write.
    nrow : int, optional
        Pairs in a row.
    **options
        Passed to `minigen.viz.save_image`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_pairs(mg.zeros(20, 8, 8), mg.ones(20, 8, 8), f"{folder}/pairs.png").name
    'pairs.png'
    """
    if above.shape != below.shape:
        raise ValueError(f"save_pairs: expected images in pairs, got shapes {above.shape} and {below.shape}")
    rows = [part[i : i + nrow] for i in range(0, len(above), nrow) for part in (above, below)]
    if len(rows) > 2 and len(rows[-1]) < nrow:
        raise ValueError(f"save_pairs: {len(above)} pairs do not fill rows of {nrow}: give a multiple")
    return save_image(cat(rows), path, nrow=min(nrow, len(above)), **options)
