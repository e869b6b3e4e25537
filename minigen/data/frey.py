"""The Frey faces: 1965 frames, 28 x 20 pixels, of a video of Brendan Frey's face.

Source: Sam Roweis' data page (2000); used as continuous data by Kingma and Welling, "Auto-Encoding Variational Bayes"
(2013).
"""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy

from minigen.autodiff.creation import as_tensor
from minigen.data.errors import DataError
from minigen.data.files import Published, source
from minigen.data.images import Images

PIXELS = 28 * 20
START = 184  # where the numbers begin: a header of 128 bytes, then the tags below
# A little-endian MATLAB 5 file: version and byte order; the matrix's tag; its flags (uint8), shape, name "ff", tag.
TAGS = struct.Struct("<H2s II IIII IIII HH4s II")


class FreyFaces(Images):
    """Faces: an example is one gray image, without a label.

    Parameters
    ----------
    root : str or Path, optional
        The folder with ``frey_rawface.mat``. None: the user's cache. There is no download: no page
        is known that still gives the file, so it has to be placed by hand.
    transform : callable, optional
        Applied to an image, a Tensor of uint8 and shape (28, 20).
    check : bool
        As for `MNIST`.

    Attributes
    ----------
    data : Tensor of uint8, shape (1965, 28, 20)
        All frames in the order of the video, 0 (black) to 255 (white).

    Raises
    ------
    DataError
        If the file is missing, damaged, or not the published one.

    Notes
    -----
    There is no official split, and none is honest for free: after a random one the neighbours of a test frame, nearly
    equal to it, are in the training part. ``Subset(faces, range(1572))`` is the first four fifths.

    No licence is stated.

    Examples
    --------
    >>> try:
    ...     faces = FreyFaces("nowhere")
    ... except DataError as error:
    ...     print(error.path.name)
    frey_rawface.mat
    """

    file: ClassVar[Published] = Published(
        "frey_rawface.mat", 1100584, "265a83a23adb081755cd3de375509828e690324d1d60f076b8ecebc840d59c64"
    )

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Callable[[Any], Any] | None = None,
        *,
        check: bool = True,
    ) -> None:
        place = source(root, (".",), False, check)
        super().__init__(as_tensor(place.read([self.file], parse_mat)), transform)


def parse_mat(path: Path, content: bytes) -> Any:
    """Return the faces, (n, 28, 20), of an unpacked MATLAB 5 file that holds one matrix ``ff`` of uint8, (560, n)."""
    fix = "place an undamaged copy there"
    if content[:10] != b"MATLAB 5.0" or len(content) < START:
        found = f"{len(content)} bytes that start with {content[:10]!r}"
        raise DataError(path, found, f"'MATLAB 5.0' and at least {START} bytes", fix)
    tags = TAGS.unpack(content[START - TAGS.size : START])
    n, length = tags[11], tags[16]
    rest = PIXELS * n + -PIXELS * n % 8
    expected = (0x0100, b"IM", 14, 48 + rest, 6, 8, 9, 0, 5, 8, PIXELS, n, 1, 2, b"ff\0\0", 2, PIXELS * n)
    if n == 0 or tags != expected or len(content) != START + rest:
        found = f"{len(content)} bytes, {length} of them in a matrix, tags {tags}"
        raise DataError(path, found, f"one matrix 'ff' of uint8, ({PIXELS}, n), tags {expected}", fix)
    return numpy.frombuffer(content, numpy.uint8, PIXELS * n, START).reshape(n, 28, 20).copy()
