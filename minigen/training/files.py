"""Files that a kill, a crash or a full disk leaves old or new, never in between.

The bytes go to a temporary file in the same folder, reach the disk, and only then take the name (POSIX ``rename``
is atomic). What a kill leaves behind is a temporary file; `remove_leftovers` knows it by its name.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LEFTOVER = re.compile(r"\..+\.[0-9a-f]{8}\.tmp(\.\w+)?")


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path to write to; at the end of the block that file takes the place of `path`.

    If the block or anything after it raises, `path` is as it was and the temporary file is gone. A symbolic link
    stays one: what it points to is replaced.

    Raises
    ------
    FileNotFoundError
        If there is no folder to write in.
    OSError
        If the file cannot be written, as when the disk is full.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/note.txt") as temporary:
    ...         _ = temporary.write_text("all of it")
    ...     pathlib.Path(folder, "note.txt").read_text()
    'all of it'
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {target.parent} to write in: make it first")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp{target.suffix}")
    try:
        yield temporary
        _reach_the_disk(temporary, os.O_RDWR)
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno and error.filename in (None, os.fspath(temporary)):
            error.filename = os.fspath(path)
        raise
    if os.name != "nt":  # Windows does not open folders
        _reach_the_disk(target.parent, os.O_RDONLY)


def write(path: str | os.PathLike[str], *pieces: Any) -> None:
    """Write the bytes of all `pieces` to `path`, all or nothing; the mode follows the umask.

    Raises
    ------
    OSError
        As for `replacing`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/note.txt", b"all ", b"of it")
    ...     pathlib.Path(folder, "note.txt").read_bytes()
    b'all of it'
    """
    with replacing(path) as temporary, open(temporary, "xb") as file:
        for piece in pieces:
            file.write(piece)


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove what killed writers left in `folder`; call it where nobody else is writing.

    Examples
    --------
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/.note.txt.0123abcd.tmp.txt", b"half of")
    ...     remove_leftovers(folder)
    ...     os.listdir(folder)
    []
    """
    for path in Path(folder).iterdir():
        if LEFTOVER.fullmatch(path.name) and not path.is_dir():
            path.unlink(missing_ok=True)


def _reach_the_disk(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
