"""A run that was prolonged or moved goes on so: the command that is shown is enough."""

import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from minigen.training import read_metrics
from minigen.training.checkpoint import checkpoints
from tests.cli.test_commands import elsewhere, run, trained  # noqa: F401
from tests.recipes import small


def settings_of(path):
    return json.loads(Path(path, "settings.json").read_text())["settings"]["settings"]


@pytest.fixture
def ctrl_c_at(monkeypatch):
    """Have Ctrl-C pressed after a step."""

    def at(step):
        def pressed(self, loop):
            if loop.step == step:
                os.kill(os.getpid(), signal.SIGINT)

        with monkeypatch.context() as context:
            context.setattr("minigen.cli.runs.Report.on_step", pressed)
            return run("train", "--resume", "r", "--steps", 40, code=130)

    return at


def test_the_command_shown_after_ctrl_c_goes_on_to_the_limit_given_on_resume(trained, ctrl_c_at) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    _, error = ctrl_c_at(30)
    assert error.endswith("interrupted: continue with minigen train --resume r\n")
    assert settings_of("r")["steps"] == 40
    out, _ = run("train", "--resume", "r")
    assert "40 steps, " in out


def test_a_limit_of_another_unit_takes_the_place_of_the_old_one(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    run("train", "--resume", "r", "--epochs", 2)
    settings = settings_of("r")
    assert settings["epochs"] == 2
    assert "steps" not in settings
    assert small.final(Path("r"))["state"]["loop"]["epoch"] == 2


def test_the_settings_are_not_written_where_nothing_is_new_or_the_checkpoint_does_not_load(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    before = Path("r/settings.json").stat().st_ino
    run("train", "--resume", "r")
    assert Path("r/settings.json").stat().st_ino == before
    (path,) = checkpoints("r/checkpoints")
    path.write_bytes(path.read_bytes()[:-1])
    run("train", "--resume", "r", "--steps", 40, code=1)
    assert settings_of("r")["steps"] == 25


def test_a_run_that_is_where_it_was_to_be_says_so(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    out, _ = run("train", "--resume", "r")
    (line,) = [line for line in out.splitlines() if line.startswith("25 steps, ")]
    assert re.search(r" s: the limit was reached already: give a higher one \(--epochs, --steps, --seconds\)$", line)


def test_places_given_on_resume_stay_wherever_the_next_command_is_given(tmp_path, monkeypatch) -> None:
    root = small.write_data(tmp_path / "data")
    run("train", "gan-mnist", "--out", "r", "--steps", 1, *small.options("gan-mnist", root))
    root.rename(tmp_path / "moved")
    run("train", "--resume", "r", "--steps", 2, "--root", "moved")
    assert settings_of("r")["root"] == str(tmp_path / "moved")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    run("train", "--resume", "../r", "--steps", 3)


def test_a_root_that_is_set_is_a_folder_seen_from_here(tmp_path) -> None:
    root = small.write_data(tmp_path / "7")
    small_one = ["--set", "check_files=false", "--batch-size", 8, "--steps", 1]
    run("train", "gan-mnist", "--set", "root=7", "--out", "r", *small_one)
    assert settings_of("r")["root"] == str(root)


@pytest.mark.usefixtures("gpu")
def test_a_run_with_host_noise_goes_on_alike_on_another_device() -> None:
    small_one = ["--batch-size", 16, "--set", "generator=[8]", "--set", "discriminator=[8]"]
    run("train", "gan-digits", "--out", "a", "--steps", 10, "--host-noise", *small_one)
    plan = json.loads(Path("a/settings.json").read_text())["settings"]
    assert plan["host_noise"] is True
    shutil.copytree("a", "b")
    run("train", "--resume", "a", "--steps", 20)
    run("train", "--resume", "b", "--steps", 20, "--device", "cuda")
    last = [read_metrics(f"{name}/metrics.jsonl")[-1] for name in "ab"]
    assert last[0]["step"] == 20 and last[0] == pytest.approx(last[1], rel=1e-3)
    _, error = run("train", "--resume", "a", "--host-noise", code=2)
    assert "a run that is resumed keeps its settings: leave out --host-noise" in error
    run("train", "gan-digits", "--out", "c", "--steps", 10, *small_one)
    assert read_metrics("c/metrics.jsonl")[0] == read_metrics("a/metrics.jsonl")[0]
    assert "host_noise" not in json.loads(Path("c/settings.json").read_text())["settings"]
