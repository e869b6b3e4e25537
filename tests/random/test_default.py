"""The default generator: seeding it, swapping it, and what counts as one."""

import threading

import numpy as np
import pytest

import minigen.random.default as default
from minigen.random import Generator, as_generator, get_default_generator, manual_seed, rand, using


@pytest.fixture(autouse=True)
def untouched():
    """The process's generator is left as it was, and no swap outlives its block."""
    outer = get_default_generator()
    before = outer.state_dict()
    yield
    assert get_default_generator() is outer
    outer.load_state_dict(before)


def in_thread(call):
    """What `call` returns in another thread."""
    result = []
    thread = threading.Thread(target=lambda: result.append(call()))
    thread.start()
    thread.join()
    return result[0]


def test_manual_seed_seeds_and_returns_the_default_generator():
    assert manual_seed(3) is get_default_generator()
    first = rand(4).tolist()
    assert first != rand(4).tolist()
    manual_seed(3)
    assert first == rand(4).tolist() == Generator(3).uniform(4).tolist()


def test_manual_seed_refuses_what_is_no_seed_and_changes_nothing():
    before = get_default_generator().state_dict()
    with pytest.raises(ValueError, match="from 0 to"):
        manual_seed(-1)
    with pytest.raises(TypeError, match="must be an int"):
        manual_seed(0.5)
    assert get_default_generator().state_dict() == before


def test_a_new_process_starts_from_fresh_entropy(monkeypatch):
    monkeypatch.setattr(default, "_process_generator", None)
    first = get_default_generator()
    assert get_default_generator() is first
    monkeypatch.setattr(default, "_process_generator", None)
    assert get_default_generator().state_dict() != first.state_dict()
    monkeypatch.undo()


def test_using_swaps_nests_and_restores():
    outer = get_default_generator()
    mine = Generator(1)
    with using(mine) as given:
        assert given is mine is get_default_generator() is as_generator(None)
        with using(2) as inner:
            assert repr(inner) == "Generator(seed=2)" and get_default_generator() is inner
            with using(None) as same:
                assert same is inner
        assert get_default_generator() is mine
        assert rand(3).tolist() == Generator(1).uniform(3).tolist()
    assert get_default_generator() is outer


def test_using_restores_after_an_exception():
    outer = get_default_generator()
    with pytest.raises(KeyError), using(1):
        raise KeyError
    with pytest.raises(TypeError), using("one"):
        pass
    assert get_default_generator() is outer


def test_manual_seed_inside_using_seeds_the_one_in_force():
    outer = get_default_generator().state_dict()
    mine = Generator(1)
    with using(mine):
        assert manual_seed(5) is mine
    assert mine.state_dict() == Generator(5).state_dict()
    assert get_default_generator().state_dict() == outer


def test_using_holds_for_its_thread_only():
    outer = get_default_generator()
    with using(1) as mine:
        assert in_thread(get_default_generator) is outer
        assert get_default_generator() is mine

        def swap():
            with using(2) as theirs:
                return get_default_generator() is theirs

        assert in_thread(swap)
        assert get_default_generator() is mine


def test_two_threads_swap_at_the_same_time():
    inside = threading.Barrier(2, timeout=10)
    seen = {}

    def swap(seed):
        with using(seed):
            inside.wait()
            seen[seed] = rand(3, device="cpu").tolist()
            inside.wait()

    threads = [threading.Thread(target=swap, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {seed: Generator(seed).uniform(3, device="cpu").tolist() for seed in (1, 2)}


def test_as_generator():
    rng = Generator(4)
    assert as_generator(rng) is rng
    assert as_generator() is as_generator(None) is get_default_generator()
    for seed in (7, np.int32(7), np.uint64(7)):
        assert as_generator(seed).state_dict() == Generator(7).state_dict()


@pytest.mark.parametrize(
    ("rng", "error", "text"),
    [
        (
            np.random.default_rng(0),
            TypeError,
            r"got numpy.*Generator: pass minigen.random.Generator\(int\(rng.integers",
        ),
        (
            np.random.RandomState(0),
            TypeError,
            r"got numpy.*RandomState: pass minigen.random.Generator\(rng.randint",
        ),
        (np.random.SeedSequence(0), TypeError, "SeedSequence: pass a seed"),
        (True, TypeError, "None, an int or a minigen.random.Generator, got bool"),
        (0.5, TypeError, "got float: pass a seed"),
        ("seed", TypeError, "got str: pass a seed"),
        (np.random, TypeError, "got module: pass a seed"),
        (-1, ValueError, "a seed must be from 0 to"),
    ],
)
def test_as_generator_refuses(rng, error, text):
    with pytest.raises(error, match=text):
        as_generator(rng)


def test_the_fixes_named_for_numpys_generators_work():
    rng = np.random.default_rng(0)
    Generator(int(rng.integers(2**63)))
    rng = np.random.RandomState(0)
    Generator(rng.randint(2**31))
