"""The metrics file: whole lines, exact numbers, no gap and no repeat."""

import json
import math
import os

import pytest

import minigen as mg
from minigen.training import Loop, MetricsFile, fit, read_metrics


class Reports:
    """Reports what it is given, as a Tensor; counts the readings."""

    def __init__(self, *values):
        self.values = iter(values)
        self.read = 0

    def step(self, batch):
        outer, value = self, next(self.values)

        class Once(mg.learning.Metrics):
            def __getitem__(self, name):
                outer.read += 1
                return super().__getitem__(name)

        return Once(cost=mg.tensor(value, dtype=mg.float64))


@pytest.mark.parametrize("value", [0.1, 1e-320, -0.0, 2.0**70, math.inf, -math.inf, math.nan])
def test_numbers_are_exact_and_the_file_is_strict_json(value, tmp_path) -> None:
    fit(Reports(value), [1], steps=1, callbacks=[MetricsFile(tmp_path / "m")])

    def refuse(word):
        raise AssertionError(word)

    (line,) = (tmp_path / "m").read_text().splitlines()
    json.loads(line, parse_constant=refuse)
    (record,) = read_metrics(tmp_path / "m")
    assert repr(record) == repr({"step": 1, "epoch": 1, "cost": value})


def test_only_the_steps_that_are_logged_are_read(tmp_path) -> None:
    algorithm = Reports(*map(float, range(10)))
    fit(algorithm, [1], steps=10, callbacks=[MetricsFile(tmp_path / "m", every=4)])
    assert [(r["step"], r["cost"]) for r in read_metrics(tmp_path / "m")] == [(4, 3.0), (8, 7.0)]
    assert algorithm.read == 2


def start_at(step, path):
    loop = Loop(Reports(), [1])
    loop.step = step
    MetricsFile(path).on_start(loop)


LINES = [b'{"step": %d, "epoch": 0, "cost": 0.5}\n' % step for step in (2, 4, 6)]


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (100, 3)])
@pytest.mark.parametrize("torn", [b"", b"{", LINES[2][:-1], b"\0\0", b'{"step": 8, "epo'])
def test_it_is_cut_back_to_the_step_of_the_checkpoint(step, kept, torn, tmp_path) -> None:
    (tmp_path / "m").write_bytes(b"".join(LINES) + torn)
    start_at(step, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == b"".join(LINES[:kept])


def test_lines_after_the_checkpoint_go(tmp_path) -> None:
    (tmp_path / "m").write_bytes(b"".join(LINES) + b'{"step": 8, "ep')
    start_at(4, tmp_path / "m")
    assert [record["step"] for record in read_metrics(tmp_path / "m")] == [2, 4]


def test_each_line_is_one_write_of_a_whole_line(tmp_path, monkeypatch) -> None:
    """At no moment can a kill leave more than the last line torn."""
    import builtins

    writes = []

    def spy(path, mode="r", **options):
        file = builtins_open(path, mode, **options)
        if "a" not in mode or options.get("buffering") != 0:
            return file

        class Spy:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, data):
                writes.append(bytes(data))
                return file.write(data)

        return Spy()

    builtins_open = builtins.open
    monkeypatch.setattr(builtins, "open", spy)
    fit(Reports(1.0, 2.0), [1], steps=2, callbacks=[MetricsFile(tmp_path / "m")])
    monkeypatch.undo()
    assert b"".join(writes) == (tmp_path / "m").read_bytes()
    assert [write.count(b"\n") for write in writes] == [1, 1]
    assert all(write.endswith(b"\n") for write in writes)


def test_a_full_disk_is_an_error(tmp_path, monkeypatch) -> None:
    import io

    log = MetricsFile(tmp_path / "m")
    loop = Loop(Reports(), [1])
    loop.step, loop.metrics = 1, {"cost": 1.0}

    class Full(io.BytesIO):
        def write(self, data):
            return 3

    monkeypatch.setattr("builtins.open", lambda *_, **__: Full())
    with pytest.raises(OSError, match=r"only 3 of .* bytes were written: is the disk full"):
        log.on_step(loop)


def test_the_lines_are_on_the_disk_before_the_checkpoint(tmp_path, monkeypatch) -> None:
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_ino), fsync(fd)))
    (tmp_path / "m").touch()
    MetricsFile(tmp_path / "m").before_save(None)
    assert synced == [(tmp_path / "m").stat().st_ino]


NO_RECORDS = [b"hello", b"[1]", b"{}", b'{"step": "1"}', b"", b"\xff", b"[" * 10**5]


@pytest.mark.parametrize("line", [line + b"\n" for line in NO_RECORDS])
def test_a_whole_line_that_is_no_record_is_named(line, tmp_path) -> None:
    (tmp_path / "m").write_bytes(LINES[0] + line + LINES[1])
    for read in (read_metrics, lambda path: start_at(4, path)):
        with pytest.raises(ValueError, match="line 2: expected a record of metrics"):
            read(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == LINES[0] + line + LINES[1]


def test_the_folder_is_made(tmp_path) -> None:
    fit(Reports(1.0), [1], steps=1, callbacks=[MetricsFile(tmp_path / "a" / "b" / "m")])
    assert len(read_metrics(tmp_path / "a" / "b" / "m")) == 1


def test_a_metric_called_step_is_refused(tmp_path) -> None:
    class Wrong:
        def step(self, batch):
            return {"step": 1.0}

    with pytest.raises(ValueError, match="a metric must not be called step or epoch"):
        fit(Wrong(), [1], steps=1, callbacks=[MetricsFile(tmp_path / "m")])
