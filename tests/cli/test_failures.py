"""What goes wrong says so in one line, with what to do, and the right exit code."""

import json
import shutil
from pathlib import Path

import pytest

from minigen import recipes
from minigen.training.checkpoint import checkpoints
from tests.cli.test_commands import elsewhere, run, trained  # noqa: F401

USES = [
    (["train"], "give a recipe (minigen list shows them) or --resume"),
    (["train", "gan-digits", "--resume", "r"], "not both"),
    (["train", "gan-digit"], "there is no recipe 'gan-digit': there are gan-digits, gan-mnist"),
    (["train", "gan-digits", "--set", "latnt=3"], "did you mean latent?"),
    (["train", "gan-digits", "--set", "latent=x"], "'x' is no JSON value"),
    (["train", "gan-digits", "--root", "."], "the recipe gan-digits has no root: it has steps"),
    (["train", "gan-digits", "--data", "mnist"], "the recipe gan-digits has no data"),
    (["train", "gan-digits", "--epochs", "1", "--steps", "1"], "cannot be given together"),
    (["train", "gan-digits", "--epochs", "0"], "0 is not in the range x>=1"),
    (["train", "gan-digits", "--lr", "0"], "0.0 is not in the range x>0"),
    (["train", "gan-digits", "--batch-size", "x"], "'x' is not a valid integer"),
    (["train", "--resume", "r", "--lr", "1", "--set", "a=1"], "keeps its settings: leave out --lr, --set"),
    (["train", "--resume", "r", "--epochs", "1", "--seconds", "1"], "cannot be given together"),
    (["sample", "r", "-n", "0"], "0 is not in the range"),
    (["sample", "r", "--out", "x.jpg"], "--out must end in .png or .npy, got x.jpg"),
    (["sample"], "Missing argument 'RUN'"),
    (["dance"], "No such command 'dance'"),
]


@pytest.mark.parametrize(("arguments", "text"), USES, ids=[" ".join(row[0]) for row in USES])
def test_wrong_use_has_code_2_and_leaves_nothing(arguments, text) -> None:
    out, error = run(*arguments, code=2)
    assert out == ""
    last = error.splitlines()[-1]
    assert last.startswith("Error: ")
    assert text in last
    assert list(Path().iterdir()) == []


FAILURES = [
    (["train", "--resume", "nowhere"], "nowhere is no run: it has no settings.json; give the folder of a run"),
    (["sample", "nowhere"], "nowhere is no run"),
    (["evaluate", "nowhere"], "nowhere is no run"),
    (["train", "gan-mnist", "--root", "nowhere"], "place train-images-idx3-ubyte.gz there by hand"),
    (["train", "gan-mnist", "--root", ".", "--data", "cifar"], "data must be one of mnist, fashion-mnist, got 'cifar'"),
    (["train", "gan-digits", "--device", "tpu"], "'tpu'"),
    (["train", "gan-digits", "--set", "latent=0"], "positive widths"),
]


@pytest.mark.parametrize(("arguments", "text"), FAILURES, ids=[" ".join(row[0]) for row in FAILURES])
def test_failure_has_code_1_one_line_and_leaves_nothing(arguments, text) -> None:
    out, error = run(*arguments, code=1)
    assert out == ""
    (line,) = error.splitlines()
    assert line.startswith("Error: ")
    assert text in line
    assert list(Path().iterdir()) == []


def test_a_folder_in_use_is_left_alone(trained) -> None:  # noqa: F811
    before = {path: path.stat().st_mtime_ns for path in trained.rglob("*")}
    _, error = run("train", "gan-digits", "--steps", 1, "--out", trained, code=1)
    assert "holds a run already: resume it, or choose another folder" in error
    assert {path: path.stat().st_mtime_ns for path in trained.rglob("*")} == before


def test_a_damaged_checkpoint(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    (path,) = checkpoints("r/checkpoints")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    for command in (["train", "--resume", "r"], ["sample", "r"], ["evaluate", "r"]):
        _, error = run(*command, code=1)
        assert "do not have the checksum" in error
        assert len(error.splitlines()) == 1


def edit(path, change):
    """Change the settings of the run in `path`."""
    content = json.loads((path / "settings.json").read_text())
    change(content["settings"])
    (path / "settings.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda plan: plan.update(seed=5), "settings.seed is 0, not 5"),
        (lambda plan: plan["settings"].update(latent=16), "settings.settings.latent is 32, not 16"),
        (lambda plan: plan.update(recipe="gan-old"), "is of no recipe that this minigen has"),
        (lambda plan: plan.pop("seed"), "is of no recipe that this minigen has"),
        (lambda plan: plan["settings"].update(momentum=1), "has other settings than gan-digits has now (momentum)"),
        (lambda plan: plan["settings"].pop("lr"), "has other settings than gan-digits has now (lr)"),
    ],
)
def test_settings_that_are_not_those_of_the_checkpoint(change, text, trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    edit(Path("r"), change)
    _, error = run("train", "--resume", "r", code=1)
    assert text in error
    assert len(error.splitlines()) == 1


def test_the_limit_of_a_run_is_not_compared(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    edit(Path("r"), lambda plan: plan["settings"].update(steps=30))
    assert "30 steps" in run("train", "--resume", "r")[0]


def test_a_run_without_a_checkpoint_cannot_be_sampled(trained) -> None:  # noqa: F811
    shutil.copytree(trained, "r")
    shutil.rmtree("r/checkpoints")
    for command in ("sample", "evaluate"):
        assert "r has no checkpoint yet: minigen train --resume r" in run(command, "r", code=1)[1]


def test_nan_stops_the_run_names_the_step_and_saves_nothing_bad(monkeypatch) -> None:
    recipe = recipes.load("gan-digits")
    build = recipe.build

    def poisoned(settings, rng):
        experiment = build(settings, rng)
        step = experiment.algorithm.step
        count = iter(range(1000))
        experiment.algorithm.step = lambda batch: {
            **step(batch),
            **({"cost": float("nan")} if next(count) == 6 else {}),
        }
        return experiment

    monkeypatch.setattr(recipe, "build", poisoned)
    _, error = run("train", "gan-digits", "--steps", 20, "--out", "r", code=1)
    assert "Error: step 7: cost is nan: resume from an earlier checkpoint with a lower learning rate" in error
    assert list(Path("r/checkpoints").iterdir()) == []


def test_an_unexpected_error_says_how_to_see_more(monkeypatch) -> None:
    def broken(settings, rng):
        raise KeyError("lost")

    monkeypatch.setattr(recipes.load("gan-digits"), "build", broken)
    _, error = run("train", "gan-digits", code=1)
    assert error == "Error: KeyError: 'lost': minigen --traceback … shows where\n"
    for arguments, variables in ((["--traceback"], {}), ([], {"MINIGEN_TRACEBACK": "1"})):
        with monkeypatch.context() as context:
            for name, value in variables.items():
                context.setenv(name, value)
            from click.testing import CliRunner

            from minigen.cli import main

            done = CliRunner().invoke(main, [*arguments, "train", "gan-digits"])
        assert type(done.exception) is KeyError
        assert done.exit_code == 1
