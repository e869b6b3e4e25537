"""Training 2N steps is training N, saving, loading and training N: the same bits."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import minigen as mg
from minigen.training import fit, read_metrics
from minigen.training.checkpoint import checkpoints, step_of
from minigen.training.state import difference
from tests.training import tiny

STEPS = 2 * tiny.BATCHES + 2


def program(*arguments, hash_seed):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.training.tiny", *map(str, arguments)],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The folder of an undisturbed run, checkpoints at each step."""
    return run_straight(tmp_path_factory.mktemp("straight"))


@pytest.fixture(scope="module")
def straight_on_the_host(tmp_path_factory):
    """The same with all in host memory."""
    with mg.device("cpu"):
        return run_straight(tmp_path_factory.mktemp("straight"))


def run_straight(folder):
    with mg.random.using(3):
        loop = tiny.make_loop(folder)
        loop.run(steps=STEPS)
        mg.save(tiny.state(loop), folder / "end")
    return folder


def copy_up_to(step, straight, folder):
    """The run as a kill shortly after `step` leaves it: metrics beyond the checkpoint, the last line torn."""
    shutil.copytree(straight / "checkpoints", folder / "checkpoints")
    for path in checkpoints(folder / "checkpoints"):
        if step_of(path) > step:
            path.unlink()
    lines = (straight / "metrics.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "metrics.jsonl").write_bytes(b"".join(lines[: step + 1]) + lines[-1][:10])
    return checkpoints(folder / "checkpoints")[-1]


@pytest.mark.parametrize("step", [1, tiny.BATCHES, tiny.BATCHES + 2])
def test_a_fresh_process_with_another_hash_seed_goes_on_bit_for_bit(step, straight_on_the_host, tmp_path) -> None:
    straight = straight_on_the_host
    last = copy_up_to(step, straight, tmp_path)
    done = program(tmp_path / "end", tmp_path, STEPS, last, hash_seed=step)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "end").read_bytes() == (straight / "end").read_bytes()
    assert (tmp_path / "metrics.jsonl").read_bytes() == (straight / "metrics.jsonl").read_bytes()


def outcome(step, straight, folder):
    """What differs after resuming at `step`, an error included: None if nothing does."""
    last = copy_up_to(step, straight, folder)
    with mg.random.using(4):
        loop = tiny.make_loop(folder, seed=5)
        try:
            loop.load(last)
            loop.run(steps=STEPS)
        except mg.training.CheckpointError as error:
            return str(error)
        return difference(mg.load(straight / "end"), tiny.state(loop), "state")


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_from_every_step(step, straight, tmp_path) -> None:
    assert outcome(step, straight, tmp_path) is None
    records = read_metrics(tmp_path / "metrics.jsonl")
    assert [record["step"] for record in records] == list(range(1, STEPS + 1))
    assert [record["epoch"] for record in records] == [n // tiny.BATCHES for n in range(1, STEPS + 1)]


def test_a_state_with_other_bits_is_seen(straight, tmp_path) -> None:
    """What the other tests compare does depend on seeds and steps."""
    end = mg.load(straight / "end")
    for number, (seed, steps) in enumerate([(5, STEPS), (0, STEPS - 1)]):
        with mg.random.using(3):
            loop = tiny.make_loop(tmp_path / str(number), seed=seed)
            loop.run(steps=steps)
            assert difference(end, tiny.state(loop))


def test_a_checkpoint_holds_each_state_that_changes(straight) -> None:
    early, late = (mg.training.read_checkpoint(checkpoints(straight / "checkpoints")[i])["state"] for i in (3, 7))
    for place in (
        "algorithm.generator",
        "algorithm.discriminator",
        "algorithm.opt_g.state",
        "algorithm.opt_d.state",
        "algorithm.rng",
        "loader.given",
        "loader.drawn_from",
        "loop.rng",
        "loop.step",
        "loop.epoch",
        "loop.callbacks.EMA.averages",
        "loop.callbacks.EarlyStopping",
    ):
        one, other = early, late
        for key in place.split("."):
            one, other = one[key], other[key]
        assert difference(one, other, place), place


def test_in_the_same_process_a_second_run_goes_on_in_the_epoch(straight, tmp_path) -> None:
    with mg.random.using(3):
        loop = tiny.make_loop(tmp_path)
        for steps in (1, 2, 5, STEPS):
            loop.run(steps=steps)
        assert difference(mg.load(straight / "end"), tiny.state(loop)) is None


def test_loading_into_a_run_under_way(straight, tmp_path) -> None:
    last = copy_up_to(4, straight, tmp_path)
    with mg.random.using(7):
        loop = tiny.make_loop(tmp_path, seed=7)
        loop.callbacks = loop.callbacks[1:3]
        loop.run(steps=2)  # in the middle of another epoch
        loop.callbacks = tiny.make_loop(tmp_path, seed=7).callbacks
        loop.callbacks[1].module = loop.algorithm.generator
        loop.load(last)
        loop.run(steps=STEPS)
        assert difference(mg.load(straight / "end"), tiny.state(loop)) is None


def test_a_finished_run_resumed_does_nothing(straight, tmp_path) -> None:
    last = copy_up_to(STEPS, straight, tmp_path)
    gan, loader = tiny.build()
    loop = tiny.make_loop(tmp_path)
    fitted = fit(gan, loader, steps=STEPS, callbacks=loop.callbacks, resume=last, settings={"seed": 0})
    assert (fitted.step, fitted.reason) == (STEPS, f"{STEPS} steps")
    assert difference(mg.load(straight / "end")["algorithm"], gan.state_dict()) is None
