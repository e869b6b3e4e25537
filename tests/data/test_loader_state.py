"""A loader that is saved goes on exactly where it stood: in the same process, or in a fresh one."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigen as mg
from minigen.data import DataLoader, Dataset, Subset, TensorDataset, transforms
from minigen.data.images import Images
from minigen.random import Generator, get_default_generator, manual_seed, using
from tests.host import placed

ROOT = Path(__file__).parents[2]
RNGS = {"seed": lambda: 3, "generator": lambda: Generator(3), "default": lambda: None}


def through_json(state):
    text = json.dumps(state)
    assert len(text) < 2000
    return json.loads(text)


def epochs(loader, n):
    return [[batch.tolist() for batch in loader] for _ in range(n)]


@given(
    n=st.integers(1, 20),
    batch_size=st.integers(1, 25),
    drop_last=st.booleans(),
    shuffle=st.booleans(),
    rng=st.sampled_from(sorted(RNGS)),
    whole=st.integers(0, 2),
    part=st.integers(0, 21),
)
def test_a_loaded_loader_gives_the_rest_of_the_epoch_and_the_next_ones(
    n, batch_size, drop_last, shuffle, rng, whole, part
):
    def make(seed):
        with using(seed):
            loader = DataLoader(placed(np.arange(n)), batch_size, shuffle, drop_last=drop_last, rng=RNGS[rng]())
            loader.state_dict()
        return loader

    loader = make(1)
    epochs(loader, whole)
    running = iter(loader)
    taken = list(itertools.islice(running, part))
    ended = part > len(loader)
    state = through_json(loader.state_dict())
    assert state["given"] == (None if ended else len(taken))
    rest = [batch.tolist() for batch in running]
    later = epochs(loader, 2)

    other = make(2)
    epochs(other, 1)
    other.load_state_dict(state)
    assert through_json(other.state_dict()) == state
    if not ended:
        assert epochs(other, 1) == [rest]
    assert epochs(other, 2) == later
    assert other.state_dict() == loader.state_dict()


FRESH = """
import json, sys
import minigen as mg
from minigen.data import DataLoader, transforms
from minigen.data.images import Images
job = json.loads(sys.stdin.read())
mg.manual_seed(99)
mg.rand(5)
data = Images(mg.tensor(job["pixels"]), transforms.Compose([transforms.Binarize()]))
loader = DataLoader(data, 3, shuffle=True)
loader.load_state_dict(job["state"])
print(json.dumps([[batch.tolist() for batch in loader] for _ in range(3)]))
"""


@pytest.mark.usefixtures("on_the_host")
def test_a_fresh_process_continues():
    pixels = np.random.default_rng(0).uniform(size=(10, 2, 3)).astype(np.float32).tolist()
    data = Images(placed(np.array(pixels, np.float32)), transforms.Compose([transforms.Binarize()]))
    loader = DataLoader(data, 3, shuffle=True)
    list(loader)
    running = iter(loader)
    next(running), next(running)
    job = json.dumps({"pixels": pixels, "state": loader.state_dict()})
    answer = subprocess.run(
        [sys.executable, "-c", FRESH],
        input=job,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    expected = [[batch.tolist() for batch in running], *epochs(loader, 2)]
    assert json.loads(answer.stdout) == expected


def test_a_generator_shared_with_others_is_put_back_where_it_was():
    def run(rng, loader, draws):
        for batch in loader:
            draws.append((batch.tolist(), rng.normal().item()))

    rng = Generator(5)
    loader = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=rng)
    draws = []
    running = iter(loader)
    for _ in range(2):
        next(running), rng.normal()
    state = through_json(loader.state_dict())
    run(rng, running, draws)
    run(rng, loader, draws)

    other_rng = Generator(6)
    other = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=other_rng)
    other.load_state_dict(state)
    again = []
    run(other_rng, other, again)
    run(other_rng, other, again)
    assert again == draws


def test_without_rng_a_loader_has_a_child_of_the_default_generator():
    def order():
        manual_seed(4)
        loader = DataLoader(placed(np.arange(9)), 2, shuffle=True)
        return epochs(loader, 2)

    assert order() == order()
    manual_seed(4)
    loader = DataLoader(placed(np.arange(9)), 2, shuffle=True)
    assert loader.rng is None
    first = epochs(loader, 1)
    before = get_default_generator().state_dict()
    manual_seed(123)
    assert first + epochs(loader, 1) == order()
    assert before["spawned"] == 1 and before["state"] == Generator(4).state_dict()["state"]


def test_loading_takes_no_child_of_the_default_generator():
    state = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=0).state_dict()
    before = get_default_generator().state_dict()
    DataLoader(placed(np.arange(9)), 2, shuffle=True).load_state_dict(state)
    assert get_default_generator().state_dict() == before


def test_the_state_is_of_the_epoch_started_last():
    loader = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=0)
    first = iter(loader)
    next(first), next(first), next(first)
    second = iter(loader)
    next(second)
    state = loader.state_dict()
    assert state["given"] == 1
    next(first)
    assert loader.state_dict() == state
    assert next(first, None) is not None
    assert next(first, None) is None
    assert loader.state_dict() == state
    other = DataLoader(placed(np.arange(9)), 2, shuffle=True)
    other.load_state_dict(state)
    assert epochs(other, 1) == [[batch.tolist() for batch in second]]


def test_a_loaded_epoch_is_continued_once():
    loader = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=0)
    running = iter(loader)
    next(running)
    state = loader.state_dict()
    rest = [batch.tolist() for batch in running]
    loader.load_state_dict(state)
    assert next(iter(loader)).tolist() == rest[0]
    assert len(list(loader)) == 5


def test_a_loader_that_broke_off_starts_a_new_epoch():
    loader = DataLoader(placed(np.arange(9)), 2)
    for _ in loader:
        break
    assert next(iter(loader)).tolist() == [0, 1]


def test_an_iterator_under_way_is_not_counted_after_loading():
    loader = DataLoader(placed(np.arange(9)), 2)
    running = iter(loader)
    next(running)
    state = loader.state_dict()
    loader.load_state_dict(state)
    assert [batch.tolist() for batch in running] == [[2, 3], [4, 5], [6, 7], [8]]
    assert loader.state_dict() == state


def test_a_batch_that_fails_is_not_counted():
    class Bad(Dataset):
        def __getitem__(self, index):
            if index == 3:
                raise OSError("gone")
            return index

        def __len__(self):
            return 4

    loader = DataLoader(Bad(), 2)
    running = iter(loader)
    next(running)
    with pytest.raises(OSError, match="gone"):
        next(running)
    assert loader.state_dict()["given"] == 1


def test_the_data_sets_state_is_kept_through_subset_and_compose():
    def make(seed):
        image = placed(np.full((6, 4), 0.5, np.float32))
        data = Images(image, transforms.Compose([transforms.Lambda(lambda x: x), transforms.Binarize(seed)]))
        return DataLoader(Subset(data, range(1, 6)), 2)

    loader, other = make(1), make(2)
    running = iter(loader)
    next(running)
    other.load_state_dict(through_json(loader.state_dict()))
    assert epochs(other, 1) == [[batch.tolist() for batch in running]]
    assert epochs(other, 1) == epochs(loader, 1)


def good_state():
    return DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=0).state_dict()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda s: None, TypeError, "expected the dict that DataLoader.state_dict"),
        (lambda s: {**s, "extra": 1}, ValueError, r"missing \[\], unknown \['extra'\]"),
        (lambda s: {k: s[k] for k in s if k != "given"}, ValueError, r"missing \['given'\]"),
        (lambda s: {**s, "length": 8}, ValueError, "a DataLoader with length 8, this one has 9"),
        (lambda s: {**s, "batch_size": 3}, ValueError, "batch_size 3, this one has 2"),
        (lambda s: {**s, "shuffle": False}, ValueError, "shuffle False, this one has True"),
        (lambda s: {**s, "drop_last": 0}, ValueError, "drop_last 0, this one has False"),
        (lambda s: {**s, "given": 6, "drawn_from": s["generator"]}, ValueError, "an int up to 5 or None"),
        (lambda s: {**s, "given": -1, "drawn_from": s["generator"]}, ValueError, "got -1"),
        (lambda s: {**s, "given": True, "drawn_from": s["generator"]}, ValueError, "got True"),
        (lambda s: {**s, "given": 1}, ValueError, "'drawn_from' within a shuffled epoch"),
        (lambda s: {**s, "drawn_from": s["generator"]}, ValueError, "and only there"),
        (lambda s: {**s, "given": 1, "drawn_from": s["generator"], "generator": {}}, ValueError, "not a Generator's"),
        (lambda s: {**s, "generator": None}, TypeError, "the dict that Generator.state_dict"),
        (lambda s: {**s, "given": 1, "drawn_from": {"seed": 1}}, ValueError, "not a Generator's state"),
    ],
)
def test_a_wrong_state_is_refused_and_changes_nothing(change, error, text):
    loader = DataLoader(placed(np.arange(9)), 2, shuffle=True, rng=8)
    list(loader)
    running = iter(loader)
    next(running)
    before = loader.state_dict()
    with pytest.raises(error, match=text):
        loader.load_state_dict(change(good_state()))
    assert loader.state_dict() == before


def test_a_state_for_a_data_set_that_has_none_is_refused_and_changes_nothing():
    loader = DataLoader(TensorDataset(placed(np.arange(9))), 2, shuffle=True, rng=8)
    before = loader.state_dict()
    with pytest.raises(ValueError, match=r"TensorDataset has no state to restore, got one with \['a'\]"):
        loader.load_state_dict({**good_state(), "dataset": {"a": 1}})
    assert loader.state_dict() == before


class Noise:
    """A transform that draws and is no subclass of anything."""

    def __init__(self):
        self.rng = mg.random.Generator(0)

    def __call__(self, x):
        return x + self.rng.integers(100, shape=()).item()

    def state_dict(self):
        return self.rng.state_dict()

    def load_state_dict(self, state):
        self.rng.load_state_dict(state)


class Drawn:
    """A data set that draws and is no subclass of anything."""

    def __init__(self):
        self.noise = Noise()
        self.state_dict, self.load_state_dict = self.noise.state_dict, self.noise.load_state_dict

    def __len__(self):
        return 6

    def __getitem__(self, index):
        return self.noise(index)


@pytest.mark.parametrize(
    "make",
    [
        Drawn,
        lambda: mg.data.Subset(Drawn(), range(6)),
        lambda: mg.data.LabelledImages(mg.zeros(6, 2, 2), mg.arange(6), None, Noise()),
        lambda: mg.data.LabelledImages(mg.zeros(6, 2, 2), mg.arange(6), Noise(), Noise()),
        lambda: mg.data.Images(mg.zeros(6, 2, 2), mg.data.transforms.Compose([Noise()])),
    ],
)
def test_whatever_draws_goes_on_where_it_was(make):
    first, second = (mg.data.DataLoader(make(), batch_size=2) for _ in range(2))
    batches = iter(first)
    next(batches)
    second.load_state_dict(first.state_dict())
    for a, b in zip(batches, second, strict=True):
        assert str(a) == str(b)


def test_a_state_for_what_has_none_is_refused():
    loader = mg.data.DataLoader(mg.zeros(6, 1), batch_size=2)
    with pytest.raises(ValueError, match="no state to restore"):
        loader.load_state_dict({**loader.state_dict(), "dataset": {"x": 1}})
