"""What goes around an optimizer: schedules of its rate, averages of its parameters."""

import numpy as np
import pytest

import minigen as mg
from minigen.optim import SGD, Adam, Averaged, Scheduled, exponential, linear
from minigen.training.state import copied, difference
from tests.host import assert_allclose, assert_array_equal, host


def parameter():
    return mg.tensor(np.array([1.0, -2.0]), requires_grad=True)


def push(optimizer, x, g):
    x.grad = mg.tensor(np.asarray(g, float))
    optimizer.step()


def test_schedules() -> None:
    assert_allclose([linear(10)(t) for t in (0, 1, 5, 10, 99)], [1, 0.9, 0.5, 0, 0])
    assert_allclose([linear(10, 0.5, hold=2)(t) for t in (0, 2, 6, 10, 99)], [1, 1, 0.75, 0.5, 0.5])
    assert_allclose([exponential(0.9)(t) for t in (0, 1, 20)], [1, 0.9, 0.9**20])
    assert exponential(0.9, 0.3)(100) == 0.3


def test_the_rate_of_each_step_is_the_schedules() -> None:
    x, y = parameter(), parameter()
    sgd = SGD([{"params": [x]}, {"params": [y], "lr": 0.4}], lr=0.1)
    optimizer = Scheduled(sgd, lambda t: 1 / (t + 1))
    expected_x, expected_y = host(x).copy(), host(y).copy()
    for t in range(6):
        g = np.array([t + 1.0, -0.5])
        y.grad = mg.tensor(2 * g)
        push(optimizer, x, g)
        expected_x, expected_y = expected_x - 0.1 / (t + 1) * g, expected_y - 0.4 / (t + 1) * 2 * g
        assert_allclose(x, expected_x, rtol=0, atol=1e-14)
        assert_allclose(y, expected_y, rtol=0, atol=1e-14)
    assert optimizer.steps == 6


def test_averages_reach_back_by_their_decay() -> None:
    x = parameter()
    optimizer = Averaged(SGD([x], lr=1.0), decay=0.75)
    assert_array_equal(optimizer.averages[0], x)
    path = []
    for t in range(5):
        push(optimizer, x, [np.cos(t), t])
        path.append(host(x).copy())
    shares = np.array([0.75**4, *(0.25 * 0.75 ** (4 - t) for t in range(1, 5))])
    assert shares.sum() == pytest.approx(1)
    assert_allclose(optimizer.averages[0], shares @ path, rtol=0, atol=1e-14)
    with optimizer.averaged():
        assert_allclose(x, shares @ path, rtol=0, atol=1e-14)
        for refused in (optimizer.step, optimizer.state_dict, optimizer.averaged().__enter__):
            with pytest.raises(RuntimeError, match="in the parameters' place"):
                refused()
    assert_array_equal(x, path[-1])


def test_averages_of_large_parameters_are_those_of_their_elements() -> None:
    values = np.random.default_rng(0).normal(size=(2, 70_001)).astype("float32")
    x = mg.tensor(values[0], requires_grad=True)
    optimizer = Averaged(SGD([x], lr=0.0), decay=0.5)
    for row in values:
        x.data.copy_(mg.tensor(row))
        push_none(optimizer, x)
    assert_allclose(optimizer.averages[0], values.mean(0), rtol=0, atol=1e-6)


def push_none(optimizer, x):
    x.grad = mg.zeros_like(x)
    optimizer.step()


@pytest.mark.parametrize(
    "make",
    [
        lambda x: Scheduled(Adam([x], lr=0.1), linear(8)),
        lambda x: Averaged(Scheduled(SGD([x], lr=0.1, momentum=0.5), linear(8)), 0.5),
        lambda x: Scheduled(Averaged(SGD([x], lr=0.1, momentum=0.5), 0.5), linear(8)),
    ],
    ids=["scheduled", "averaged schedule", "scheduled average"],
)
def test_they_continue_bit_for_bit(make) -> None:
    x, y = parameter(), parameter()
    optimizer, other = make(x), make(y)
    for t in range(3):
        push(optimizer, x, [t, 1.0])
    state = copied(optimizer.state_dict())
    other.load_state_dict(state)
    y.data.copy_(x.data)
    for t in range(3):
        push(optimizer, x, [t, -1.0])
        push(other, y, [t, -1.0])
    assert_array_equal(x, y)
    assert difference(optimizer.state_dict(), other.state_dict()) is None


def test_they_stand_for_the_optimizer_in_an_algorithm() -> None:
    x = parameter()
    optimizer = Averaged(Scheduled(SGD([x], lr=0.1), linear(8)))
    assert optimizer.param_groups[0]["params"] == [x]
    x.grad = mg.ones_like(x)
    optimizer.zero_grad()
    assert x.grad is None


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    x = parameter()
    optimizer = Averaged(Scheduled(SGD([x], lr=0.1, momentum=0.5), linear(8)))
    push(optimizer, x, [1.0, 2.0])
    before = copied(optimizer.state_dict())
    y = mg.tensor([1.0], requires_grad=True)
    for wrong in ({}, Averaged(Scheduled(SGD([y], lr=0.1), linear(8))).state_dict(), {**before, "steps": 0.5}):
        with pytest.raises(ValueError, match=r"Averaged\.load_state_dict"):
            optimizer.load_state_dict(wrong)
    with pytest.raises(ValueError, match=r"Scheduled\.load_state_dict"):
        optimizer.load_state_dict({**before, "optimizer": {}})
    assert difference(before, optimizer.state_dict()) is None
