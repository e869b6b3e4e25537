"""The program in processes of its own: both names, terminals and none, Ctrl-C."""

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from minigen.training import read_metrics
from minigen.training.checkpoint import checkpoints, read_checkpoint
from minigen.training.progress import Progress
from tests.recipes import small

fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))  # not on Windows


def start(*arguments, cwd, **options):
    """Start the program."""
    command = [sys.executable, "-W", "error", "-m", "minigen", *map(str, arguments)]
    environment = {**small.environment(), "PYTHONPATH": str(small.ROOT), **options.pop("variables", {})}
    return subprocess.Popen(command, cwd=cwd, env=environment, **options)


def wait_for(condition):
    """Wait until something holds, a minute at most."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_both_names_are_one_program(tmp_path) -> None:
    done = small.program("list", cwd=tmp_path)
    assert done.returncode == 0
    name = Path(sys.executable).with_name("minigen")
    if not name.exists():
        pytest.skip("the package is not installed beside this interpreter")
    other = subprocess.run([name, "list"], cwd=tmp_path, env=small.environment(), capture_output=True, text=True)
    assert (other.returncode, other.stdout) == (0, done.stdout)


def test_codes_of_the_process(tmp_path) -> None:
    assert small.program("train", "nothing", cwd=tmp_path).returncode == 2
    failed = small.program("sample", "nowhere", cwd=tmp_path)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert re.fullmatch(r"Error: nowhere is no run: .*\n", failed.stderr)


def test_help_is_quick_and_loads_no_engine(tmp_path) -> None:
    code = "import runpy, sys; sys.argv[1:] = ['--help']\ntry:\n    runpy.run_module('minigen', run_name='__main__')\n"
    code += "finally:\n    print(sorted({'matplotlib', 'scipy', 'safetensors', 'minigen.nn'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**small.environment(), "PYTHONPATH": str(small.ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("[]\n")


def test_ctrl_c_is_acted_on_between_two_steps_with_a_checkpoint(tmp_path) -> None:
    process = start(
        "train", "gan-digits", "--out", "r",
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job may have it ignored
    )  # fmt: skip
    metrics = tmp_path / "r" / "metrics.jsonl"
    wait_for(lambda: metrics.exists() and metrics.stat().st_size)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.endswith("interrupted: continue with minigen train --resume r\n")
    assert "Traceback" not in error
    step = read_checkpoint(checkpoints(tmp_path / "r" / "checkpoints")[-1])["state"]["loop"]["step"]
    assert read_metrics(metrics)[-1]["step"] == step // 10 * 10
    done = small.program("train", "--resume", "r", "--steps", step + 10, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    steps = [record["step"] for record in read_metrics(metrics)]
    assert steps == list(range(10, step + 11, 10))


def on_a_terminal(*arguments, cwd, **variables):
    """Run the program with standard output and error on a terminal; what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = start(*arguments, cwd=cwd, stdout=theirs, stderr=theirs, stdin=theirs, variables=variables)
    os.close(theirs)
    written = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux: the other side was closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    assert process.wait(60) == 0, written
    return written.decode()


def test_a_bar_on_a_terminal_and_lines_elsewhere(tmp_path) -> None:
    shown = on_a_terminal("train", "gan-digits", "--steps", 40, "--out", "a", cwd=tmp_path, TERM="xterm", NO_COLOR="1")
    assert "40/40" in shown
    assert "step/s" in shown
    assert "\x1b[3" not in shown  # no colour
    done = small.program("train", "gan-digits", "--steps", 40, "--out", "b", cwd=tmp_path)
    assert "\r" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert re.search(r"^  step 20, epoch 0, \d+ s: discriminator ", done.stderr, re.MULTILINE)
    assert done.stdout.splitlines()[0] == "training gan-digits in b"
    assert done.stdout.splitlines()[-1] == "pictures, metrics and checkpoints: b"


def test_without_any_terminal_input_or_home(tmp_path) -> None:
    process = start(
        "train", "gan-digits", "--steps", 2, "--out", "r",
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        variables={"TERM": "dumb", "LC_ALL": "C", "COLUMNS": "20"},
    )  # fmt: skip
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error


def test_without_a_standard_error(tmp_path) -> None:
    process = start(
        "train", "gan-digits", "--steps", 2, "--out", "r",
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.close(2),
    )  # fmt: skip
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.splitlines()[1].startswith("2 steps, ")


def test_a_bar_without_a_standard_error(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(SimpleNamespace(loader=[], step=0, metrics={}), "steps", 3, shown=True) as bar:
        bar.update()


def test_a_closed_pipe_is_no_traceback(tmp_path) -> None:
    with start("list", cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        error = process.stderr.read()
    assert "Traceback" not in error
