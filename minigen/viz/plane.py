"""Points and functions on a window of the plane: samples over data, a density, a discriminator's field."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import tensor
from minigen.backend import get_default_dtype

Window = tuple[float, float, float, float]  # left, right, bottom, top: as `box` of the toy densities
COLOURS = ("tab:orange", "tab:blue", "tab:green", "tab:red")


def lattice(window: Window, side: int = 200) -> Tensor:
    """Return the middles of side x side equal cells of a window, row by row from the bottom; shape (side², 2).

    Parameters
    ----------
    window : (left, right, bottom, top)
        The rectangle.
    side : int, optional
        Cells along each axis.

    Raises
    ------
    ValueError
        If the window is empty.

    Examples
    --------
    >>> lattice((0.0, 4.0, 0.0, 2.0), 2)
    tensor([[1.0000, 0.5000],
            [3.0000, 0.5000],
            [1.0000, 1.5000],
            [3.0000, 1.5000]])
    """
    left, right, bottom, top = checked(window)
    middles = (numpy.arange(side) + 0.5) / side
    x, y = numpy.meshgrid(left + (right - left) * middles, bottom + (top - bottom) * middles)
    return tensor(numpy.stack([x.ravel(), y.ravel()], axis=1).astype(get_default_dtype()))


def save_scatter(
    points: Tensor | Mapping[str, Tensor], path: str | Path, *, window: Window | None = None, size: float = 4.0
) -> Path:
    """Draw points of the plane and write a picture; its type follows the path's suffix.

    Parameters
    ----------
    points : Tensor or mapping of str to Tensor
        Of shape (n, 2); several sets by name, the later above the earlier.
    path : str or Path
        Where to write.
    window : (left, right, bottom, top), optional
        What to show; by default all points.
    size : float, optional
        Area of a dot, in square points.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ValueError
        If a set is not of shape (n, 2), or the window is empty.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_scatter({"data": mg.zeros(3, 2), "samples": mg.ones(3, 2)}, f"{folder}/points.png").name
    'points.png'
    """
    figure, axes = panel(window)
    sets = points if isinstance(points, Mapping) else {"": points}
    for (name, x), colour in zip(sets.items(), COLOURS, strict=False):
        dots(axes, x, size=size, color=colour, label=name or None)
    if any(sets):
        axes.legend(loc="upper right", fontsize=8, markerscale=2)
    return written(figure, path)


def save_field(
    field: Callable[[Tensor], Tensor],
    path: str | Path,
    *,
    window: Window,
    points: Tensor | Mapping[str, Tensor] | None = None,
    limits: tuple[float, float] | None = None,
    colours: str = "viridis",
    side: int = 200,
) -> Path:
    """Draw a function of the plane as colours, with points on it if given, and write a picture.

    Parameters
    ----------
    field : callable
        Maps points of shape (m, 2) to values of shape (m,): a density, D(x).
    path : str or Path
        Where to write.
    window : (left, right, bottom, top)
        What to show.
    points : Tensor or mapping of str to Tensor, optional
        Of shape (n, 2); several sets by name.
    limits : (float, float), optional
        The values at the two ends of the colours; by default the extremes of the window.
    colours : str, optional
        Name of matplotlib's colour map.
    side : int, optional
        Values along each axis.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ValueError
        If the field does not return one value a point, or the window is empty.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_field(mg.data.toy.Ring().log_prob, f"{folder}/ring.png", window=(-3.0, 3.0, -3.0, 3.0)).name
    'ring.png'
    """
    figure, axes = panel(window)
    image = paint(axes, field, window, limits=limits, colours=colours, side=side)
    figure.colorbar(image, ax=axes, shrink=0.8)
    sets = {} if points is None else points if isinstance(points, Mapping) else {"": points}
    for (name, x), colour in zip(sets.items(), COLOURS, strict=False):
        dots(axes, x, size=4.0, color=colour, label=name or None, edgecolors="white", linewidths=0.3)
    if any(sets):
        axes.legend(loc="upper right", fontsize=8, markerscale=2)
    return written(figure, path)


def panel(window: Window | None) -> tuple[Any, Any]:
    """Return a square figure with one pair of axes on a window, both axes to the same scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    frame(axes, window)
    return figure, axes


def frame(axes: Any, window: Window | None) -> None:
    """Show a window of the plane, both axes to the same scale."""
    axes.set_aspect("equal")
    axes.tick_params(labelsize=8)
    if window is not None:
        left, right, bottom, top = checked(window)
        axes.set(xlim=(left, right), ylim=(bottom, top))


def dots(axes: Any, points: Tensor, *, size: float, **options: Any) -> None:
    """Draw points of shape (n, 2)."""
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"a picture of the plane needs points of shape (n, 2), got {points.shape}")
    x, y = points.detach().cpu().numpy().T
    axes.scatter(x, y, s=size, **{"linewidths": 0, "alpha": 0.7, **options})


def paint(
    axes: Any,
    field: Callable[[Tensor], Tensor],
    window: Window,
    *,
    limits: tuple[float, float] | None,
    colours: str,
    side: int,
) -> Any:
    """Draw the values of a function on a window; return matplotlib's image."""
    low, high = (None, None) if limits is None else limits
    with no_grad():
        values = field(lattice(window, side))
    if values.shape != (side * side,):
        raise ValueError(
            f"a field must return one value for each of {side**2} points, of shape ({side**2},), got {values.shape}"
        )
    pixels = values.cpu().numpy().reshape(side, side)
    return axes.imshow(pixels, origin="lower", extent=window, vmin=low, vmax=high, cmap=colours)


def written(figure: Any, path: str | Path) -> Path:
    """Write a figure, making its folder; return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    return path


def checked(window: Window) -> Window:
    """Return the window, or raise ValueError if it is empty."""
    left, right, bottom, top = window
    if not (left < right and bottom < top):
        raise ValueError(f"a window is (left, right, bottom, top) with left < right and bottom < top, got {window}")
    return window
