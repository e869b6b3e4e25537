"""Seeds, children and the exact state."""

import copy
import json
import math

import numpy as np
import pytest

from minigen.random import Generator
from tests.host import host

# One call of each kind; those of 32 bits leave half a word behind after an odd number of draws.
DRAWS = {
    "normal": lambda rng: rng.normal(3),
    "normal64": lambda rng: rng.normal(2, dtype="float64"),
    "uniform": lambda rng: rng.uniform(),
    "bernoulli": lambda rng: rng.bernoulli(np.full(3, 0.5)),
    "categorical": lambda rng: rng.categorical(np.ones((3, 4))),
    "integers": lambda rng: rng.integers(5, shape=3),
    "permutation": lambda rng: rng.permutation(4),
    "gumbel": lambda rng: rng.gumbel(3),
    "exponential": lambda rng: rng.exponential(3),
    "gamma": lambda rng: rng.gamma(0.7, 3),
}


def draws(rng):
    """One draw of every law, as lists."""
    return {name: draw(rng).tolist() for name, draw in DRAWS.items()}


def continuation(rng):
    """Everything that comes after: draws, children, and draws after the children."""
    return draws(rng), draws(rng.spawn()), draws(rng.spawn()), draws(rng)


@pytest.mark.usefixtures("on_the_host")
def test_the_stream_is_pcg64_seeded_by_a_seed_sequence():
    source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(42)))
    assert (host(Generator(42).normal(4, dtype="float64")) == source.standard_normal(4)).all()


def test_equal_seeds_draw_equally_and_others_do_not():
    assert continuation(Generator(1)) == continuation(Generator(1))
    assert draws(Generator(1)) != draws(Generator(2))
    assert draws(Generator()) != draws(Generator())
    assert draws(Generator(np.int64(5))) == draws(Generator(5))


@pytest.mark.parametrize("law", DRAWS)
@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_state_continues_exactly_after_json(law, times):
    rng = Generator(3)
    rng.spawn()
    for _ in range(times):
        DRAWS[law](rng)
    state = json.loads(json.dumps(rng.state_dict()))
    other = Generator(99)
    other.normal(1)
    other.load_state_dict(state)
    assert repr(other) == repr(rng) and other.state_dict() == rng.state_dict()
    assert continuation(other) == continuation(rng)


@pytest.mark.usefixtures("on_the_host")
def test_state_holds_the_half_word_that_a_32_bit_draw_leaves():
    rng = Generator(4)
    rng.normal(1)
    state = rng.state_dict()
    assert state["has_uint32"] == 1
    forgotten = Generator(4)
    forgotten.load_state_dict({**state, "has_uint32": 0})
    assert forgotten.normal(1).tolist() != rng.normal(1).tolist()


def test_state_is_a_snapshot():
    rng = Generator(5)
    state = rng.state_dict()
    expected = copy.deepcopy(state)
    rng.normal(10)
    rng.spawn()
    assert state == expected != rng.state_dict()
    loaded = Generator()
    loaded.load_state_dict(state)
    loaded.spawn().normal(3)
    assert state == expected


def test_state_of_fresh_entropy_and_of_a_grandchild():
    for rng in (Generator(), Generator(6).spawn().spawn(), Generator(2**128 - 1)):
        twin = Generator(0)
        twin.load_state_dict(json.loads(json.dumps(rng.state_dict())))
        assert continuation(twin) == continuation(rng)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"state": None}, ValueError, "'state', got None"),
        ({"state": 1.0}, ValueError, "an int from 0 to .* as 'state', got 1.0"),
        ({"state": -1}, ValueError, "'state', got -1"),
        ({"state": 2**128}, ValueError, "'state'"),
        ({"has_uint32": 2}, ValueError, "from 0 to 1 as 'has_uint32', got 2"),
        ({"has_uint32": True}, ValueError, "'has_uint32', got True"),
        ({"uinteger": 2**32}, ValueError, "'uinteger'"),
        ({"seed": "7"}, ValueError, "'seed', got '7'"),
        ({"seed": -7}, ValueError, "'seed', got -7"),
        ({"spawned": -1}, ValueError, "'spawned', got -1"),
        ({"spawn_key": 0}, ValueError, "a list of 32-bit ints as 'spawn_key', got 0"),
        ({"spawn_key": [0, -1]}, ValueError, "'spawn_key'"),
        ({"spawn_key": "0"}, ValueError, "'spawn_key'"),
        ({"bit_generator": "MT19937"}, ValueError, "is of 'PCG64', got bit_generator 'MT19937'"),
        ({"speed": 3}, ValueError, r"missing \[\], unknown \['speed'\]"),
    ],
)
def test_a_state_that_is_not_one_is_refused_and_changes_nothing(change, error, text):
    rng = Generator(7)
    rng.normal(1)
    before = rng.state_dict()
    with pytest.raises(error, match=text):
        rng.load_state_dict({**Generator(8).state_dict(), **change})
    assert rng.state_dict() == before


def test_an_incomplete_state_is_refused():
    rng = Generator(7)
    for key in rng.state_dict().keys() - {"device_block"}:
        state = Generator(8).state_dict()
        del state[key]
        with pytest.raises(ValueError, match=rf"missing \['{key}'\], unknown \[\]"):
            rng.load_state_dict(state)
    for nothing in (None, [], "state", 3):
        with pytest.raises(TypeError, match=r"the dict that Generator.state_dict\(\) returns, got"):
            rng.load_state_dict(nothing)
    assert rng.state_dict() == Generator(7).state_dict()


@pytest.mark.usefixtures("on_the_host")
def test_children_depend_on_the_seed_and_their_number_only():
    rng, late = Generator(9), Generator(9)
    late.normal(7)
    assert draws(rng.spawn()) == draws(late.spawn())
    sequence = np.random.SeedSequence(9).spawn(2)[1]
    expected = np.random.Generator(np.random.PCG64(sequence)).standard_normal(4)
    assert (host(rng.spawn().normal(4, dtype="float64")) == expected).all()


def test_spawning_does_not_change_the_parents_draws():
    rng, other = Generator(10), Generator(10)
    rng.spawn()
    assert draws(rng) == draws(other)


def test_parent_children_and_grandchildren_are_uncorrelated():
    rng = Generator(11)
    family = [rng, rng.spawn(), rng.spawn()]
    family.append(family[1].spawn())
    x = np.stack([host(member.normal(20_000, dtype="float64")) for member in family])
    for i in range(len(family)):
        for j in range(i):
            product = x[i] * x[j]
            assert abs(product.mean()) <= 5 * product.std() / math.sqrt(product.size)


def test_a_child_is_of_its_parents_class():
    class Own(Generator):
        pass

    assert type(Own(1).spawn()) is Own


def test_copies_are_exact_and_independent():
    rng = Generator(12)
    rng.spawn()
    rng.normal(1)
    before = rng.state_dict()
    twin = copy.deepcopy(rng)
    assert twin is not rng and twin.state_dict() == before
    expected = continuation(twin)
    assert rng.state_dict() == before
    assert continuation(rng) == expected


def test_manual_seed_starts_again_in_place():
    rng = Generator(13).spawn()
    rng.normal(1)
    rng.spawn()
    assert rng.manual_seed(14) is rng
    assert rng.state_dict() == Generator(14).state_dict()
    assert continuation(rng) == continuation(Generator(14))


@pytest.mark.parametrize("make", [Generator, Generator(0).manual_seed])
@pytest.mark.parametrize(
    ("seed", "error", "text"),
    [
        (-1, ValueError, "a seed must be from 0 to .*, got -1: use abs"),
        (2**128, ValueError, "a seed must be from 0 to"),
        (1.0, TypeError, r"a seed must be an int, got 1.0 \(float\)"),
        (True, TypeError, "a seed must be an int, got True"),
        ("1", TypeError, "a seed must be an int, got '1'"),
        ([1, 2], TypeError, "a seed must be an int"),
    ],
)
def test_refused_seeds(make, seed, error, text):
    with pytest.raises(error, match=text):
        make(seed)


def test_repr_names_the_stream():
    rng = Generator(15)
    child = rng.spawn()
    child.spawn()
    assert repr(rng) == "Generator(seed=15, spawned=1)"
    assert repr(child) == "Generator(seed=15, spawn_key=(0,), spawned=1)"
