"""The folder of a run."""

import json
import os

import pytest

from minigen.training import CheckpointError, Run, read_metrics

SETTINGS = {"recipe": "gan-digits", "seed": 2**100, "lr": 0.1, "hidden": [4, 8], "data": None, "größe": True}


def test_it_is_made_and_found_again(tmp_path) -> None:
    run = Run.create(tmp_path / "runs" / "first", SETTINGS)
    assert os.listdir(run.path) == ["settings.json"]
    again = Run.open(str(run.path))
    assert again.settings == SETTINGS
    assert (again.metrics.name, again.curves.name, again.checkpoints.name) == (
        "metrics.jsonl",
        "curves.png",
        "checkpoints",
    )
    assert again.latest() is None


def test_an_empty_folder_or_the_rest_of_a_killed_start_is_taken(tmp_path) -> None:
    (tmp_path / ".settings.json.0123abcd.tmp.json").touch()
    run = Run.create(tmp_path, {})
    assert os.listdir(run.path) == ["settings.json"]


def test_a_folder_with_something_in_it_is_refused(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="is not empty and no run: choose another folder"):
        Run.create(tmp_path, {})
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_run_is_not_made_twice(tmp_path) -> None:
    Run.create(tmp_path, {"seed": 1})
    with pytest.raises(FileExistsError, match="holds a run already: resume it"):
        Run.create(tmp_path, {"seed": 2})
    assert Run.open(tmp_path).settings == {"seed": 1}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"a": (1, 2)}, TypeError),
        ({"a": print}, TypeError),
        ({1: 2}, TypeError),
        ({"a": float("nan")}, ValueError),
    ],
)
def test_settings_that_json_does_not_hold_are_refused(settings, error, tmp_path) -> None:
    with pytest.raises(error):
        Run.create(tmp_path / "new", settings)
    assert not (tmp_path / "new").exists()


def test_no_run_is_said_to_be_none(tmp_path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileNotFoundError, match=r"is no run: it has no settings\.json"):
            Run.open(path)
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="is no run"):
        Run.open(tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged"),
        ("{", "is damaged"),
        ("\udcff", "is damaged"),
        ("[" * 10**5, "is damaged"),
        ("[]", "expected format 1 and settings"),
        ('{"format": 1}', "expected format 1 and settings"),
        ('{"format": 1, "settings": []}', "expected format 1 and settings"),
        ('{"format": 2, "settings": {}}', "has format 2, this minigen reads up to 1: update minigen"),
        ('{"format": "2", "settings": {}}', "is damaged"),
    ],
)
def test_damaged_settings_are_refused(text, message, tmp_path) -> None:
    (tmp_path / "settings.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CheckpointError, match=r"settings\.json ") as caught:
        Run.open(tmp_path)
    assert message in str(caught.value)


def test_the_latest_checkpoint_is_that_of_the_highest_step(tmp_path) -> None:
    run = Run.create(tmp_path, {})
    run.checkpoints.mkdir()
    for step in (2, 100_000_000, 30):
        (run.checkpoints / f"step-{step:08}.safetensors").touch()
    assert run.latest().name == "step-100000000.safetensors"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "link/x"])
def test_no_name_leads_out_of_the_run(name, tmp_path) -> None:
    run = Run.create(tmp_path / "run", {})
    (run.path / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="lies outside the run"):
        run.file(name)
    assert run.file("samples/a.png") == run.path / "samples" / "a.png"


def test_the_curves_are_drawn_from_the_metrics(tmp_path) -> None:
    run = Run.create(tmp_path, {})
    lines = [{"step": n, "epoch": 0, "cost": 1 / n, "score": "nan"} for n in range(1, 50)]
    run.metrics.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 5')
    assert run.draw_curves() == run.curves
    assert run.curves.read_bytes().startswith(b"\x89PNG")
    assert sorted(os.listdir(tmp_path)) == ["curves.png", "metrics.jsonl", "settings.json"]
    assert len(read_metrics(run.metrics)) == 49
