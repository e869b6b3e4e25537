"""Kill training at random moments, resume it each time, and see that nothing is lost, damaged or different.

    python tests/kill.py [--kills 50] [--seed 0] [--seconds 4] [--recipe NAME ...]

For each recipe (on tiny data where it reads files) an undisturbed run gives the parameters and metrics to arrive at.
Then runs of the same are killed with SIGKILL: some after a random time, from the start of the process to its end, some
just when a file is being written. After each kill all that lies in the run's folder must be readable, with at most one
file half-written, under the name of such; then the run is resumed. When it gets to its end it must have arrived where
the undisturbed one did, bit for bit, and no more files may be there than that one has.

Only Linux and other systems with SIGKILL.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from minigen import recipes  # noqa: E402
from minigen.training import read_checkpoint, read_metrics  # noqa: E402
from minigen.training.checkpoint import checkpoints  # noqa: E402
from minigen.training.files import LEFTOVER  # noqa: E402
from minigen.training.state import difference  # noqa: E402
from tests.recipes import small  # noqa: E402

SAVE_EVERY = 0.1  # seconds
KEPT = 3  # checkpoints
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
WHOLE = re.compile(r"\.lock|settings\.json|metrics\.jsonl|curves\.png|[a-z]+\.png|samples-\d{8}\.png|checkpoints")


class Recipe:
    """A recipe, how long it is trained here, and where it arrives undisturbed."""

    def __init__(self, name, folder, seconds):
        self.name, self.folder = name, folder
        self.options = small.options(name, small.write_data(folder / "data"))
        probe = self.run(folder / "probe", 100)
        began = read_checkpoint(probe.latest)["state"]["loop"]["seconds"]
        self.steps = max(200, round(100 * seconds / began))
        start = time.monotonic()
        self.straight = self.run(folder / "straight", self.steps)
        self.seconds = time.monotonic() - start

    def command(self, path, steps):
        """What starts a run in `path`, or goes on with it."""
        new = not (path / "settings.json").exists()
        what = [self.name, "--out", path, *self.options] if new else ["--resume", path]
        arguments = ["train", *what, "--steps", steps, "--save-every", SAVE_EVERY]
        return [sys.executable, "-W", "error", "-m", "minigen", *map(str, arguments)]

    def start(self, path, hash_seed=0):
        """Start the process."""
        return subprocess.Popen(
            self.command(path, self.steps),
            cwd=ROOT,
            env={**small.environment(hash_seed), **ONE_THREAD},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, path, steps):
        """Train to the end undisturbed."""
        environment = {**small.environment(), **ONE_THREAD}
        subprocess.run(self.command(path, steps), cwd=ROOT, env=environment, check=True, capture_output=True)
        return Folder(path)


class Folder:
    """The folder of a run, looked at from outside."""

    def __init__(self, path):
        self.path = path

    @property
    def latest(self):
        """The last checkpoint."""
        return checkpoints(self.path / "checkpoints")[-1]

    def files(self):
        """All files, relative."""
        return {str(path.relative_to(self.path)) for path in self.path.rglob("*") if path.is_file()}

    def check(self):
        """Read everything; return how many half-written files there are, under their own names."""
        if not self.path.exists():
            return 0
        leftovers = [path for path in self.path.rglob(".*") if LEFTOVER.fullmatch(path.name)]
        for path in self.path.iterdir():
            assert path in leftovers or WHOLE.fullmatch(path.name), f"{path} does not belong there"
        if (self.path / "settings.json").exists():
            assert json.loads((self.path / "settings.json").read_text())["format"] == 1
        if (self.path / "metrics.jsonl").exists():
            steps = [record["step"] for record in read_metrics(self.path / "metrics.jsonl")]
            assert steps == list(range(10, 10 * len(steps) + 1, 10)), "the metrics have a gap or repeat"
        for path in self.path.glob("[!.]*.png"):
            content = path.read_bytes()
            assert content[:4] == b"\x89PNG" and content[-8:-4] == b"IEND", f"{path} is torn"
        kept = checkpoints(self.path / "checkpoints")
        for path in kept:
            read_checkpoint(path)
        assert len(kept) <= KEPT + 1, f"{len(kept)} checkpoints"
        assert len(leftovers) <= 1, f"{leftovers} are left"
        return len(leftovers)

    def writing(self):
        """Whether a file is being written now."""
        found = []
        for folder in (self.path, self.path / "checkpoints"):
            found += os.listdir(folder) if folder.exists() else []
        return any(LEFTOVER.fullmatch(name) for name in found)


def kill(process, folder, delay, in_writing):
    """Kill `process` after `delay` seconds, or when a file is written after it; say when, None if it had ended."""
    until = time.monotonic() + delay
    while process.poll() is None and (time.monotonic() < until or (in_writing and not folder.writing())):
        time.sleep(0.0005)
    if process.poll() is not None:
        return None
    when = (
        "while writing" if folder.writing() else "training" if (folder.path / "metrics.jsonl").exists() else "starting"
    )
    process.send_signal(signal.SIGKILL)
    process.wait()
    return when


def compare(recipe, folder):
    """See that a run arrived where the undisturbed one did."""
    wrong = difference(small.final(recipe.straight.path), small.final(folder.path))
    assert wrong is None, f"{recipe.name}: {wrong}"
    for name in ("metrics.jsonl", f"samples-{recipe.steps:08}.png", "curves.png"):
        same = (folder.path / name).read_bytes() == (recipe.straight.path / name).read_bytes()
        assert same, f"{recipe.name}: {name} differs"
    ours, theirs = ({f for f in x.files() if "step-" not in f} for x in (folder, recipe.straight))
    assert ours == theirs, f"{recipe.name}: files {sorted(ours ^ theirs)}"
    assert folder.check() == 0


def one_run(recipe, path, kills, chance, counts):
    """Train once, killing up to `kills` times; return how many kills there were."""
    folder, killed = Folder(path), 0
    while True:
        process = recipe.start(path, hash_seed=chance.randrange(1000))
        when = None
        if killed < kills:
            when = kill(process, folder, chance.uniform(0, 0.8 * recipe.seconds), chance.random() < 0.4)
        _, said = process.communicate()
        if when is None:
            assert process.returncode == 0, f"{recipe.name}: {said}"
            compare(recipe, folder)
            counts["runs"] += 1
            return killed
        killed += 1
        counts[when] += 1
        counts["half-written files"] += folder.check()


def main(arguments=None):
    """Kill as often as asked; print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of training in a run (default: %(default)s)")
    parser.add_argument("--recipe", action="append", choices=recipes.names(), help="default: all")
    options = parser.parse_args(arguments)
    chance, counts, start = random.Random(options.seed), Counter(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        chosen = []
        for name in options.recipe or recipes.names():
            chosen.append(Recipe(name, Path(folder, name), options.seconds))
            print(f"{name}: {chosen[-1].steps} steps, {chosen[-1].seconds:.1f} s undisturbed", flush=True)
        killed = number = 0
        while killed < options.kills:
            recipe = chosen[number % len(chosen)]
            path = Path(folder, f"run-{number}")
            done = one_run(recipe, path, options.kills - killed, chance, counts)
            print(f"{recipe.name}: killed {done} times, arrived at the same bits", flush=True)
            shutil.rmtree(path)
            killed, number = killed + done, number + 1
    runs = counts.pop("runs")
    detail = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    print(f"{killed} kills in {runs} runs, {time.monotonic() - start:.0f} s ({detail}): all is well")


if __name__ == "__main__":
    main()
