"""Statically binarized MNIST: each pixel of MNIST drawn once as a bit, with the pixel as probability, and kept.

Sources: Salakhutdinov and Murray, "On the Quantitative Analysis of Deep Belief Networks" (2008); the draw is that of
Larochelle and Murray, "The Neural Autoregressive Distribution Estimator" (2011). Many likelihoods in the literature are
on this draw. They are not comparable with those on a fresh draw at each use, or on a threshold.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.backend import get_default_dtype
from minigen.data.errors import DataError
from minigen.data.files import LIMIT, Published, source
from minigen.data.idx import read_up_to
from minigen.data.images import Images

PIXELS = 784
FIX = "place an undamaged copy there"
HEADER = re.compile(rb"\{'descr': '\|u1', 'fortran_order': (True|False), 'shape': \((\d{1,9}), 98\), \} *\n")


class BinarizedMNIST(Images):
    """Larochelle's binarization of MNIST: an example is one image of zeros and ones, without a label.

    Parameters
    ----------
    root : str or Path, optional
        The folder with ``binarized_mnist.npz`` (the bits packed, 98 bytes a row, in the arrays ``train``, ``valid`` and
        ``test``) or with the published ``binarized_mnist_train.amat`` …, which are text. None: the user's cache.
    split : {"train", "valid", "test"}
        50000, 10000 or 10000 images. The rows are not in MNIST's order, and those of "test" are sorted by class.
    transform : callable, optional
        Applied to an image, a Tensor of the default dtype and shape (28, 28).
    download, check : bool
        As for `MNIST`.

    Attributes
    ----------
    data : Tensor of uint8, shape (n, 28, 28)
        All images, as bits. Examples and batches are floating.

    Raises
    ------
    ValueError
        If `split` is none of the three.
    DataError
        If a file is missing and not to be fetched, damaged, or not the published one.

    Notes
    -----
    No licence is stated by the authors; derived from MNIST, see there.

    Examples
    --------
    >>> BinarizedMNIST("nowhere", split="all")
    Traceback (most recent call last):
    ValueError: BinarizedMNIST: split must be one of train, valid, test, got 'all'
    """

    mirrors: ClassVar[tuple[str, ...]] = ("http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",)
    packed: ClassVar[Published] = Published(
        "binarized_mnist.npz", 2295919, "50de2c8299a5a297789293ab2c30f6fc3cb8c359a15e5e88d5501aa18ebb8fa5"
    )
    texts: ClassVar[dict[str, tuple[int, str]]] = {
        "train": (78400000, "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
        "valid": (15680000, "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"),
        "test": (15680000, "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
    }

    def __init__(
        self,
        root: str | Path | None = None,
        split: str = "train",
        transform: Callable[[Any], Any] | None = None,
        download: bool | None = None,
        *,
        check: bool = True,
    ) -> None:
        if split not in self.texts:
            raise ValueError(f"BinarizedMNIST: split must be one of {', '.join(self.texts)}, got {split!r}")
        self.split = split
        text = Published(f"binarized_mnist_{split}.amat", *self.texts[split], self.mirrors)
        bits = source(root, (".",), download, check).read([text, self.packed], self._parse)
        super().__init__(as_tensor(bits.reshape(-1, 28, 28)), transform)

    def _parse(self, path: Path, content: bytes) -> Any:
        return parse_npz(path, content, self.split) if path.suffix == ".npz" else parse_amat(path, content)

    def _raw(self, index: Any) -> Tensor:
        return self.data[index].to(get_default_dtype())


def parse_amat(path: Path, content: bytes) -> Any:
    """Return the bits, (n, 784), of a text of 784 digits 0 or 1 a line, a space between them."""
    if not content or len(content) % (2 * PIXELS):
        raise DataError(path, f"{len(content)} bytes", f"a multiple of {2 * PIXELS}, the length of a line", FIX)
    cells = numpy.frombuffer(content, numpy.uint8).reshape(-1, PIXELS, 2)
    bits = cells[:, :, 0] - numpy.uint8(ord("0"))
    ends = cells[:, :, 1]
    if bits.max() > 1 or (ends[:, :-1] != ord(" ")).any() or (ends[:, -1] != ord("\n")).any():
        raise DataError(path, "other text", f"lines of {PIXELS} digits 0 or 1, a space between them", FIX)
    return bits


def parse_npz(path: Path, content: bytes, split: str) -> Any:
    """Return the bits, (n, 784), of the array `split` of an npz file, packed 98 bytes a row.

    NumPy's own reader believes the shape that the file says, and allocates it; this one reads no array but of that
    form, and no more than there is.
    """
    if content[:4] != b"PK\x03\x04":  # zipfile itself looks at a file's end only
        raise DataError(path, f"no zip file (it starts with {content[:4].hex() or 'nothing'})", "one", FIX)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            packing = archive.getinfo(f"{split}.npy").compress_type
            if packing not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # as NumPy writes; others may ask for memory
                raise DataError(path, f"{split}.npy packed by method {packing}", "deflated or stored", FIX)
            with archive.open(f"{split}.npy") as member:
                stored = read_up_to(member, LIMIT + 1)
    except DataError:
        raise
    except KeyError:
        raise DataError(path, f"no array {split!r}", "train, valid and test", FIX) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DataError(path, f"no zip file that can be read ({error})", "one", FIX) from None
    start = stored[:10]
    header = stored[10 : 10 + int.from_bytes(start[8:10], "little")]
    match = HEADER.fullmatch(header)
    if start[:8] != b"\x93NUMPY\x01\x00" or match is None:
        found = f"{split}.npy with header {(start + header)[:120]!r}"
        raise DataError(path, found, "an array of uint8, (n, 98)", FIX)
    n, payload = int(match[2]), stored[10 + len(header) :]
    if n == 0 or len(payload) != n * 98:
        raise DataError(path, f"{split}.npy with {len(payload)} bytes", f"{n * 98} for {n} rows, more than 0", FIX)
    packed = numpy.frombuffer(payload, numpy.uint8)
    rows = packed.reshape(98, n).T if match[1] == b"True" else packed.reshape(n, 98)
    return numpy.unpackbits(rows, axis=1)
