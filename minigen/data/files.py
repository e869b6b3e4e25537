"""Where a file of data is looked for, how it is fetched, and that it is the published one.

A published file is known by its length and sha256. The length is looked at first, so that nothing much larger
than the file is ever read.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from minigen.data.errors import DataError

LIMIT = 2**30
"""The most bytes that are taken from one file, packed or unpacked, where its length is not known beforehand."""

Content = TypeVar("Content")


@dataclass(frozen=True)
class Published:
    """A file as it was published.

    Attributes
    ----------
    name : str
        Its file name.
    size : int
        Its length in bytes.
    sha256 : str
        Of its content.
    mirrors : tuple of str
        Folders on the web, ending in "/", where a file of this name and content is to be had; none if the file has to
        be placed by hand.
    """

    name: str
    size: int
    sha256: str
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where the files of a data set are.

    Attributes
    ----------
    root : Path or None
        The user's folder, or None for the cache.
    folders : tuple of str
        Places below `root` where the files may lie, the first for downloads.
    download : bool
        Whether a missing file is fetched.
    check : bool
        Whether a file must be the published one, by its sha256.
    """

    root: Path | None
    folders: tuple[str, ...]
    download: bool
    check: bool

    def read(self, forms: Sequence[Published], parse: Callable[[Path, bytes], Content]) -> Content:
        """Return what `parse` makes of the file, which may have several `forms`; the first form is fetched.

        Parameters
        ----------
        forms : sequence of Published
            The file, and the same in other packings.
        parse : callable
            Takes the path and the content, and raises DataError if it cannot be understood.

        Returns
        -------
        object
            What `parse` returned.

        Raises
        ------
        DataError
            If the file is missing, damaged or not the published one, or cannot be fetched.
        """
        places = [self._base() / folder / form.name for folder in self.folders for form in forms]
        for path, form in zip(places, list(forms) * len(self.folders), strict=True):
            if path.is_file() and not self._is_to_be_replaced(path, form):
                return parse(path, read_bytes(path, form if self.check else None))
        first = forms[0]
        if not self.download or not first.mirrors:
            tried = ", ".join(str(path) for path in places[1:])
            raise DataError(
                places[0],
                "no such file" + (f" (nor {tried})" if tried else ""),
                f"{first.size} bytes with sha256 {first.sha256}",
                by_hand(first) + ("; or pass download=True" if first.mirrors else ""),
            )
        fetch(first, places[0])
        return parse(places[0], read_bytes(places[0], first))

    def _is_to_be_replaced(self, path: Path, form: Published) -> bool:
        """Whether the file is a damaged one of the cache; a user's file never is."""
        return self.root is None and self.download and not _is_published(path, form)

    def _base(self) -> Path:
        return cache_folder() if self.root is None else self.root


def source(root: str | Path | None, folders: tuple[str, ...], download: bool | None, check: bool) -> Source:
    """Return the `Source` that the arguments of a data set mean."""
    path = None if root is None else Path(root).expanduser()
    return Source(path, folders, path is None if download is None else download, check)


def cache_folder() -> Path:
    """Return the folder of the user's cache that downloads go to."""
    import pooch

    return Path(pooch.os_cache("minigen"))


def read_bytes(path: Path, published: Published | None = None) -> bytes:
    """Return the content of a file, which must be the `published` one if that is given.

    Raises
    ------
    DataError
        If the file cannot be read, is too long, or is another.
    """
    fix = "remove it and place the right file there" if published is None else by_hand(published)
    try:
        size = path.stat().st_size
        if published is not None and size != published.size:
            raise DataError(path, f"{size} bytes", f"{published.size}", fix)
        if size > LIMIT:
            raise DataError(path, f"{size} bytes", f"at most {LIMIT}", fix)
        content = path.read_bytes()
    except OSError as error:
        raise DataError(path, f"no file that can be read ({error.strerror})", "one", fix) from None
    if published is not None:
        found = hashlib.sha256(content).hexdigest()
        if found != published.sha256:
            raise DataError(path, f"{len(content)} bytes with sha256 {found}", f"sha256 {published.sha256}", fix)
    return content


def fetch(file: Published, path: Path) -> None:
    """Download `file` to `path` from the first mirror that has it.

    Raises
    ------
    DataError
        If none has; says what each answered.
    """
    import pooch

    answers = []
    for mirror in file.mirrors:
        try:
            pooch.retrieve(mirror + file.name, f"sha256:{file.sha256}", fname=path.name, path=path.parent)
            return
        except (OSError, ValueError) as error:  # requests' errors are OSErrors, a wrong hash is a ValueError
            reason = " ".join(str(error).split())
            answers.append(f"{mirror + file.name} answered {type(error).__name__}: {reason[:200]}")
    raise DataError(path, "; ".join(answers), f"a download with sha256 {file.sha256}", by_hand(file))


def by_hand(file: Published) -> str:
    """Return how to place the file by hand."""
    where = f", from {' or '.join(mirror + file.name for mirror in file.mirrors)}" if file.mirrors else ""
    return f"place {file.name} there by hand ({file.size} bytes, sha256 {file.sha256}{where})"


def _is_published(path: Path, file: Published) -> bool:
    try:
        read_bytes(path, file)
    except DataError:
        return False
    return True
