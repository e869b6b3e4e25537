"""Any recipe made small enough for a test, from its settings alone; and the program in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from minigen import recipes
from minigen.training.checkpoint import checkpoints, read_checkpoint
from tests.data import roots

ROOT = Path(__file__).parents[2]
BATCH = 8
EXAMPLES = 5 * BATCH + 3
WIDTH = 8


def write_data(root):
    """Tiny valid files of every data set that recipes may read."""
    root.mkdir(parents=True, exist_ok=True)
    roots.write_mnist(root, EXAMPLES)
    roots.write_fashion_mnist(root, EXAMPLES)
    roots.write_binarized_mnist(root, EXAMPLES, EXAMPLES, EXAMPLES)
    roots.write_frey_faces(root, EXAMPLES)
    roots.write_tiny_shakespeare(root, 10 * EXAMPLES)
    return root


def changes(name, root):
    """The settings that make a recipe small."""
    settings = recipes.load(name).SETTINGS
    wanted = {"root": str(root), "check_files": False, "points": EXAMPLES}
    found = {key: value for key, value in wanted.items() if key in settings}
    if found:
        found["batch_size"] = BATCH
    if isinstance(settings.get("hidden"), list):
        found["hidden"] = [WIDTH] * len(settings["hidden"])
    return found


def options(name, root):
    """The same as options of the program."""
    named = {"root": "--root", "batch_size": "--batch-size"}
    found = []
    for key, value in changes(name, root).items():
        found += [named[key], str(value)] if key in named else ["--set", f"{key}={json.dumps(value)}"]
    return found


def environment(hash_seed=0):
    """The environment of a process: only the hash seed is chosen, no data of the machine are found."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MINIGEN_")}
    return {**kept, "PYTHONHASHSEED": str(hash_seed)}


def program(*arguments, hash_seed=0, cwd=ROOT, input=None, **variables):
    """Run the program in a fresh process, warnings being errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "minigen", *map(str, arguments)],
        env={**environment(hash_seed), "PYTHONPATH": str(ROOT), **variables},
        cwd=cwd,
        input=input,
        capture_output=True,
        text=True,
        timeout=120,
    )


def final(run):
    """All that the last checkpoint in the folder `run` holds, but for the time it took."""
    content = read_checkpoint(checkpoints(run / "checkpoints")[-1])
    del content["state"]["loop"]["seconds"]
    return content
