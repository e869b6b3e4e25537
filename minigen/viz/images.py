"""Many small images on one sheet."""

from pathlib import Path
from typing import Any

import numpy

from minigen.autodiff import Tensor


def make_grid(
    images: Tensor | Any,
    nrow: int = 8,
    padding: int = 1,
    *,
    value_range: tuple[float, float] = (0.0, 1.0),
    pad_value: float = 0.5,
) -> Any:
    """Lay images out in rows.

    Parameters
    ----------
    images : Tensor or array
        Of shape (n, height, width), gray.
    nrow : int, optional
        Images in a row.
    padding : int, optional
        Pixels between them.
    value_range : (float, float), optional
        The values shown as black and white; what lies outside is clipped.
    pad_value : float, optional
        Gray of the padding, from 0 (black) to 1.

    Returns
    -------
    numpy.ndarray
        Of shape (rows (height + padding) + padding, …), float32 in [0, 1].

    Raises
    ------
    ValueError
        If `images` is not a batch of images, is empty, or `value_range` is empty.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.viz.make_grid(mg.zeros(10, 8, 8), nrow=5).shape
    (19, 46)
    """
    pixels = images.detach().cpu().numpy() if isinstance(images, Tensor) else numpy.asarray(images)
    if pixels.ndim != 3 or len(pixels) == 0:
        raise ValueError(f"make_grid: expected images of shape (n, height, width), n > 0, got {pixels.shape}")
    low, high = value_range
    if not low < high:
        raise ValueError(f"make_grid: value_range must go from black to a larger white, got {value_range}")
    n, height, width = pixels.shape
    rows = -(-n // nrow)
    sheet = numpy.full(
        (rows * (height + padding) + padding, min(n, nrow) * (width + padding) + padding), pad_value, numpy.float32
    )
    for i, image in enumerate(((pixels - low) / (high - low)).clip(0, 1)):
        top = (i // nrow) * (height + padding) + padding
        left = (i % nrow) * (width + padding) + padding
        sheet[top : top + height, left : left + width] = image
    return sheet


def save_image(images: Tensor | Any, path: str | Path, nrow: int = 8, *, zoom: int = 4, **options: Any) -> Path:
    """Write images as one PNG sheet and return its path; folders are made.

    Parameters
    ----------
    images : Tensor or array
        Of shape (n, height, width), gray.
    path : str or Path
        Where to write.
    nrow : int, optional
        Images in a row.
    zoom : int, optional
        Side of the square drawn for each pixel.
    **options
        Passed to `make_grid`.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mg.viz.save_image(mg.zeros(4, 8, 8), f"{folder}/zeros.png").name
    'zeros.png'
    """
    from matplotlib.image import imsave

    sheet = make_grid(images, nrow, **options).repeat(zoom, axis=0).repeat(zoom, axis=1)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    imsave(path, sheet, cmap="gray", vmin=0.0, vmax=1.0)
    return path
