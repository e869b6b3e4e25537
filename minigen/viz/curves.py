"""Metrics over the steps of a run, one small panel for each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

POINTS = 1000  # more than this are averaged in groups before they are drawn


def save_curves(records: Sequence[Mapping[str, Any]], path: str | Path, *, columns: int = 2) -> Path:
    """Draw each metric over the steps and write a picture; its type follows the path's suffix.

    Parameters
    ----------
    records : sequence of mapping
        Each with ``step`` and numbers by name, as `minigen.training.read_metrics` returns them.
    path : str or Path
        Where to write.
    columns : int, optional
        Panels in a row.

    Returns
    -------
    Path
        `path`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_curves([{"step": 1, "cost": 2.0}, {"step": 2, "cost": 1.0}], f"{folder}/curves.png").name
    'curves.png'
    """
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(name for record in records for name in record if name not in ("step", "epoch")))
    columns = max(1, min(columns, len(names)))
    rows = max(1, -(-len(names) // columns))
    figure = Figure(figsize=(4.5 * columns, 2.6 * rows), layout="constrained")
    for i, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.plot(*thinned(records, name), linewidth=1)
        axes.set_title(name, fontsize=10)
        axes.grid(alpha=0.3)
        if i >= len(names) - columns:
            axes.set_xlabel("step")
    path = Path(path)
    figure.savefig(path, dpi=120)
    return path


def thinned(records: Sequence[Mapping[str, Any]], name: str) -> tuple[Any, Any]:
    """Return the steps and the values of one metric: means over groups of neighbours if there are too many.

    Examples
    --------
    >>> steps, values = thinned([{"step": 1, "cost": 2.0}, {"step": 2}, {"step": 3, "cost": 1.0}], "cost")
    >>> steps.tolist(), values.tolist()
    ([1.0, 3.0], [2.0, 1.0])
    """
    pairs = numpy.array([(record["step"], record[name]) for record in records if name in record], float).reshape(-1, 2)
    group = -(-len(pairs) // POINTS)
    if group > 1:
        starts = numpy.arange(0, len(pairs), group)
        counts = numpy.diff([*starts, len(pairs)])
        pairs = numpy.add.reduceat(pairs, starts) / counts[:, None]
    return pairs[:, 0], pairs[:, 1]
