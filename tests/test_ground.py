"""The ground the library stands on: what a room may import, what an import costs, what the files say."""

import ast
import configparser
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import minigen

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "minigen"

# Which rooms may import what is not the standard library's; what is not named here nobody may.
MAY_IMPORT = {
    "numpy": {"*"},
    "scipy": {"backend"},
    "cupy": {"backend", "testing"},
    "cupyx": {"backend"},
    "matplotlib": {"viz"},
    "pooch": {"data"},
    "safetensors": {"training"},
    "tqdm": {"training"},
    "click": {"cli"},
    "hypothesis": {"testing"},
}
DISTRIBUTION = {"cupy": "cupy-cuda12x", "cupyx": "cupy-cuda12x"}  # where it has another name
REFUSED = {"pickle", "shelve", "marshal", "random"}  # stored code, and draws that no rng made


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def nodes():
    """Every node of every file's syntax tree, with its room (a file at the top is its own) and place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield inside.parts[0], f"{inside}:{getattr(node, 'lineno', 0)}", node


def layers():
    """The rooms of the import contract, highest first, each layer a set."""
    contract = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    return [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]


def test_every_room_stands_in_the_import_contract():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms <= set().union(*layers())


def test_files_import_only_what_their_room_may():
    wrong = []
    for room, place, node in nodes():
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module]
        else:
            continue
        for name in {module.split(".")[0] for module in modules}:
            known = name == "minigen" or (name in sys.stdlib_module_names and name not in REFUSED)
            if not known and not MAY_IMPORT.get(name, set()) & {"*", room}:
                wrong.append(f"{place} imports {name}")
    assert not wrong


def test_what_may_be_imported_is_declared():
    config = configparser.ConfigParser()
    config.read_string(text("setup.cfg"))
    extras = config["options.extras_require"]
    declared = "\n".join([config["options"]["install_requires"], *extras.values()])
    names = set(re.findall(r"^[\w-]+", declared, re.MULTILINE))
    assert {DISTRIBUTION.get(name, name) for name in MAY_IMPORT} <= names


def test_nothing_evaluates_stored_text():
    wrong = []
    for _, place, node in nodes():
        called = isinstance(node, ast.Call) and getattr(node.func, "id", None) in {"eval", "exec"}
        if called or (isinstance(node, ast.keyword) and node.arg == "allow_pickle"):
            wrong.append(f"{place} {ast.unparse(node)}")
    assert not wrong


def test_draws_come_from_the_random_room():
    libraries = {"np", "numpy", "xp", "cp", "cupy"}
    wrong = [
        place
        for room, place, node in nodes()
        if room not in {"random", "backend"}
        and not place.startswith("testing/standin/generator.py:")
        and isinstance(node, ast.Attribute)
        and node.attr == "random"
        and getattr(node.value, "id", None) in libraries
    ]
    assert not wrong


def test_import_loads_neither_the_upper_rooms_nor_their_libraries():
    listing = subprocess.run(
        [sys.executable, "-c", "import json, sys, minigen; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    loaded = set(json.loads(listing.stdout))
    nn = next(height for height, layer in enumerate(layers()) if "nn" in layer)
    upper = {f"minigen.{room}" for layer in layers()[:nn] for room in layer}
    assert "minigen" in loaded
    assert not loaded & (upper | {"scipy", "cupy", "matplotlib", "safetensors", "tqdm", "click"})


def test_one_version():
    assert importlib.metadata.version("minigen") == minigen.__version__


def test_no_file_names_a_place_of_one_machine():
    place = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|work|opt|mnt)/")
    files = [*ROOT.glob("*"), *(ROOT / ".ci").iterdir()]
    for folder in ("minigen", "tests", "examples", "benchmarks", "docs"):
        files += (ROOT / folder).rglob("*")
    kinds = {"", ".cfg", ".json", ".md", ".patch", ".py", ".svg", ".toml", ".txt", ".yml"}
    wrong = [
        str(path.relative_to(ROOT))
        for path in files
        if path.is_file() and path.suffix in kinds and place.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong


def test_commands_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^\s*|`)make ([a-z-]+)", text("README.md"), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_readme_example_runs(tmp_path):
    example = re.search(r"^```python\n(.*?)^```$", text("README.md"), re.MULTILINE | re.DOTALL)[1]
    assert "import minigen" in example
    subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, cwd=tmp_path)
