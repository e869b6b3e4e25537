"""The loop: limits, counters, the order of events, what ends it."""

import time

import pytest

import minigen as mg
from minigen.training import Callback, Loop, fit
from tests.host import assert_array_equal


class Steps:
    """A learning step that notes its batches."""

    def __init__(self):
        self.batches = []

    def step(self, batch):
        self.batches.append(batch)
        return {"count": len(self.batches)}


class Endless:
    """A loader that does not say how long an epoch is."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(range(self.batches))


class Events(Callback):
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def note(self, name, loop):
        self.told.append((name, loop.step, loop.epoch, loop.batch))

    def on_start(self, loop):
        self.note("start", loop)

    def on_step(self, loop):
        self.note("step", loop)

    def on_epoch(self, loop):
        self.note("epoch", loop)

    def after_step(self, loop):
        self.note("after", loop)

    def on_end(self, loop):
        self.note("end", loop)


@pytest.mark.parametrize(
    ("limit", "step", "epoch", "batch", "reason"),
    [
        ({"epochs": 2}, 6, 2, 0, "2 epochs"),
        ({"steps": 2}, 2, 0, 2, "2 steps"),
        ({"steps": 3}, 3, 1, 0, "3 steps"),
        ({"steps": 7}, 7, 2, 1, "7 steps"),
    ],
)
def test_each_limit_ends_the_run_where_it_should(limit, step, epoch, batch, reason) -> None:
    algorithm = Steps()
    loop = fit(algorithm, [10, 11, 12], **limit)
    assert (loop.step, loop.epoch, loop.batch, loop.reason) == (step, epoch, batch, reason)
    assert algorithm.batches == ([10, 11, 12] * 3)[:step]
    assert loop.metrics == {"count": step}


def test_seconds_end_the_run_between_two_steps(monkeypatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    loop = fit(Steps(), [1, 2, 3], seconds=2.5)
    assert (loop.step, loop.seconds, loop.reason) == (2, 3.0, "2.5 seconds")
    loop.run(seconds=4.5)  # counted from the beginning
    assert (loop.step, loop.seconds) == (3, 5.0)


def test_the_order_of_events() -> None:
    events = Events()
    fit(Steps(), [1, 2], epochs=1, callbacks=[events])
    assert events.told == [
        ("start", 0, 0, 0),
        ("step", 1, 0, 1),
        ("after", 1, 0, 1),
        ("step", 2, 1, 0),
        ("epoch", 2, 1, 0),
        ("after", 2, 1, 0),
        ("end", 2, 1, 0),
    ]


def test_all_callbacks_have_seen_a_step_before_any_hears_that_it_is_over() -> None:
    calls = []

    class Named(Callback):
        def __init__(self, name):
            self.name = name

        def on_step(self, loop):
            calls.append(f"{self.name} step")

        def on_epoch(self, loop):
            calls.append(f"{self.name} epoch")

        def after_step(self, loop):
            calls.append(f"{self.name} after")

    fit(Steps(), [1], steps=1, callbacks=[Named("a"), Named("b")])
    assert calls == ["a step", "b step", "a epoch", "b epoch", "a after", "b after"]


def test_a_loader_of_unknown_length_has_epochs_too() -> None:
    events = Events()
    loop = fit(Steps(), Endless(2), epochs=2, callbacks=[events])
    assert (loop.step, loop.epoch, loop.batch) == (4, 2, 0)
    assert [told for told in events.told if told[0] == "epoch"] == [("epoch", 2, 1, 0), ("epoch", 4, 2, 0)]


def test_a_callback_ends_the_run_and_the_first_reason_counts() -> None:
    class Stop(Callback):
        def on_step(self, loop):
            if loop.step == 2:
                loop.stop("enough")
                loop.stop("too much")

    events = Events()
    loop = fit(Steps(), [1, 2, 3], steps=9, callbacks=[Stop(), events])
    assert (loop.step, loop.reason) == (2, "enough")
    assert events.told[-2:] == [("after", 2, 0, 2), ("end", 2, 0, 2)]


def test_an_error_ends_the_run_out_of_order() -> None:
    class Fails(Steps):
        def step(self, batch):
            if batch == 2:
                raise ZeroDivisionError
            return {}

    events = Events()
    loop = Loop(Fails(), [1, 2], callbacks=[events])
    with pytest.raises(ZeroDivisionError):
        loop.run(epochs=1)
    assert events.told[-1][0] == "after"
    assert loop.step == 1


def test_metrics_are_not_read_by_the_loop() -> None:
    class Unread(dict):
        def __getitem__(self, name):
            raise AssertionError("a GPU was waited for")

        items = values = __getitem__

    class Quiet:
        def step(self, batch):
            return Unread(cost=1.0)

    assert fit(Quiet(), [1, 2], epochs=2).step == 4


@pytest.mark.parametrize(("limit", "total"), [({"steps": 4}, "4/4"), ({"epochs": 2}, "4/4"), ({"seconds": 1e-9}, "0")])
def test_progress_is_shown_when_asked_for(limit, total, capsys) -> None:
    fit(Steps(), [1, 2], **limit)
    assert capsys.readouterr() == ("", "")
    fit(Steps(), [1, 2], **limit, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert total in err
    assert "count=" in err or not limit.get("steps")


def test_progress_begins_where_the_run_does(capsys) -> None:
    loop = fit(Steps(), Endless(3), steps=5)
    loop.run(steps=6, progress=True)
    assert "5/6" in capsys.readouterr().err


def test_a_short_count_of_batches_is_an_error() -> None:
    class Liar(list):
        def __len__(self):
            return 1

    with pytest.raises(ValueError, match=r"gave more than the 1 batches that len\(loader\) says"):
        fit(Steps(), Liar([1, 2]), epochs=1)


def test_states_of_two_callbacks_of_one_class_are_kept_apart(tmp_path) -> None:
    def make():
        models = [mg.nn.Linear(1, 1), mg.nn.Linear(1, 1)]
        return [mg.training.EMA(model) for model in models]

    one, other = Loop(Steps(), [1], callbacks=make()), Loop(Steps(), [1], callbacks=make())
    assert list(one.state_dict()["callbacks"]) == ["EMA", "EMA-2"]
    other.load_state_dict(one.state_dict())
    for a, b in zip(one.callbacks, other.callbacks, strict=True):
        assert_array_equal(a.averages["weight"], b.averages["weight"])


def test_the_default_generator_in_force_goes_on() -> None:
    loop = Loop(Steps(), [1])
    with mg.random.using(3):
        mg.rand(2)
        state, expected = loop.state_dict(), mg.rand(2).tolist()
    with mg.random.using(4):
        loop.load_state_dict(state)
        assert mg.rand(2).tolist() == expected
