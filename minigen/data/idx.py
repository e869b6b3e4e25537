"""The IDX format of the MNIST files: a header of big-endian integers, then the numbers of one array.

    2 bytes 0, 1 byte type, 1 byte number of axes d, d times 4 bytes length of the axis, the numbers

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
"""

import io
import math
import struct
import zlib
from gzip import GzipFile
from pathlib import Path
from typing import Any

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.data.errors import DataError
from minigen.data.files import LIMIT, read_bytes

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
FIX = "place an undamaged copy there"


def read_idx(path: str | Path) -> Tensor:
    """Return the array of an IDX file, plain or packed with gzip.

    Parameters
    ----------
    path : str or Path
        The file; packed if and only if its name ends in ``.gz``.

    Returns
    -------
    Tensor
        Of the shape and type that the file says.

    Raises
    ------
    DataError
        If there is no such file; if it is not gzip though its name says so, or no IDX; if it is shorter or longer than
        its header says, or says more than 1 GiB. No more than that is ever unpacked.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.idx")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path)
    tensor([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    return as_tensor(parse_idx(path, read_bytes(path)))


def parse_idx(path: Path, content: bytes) -> Any:
    """Return the array of the IDX file at `path`, whose `content` was read."""
    is_packed = content[:2] == b"\x1f\x8b"
    if is_packed != (path.suffix == ".gz"):
        kind, expected = ("a gzip file", "a plain one, or .gz") if is_packed else ("no gzip file", "one, by its name")
        raise DataError(path, f"{kind} (it starts with {content[:4].hex() or 'nothing'})", expected, FIX)
    try:
        return _parse(path, GzipFile(fileobj=io.BytesIO(content)) if is_packed else io.BytesIO(content))
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        raise DataError(path, f"damaged gzip data ({error})", "an undamaged file", FIX) from None


def _parse(path: Path, stream: Any) -> Any:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= 8:
        raise DataError(path, f"the magic number {magic.hex() or 'nothing'}", "0000, a type 08-0e, axes 01-08", FIX)
    header = stream.read(4 * magic[3])
    if len(header) < 4 * magic[3]:
        raise DataError(path, f"a header of {4 + len(header)} bytes", f"{4 + 4 * magic[3]}", FIX)
    shape = struct.unpack(f">{magic[3]}I", header)
    dtype = numpy.dtype(TYPES[magic[2]])
    size = math.prod(shape) * dtype.itemsize
    if size > LIMIT:
        raise DataError(path, f"a header for shape {shape}, {size} bytes", f"at most {LIMIT}", FIX)
    payload = read_up_to(stream, size + 1)
    if len(payload) != size:
        found = f"{len(payload)} bytes" if len(payload) < size else "more bytes"
        raise DataError(path, f"{found} after the header", f"{size} for shape {shape}", FIX)
    return numpy.frombuffer(payload, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def read_up_to(stream: Any, limit: int) -> bytes:
    """Return at most `limit` bytes of a stream, using no more memory than they need."""
    parts, left = [], limit
    while left and (part := stream.read(min(left, 2**20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def of_uint8(path: Path, array: Any, shape: tuple[int, ...]) -> Any:
    """Return the `array` read from `path`, or raise DataError if it is not of uint8, n > 0 times `shape`."""
    if array.dtype != numpy.uint8 or array.shape[1:] != shape or len(array) == 0:
        expected = f"(n, {', '.join(map(str, shape))}), n > 0" if shape else "(n,), n > 0"
        raise DataError(path, f"{array.dtype} of shape {array.shape}", f"uint8 of shape {expected}", FIX)
    return array
