"""An optimizer whose learning rate changes from step to step.

A schedule is a function of t, the steps made so far, whose value multiplies the learning rate of every group:

    η_t = η s(t)

so schedules are plain functions, and go with any optimizer and any learning algorithm.

Source: Robbins and Monro 1951, "A stochastic approximation method": noise averages out if rates fall slowly enough.
"""

from collections.abc import Callable, Mapping
from typing import Any

from minigen.optim.optimizer import Optimizer

Schedule = Callable[[int], float]


def linear(steps: int, end: float = 0.0, *, hold: int = 0) -> Schedule:
    """Return the schedule that stays at 1 for `hold` steps, then falls along a line and is `end` from `steps` on.

    Raises
    ------
    ValueError
        If `steps` is not above `hold`, or `hold` or `end` is negative.

    Examples
    --------
    >>> [linear(4, 0.5)(t) for t in range(6)]
    [1.0, 0.875, 0.75, 0.625, 0.5, 0.5]
    """
    if not 0 <= hold < steps or end < 0:
        raise ValueError(f"linear: expected 0 <= hold < steps and end >= 0, got hold={hold}, steps={steps}, end={end}")
    return lambda t: 1.0 - (1.0 - end) * min(max(t - hold, 0) / (steps - hold), 1.0)


def exponential(factor: float, end: float = 0.0) -> Schedule:
    """Return the schedule that is multiplied with `factor` at each step, down to `end`.

    Raises
    ------
    ValueError
        If `factor` is outside (0, 1] or `end` is negative.

    Examples
    --------
    >>> [exponential(0.5, 0.2)(t) for t in range(4)]
    [1.0, 0.5, 0.25, 0.2]
    """
    if not 0 < factor <= 1 or end < 0:
        raise ValueError(f"exponential: expected a factor in (0, 1] and end >= 0, got {factor} and {end}")
    return lambda t: max(factor**t, end)


class Scheduled:
    """An optimizer with a schedule of its learning rate.

    Parameters
    ----------
    optimizer : Optimizer
        Its groups' ``lr`` when this is made are what the schedule multiplies.
    schedule : callable
        From the number of steps made to the factor, not negative.

    Attributes
    ----------
    steps : int
        Steps made.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0], requires_grad=True)
    >>> sgd = mg.optim.Scheduled(mg.optim.SGD([x], lr=0.5), mg.optim.linear(2))
    >>> for _ in range(3):
    ...     sgd.zero_grad()
    ...     x.sum().backward()
    ...     sgd.step()
    ...     print(x.item())
    0.5
    0.25
    0.25
    """

    def __init__(self, optimizer: Optimizer, schedule: Schedule) -> None:
        self.optimizer = optimizer
        self.schedule = schedule
        self.steps = 0
        self._rates = [group["lr"] for group in optimizer.param_groups]

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The optimizer's groups."""
        return self.optimizer.param_groups

    def step(self) -> None:
        """Set the learning rates of this step, and make it."""
        factor = self.schedule(self.steps)
        for group, rate in zip(self.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        self.optimizer.step()
        self.steps += 1

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.optimizer.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Return the optimizer's state, and how far the schedule is."""
        return {"optimizer": self.optimizer.state_dict(), "steps": self.steps}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`, bit for bit.

        Raises
        ------
        ValueError
            If it is of no scheduled optimizer, or of other parameters; nothing has changed then.
        """
        if set(state_dict) != {"optimizer", "steps"} or type(state_dict["steps"]) is not int:
            raise ValueError(f"Scheduled.load_state_dict: expected what state_dict() returns, got {state_dict!r:.200}")
        self.optimizer.load_state_dict(state_dict["optimizer"])
        self.steps = state_dict["steps"]
