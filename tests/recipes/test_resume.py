"""Train 2N = train N, stop in the middle of an epoch, resume in a fresh process with another hash seed, train N."""

import json

import pytest

from minigen import recipes
from minigen.random import Generator
from minigen.training.state import difference
from tests.cli.test_commands import elsewhere, run  # noqa: F401
from tests.recipes import small


def stop_after(name, root):
    """Some steps, more than an epoch and not whole epochs."""
    recipe = recipes.load(name)
    loader = recipe.build({**recipe.SETTINGS, **small.changes(name, root)}, Generator(0)).loader
    steps = max(23, len(loader) + len(loader) // 2)
    return steps + (steps % len(loader) == 0)


@pytest.mark.parametrize("name", recipes.names())
def test_a_resumed_run_is_the_undisturbed_one_bit_for_bit(name, tmp_path, monkeypatch) -> None:
    root = small.write_data(tmp_path / "data")
    n = stop_after(name, root)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = small.options(name, root)
    monkeypatch.setattr("minigen.cli.runs.picture_steps", lambda limit, loader: 10**6)  # one, at the end; resumed, more
    run("train", name, "--steps", 2 * n, "--out", whole, *options)
    run("train", name, "--steps", n, "--out", parts, *options)
    assert small.final(parts)["state"]["loop"]["batch"] > 0  # in the middle of an epoch

    # A kill some steps after the checkpoint: metrics beyond it, the last line torn.
    with open(parts / "metrics.jsonl", "ab") as file:
        file.write(b"".join(json.dumps({"step": n + i, "epoch": 0}).encode() + b"\n" for i in (1, 2)) + b'{"step": 1')
    done = small.program("train", "--resume", parts, "--steps", 2 * n, hash_seed=77)
    assert done.returncode == 0, done.stderr

    assert difference(small.final(whole), small.final(parts)) is None
    assert (parts / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    steps = [json.loads(line)["step"] for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert steps == list(range(10, 2 * n + 1, 10))
    last = f"samples-{2 * n:08}.png"
    assert (parts / last).read_bytes() == (whole / last).read_bytes()
