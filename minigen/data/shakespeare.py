"""Tiny Shakespeare: 40000 lines of Shakespeare's plays as one text, character by character.

Source: Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks" (2015), the repository char-rnn.
"""

from pathlib import Path
from typing import Any, ClassVar

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.data.dataset import Dataset
from minigen.data.errors import DataError
from minigen.data.files import Published, source
from minigen.data.rows import Rows


class TinyShakespeare(Dataset[Tensor]):
    """Windows of text: example i is the `length` characters that begin at character i, as numbers.

    Parameters
    ----------
    root : str or Path, optional
        The folder with ``tinyshakespeare.txt``, or with ``input.txt`` as it was published. None: the user's cache.
    split : {"all", "train", "valid"}
        The whole text, its first nine tenths, or the rest. There is no official split; this is the usual one.
    length : int
        Characters in an example.
    download, check : bool
        As for `MNIST`.

    Attributes
    ----------
    text : str
        The text of the split.
    vocabulary : str
        The characters of the whole text, sorted; character k has the number k.
    data : Tensor of int64, shape (len(text),)
        The text as numbers.

    Raises
    ------
    ValueError
        If `split` is none of the three, or `length` is below 1 or above that of the text.
    DataError
        If the file is missing and not to be fetched, damaged, or not the published one.

    Notes
    -----
    Shakespeare's text is in the public domain; the repository is under the MIT licence.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "input.txt").write_text("First Citizen:")
    ...     text = TinyShakespeare(folder, length=5, check=False)
    >>> text.decode(text[0]), text.vocabulary
    ('First', ' :CFeinrstz')
    """

    splits: ClassVar[tuple[str, ...]] = ("all", "train", "valid")
    size: ClassVar[int] = 1115394
    sha256: ClassVar[str] = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",
    )

    def __init__(
        self,
        root: str | Path | None = None,
        split: str = "all",
        length: int = 64,
        download: bool | None = None,
        *,
        check: bool = True,
    ) -> None:
        if split not in self.splits:
            raise ValueError(f"TinyShakespeare: split must be one of {', '.join(self.splits)}, got {split!r}")
        published = Published("input.txt", self.size, self.sha256, self.mirrors)
        renamed = Published("tinyshakespeare.txt", self.size, self.sha256)
        whole = source(root, (".",), download, check).read([published, renamed], parse_text)
        cut = 9 * len(whole) // 10
        self.text = {"all": whole, "train": whole[:cut], "valid": whole[cut:]}[split]
        self.vocabulary = "".join(sorted(set(whole)))
        self.split, self.length = split, length
        if not 1 <= length <= len(self.text):
            raise ValueError(f"TinyShakespeare: length must be from 1 to {len(self.text)}, got {length}")
        self.data = self.encode(self.text)

    def __getitem__(self, index: int) -> Tensor:
        """Return the window number `index`, of shape (length,)."""
        n = len(self)
        if not -n <= index < n:
            raise IndexError(f"TinyShakespeare: index {index} is out of range for {n} windows")
        start = index % n
        return self.data[start : start + self.length]

    def is_constant(self) -> bool:
        """Return True."""
        return True

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.text) - self.length + 1

    def batch(self, rows: Rows) -> Tensor:
        """Return the windows `rows`, of shape (n, length)."""
        return self.data[numpy.asarray(rows, numpy.int64)[:, None] + numpy.arange(self.length)]

    def encode(self, text: str) -> Tensor:
        """Return the numbers, int64, of the characters of `text`.

        Raises
        ------
        ValueError
            If a character is not in the vocabulary.
        """
        number = {character: k for k, character in enumerate(self.vocabulary)}
        try:
            return as_tensor(numpy.array([number[character] for character in text], numpy.int64))
        except KeyError as error:
            raise ValueError(f"TinyShakespeare: the character {error} is not in the vocabulary") from None

    def decode(self, numbers: Any) -> str:
        """Return the text of a Tensor, array or list of numbers."""
        return "".join(self.vocabulary[int(number)] for number in numbers)


def parse_text(path: Path, content: bytes) -> str:
    """Return the text of a file of printable ASCII characters and line ends."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise DataError(path, f"no ASCII text ({error})", "one", "place an undamaged copy there") from None
    if not text or not all(character.isprintable() or character == "\n" for character in set(text)):
        raise DataError(path, "an empty text or control characters", "a text", "place an undamaged copy there")
    return text
