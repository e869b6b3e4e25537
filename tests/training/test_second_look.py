"""A run that is started twice, diverges at its last step, or is resumed at the end of an epoch."""

import errno
from collections import Counter

import numpy as np
import pytest

import minigen as mg
from minigen.random import Generator
from minigen.training import (
    Callback,
    CheckpointError,
    Checkpoints,
    EarlyStopping,
    Loop,
    MetricsFile,
    NanGuard,
    NonFiniteError,
    fit,
    read_metrics,
)
from minigen.training.checkpoint import checkpoints
from minigen.training.files import write
from tests.host import assert_array_equal, host
from tests.training.tiny import build


class Three:
    """A loader of three batches that does not say so."""

    given = 0

    def __iter__(self):
        while self.given < 3:
            self.given += 1
            yield self.given
        self.given = 0

    def state_dict(self):
        return {"given": self.given}

    def load_state_dict(self, state):
        self.given = state["given"]


def test_a_run_started_twice_loses_nothing(tmp_path) -> None:
    def start():
        log = MetricsFile(tmp_path / "metrics.jsonl")
        fit(*build(), steps=4, callbacks=[log, Checkpoints(tmp_path / "checkpoints", steps=2)])

    start()
    before = read_metrics(tmp_path / "metrics.jsonl")
    with pytest.raises(FileExistsError, match="holds a checkpoint of step 4"):
        start()
    assert read_metrics(tmp_path / "metrics.jsonl") == before
    assert len(before) == 4


def test_no_checkpoint_of_parameters_that_are_no_numbers(tmp_path) -> None:
    gan, loader = build()
    loop = Loop(gan, loader, callbacks=[NanGuard(), Checkpoints(tmp_path, steps=1, keep=1)])
    loop.run(steps=1)
    gan.opt_g.param_groups[0]["lr"] = np.inf
    with pytest.raises(NonFiniteError, match=r"step 2: generator\.net\.0\.weight is no longer finite"):
        loop.run(steps=2)
    assert [path.name for path in checkpoints(tmp_path)] == ["step-00000001.safetensors"]


class Remembers(Callback):
    def __init__(self):
        self.seen = Counter()

    def on_step(self, loop):
        self.seen["steps"] += 1

    def state_dict(self):
        return {"steps": self.seen["steps"]}

    def load_state_dict(self, state):
        self.seen["steps"] = state["steps"]


class Blank(Callback):
    """It has a state, and it is empty."""

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        assert state == {}


def test_an_empty_state_is_a_state(tmp_path) -> None:
    loop = Loop(*build(), callbacks=[Blank(), Remembers()])
    loop.run(steps=2)
    loop.save(tmp_path / "it")
    again = Loop(*build(), callbacks=[Blank(), Remembers()])
    again.load(tmp_path / "it")
    assert again.callbacks[1].seen["steps"] == 2
    with pytest.raises(CheckpointError, match="of the callbacks Blank, Remembers, here are Remembers"):
        Loop(*build(), callbacks=[Remembers()]).load(tmp_path / "it")


def test_a_run_resumed_at_the_end_of_an_epoch_knows_the_last_metrics(tmp_path) -> None:
    class Costs(Generator):
        def step(self, batch):
            return {"cost": 1.0 / batch}

    def make():
        return Loop(Costs(0), Three(), callbacks=[EarlyStopping("cost", patience=50)])

    straight, first, second = make(), make(), make()
    straight.run(steps=5)
    first.run(steps=3)
    first.save(tmp_path / "it")
    second.load(tmp_path / "it")
    assert dict(second.metrics) == {"cost": 1 / 3}
    second.run(steps=5)
    assert (second.step, second.epoch, second.batch) == (straight.step, straight.epoch, straight.batch) == (5, 1, 2)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda gan: setattr(gan, "cost", "minimax"), "cost is non-saturating there, minimax here"),
        (lambda gan: setattr(gan, "k", 1), "k is 2 there, 1 here"),
        (lambda gan: setattr(gan.discriminator, "2", mg.nn.Tanh()), "of another setup: discriminator"),
    ],
)
def test_another_game_of_the_same_shapes_is_refused(change, text, tmp_path) -> None:
    loop = Loop(*build())
    loop.run(steps=1)
    loop.save(tmp_path / "it")
    gan, loader = build(1)
    change(gan)
    before = [host(p).copy() for p in gan.generator.parameters()]
    with pytest.raises(CheckpointError, match=text):
        Loop(gan, loader).load(tmp_path / "it")
    for a, p in zip(before, gan.generator.parameters(), strict=True):
        assert_array_equal(a, p)


def test_a_full_disk_names_the_file(tmp_path, monkeypatch) -> None:
    import minigen.training.files as files

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_reach_the_disk", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*it\.bin'$"):
        write(tmp_path / "it.bin", b"content")
    assert list(tmp_path.iterdir()) == []
