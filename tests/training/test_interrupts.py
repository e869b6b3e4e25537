"""Ctrl-C: the first ends the run between two steps, in good order; the second at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import minigen as mg
from minigen.training import Loop
from minigen.training.checkpoint import checkpoints, step_of
from minigen.training.state import difference
from tests.training import tiny


class Pressed:
    """Presses Ctrl-C inside its third step, as often as told."""

    def __init__(self, times):
        self.times = times
        self.finished = 0

    def step(self, batch):
        if self.finished == 2:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        self.finished += 1
        return {}


@pytest.mark.parametrize(("times", "finished", "reason"), [(1, 3, "interrupted"), (2, 2, None)])
def test_once_finishes_the_step_twice_does_not(times, finished, reason) -> None:
    before = signal.getsignal(signal.SIGINT)
    ended = []

    class End(mg.training.Callback):
        def on_end(self, loop):
            ended.append(loop.step)

    loop = Loop(Pressed(times), [1, 2], callbacks=[End()])
    with pytest.raises(KeyboardInterrupt):
        loop.run(steps=9)
    assert (loop.algorithm.finished, loop.reason) == (finished, reason)
    assert ended == ([3] if times == 1 else [])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_press_while_the_run_ends_is_not_lost() -> None:
    class End(mg.training.Callback):
        def on_end(self, loop):
            signal.raise_signal(signal.SIGINT)

    loop = Loop(Pressed(0), [1], callbacks=[End()])
    with pytest.raises(KeyboardInterrupt):
        loop.run(steps=1)
    assert loop.reason == "1 step"


def test_the_interrupted_run_has_a_checkpoint_and_goes_on(tmp_path) -> None:
    ends = []
    for press in (None, 4):
        folder = tmp_path / str(press)
        with mg.random.using(3):
            loop = tiny.make_loop(folder)
            if press:
                loop.callbacks[0].steps = None  # saves at the end only
                step = loop.algorithm.step

                def pressing(batch, step=step, loop=loop, press=press):
                    if loop.step == press:
                        signal.raise_signal(signal.SIGINT)
                    return step(batch)

                loop.algorithm.step = pressing
                with pytest.raises(KeyboardInterrupt):
                    loop.run(steps=7)
                last = checkpoints(folder / "checkpoints")[-1]
                assert step_of(last) == press + 1
                loop = tiny.make_loop(folder, seed=1)
                loop.load(last)
            loop.run(steps=7)
            ends.append(tiny.state(loop)["algorithm"])
    assert difference(*ends) is None


def test_another_thread_is_left_alone() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(mg.training.fit(Pressed(0), [1], steps=3).step))
    thread.start()
    thread.join()
    assert found == [3]


def test_where_it_is_ignored_it_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert mg.training.fit(Pressed(3), [1], steps=5).step == 5
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


PROGRAM = """
import sys
from pathlib import Path
from tests.training import tiny
print("ready", flush=True)
tiny.make_loop(Path(sys.argv[1])).run(steps=10**9)
"""


def test_a_program_in_the_middle_of_training(tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, tmp_path],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    process.stdout.readline()
    deadline = time.monotonic() + 30
    while not checkpoints(tmp_path / "checkpoints") and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert b"KeyboardInterrupt" in error
    last = checkpoints(tmp_path / "checkpoints")[-1]
    loop = tiny.make_loop(tmp_path)
    with mg.random.using(0):
        loop.load(last)
    assert loop.step == mg.training.read_metrics(tmp_path / "metrics.jsonl")[-1]["step"] == step_of(last)
    assert not [name for name in os.listdir(tmp_path / "checkpoints") if name.startswith(".")]
