"""The scoreboard: its page is what its results say, its rows are of recipes, a trial leaves no trace in docs."""

import json
from dataclasses import replace

import pytest

from benchmarks.scoreboard import __main__ as scoreboard
from benchmarks.scoreboard.page import amount, ours, page, published, read
from benchmarks.scoreboard.rows import ROWS
from minigen import recipes
from minigen.cli import runs


def test_the_page_is_made_of_the_results_beside_it() -> None:
    written = (scoreboard.DOCS / "README.md").read_text(encoding="utf-8")
    assert written == page(read(scoreboard.DOCS, list(ROWS))), "python -m benchmarks.scoreboard --page makes it anew"


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_of_a_recipe(name) -> None:
    row = ROWS[name]
    known = {*recipes.load(row.recipe).SETTINGS, *runs.LIMITS}
    assert set(row.settings) <= known
    assert row.published
    assert len(set(row.seeds)) == len(row.seeds) > 0


def test_figures_of_one_seed_and_of_several() -> None:
    assert amount([8], None) == "8"
    assert amount([-88.126], 0.0613) == "-88.13 ± 0.061"
    assert amount([95.0, 96.0], 0.4) == "95.5 ± 0.71"
    assert amount([8, 8, 8], None) == "8 each time"


def result(**changes):
    def score(measure, value):
        return {"measure": measure, "value": value, "stderr": 0.5, "unit": "nats", "kind": "exact", "n": 7}

    both = [{"scores": [score("a", value), score("b", 1.0)]} for value in (1.0, 3.0)]
    entries = [
        {"figure": "2 nats", "whose": "A", "checked": True},
        {"figure": "3 nats", "whose": "B", "checked": False},
    ]
    return {"runs": both, "headline": ["a"], "published": entries, **changes}


def test_only_the_headline_is_in_the_table_and_doubts_are_marked() -> None:
    assert ours(result()) == "a 2 ± 1.4 nats (exact)"
    assert ours(result(headline=["b"])) == "b 1 each time nats (exact)"
    assert ours(result(runs=result()["runs"][:1])) == "a 1 ± 0.5 nats (exact, n = 7)"
    assert published(result()) == "2 nats: A<br>3 nats: B \\*"


def test_a_trial_trains_each_seed_and_writes_nothing_to_docs(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(scoreboard, "DOCS", tmp_path / "docs")
    monkeypatch.setitem(ROWS, "gan-ring", replace(ROWS["gan-ring"], seeds=(1, 2)))
    monkeypatch.setattr("sys.argv", ["x", "gan-ring", "--seconds", "0.05", "--runs", str(tmp_path / "runs")])
    scoreboard.main()
    shown = capsys.readouterr().out
    assert all(f"seed {seed}: modes found" in shown for seed in (1, 2))
    assert "a trial of 0.05 s; nothing is written to docs" in shown
    assert not (tmp_path / "docs").exists()


def test_a_row_is_trained_once_and_its_result_holds_all_there_is_to_know(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scoreboard, "DOCS", tmp_path)
    short = replace(ROWS["gan-ring"], settings={"steps": 2, "lr": 0.5}, seeds=[3])
    made = scoreboard.make("short", short, tmp_path / "runs", None)
    plan = json.loads((tmp_path / "runs" / "short-3" / "settings.json").read_text())["settings"]
    settings = {**recipes.load("gan-ring").SETTINGS, "steps": 2, "lr": 0.5}
    assert plan == {"recipe": "gan-ring", "seed": 3, "settings": settings}
    (run,) = made["runs"]
    assert (run["seed"], run["steps"]) == (3, 2)
    assert [score["measure"] for score in run["scores"]][:2] == ["modes found", "high-quality samples"]
    assert (tmp_path / "short.png").exists()
    assert made["command"] == f"make scoreboard ROW=short THREADS={made['threads']}"
    again = scoreboard.make("short", short, tmp_path / "runs", None)
    assert again["runs"][0]["scores"] == run["scores"]
    assert again["runs"][0]["steps"] == 2
    text = page([made])
    assert "| [short](#short) |" in text
    assert json.loads(json.dumps(made)) == made
