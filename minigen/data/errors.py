"""The error of files of data: which file, what was found, what was expected, what to do."""

from pathlib import Path


class DataError(RuntimeError):
    """A file of data is missing, damaged, or not the one it should be.

    Parameters
    ----------
    path : str or Path
        The file.
    found, expected : str
        What stands there, and what should.
    fix : str
        What to do about it.

    Attributes
    ----------
    path : Path
        The file.

    Examples
    --------
    >>> print(DataError("raw/images.gz", "12 bytes", "16 or more", "fetch the file again"))
    raw/images.gz: found 12 bytes, expected 16 or more: fetch the file again
    """

    def __init__(self, path: str | Path, found: str, expected: str, fix: str) -> None:
        super().__init__(f"{path}: found {found}, expected {expected}: {fix}")
        self.path = Path(path)
