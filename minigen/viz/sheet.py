"""Several picture files on one sheet, each under its title."""

from collections.abc import Sequence
from pathlib import Path


def save_sheet(pictures: Sequence[tuple[str, str | Path]], path: str | Path, *, columns: int = 3) -> Path:
    """Read PNG files and draw them side by side on one sheet; return its path.

    Parameters
    ----------
    pictures : sequence of (str, path)
        Titles and files.
    path : str or Path
        Where to write.
    columns : int, optional
        Pictures in a row.

    Raises
    ------
    ValueError
        If there are no pictures.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     zeros = mg.viz.save_image(mg.zeros(4, 8, 8), f"{folder}/zeros.png")
    ...     save_sheet([("zeros", zeros), ("again", zeros)], f"{folder}/sheet.png").name
    'sheet.png'
    """
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    if not pictures:
        raise ValueError("save_sheet: there are no pictures to put on the sheet")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(5 * columns, 5.2 * rows), layout="constrained")
    for i, (title, file) in enumerate(pictures):
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.imshow(imread(file), interpolation="antialiased")
        axes.set_title(title, fontsize=10, wrap=True)
        axes.set_axis_off()
    path = Path(path)
    figure.savefig(path, dpi=100)
    return path
