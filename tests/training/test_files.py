"""Whatever happens while a file is written, it is old or new, and alone in its folder."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigen.training import files

OLD, NEW = b"old", b"new" * 1000


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)
    return path


def test_the_new_file_takes_the_place_of_the_old(path) -> None:
    files.write(path, NEW[:10], NEW[10:])
    assert path.read_bytes() == NEW
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_mode_follows_the_umask(umask, tmp_path) -> None:
    before = os.umask(umask)
    try:
        files.write(tmp_path / "new", NEW)
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_symbolic_link_stays_one(path, tmp_path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    files.write(link, NEW)
    assert link.is_symlink()
    assert path.read_bytes() == NEW


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_error_leaves_the_old_file_alone(path, monkeypatch, call, error) -> None:
    def fail(*_):
        raise error

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(error)):
        files.write(path, NEW)
    monkeypatch.undo()
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == [path.name]


def test_a_full_disk_leaves_the_old_file_alone(path) -> None:
    with pytest.raises(OSError, match="No space left"), files.replacing(path) as temporary:
        temporary.write_bytes(NEW)
        raise FULL
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == [path.name]


def test_the_bytes_reach_the_disk_before_the_name_and_the_name_after(path, monkeypatch) -> None:
    events = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor):
        events.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def noted_replace(source, target):
        assert Path(source).read_bytes() == NEW
        assert Path(source).parent == path.parent
        events.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    files.write(path, NEW)
    if os.path.isdir("/proc/self/fd"):
        assert events == ["file", "name", "folder"]


KILLED = """
import os, signal, sys
from minigen.training import files
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, sys.argv[1], die)
files.write(sys.argv[2], b"new" * 1000)
"""


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_kill_leaves_the_old_file_and_a_leftover_that_is_removed(path, call) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, call, path], cwd=Path(__file__).parents[2])
    assert done.returncode < 0
    assert path.read_bytes() == OLD
    assert len(os.listdir(path.parent)) == 2
    files.remove_leftovers(path.parent)
    assert os.listdir(path.parent) == [path.name]


def test_only_leftovers_are_removed(tmp_path) -> None:
    kept = [".a.tmp", "a.0123abcd.tmp", ".hidden", ".a.0123abcg.tmp", ".a.0123abcd.tmp.b.c", "plain"]
    for name in [*kept, ".a.0123abcd.tmp", ".a.png.0123abcd.tmp.png"]:
        (tmp_path / name).touch()
    (tmp_path / ".folder.0123abcd.tmp").mkdir()
    files.remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, ".folder.0123abcd.tmp"])


def test_a_missing_folder_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing to write in: make it first"):
        files.write(tmp_path / "missing" / "file", NEW)
