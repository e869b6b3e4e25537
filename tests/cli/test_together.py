"""Several at once in one place: runs get folders of their own, and one run is trained by one process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigen.cli.train import create
from minigen.training import Run, read_metrics
from tests.cli.test_commands import elsewhere, run  # noqa: F401
from tests.cli.test_processes import start, wait_for
from tests.recipes import small

pytest.importorskip("fcntl")


def test_a_run_is_trained_by_one_process(tmp_path) -> None:
    process = start("train", "gan-digits", "--steps", 10**6, "--out", "r", cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        metrics = tmp_path / "r" / "metrics.jsonl"
        wait_for(lambda: metrics.exists() and metrics.stat().st_size)
        settings = (tmp_path / "r" / "settings.json").read_bytes()
        _, error = run("train", "--resume", "r", "--steps", 5, code=1)
        assert error == "Error: r is being trained by another process: wait for it, or stop it\n"
        assert (tmp_path / "r" / "settings.json").read_bytes() == settings
    finally:
        process.kill()
        process.wait()


def test_what_a_killed_process_held_is_free_again(tmp_path) -> None:
    process = start("train", "gan-digits", "--steps", 10**6, "--out", "r", cwd=tmp_path, stderr=subprocess.DEVNULL)
    metrics = tmp_path / "r" / "metrics.jsonl"
    wait_for(lambda: metrics.exists() and metrics.stat().st_size)
    process.kill()
    process.wait()
    run("train", "--resume", "r", "--steps", 12)
    assert [record["step"] for record in read_metrics(metrics)] == [10]
    assert not (tmp_path / "r" / ".lock").exists()


def test_a_run_is_held_once_and_let_go(tmp_path) -> None:
    first, second = Run.create(tmp_path / "r", {}), Run(tmp_path / "r", {})
    with first.held(), pytest.raises(BlockingIOError, match="is being trained by another process"), second.held():
        pass
    with pytest.raises(KeyError), second.held():
        raise KeyError
    with first.held():
        pass
    assert os.listdir(tmp_path / "r") == ["settings.json"]


def test_a_folder_is_not_made_into_a_run_while_another_process_does(tmp_path) -> None:
    with Run(tmp_path, {}).held():
        (tmp_path / ".settings.json.0123abcd.tmp.json").touch()  # being written by that one
        with pytest.raises(BlockingIOError):
            Run.create(tmp_path, {})
        assert (tmp_path / ".settings.json.0123abcd.tmp.json").exists()


def test_runs_begun_at_once_have_folders_of_their_own(tmp_path) -> None:
    """Each process makes twenty; all of them begin together."""
    code = (
        "import sys; from minigen.cli.train import create\n"
        "sys.stdin.readline()\n"
        "for n in range(20): print(create(None, 'it', {'n': int(sys.argv[1]) * 100 + n}).path, flush=True)"
    )
    environment = {**small.environment(), "PYTHONPATH": str(small.ROOT)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(k)],
            cwd=tmp_path, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for k in range(4)
    ]  # fmt: skip
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    paths = []
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        paths += out.split()
    assert sorted(paths) == sorted(f"runs/it-{n}" for n in range(1, 81))
    assert len({Run.open(tmp_path / path).settings["n"] for path in paths}) == 80


def test_a_folder_claimed_by_another_process_is_passed_over() -> None:
    Path("runs/it-1").mkdir(parents=True)
    assert create(None, "it", {}).path == Path("runs/it-2")
