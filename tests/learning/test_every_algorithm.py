"""What holds for every learning algorithm; generated from the list in `small`."""

import json

import numpy as np
import pytest

import minigen as mg
from minigen.random import Generator, get_default_generator, using
from minigen.testing import exact_expectation
from minigen.training.state import copied, difference
from tests.host import examples, host
from tests.learning.small import ALGORITHMS

EVERY = pytest.mark.parametrize("name", ALGORITHMS)
STEPS = examples(400)


@pytest.fixture(autouse=True)
def in_double():
    mg.set_default_dtype(mg.float64)
    yield
    mg.set_default_dtype(mg.float32)


def build(name, seed=0):
    with using(Generator(seed)):
        return ALGORITHMS[name]()


def trained(algorithm):
    """What a step changes but for the optimizers' memory and where generators stand."""
    names = [name for name in algorithm.PARTS if name != "rng" and not name.startswith("opt")]
    return {name: getattr(algorithm, name).state_dict() for name in names}


def numbers(state):
    """All numbers of a nested state in one vector; generators of parts are passed over."""
    if isinstance(state, mg.Tensor):
        return host(state).ravel().tolist()
    if isinstance(state, dict):
        return [x for key, part in state.items() if key != "rng" for x in numbers(part)]
    if isinstance(state, list | tuple):
        return [x for part in state for x in numbers(part)]
    return [] if isinstance(state, str) or state is None else [float(state)]


def test_the_list_holds_every_algorithm() -> None:
    """What is exported is tested: an algorithm without an entry in `small` fails here."""
    exported = {
        value
        for value in (getattr(mg.learning, name) for name in mg.learning.__all__)
        if isinstance(value, type) and issubclass(value, mg.learning.Algorithm)
    }
    assert {type(build(name)[0]) for name in ALGORITHMS} == exported - {mg.learning.Algorithm}


@EVERY
def test_a_step_changes_the_model_and_reports_finite_numbers(name) -> None:
    algorithm, batch = build(name)
    before = copied(trained(algorithm))
    metrics = algorithm.step(batch)
    assert difference(before, trained(algorithm)) is not None
    assert isinstance(metrics, mg.learning.Metrics)
    assert metrics
    assert np.isfinite(list(metrics.values())).all()


@EVERY
def test_a_step_draws_nothing_from_the_default_generator(name) -> None:
    algorithm, batch = build(name)
    with using(Generator(5)):
        before = get_default_generator().state_dict()
        algorithm.step(batch)
        assert get_default_generator().state_dict() == before


@EVERY
def test_training_continues_bit_for_bit_from_its_state(name) -> None:
    algorithm, batch = build(name)
    for _ in range(3):
        algorithm.step(batch)
    state = copied(algorithm.state_dict())
    assert json.loads(json.dumps(state["setup"])) == state["setup"]
    other, _ = build(name, seed=1)
    other.load_state_dict(state)
    for _ in range(3):
        assert dict(algorithm.step(batch)) == dict(other.step(batch))
    assert difference(algorithm.state_dict(), other.state_dict()) is None


@EVERY
def test_a_state_that_does_not_fit_changes_nothing(name) -> None:
    algorithm, _ = build(name)
    before = copied(algorithm.state_dict())
    for part in algorithm.PARTS:
        broken = copied(algorithm.state_dict())
        del broken[part]
        with pytest.raises(KeyError, match=part):
            algorithm.load_state_dict(broken)
    with pytest.raises(ValueError, match="of another setup"):
        algorithm.load_state_dict({**copied(before), "setup": dict.fromkeys(before["setup"], "other")})
    with pytest.raises(ValueError, match="more is 1 there, None here"):
        algorithm.load_state_dict({**copied(before), "setup": {**before["setup"], "more": 1}})
    with pytest.raises(ValueError, match="of another algorithm, with memory, more"):
        algorithm.load_state_dict({**copied(before), "more": {}, "memory": {}})
    assert difference(before, algorithm.state_dict()) is None


@EVERY
def test_the_state_of_another_algorithm_is_refused(name) -> None:
    algorithm, _ = build(name)
    before = copied(algorithm.state_dict())
    for other in ALGORITHMS.keys() - {name}:
        with pytest.raises((KeyError, ValueError), match=r"load_state_dict: (of another|.* is missing)"):
            algorithm.load_state_dict(copied(build(other)[0].state_dict()))
    assert difference(before, algorithm.state_dict()) is None


@EVERY
def test_the_exact_expectation_of_a_step_is_what_steps_give_on_average(name) -> None:
    algorithm, batch = build(name)
    algorithm.step(batch)  # so that no memory of the optimizer is empty

    def step(_):
        metrics = algorithm.step(batch)
        return numbers(trained(algorithm)), numbers(dict(metrics))

    expected = exact_expectation(step, restore=algorithm, normal_nodes=6)
    assert abs(expected.total - 1) < 1e-12
    mean, variance = np.array(numbers(expected.mean)), np.array(numbers(expected.variance))
    error = np.zeros_like(mean) if expected.error is None else np.array(numbers(expected.error))

    state, total = copied(algorithm.state_dict()), 0.0
    for seed in range(STEPS if expected.paths > 1 else 1):
        algorithm.load_state_dict(copied(state))
        if hasattr(algorithm, "rng"):
            algorithm.rng.manual_seed(seed)
        total = total + np.array(numbers(step(None)))
    drawn = total / (seed + 1)
    bound = 5 * np.sqrt(np.maximum(variance, 0) / (seed + 1)) + error + 1e-9 * (1 + abs(mean))
    assert (abs(drawn - mean) <= bound).all()
