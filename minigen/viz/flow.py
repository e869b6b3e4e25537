"""What a flow does to the plane, step by step: a grid of noise that is warped into data, and the density on the way.

A column shows the plane after some of the steps from noise to data: above, where the lines of a square grid of noise
have come to; below, the density of noise carried that far, which is that of the base in the first column and of the
model in the last.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import tensor, zeros
from minigen.backend import get_default_dtype
from minigen.viz.plane import Window, dots, frame, paint, written

LINES, POINTS, REACH = 17, 400, 3.0  # of the grid of noise: lines along each axis, points on each, half its width


class Step(Protocol):
    """What is needed of a transform: both directions, each with log|det|."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]: ...  # noqa: D102
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]: ...  # noqa: D102


def save_layers(
    steps: Sequence[Step],
    base_log_prob: Callable[[Tensor], Tensor],
    path: str | Path,
    *,
    window: Window,
    data: Tensor | None = None,
    columns: int = 5,
    side: int = 120,
    device: Any = None,
) -> Path:
    """Draw the warped grid and the density after none, some and all steps from noise to data; return the path.

    Parameters
    ----------
    steps : sequence of transforms
        In the order in which they are applied to data.
    base_log_prob : callable
        log p of noise, of shape (m,) for points of shape (m, 2).
    path : str or Path
        Where to write.
    window : (left, right, bottom, top)
        What the last column shows; the others show the window that holds the grid.
    data : Tensor, optional
        Points of shape (n, 2), drawn where data are: over the last density.
    columns : int, optional
        Stages shown, evenly spread over the steps; at least 2.
    side : int, optional
        Values of a density along each axis.
    device : optional
        Where the steps compute.

    Raises
    ------
    ValueError
        If there are fewer than 2 columns.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> flow = mg.models.RealNVP(2, couplings=4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/layers.png"
    ...     save_layers(
    ...         list(flow.transform.steps), flow.base.log_prob, path, window=(-3.0, 3.0, -3.0, 3.0), side=20
    ...     ).name
    'layers.png'
    """
    from matplotlib.figure import Figure

    if columns < 2:
        raise ValueError(f"save_layers: needs at least 2 columns, the noise and the data, got {columns}")
    shown = stages(len(steps), columns)
    figure = Figure(figsize=(3.2 * len(shown), 6.6), layout="constrained")
    for column, undone in enumerate(shown):
        rest = list(steps)[len(steps) - undone :]
        with no_grad():
            lines = [back(rest, line.to(device)).cpu().numpy() for line in grid()]
        here = window if undone == len(steps) else around(lines)
        above = figure.add_subplot(2, len(shown), 1 + column)
        for i, line in enumerate(lines):
            above.plot(*line.T, linewidth=0.7, color="tab:blue" if i < LINES else "tab:orange")
        frame(above, here)
        above.set_title("noise" if not undone else f"{undone} of {len(steps)} steps" if rest != list(steps) else "data")
        below = figure.add_subplot(2, len(shown), 1 + len(shown) + column)
        frame(below, here)
        paint(below, density_after(rest, base_log_prob, device), here, limits=None, colours="viridis", side=side)
        if data is not None and undone == len(steps):
            dots(below, data, size=1.0, color="white")
    return written(figure, path)


def stages(steps: int, columns: int) -> list[int]:
    """Return how many steps have been undone in each column, from none to all.

    Examples
    --------
    >>> stages(8, 5), stages(2, 5)
    ([0, 2, 4, 6, 8], [0, 1, 2])
    """
    return sorted({round(steps * i / (columns - 1)) for i in range(columns)})


def grid() -> list[Tensor]:
    """Return the upright and then the level lines of a square grid around 0, each of shape (points, 2)."""
    places, along = numpy.linspace(-REACH, REACH, LINES), numpy.linspace(-REACH, REACH, POINTS)
    upright = [numpy.stack([numpy.full(POINTS, place), along], axis=1) for place in places]
    lines = upright + [line[:, ::-1] for line in upright]
    return [tensor(line.astype(get_default_dtype())) for line in lines]


def back(steps: Sequence[Step], z: Tensor) -> Tensor:
    """Return where noise is after these steps have been undone."""
    for step in reversed(steps):
        z = step.inverse(z)[0]
    return z


def density_after(
    steps: Sequence[Step], base_log_prob: Callable[[Tensor], Tensor], device: Any
) -> Callable[[Tensor], Tensor]:
    """Return the density of noise after these steps have been undone."""

    def density(x: Tensor) -> Tensor:
        x, total = x.to(device), zeros(len(x), device=device)
        for step in steps:
            x, log_det = step.forward(x)
            total = total + log_det
        return (base_log_prob(x) + total).exp()

    return density


def around(lines: Sequence[Any]) -> Window:
    """Return a square window that holds nearly all of the lines: their outermost hundredths are left out."""
    points = numpy.concatenate(lines)
    low, high = numpy.quantile(points, [0.01, 0.99], axis=0)
    middle, half = (low + high) / 2, 0.6 * float(max(high - low))
    return (
        float(middle[0]) - half,
        float(middle[0]) + half,
        float(middle[1]) - half,
        float(middle[1]) + half,
    )


def save_inversion(errors: Sequence[float], path: str | Path) -> Path:
    """Draw the error of inversion over the number of steps, on a logarithmic scale; return the path.

    Parameters
    ----------
    errors : sequence of float
        As `minigen.evaluation.inversion_errors` returns them.
    path : str or Path
        Where to write.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_inversion([1e-7, 3e-7], f"{folder}/inversion.png").name
    'inversion.png'
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.add_subplot()
    tiny = numpy.finfo(float).tiny  # an error of exactly 0 stands at the lower edge
    axes.semilogy(range(1, len(errors) + 1), numpy.maximum(errors, tiny), marker="o", markersize=4)
    smallest = min((error for error in errors if error > 0), default=1e-16)
    axes.set_ylim(bottom=smallest / 3)
    axes.set(xlabel="steps undone", ylabel="largest |x - f⁻¹(f(x))|")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    return written(figure, path)
