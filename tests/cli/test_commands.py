"""The commands in this process: what they print, write and return."""

import json
import os
import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest
from click.testing import CliRunner

import minigen
from minigen import recipes
from minigen.cli import main
from minigen.cli.info import data
from minigen.cli.tour import command_of, make_room, settings_of, stops_of
from minigen.training import read_metrics
from minigen.training.checkpoint import checkpoints
from tests.data import roots
from tests.recipes import small


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder, with no data of the machine in sight."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MINIGEN_")]:
        monkeypatch.delenv(name)


def run(*arguments, code=0):
    """Run the program; its standard output and error."""
    done = CliRunner().invoke(main, [*map(str, arguments)], prog_name="minigen")
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of 25 steps."""
    path = tmp_path_factory.mktemp("trained") / "run"
    run("train", "gan-digits", "--steps", 25, "--out", path)
    return path


def test_list_names_every_recipe() -> None:
    out, _ = run("list")
    assert [line.split()[0] for line in out.splitlines()] == recipes.names()
    assert "A GAN on the bundled digits" in out


@pytest.mark.parametrize("command", [[], *([name] for name in ("list", "train", "sample", "evaluate", "tour", "info"))])
def test_help_has_examples(command) -> None:
    out, _ = run(*command, "--help")
    assert re.search(r"Examples?:\n +minigen ", out)
    assert run(*command, "-h")[0] == out


def test_version() -> None:
    assert run("--version")[0] == f"minigen {minigen.__version__}\n"


def test_a_run_folder_holds_what_the_page_says(trained) -> None:
    found = {path.name for path in trained.iterdir()}
    pictures = {f"samples-{step:08}.png" for step in range(3, 25, 3)} | {"samples-00000025.png", "neighbours.png"}
    assert found == {"settings.json", "metrics.jsonl", "curves.png", "checkpoints"} | pictures
    assert [path.name for path in checkpoints(trained / "checkpoints")] == ["step-00000025.safetensors"]
    assert [record["step"] for record in read_metrics(trained / "metrics.jsonl")] == [10, 20]
    content = json.loads((trained / "settings.json").read_text())["settings"]
    settings = {**recipes.load("gan-digits").SETTINGS, "steps": 25}
    assert content == {"recipe": "gan-digits", "seed": 0, "settings": settings}


def test_runs_are_numbered() -> None:
    for n in (1, 2):
        out, _ = run("train", "gan-digits", "--steps", 1)
        assert f"runs/gan-digits-{n}" in out
        assert Path(f"runs/gan-digits-{n}/settings.json").exists()


def test_settings_reach_the_run() -> None:
    run(
        "train",
        "gan-digits",
        "--steps",
        2,
        "--seed",
        7,
        "--batch-size",
        16,
        "--lr",
        0.01,
        "--set",
        "latent=8",
        "--out",
        "r",
    )
    content = json.loads(Path("r/settings.json").read_text())["settings"]
    assert content["seed"] == 7
    assert {"batch_size": 16, "lr": 0.01, "latent": 8}.items() <= content["settings"].items()
    state = small.final(Path("r"))["state"]
    assert state["loader"]["batch_size"] == 16
    assert state["algorithm"]["opt_g"]["param_groups"][0]["lr"] == 0.01
    assert state["algorithm"]["generator"]["net.0.weight"].shape == (256, 8)


def test_the_seed_is_0_and_makes_the_run() -> None:
    for seed in ((), ("--seed", 0), ("--seed", 1)):
        run("train", "gan-digits", "--steps", 3, "--out", "-".join(map(str, ("r", *seed))), *seed)
    none, zero, one = (small.final(Path(p))["state"]["algorithm"]["rng"] for p in ("r", "r---seed-0", "r---seed-1"))
    assert none == zero != one


@pytest.mark.parametrize(("option", "value", "steps"), [("--epochs", 1, 23), ("--steps", 5, 5)])
def test_limits(option, value, steps) -> None:
    out, _ = run("train", "gan-digits", option, value, "--out", "r")
    assert f"\n{steps} steps, " in out


def test_seconds() -> None:
    run("train", "gan-digits", "--seconds", 0.05, "--out", "r")
    assert small.final(Path("r"))["state"]["loop"]["step"] > 0


def test_resume_goes_on_to_the_limit_of_the_run_or_another(trained) -> None:
    run("train", "gan-digits", "--steps", 12, "--out", "r")
    out, _ = run("train", "--resume", "r")
    assert "12 steps, " in out
    out, _ = run("train", "--resume", "r", "--steps", 25)
    assert "25 steps, " in out
    ours, theirs = small.final(Path("r")), small.final(trained)
    same = [state["state"]["algorithm"]["generator"]["net.0.bias"].tolist() for state in (ours, theirs)]
    assert same[0] == same[1]


def test_resume_without_a_checkpoint_begins_anew(trained) -> None:
    run("train", "gan-digits", "--steps", 25, "--out", "r")
    for path in checkpoints("r/checkpoints"):
        path.unlink()
    Path("r/metrics.jsonl").write_text('{"step": 1, "epoch": 0}\n{"st')
    run("train", "--resume", "r")
    assert Path("r/metrics.jsonl").read_bytes() == (trained / "metrics.jsonl").read_bytes()


def test_data_are_found_at_root_or_minigen_data(tmp_path, monkeypatch) -> None:
    root = small.write_data(tmp_path / "data")
    small_one = ["--set", "check_files=false", "--batch-size", 8, "--steps", 1]
    run("train", "gan-mnist", "--root", "data", "--out", "a", *small_one)
    monkeypatch.setenv("MINIGEN_DATA", str(root))
    run("train", "gan-mnist", "--out", "b", *small_one)
    found = [json.loads(Path(name, "settings.json").read_text())["settings"]["settings"]["root"] for name in "ab"]
    assert found == [str(root), str(root)]
    root.rename(tmp_path / "moved")
    run("train", "--resume", "a", "--steps", 3, "--root", "moved")
    run("sample", "a", "--root", "moved", "-n", 4)
    run("evaluate", "a", "--root", "moved")


def test_the_data_set_is_chosen_with_data(tmp_path) -> None:
    root = small.write_data(tmp_path / "data")
    run("train", "gan-mnist", "--data", "fashion-mnist", "--out", "r", "--steps", 1, *small.options("gan-mnist", root))
    out, _ = run("evaluate", "r")
    assert "fashion-mnist" in out


def test_sample_writes_a_picture(trained) -> None:
    out, _ = run("sample", trained, "-n", 9, "--out", "made/here.png")
    assert out == "9 samples: made/here.png\n"
    assert Path("made/here.png").read_bytes().startswith(b"\x89PNG")


def test_points_of_the_plane_are_drawn_and_other_vectors_refused(tmp_path) -> None:
    from minigen.cli.sample import write

    points = minigen.tensor([[0.0, 1.0], [2.0, 3.0]])
    write(points, tmp_path / "points.png")
    assert (tmp_path / "points.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"shape \(2, 3\) are neither images nor points of the plane: write them with"):
        write(minigen.zeros(2, 3), tmp_path / "others.png")
    assert not (tmp_path / "others.png").exists()


def test_sample_writes_an_array_fixed_by_the_seed(trained) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("sample", trained, "-n", 5, "--seed", seed, "--out", f"{name}.npy")
    a, b, c = (numpy.load(f"{name}.npy") for name in "abc")
    assert a.shape == (5, 8, 8)
    assert a.min() >= 0
    assert a.max() <= 1
    assert (a == b).all()
    assert (a != c).any()


def test_sample_draws_from_what_was_trained(trained) -> None:
    run("train", "gan-digits", "--steps", 1, "--out", "r")
    for name, path in (("a", trained), ("b", "r")):
        run("sample", path, "-n", 5, "--out", f"{name}.npy")
    assert (numpy.load("a.npy") != numpy.load("b.npy")).any()


def test_evaluate_prints_and_writes_scores(trained) -> None:
    out, _ = run("evaluate", trained)
    assert [line.split(" (")[1].split(",")[0] for line in out.splitlines()] == ["estimate"] * 3
    content = json.loads((trained / "scores.json").read_text())
    assert content["checkpoint"] == "step-00000025.safetensors"
    assert [score["measure"] for score in content["scores"]] == [
        "classes found",
        "reverse KL over classes",
        "distance ratio",
    ]
    assert run("evaluate", trained)[0] == out
    assert run("evaluate", trained, "--seed", 3)[0] != out
    (trained / "scores.json").unlink()


def test_info(tmp_path) -> None:
    root = small.write_data(tmp_path / "data")
    out, _ = run("info", "--root", root)
    rows = dict(line.split(None, 1) for line in out.splitlines())
    assert rows["minigen"] == minigen.__version__
    assert {"python", "numpy", "scipy", "blas", "cpu", "cuda", "digits"} <= set(rows)
    assert rows["MNIST"].startswith("damaged: ")  # these are not the published files
    (tmp_path / "empty").mkdir()
    assert re.search(r"^ +MNIST +not found$", run("info", "--root", "empty")[0], re.MULTILINE)


@pytest.mark.parametrize("missing", ["train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"])
def test_info_says_which_files_are_missing(missing, tmp_path, monkeypatch) -> None:
    root = small.write_data(tmp_path / "data")
    monkeypatch.setattr("minigen.data.files._is_published", lambda path, form: True)
    monkeypatch.setattr("minigen.data.files.read_bytes", lambda path, form=None: path.read_bytes())
    assert dict(data(root))["  MNIST"] == "found, and as published"
    (root / missing).unlink()
    found = dict(data(root))["  MNIST"]
    assert found.startswith("not all there: ")
    assert missing in found
    (root / "binarized_mnist.npz").unlink()
    roots.write_binarized_mnist(root, texts=True)
    assert dict(data(root))["  BinarizedMNIST"] == "found, and as published"
    (root / "binarized_mnist_valid.amat").unlink()
    assert "binarized_mnist_valid.amat" in dict(data(root))["  BinarizedMNIST"]


def test_settings_of_a_recipe_are_shown() -> None:
    out, _ = run("train", "gan-digits", "--help-settings")
    assert "latent = 32\n" in out
    assert len(out.splitlines()) == len(recipes.load("gan-digits").SETTINGS)
    assert list(Path().iterdir()) == []


def test_a_tour_trains_what_is_marked_and_writes_a_page(monkeypatch) -> None:
    monkeypatch.setattr(recipes.load("gan-digits"), "TOUR", {"steps": 20})
    for _ in range(2):  # the second replaces the first
        out, _ = run("tour", "gan-digits", "--out", "t")
    page = Path("t/index.html").read_text()
    images = re.findall(r'<img src="([^"]+)"', page)
    assert len(images) >= 5
    assert all(Path("t", image).is_file() for image in images)
    assert not re.search(r"https?://|<script", page)
    assert "minigen train gan-digits --steps 20 --seed 0" in page
    assert "distance ratio" in page
    assert re.findall(r'<a href="#([^"]+)"', page) == re.findall(r'<h2 id="([^"]+)"', page) == ["gan-digits"]
    assert "t/index.html" in out
    assert "t/tour.png" in out
    assert Path("t/tour.png").read_bytes().startswith(b"\x89PNG")


def test_a_tour_visits_every_recipe_that_takes_part(monkeypatch) -> None:
    monkeypatch.setattr("minigen.cli.tour.CAP", 1e-6)
    expected = [name for name in recipes.names() if hasattr(recipes.load(name), "TOUR")]
    for name in expected:
        recipe = recipes.load(name)
        monkeypatch.setattr(recipe, "TOUR", {**recipe.TOUR, **small.changes(name, None)})
    run("tour", "--out", "t")
    page = Path("t/index.html").read_text()
    assert re.findall(r'<h2 id="([^"]+)"', page) == expected
    assert all(small.final(Path("t", name))["state"]["loop"]["step"] == 1 for name in expected)
    _, error = run("tour", "gan-mnist", code=2)
    assert "the tour does not visit 'gan-mnist': it visits gan-digits, gan-ring" in error


def test_a_tour_stops_at_its_cap(monkeypatch) -> None:
    monkeypatch.setattr(recipes.load("gan-digits"), "TOUR", {"steps": 10**6})
    monkeypatch.setattr("minigen.cli.tour.CAP", 0.2)
    run("tour", "gan-digits", "--out", "t")
    assert 0 < small.final(Path("t/gan-digits"))["state"]["loop"]["step"] < 10**4


def test_a_tour_removes_only_runs(tmp_path) -> None:
    (tmp_path / "t" / "gan-digits").mkdir(parents=True)
    (tmp_path / "t" / "gan-digits" / "thesis.tex").write_text("all of it")
    _, error = run("tour", "gan-digits", "--out", "t", code=1)
    assert error == "Error: t/gan-digits holds what no tour made: choose another folder with --out\n"
    assert (tmp_path / "t" / "gan-digits" / "thesis.tex").exists()
    make_room(tmp_path / "nothing")


def test_a_tour_leaves_alone_what_train_made(monkeypatch) -> None:
    monkeypatch.setattr(recipes.load("gan-digits"), "TOUR", {"steps": 20})
    run("train", "gan-digits", "--seed", 5, "--steps", 2, "--out", "t/gan-digits")
    Path("t/gan-digits/notes.txt").touch()
    before = sorted(Path("t").rglob("*"))
    _, error = run("tour", "gan-digits", "--out", "t", code=1)
    assert error == "Error: t/gan-digits holds what no tour made: choose another folder with --out\n"
    assert sorted(Path("t").rglob("*")) == before
    assert json.loads(Path("t/gan-digits/settings.json").read_text())["settings"]["seed"] == 5


def test_a_tour_leaves_alone_what_was_added_to_its_own(monkeypatch) -> None:
    monkeypatch.setattr(recipes.load("gan-digits"), "TOUR", {"steps": 2})
    run("tour", "gan-digits", "--out", "t")
    run("sample", "t/gan-digits")
    run("evaluate", "t/gan-digits")
    run("tour", "gan-digits", "--out", "t")
    Path("t/gan-digits/notes.txt").touch()
    _, error = run("tour", "gan-digits", "--out", "t", code=1)
    assert "holds what no tour made" in error
    assert Path("t/gan-digits/notes.txt").exists()


def test_a_tour_leaves_alone_what_was_trained_on(monkeypatch) -> None:
    monkeypatch.setattr(recipes.load("gan-digits"), "TOUR", {"steps": 2})
    run("tour", "gan-digits", "--out", "t")
    run("train", "--resume", "t/gan-digits", "--steps", 4)
    _, error = run("tour", "gan-digits", "--out", "t", code=1)
    assert "holds what no tour made" in error
    assert small.final(Path("t/gan-digits"))["state"]["loop"]["step"] == 4


def test_settings_of_a_tour() -> None:
    recipe = SimpleNamespace(SETTINGS={"epochs": 5, "lr": 0.1, "hidden": 3}, TOUR={"steps": 7, "hidden": 2})
    assert settings_of(recipe) == {"lr": 0.1, "hidden": 2, "steps": 7}
    assert command_of("x", recipe, 5, 3) == "minigen train x --steps 5 --seed 3 --set hidden=2"


def test_a_tour_visits_what_is_chosen_in_its_own_order() -> None:
    assert list(stops_of(["gan-ring", "gan-digits"])) == ["gan-digits", "gan-ring"]
    assert {"gan-digits", "gan-ring"} <= set(stops_of([]))
    assert "gan-mnist" not in stops_of([])


def test_warnings_take_one_line(trained, monkeypatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "77")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        out, error = run("evaluate", trained)
    assert re.fullmatch(r"Note: .* was written with threads \d+, now 77: .*\n", error)
    assert len(out.splitlines()) == 3
    (trained / "scores.json").unlink()
