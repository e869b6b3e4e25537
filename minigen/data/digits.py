"""The UCI optical digits, which come with the package (attribution and licence stand in ``DIGITS.md``).

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository (1998).
"""

import gzip
import hashlib
import io
from pathlib import Path

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.data.errors import DataError

FILE = Path(__file__).with_name("digits.csv.gz")
SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
SPLITS = {"all": slice(None), "train": slice(1500), "test": slice(1500, None)}


def load_digits(split: str = "all") -> tuple[Tensor, Tensor]:
    """Return handwritten digits of 8 x 8 pixels and their labels.

    Parameters
    ----------
    split : {"all", "train", "test"}
        All 1797 rows, the first 1500, or the last 297. There is no official split; this one is minigen's
        own. Who wrote which row is not known, so the same hand may be in both parts.

    Returns
    -------
    images : Tensor of float32, shape (n, 8, 8)
        Pixels in [0, 1], the file's 0 … 16 divided by 16; 0 is paper, 1 is ink.
    labels : Tensor of int64, shape (n,)
        The digits 0 … 9.

    Raises
    ------
    ValueError
        If `split` is none of the three.
    DataError
        If the file is missing or not the one that was published (checked by its sha256).

    Notes
    -----
    E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
    1998: the rows of ``optdigits.tes`` as scikit-learn ships them. Licence: CC BY 4.0 according to public
    copies that quote the UCI page (not checked at the source).

    Examples
    --------
    >>> images, labels = load_digits("test")
    >>> images.shape, labels.shape
    ((297, 8, 8), (297,))
    """
    if split not in SPLITS:
        raise ValueError(f"load_digits: unknown split {split!r}, use one of {', '.join(map(repr, SPLITS))}")
    rows = numpy.loadtxt(io.BytesIO(gzip.decompress(_checked_bytes())), delimiter=",", dtype=numpy.uint8)
    rows = rows[SPLITS[split]]
    images = rows[:, :64].reshape(-1, 8, 8).astype(numpy.float32) / 16
    return as_tensor(images), as_tensor(rows[:, 64].astype(numpy.int64))


def _checked_bytes() -> bytes:
    fix = "put the published file there, or install minigen again"
    try:
        content = FILE.read_bytes()
    except OSError as error:
        raise DataError(FILE, f"no file that can be read ({error.strerror})", f"sha256 {SHA256}", fix) from None
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise DataError(FILE, f"{len(content)} bytes with sha256 {found}", f"sha256 {SHA256}", fix)
    return content
