"""Schedules against the recurrences that lead from one rate to the next; states that continue."""

import math

import pytest

import minigen as mg
from minigen.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LinearLR, StepLR

LR = 0.3


def adam():
    return mg.optim.Adam([{"params": [mg.ones(2, requires_grad=True)]}], lr=LR)


def linear(lr, t):
    """From step t - 1 to t, between factors 0.8 and 0.2 over 6 steps."""
    slope = (0.2 - 0.8) / 6
    return lr * (0.8 + slope * t) / (0.8 + slope * (t - 1)) if t <= 6 else lr


def cosine(lr, t):
    return 0.01 + (lr - 0.01) * (1 + math.cos(math.pi * t / 12)) / (1 + math.cos(math.pi * (t - 1) / 12))


CASES = {
    "linear": (lambda o: LinearLR(o, 0.8, 0.2, total_iters=6), 0.8 * LR, linear),
    "exponential": (lambda o: ExponentialLR(o, 0.9), LR, lambda lr, t: lr * 0.9),
    "step": (lambda o: StepLR(o, 3, gamma=0.5), LR, lambda lr, t: lr * (0.5 if t % 3 == 0 else 1.0)),
    "cosine": (lambda o: CosineAnnealingLR(o, 12, eta_min=0.01), LR, cosine),
}


@pytest.mark.parametrize("name", CASES)
def test_each_rate_follows_from_the_one_before(name) -> None:
    make, lr, following = CASES[name]
    scheduler = make(adam())
    assert scheduler.get_last_lr() == pytest.approx([lr], rel=1e-12)
    for t in range(1, 11):
        scheduler.step()
        lr = following(lr, t)
        assert scheduler.get_last_lr() == pytest.approx([lr], rel=1e-12)


def test_each_group_has_its_own_rate() -> None:
    x, y = mg.ones(1, requires_grad=True), mg.ones(1, requires_grad=True)
    optimizer = mg.optim.SGD([{"params": [x], "lr": 1.0}, {"params": [y], "lr": 0.1}], lr=0.5)
    scheduler = LinearLR(optimizer, 1.0, 0.0, total_iters=2)
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5, 0.05]


def go(x, optimizer, scheduler, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (x * x).sum().backward()
        optimizer.step()
        scheduler.step()


def started():
    x = mg.tensor([1.0, -2.0], requires_grad=True)
    optimizer = mg.optim.Adam([x], lr=LR)
    return x, optimizer, LinearLR(optimizer, 1.0, 0.0, total_iters=8)


def test_a_schedule_continues_bit_for_bit() -> None:
    x, optimizer, scheduler = started()
    go(x, optimizer, scheduler, 3)
    states, at = [optimizer.state_dict(), scheduler.state_dict()], x.detach().clone()
    go(x, optimizer, scheduler, 3)
    y, *others = started()
    y.data.copy_(at)
    for other, state in zip(others, states, strict=True):
        other.load_state_dict(state)
    go(y, *others, 3)
    assert mg.equal(x, y)
    assert others[1].get_last_lr() == scheduler.get_last_lr() == pytest.approx([LR * 2 / 8])
