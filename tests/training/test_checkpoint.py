"""A checkpoint goes where it fits, whole, or nowhere at all."""

import copy
import random

import pytest

import minigen as mg
from minigen.training import CheckpointError, CheckpointWarning, load_checkpoint, read_checkpoint, save_checkpoint
from minigen.training import checkpoint as module
from minigen.training.state import difference
from tests.training import tiny


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A checkpoint from the middle of an epoch, and what is in it."""
    folder = tmp_path_factory.mktemp("saved")
    with mg.random.using(3):
        loop = tiny.make_loop(folder)
        loop.run(steps=5)
        loop.save(folder / "it")
    return folder / "it"


@pytest.fixture
def other(tmp_path):
    """Another run that has come elsewhere."""
    with mg.random.using(8):
        loop = tiny.make_loop(tmp_path / "other", seed=8)
        loop.run(steps=1)
        yield loop


def attempt(loop, path):
    """Load; the refusal, and what it changed."""
    before = copy.deepcopy(tiny.state(loop))
    try:
        loop.load(path)
    except CheckpointError as error:
        return str(error), difference(before, tiny.state(loop))
    return None, difference(before, tiny.state(loop))


def test_it_fits(saved, other) -> None:
    refused, changed = attempt(other, saved)
    assert refused is None
    assert changed
    assert difference(read_checkpoint(saved)["state"]["algorithm"], other.algorithm.state_dict()) is None
    assert (other.step, other.epoch, other.batch) == (5, 1, 2)


def edited(path, saved, edit):
    content = mg.load(saved)
    edit(content)
    mg.save(content, path)
    return path


def at(*keys):
    def walk(content):
        for key in keys:
            content = content[key]
        return content

    return walk


G = at("state", "algorithm", "generator")
ADAM = at("state", "algorithm", "opt_g", "state", 0)
LOOP = at("state", "loop")
CALLBACKS = at("state", "loop", "callbacks")
AVERAGES = at("state", "loop", "callbacks", "EMA", "averages")
EDITS = {
    "another kind": (lambda c: c.update(kind="model"), "holds no checkpoint of a run"),
    "a newer format": (lambda c: c.update(format=2), "has format 2, this minigen reads up to 1: update minigen"),
    "no format": (lambda c: c.update(format=None), "not what a checkpoint should be"),
    "True for 1": (lambda c: c.update(format=True), "not what a checkpoint should be"),
    "a missing part": (lambda c: c.pop("versions"), "missing versions"),
    "an extra part": (lambda c: c.update(code="x"), "extra code"),
    "no states": (lambda c: c.update(state=[]), "its parts are of other kinds"),
    "no loader": (lambda c: at("state")(c).pop("loader"), "it has no state of the loader"),
    "another algorithm": (lambda c: at("names")(c).update(algorithm="Flow"), "its algorithm is a Flow, not a Jittered"),
    "other settings": (lambda c: at("settings")(c).update(seed=1), "settings.seed is 1, not 0"),
    "no settings": (lambda c: c.update(settings=None), "settings is NoneType None"),
    "a missing parameter": (lambda c: G(c).pop("net.0.weight"), "algorithm.generator has missing net.0.weight"),
    "an extra parameter": (lambda c: G(c).update(w=mg.zeros(1)), "algorithm.generator has extra w"),
    "another shape": (
        lambda c: G(c).update({"net.0.weight": mg.zeros(2, 4)}),
        "algorithm.generator.net.0.weight is a Tensor float32[2, 4], not a Tensor float32[4, 2]",
    ),
    "another dtype": (
        lambda c: G(c).update({"net.0.weight": mg.zeros(4, 2).double()}),
        "net.0.weight is a Tensor float64[4, 2], not a Tensor float32[4, 2]",
    ),
    "a dict for a list": (lambda c: at("state", "algorithm")(c).update(generator=[1]), "algorithm.generator is list"),
    "an extra key": (lambda c: at("state", "algorithm")(c).update(more=1), "algorithm has extra more"),
    "a moment of another shape": (lambda c: ADAM(c).update(exp_avg=mg.zeros(3)), "exp_avg has shape (3,)"),
    "a moment of another dtype": (
        lambda c: ADAM(c).update(exp_avg=mg.zeros(4, 2).double()),
        "algorithm.opt_g.state.0.exp_avg is a Tensor float32[4, 2], not a Tensor float64[4, 2]",
    ),
    "a setting out of range": (
        lambda c: at("state", "algorithm", "opt_g", "param_groups", 0)(c).update(lr=-1.0),
        "lr must be a number of at least 0",
    ),
    "a generator's state": (lambda c: at("state", "algorithm", "rng")(c).update(state=-1), "a Generator's state needs"),
    "another loader": (lambda c: at("state", "loader")(c).update(batch_size=5), "batch_size 5, this one has 4"),
    "a missing counter": (lambda c: LOOP(c).pop("step"), "Loop.load_state_dict: expected what state_dict() returns"),
    "a negative counter": (lambda c: LOOP(c).update(step=-1), "step must be a count, got -1"),
    "no time": (lambda c: LOOP(c).update(seconds=float("nan")), "seconds must be a time, got nan"),
    "a missing callback": (lambda c: CALLBACKS(c).pop("EMA"), "give the same callbacks"),
    "an extra callback": (lambda c: CALLBACKS(c).update(Mine={"a": 1}), "Mine, here are Checkpoints, EMA"),
    "an average's shape": (lambda c: AVERAGES(c).update({"net.0.bias": mg.zeros(3)}), "net.0.bias is"),
    "an average's name": (lambda c: AVERAGES(c).pop("net.0.bias"), "expected averages of"),
    "a stopping's state": (lambda c: CALLBACKS(c)["EarlyStopping"].update(waited=0.5), "expected best and waited"),
    "a best step's path": (
        lambda c: CALLBACKS(c)["Checkpoints"].update(best_step="../../x"),
        "expected best_step and best_value",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_does_not_fit_is_refused_and_changes_nothing(edit, saved, other, tmp_path) -> None:
    change, text = EDITS[edit]
    path = edited(tmp_path / "edited", saved, change)
    refused, changed = attempt(other, path)
    assert refused is not None
    assert text in refused
    assert str(path) in refused
    assert changed is None


def test_after_a_refusal_the_run_goes_on_as_if_nothing_had_been(saved, tmp_path) -> None:
    ends = []
    path = edited(tmp_path / "edited", saved, EDITS["an average's shape"][0])
    for attempts in (0, 1):
        with mg.random.using(8):
            loop = tiny.make_loop(tmp_path / str(attempts), seed=8)
            loop.run(steps=2)
            for _ in range(attempts):
                assert attempt(loop, path)[0]
            loop.run(steps=7)
            ends.append(tiny.state(loop))
    assert difference(*ends) is None


def test_damaged_checkpoints_change_nothing(saved, other, tmp_path) -> None:
    whole, draw = saved.read_bytes(), random.Random(0)
    for case in range(200):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        (tmp_path / "damaged").write_bytes(damaged if case % 2 else whole[: draw.randrange(len(whole))])
        refused, changed = attempt(other, tmp_path / "damaged")
        assert refused is not None
        assert changed is None


class Forgetful(mg.random.Generator):
    """Its load_state_dict forgets something: a bug that would end in another training."""

    def load_state_dict(self, state_dict) -> None:
        super().load_state_dict({**state_dict, "spawned": 0})


def test_a_part_that_loads_something_else_is_caught(tmp_path) -> None:
    parts = [Forgetful(seed) for seed in (1, 2, 3)]
    parts[1].spawn()
    save_checkpoint(tmp_path / "it", *parts)
    others = [Forgetful(seed) for seed in (4, 5, 6)]
    before = [part.state_dict() for part in others]
    with pytest.raises(CheckpointError, match=r"after loading, loader\.spawned is 0, not 1"):
        load_checkpoint(tmp_path / "it", *others)
    assert [part.state_dict() for part in others] == before


def test_the_algorithm_alone_can_be_loaded(saved) -> None:
    gan, loader = tiny.build(8)
    before = loader.state_dict()
    assert load_checkpoint(saved, gan) == {"seed": 0}
    assert difference(read_checkpoint(saved)["state"]["algorithm"], gan.state_dict()) is None
    assert loader.state_dict() == before


def test_loading_writes_into_the_parameters_that_are_there(saved, other) -> None:
    weight = other.algorithm.generator.net[0].weight
    array = weight.array
    other.load(saved)
    assert other.algorithm.generator.net[0].weight is weight
    assert weight.array is array
    assert difference(weight.detach(), G(read_checkpoint(saved))["net.0.weight"]) is None


@pytest.mark.parametrize("key", ["numpy", "blas", "threads", "machine", "minigen"])
def test_another_machine_warns(key, saved, other, monkeypatch) -> None:
    now = module.versions()
    assert list(read_checkpoint(saved)["versions"].items()) == list(now.items())
    monkeypatch.setattr(module, "versions", lambda: {**now, key: "another"})
    with pytest.warns(CheckpointWarning, match=rf"was written with {key} .*, now 'another': .* may differ"):
        other.load(saved)
    assert other.step == 5


@pytest.mark.parametrize("name", ["OPENBLAS", "MKL", "OMP"])
def test_the_number_of_threads_is_what_the_environment_says(name, monkeypatch) -> None:
    for other in ("OPENBLAS", "MKL", "OMP"):
        monkeypatch.delenv(f"{other}_NUM_THREADS", raising=False)
    monkeypatch.setenv(f"{name}_NUM_THREADS", "3")
    assert module.versions()["threads"] == 3


def test_a_part_without_a_state_is_named(tmp_path) -> None:
    generator = mg.random.Generator(0)
    with pytest.raises(TypeError, match="the loader, list, has no state_dict and load_state_dict"):
        save_checkpoint(tmp_path / "it", generator, [1], generator)
    assert not (tmp_path / "it").exists()


def test_checkpoints_are_listed_in_order(tmp_path) -> None:
    for name in ("step-100000000", "step-00000002", "step-00000010", "step-3", "best"):
        (tmp_path / f"{name}.safetensors").touch()
    (tmp_path / ".step-00000011.safetensors.0123abcd.tmp.safetensors").touch()
    assert [module.step_of(path) for path in module.checkpoints(tmp_path)] == [2, 10, 100_000_000]


def test_a_missing_file_is_a_missing_file(other, tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        other.load(tmp_path / "none")
