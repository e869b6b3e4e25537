"""The page of the scoreboard, made of the results beside it."""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HEAD = """\
# Scoreboard

Published figures, and what minigen reaches in about ten minutes of training on two processor cores. Each row is one
command; unless it says otherwise, settings were chosen on validation data and the test data were scored once. Seed and
command give the row again, on as many threads: other rounding is another training. Nothing here is written by hand:
`make scoreboard` makes the page from the `.json` file of each row, which holds all scores with all they say of
themselves.

    MINIGEN_DATA=~/data/mnist make scoreboard             # all rows
    MINIGEN_DATA=~/data/mnist make scoreboard ROW=gan-mnist
    make scoreboard ROW=gan-ring ARGS="--seconds 20"      # a trial: printed, nothing written here

A row is trained in `runs/scoreboard/`, like any other run: stopped, it goes on where it was.

Log-likelihoods are in nats, higher is better, unless a row says otherwise. A figure says little without its kind:
exact, a bound, or an estimate, in brackets after it; ± is the standard error, or over seeds their standard deviation.
"""
FOOT = """
\\* not checked in a copy of the paper.
"""


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the page, as Markdown, for results in the order given.

    Examples
    --------
    >>> page([]) == HEAD + "\\nThere are no results yet.\\n"
    True
    """
    if not results:
        return HEAD + "\nThere are no results yet.\n"
    lines = [HEAD, "| row | published | minigen | training |", "|---|---|---|---|"]
    for result in results:
        cells = (f"[{result['row']}](#{result['row']})", published(result), ours(result), training(result))
        lines.append(f"| {' | '.join(cells)} |")
    star = any(not entry["checked"] for result in results for entry in result["published"])
    return "\n".join([*lines, FOOT if star else "", *map(section, results)])


def published(result: Mapping[str, Any]) -> str:
    """Return the published figures of a row."""
    stars = {True: "", False: " \\*"}
    return "<br>".join(f"{one['figure']}: {one['whose']}{stars[one['checked']]}" for one in result["published"])


def ours(result: Mapping[str, Any]) -> str:
    """Return the headline scores of a row; over several seeds their mean and standard deviation."""
    first, *others = (run["scores"] for run in result["runs"])
    texts = []
    for i, score in enumerate(first):
        if any(score["measure"].startswith(name) for name in result["headline"]):
            values = [score["value"], *(scores[i]["value"] for scores in others)]
            what = score["kind"] if others else f"{score['kind']}, n = {score['n']}"
            texts.append(f"{score['measure']} {amount(values, score['stderr'])} {score['unit']} ({what})")
    return "<br>".join(texts)


def amount(values: Sequence[float], stderr: float | None) -> str:
    """Return one value with its standard error, or the mean of several with their standard deviation.

    Examples
    --------
    >>> amount([8], None), amount([-88.126], 0.06), amount([95.0, 96.0], 0.4), amount([8, 8, 8], None)
    ('8', '-88.13 ± 0.06', '95.5 ± 0.71', '8 each time')
    """
    if len(values) > 1:
        if len(set(values)) == 1:
            return f"{values[0]:.4g} each time"
        return f"{statistics.mean(values):.4g} ± {statistics.stdev(values):.2g}"
    return f"{values[0]:.4g}" + ("" if stderr is None else f" ± {stderr:.2g}")


def training(result: Mapping[str, Any]) -> str:
    """Return how long the training took."""
    runs = result["runs"]
    seconds = statistics.mean(run["training_seconds"] for run in runs)
    seeds = ", ".join(str(run["seed"]) for run in runs)
    which = f"seed {seeds}" if len(runs) == 1 else f"seeds {seeds}, each"
    return f"{which} {seconds:.0f} s, {counted(result['threads'])}"


def counted(threads: int) -> str:
    """Return how many threads the BLAS had."""
    return "1 thread" if threads == 1 else f"{threads} threads"


def section(result: Mapping[str, Any]) -> str:
    """Return what there is to know of one row."""
    name, runs = result["row"], result["runs"]
    lines = [f"## {name}", "", f"{result['what']}. {result['note']}", ""]
    for run in runs:
        lines += [f"Seed {run['seed']}:" if len(runs) > 1 else "Scores:", ""]
        lines += [f"* {text}" for text in run["texts"]]
        scoring = f"scoring {run['scoring_seconds']:.0f} s"
        lines += ["", f"{run['steps']} steps, training {run['training_seconds']:.0f} s, {scoring}.", ""]
    changed = f" with {json.dumps(result['settings'])}" if result["settings"] else ""
    versions = result["versions"]
    made = f"Recipe `{result['recipe']}`{changed}: `{result['command']}`, on {result['date']}"
    lines += [
        f"{made}, {counted(result['threads'])} of {result['machine']}.",
        f"minigen {versions['minigen']}, NumPy {versions['numpy']}, {versions['blas']}.",
        "",
        f"![{name}: metrics over the steps]({name}.png)",
        "",
    ]
    return "\n".join(lines)


def read(folder: Path, order: Sequence[str]) -> list[dict[str, Any]]:
    """Return the results in a folder, in the order given."""
    paths = [folder / f"{name}.json" for name in order]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
