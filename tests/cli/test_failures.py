"""What goes wrong says so in one line, with what to do, and the right exit code."""

import errno
import json
import re
import shutil
from pathlib import Path

import pytest

from minigen import recipes
from minigen.cli.main import explained
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
    (["train", "gan-mnist", "--root", ".", "--data", "cifar"], "data must be one of mnist, fashion-mnist, got 'cifar'"),
    (["train", "gan-digits", "--device", "tpu"], "unknown device 'tpu': use 'cpu', 'cuda' or 'cuda:<index>'"),
    (["train", "gan-digits", "--set", "latent=0"], "positive widths"),
    (["train", "gan-digits", "--set", "betas=[0.5]"], "betas"),
    (["train", "gan-digits", "--set", "steps=0"], "steps must be above 0, got 0"),
    (["train", "gan-digits", "--set", "steps=-3"], "steps must be above 0, got -3"),
    (["train", "gan-digits", "--seconds", "nan"], "seconds must be a finite number, got nan"),
    (["train", "gan-digits", "--seconds", "inf"], "seconds must be a finite number, got inf"),
    (["train", "gan-digits", "--save-every", "nan"], "--save-every must be a finite number, got nan"),
    (["train", "gan-digits", "--lr", "nan"], "lr must be a finite number, got nan"),
    (["train", "gan-digits", "--lr", "inf"], "lr must be a finite number, got inf"),
    (["train", "gan-digits", "--set", "lr=1e999"], "lr must be a finite number, got inf"),
    (["train", "gan-digits", "--set", "lr=-1"], "lr must be above 0, got -1"),
    (["train", "gan-digits", "--set", "batch_size=0"], "batch_size must be above 0, got 0"),
    (["train", "gan-digits", "--batch-size", "5000"], "batch_size=5000 is more than there are examples"),
    (["train", "gan-digits", "--set", 'generator=["a"]'], "generator must be a list of integers"),
    (["train", "--resume", "r", "--seconds", "nan"], "seconds must be a finite number, got nan"),
    (["train", "--resume", "r", "--help-settings"], "--help-settings needs a recipe"),
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
        assert error.endswith("put a copy there, or remove it, and the one before is taken\n")
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
        (lambda plan: plan["settings"].pop("steps"), "needs one limit: epochs, steps or seconds, above 0"),
        (lambda plan: plan["settings"].update(steps="many"), "needs one limit"),
        (lambda plan: plan["settings"].update(steps=0), "needs one limit"),
        (lambda plan: plan["settings"].update(steps=2.5), "needs one limit"),
        (lambda plan: plan["settings"].update(epochs=3), "needs one limit"),
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
    assert "Error: step 7: cost is nan: train anew with a lower learning rate" in error
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


def test_what_only_python_can_do_is_said_as_the_commands_do_it(tmp_path) -> None:
    _, error = run("train", "gan-mnist", "--root", "nowhere", code=1)
    assert "download=True" not in error
    assert error.endswith("; or leave out --root and MINIGEN_DATA, and it is fetched\n")


def test_the_phrases_for_python_are_still_said_somewhere() -> None:
    from minigen.cli.main import PHRASES

    room = Path(recipes.__file__).parents[1]
    code = "".join(path.read_text() for name in ("data", "training") for path in (room / name).rglob("*.py"))
    joined = re.sub(r'"\s+f?"', "", code)
    for phrase in PHRASES:
        assert phrase in joined, phrase


@pytest.mark.parametrize("n", [10**11, 10**20])
def test_too_many_samples(n, trained) -> None:  # noqa: F811
    _, error = run("sample", trained, "-n", n, "--out", "x.npy", code=1)
    assert error == "Error: there is not enough memory: ask for less at once (train: --batch-size; sample: -n)\n"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "No space left on device: check the path, the rights and the space there",
        ),
        (
            OSError(errno.EFBIG, "File too large", "runs/a/.curves.png.cf596013.tmp.png"),
            "runs/a/curves.png: File too large: check the path, the rights and the space there",
        ),
        (
            OSError(errno.EXDEV, "Invalid cross-device link", "a/.x.npy.cf596013.tmp.npy", None, "a/x.npy"),
            "a/x.npy: Invalid cross-device link: check the path, the rights and the space there",
        ),
        (OSError("a/m.jsonl: only 3 of 9 bytes were written"), "a/m.jsonl: only 3 of 9 bytes were written"),
    ],
    ids=["nameless", "temporary", "moved", "said"],
)
def test_a_failing_file_is_called_by_its_own_name_and_the_fix_is_given(error, text) -> None:
    assert explained(error) == text


def test_no_name_of_a_temporary_file_is_shown(trained, monkeypatch) -> None:  # noqa: F811
    def full(samples, path, **options):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("minigen.viz.save_image", full)
    _, error = run("sample", trained, "--out", "x.png", code=1)
    assert re.match(r"Error: (/.*/)?x\.png: No space left on device: check", error)
