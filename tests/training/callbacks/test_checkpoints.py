"""Which checkpoints are there, after which steps."""

import time

import pytest

from minigen.random import Generator
from minigen.training import Checkpoints, Loop, NanGuard, NonFiniteError, load_checkpoint, read_checkpoint
from minigen.training.checkpoint import checkpoints, step_of


class Costs(Generator):
    """Costs as told; its state is a generator's."""

    def __init__(self, costs):
        super().__init__(0)
        self.costs = costs
        self.done = 0

    def step(self, batch):
        self.normal()
        self.done += 1
        return {"cost": self.costs[(self.done - 1) % len(self.costs)]}


class Batches(Generator):
    """A loader of three batches."""

    def __iter__(self):
        return iter(range(3))

    def __len__(self):
        return 3


def steps_in(folder):
    return [step_of(path) for path in checkpoints(folder)]


def run(folder, until, costs=(1.0,), **options):
    loop = Loop(Costs(costs), Batches(0), callbacks=[Checkpoints(folder, **options)])
    loop.run(steps=until)
    return loop


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [3, 6, 9, 10]),
        ({"epochs": 2}, [6, 10]),
        ({"steps": 4}, [4, 8, 10]),
        ({"steps": 5}, [5, 10]),
        ({"steps": 4, "epochs": 1}, [3, 4, 6, 8, 9, 10]),
        ({"seconds": 1e9}, [10]),
    ],
)
def test_when_they_are_saved(options, expected, tmp_path) -> None:
    run(tmp_path / "c", 10, keep=99, **options)
    assert steps_in(tmp_path / "c") == expected


def test_seconds_between_them(tmp_path, monkeypatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    class Slow(Costs):
        def step(self, batch):
            now[0] += 1.0
            return super().step(batch)

    loop = Loop(Slow([1.0]), Batches(0), callbacks=[Checkpoints(tmp_path, seconds=4, keep=99)])
    loop.run(steps=10)
    assert steps_in(tmp_path) == [4, 8, 10]


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_last_are_kept(keep, tmp_path) -> None:
    run(tmp_path, 9, steps=2, keep=keep)
    assert steps_in(tmp_path) == [2, 4, 6, 8, 9][-keep:]


@pytest.mark.parametrize(
    ("mode", "costs", "expected"),
    [
        ("min", [5.0, 3.0, 4.0, 3.0, 9.0, 9.0], [2, 5, 6]),
        ("max", [5.0, 3.0, 9.0, 9.0, 1.0, 1.0], [3, 5, 6]),
        ("min", [float("nan"), 2.0, float("nan"), 3.0, 3.0, 3.0], [2, 5, 6]),
        ("max", [float("nan")] * 6, [5, 6]),
        ("min", [float("inf"), 7.0, 8.0, 8.0, 8.0, 8.0], [2, 5, 6]),
    ],
)
def test_the_best_is_kept_too(mode, costs, expected, tmp_path) -> None:
    loop = run(tmp_path, 6, costs, steps=1, keep=2, best="cost", mode=mode)
    assert steps_in(tmp_path) == expected
    best = loop.callbacks[0]
    if len(expected) == 3:
        assert (best.best_step, best.best_value) == (expected[0], costs[expected[0] - 1])
        assert read_checkpoint(checkpoints(tmp_path)[-1])["state"]["loop"]["callbacks"]["Checkpoints"] == {
            "best_step": expected[0],
            "best_value": costs[expected[0] - 1],
        }


def test_the_best_is_remembered_by_the_next_process(tmp_path) -> None:
    run(tmp_path, 3, [5.0, 1.0, 4.0], steps=1, keep=1, best="cost")
    assert steps_in(tmp_path) == [2, 3]
    loop = Loop(Costs([3.0]), Batches(0), callbacks=[Checkpoints(tmp_path, steps=1, keep=1, best="cost")])
    loop.load(checkpoints(tmp_path)[-1])
    loop.run(steps=6)
    assert steps_in(tmp_path) == [2, 6]


def test_a_function_may_measure_what_is_best(tmp_path) -> None:
    values = iter([3.0, 1.0, 2.0])
    run(tmp_path, 3, steps=1, keep=1, best=lambda: next(values))
    assert steps_in(tmp_path) == [2, 3]


def test_what_a_kill_left_is_removed_at_the_next_start(tmp_path) -> None:
    (tmp_path / ".step-00000003.safetensors.0123abcd.tmp.safetensors").touch()
    (tmp_path / "notes.txt").touch()
    run(tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "step-00000001.safetensors"]


def test_an_earlier_start_among_later_checkpoints_is_refused(tmp_path) -> None:
    run(tmp_path, 3)
    with pytest.raises(FileExistsError, match="a checkpoint of step 3, and the training starts at step 0: resume"):
        run(tmp_path, 1)
    assert steps_in(tmp_path) == [3]


def test_nothing_is_saved_again_when_nothing_was_done(tmp_path) -> None:
    run(tmp_path, 3)
    (path,) = checkpoints(tmp_path)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    loop = Loop(Costs([1.0]), Batches(0), callbacks=[Checkpoints(tmp_path)])
    loop.load(path)
    loop.run(steps=3)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_each_holds_the_state_at_its_step(tmp_path) -> None:
    run(tmp_path, 4, steps=1, keep=99)
    for path in checkpoints(tmp_path):
        fresh = Costs([1.0])
        for _ in range(step_of(path)):
            fresh.step(None)
        loaded = Costs([1.0])
        load_checkpoint(path, loaded)
        assert loaded.state_dict() == fresh.state_dict()


@pytest.mark.parametrize("every", [1, 4, 100])
@pytest.mark.parametrize("order", [1, -1])
def test_no_checkpoint_is_saved_of_a_bad_state_and_the_good_one_stays(every, order, tmp_path) -> None:
    costs = [1.0, 1.0, 1.0, float("inf"), 1.0, 1.0, 1.0]
    callbacks = [NanGuard(every=every), Checkpoints(tmp_path, steps=2, keep=1)][::order]
    loop = Loop(Costs(costs), Batches(0), callbacks=callbacks)
    with pytest.raises(NonFiniteError, match="step 4: cost is inf"):
        loop.run(steps=7)
    assert steps_in(tmp_path) == [2]
    assert not list(tmp_path.glob(".*"))


def test_a_failed_write_leaves_the_earlier_ones(tmp_path, monkeypatch) -> None:
    import os

    loop = Loop(Costs([1.0]), Batches(0), callbacks=[Checkpoints(tmp_path, steps=1, keep=1)])
    loop.run(steps=1)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        loop.run(steps=2)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001.safetensors"]
    loop.run(steps=3)
    assert steps_in(tmp_path) == [3]


def test_an_unknown_metric_is_named(tmp_path) -> None:
    with pytest.raises(KeyError, match="there is no metric 'score': the step reports cost"):
        run(tmp_path, 1, best="score")
