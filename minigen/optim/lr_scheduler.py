"""Learning rates that change with the steps: lr = (initial lr) × factor(t), t counted by ``scheduler.step()``.

    LinearLR            from start_factor to end_factor over total_iters, then constant
    ExponentialLR       gamma^t
    StepLR              gamma^⌊t / step_size⌋
    CosineAnnealingLR   from 1 to eta_min / lr along half a cosine over T_max, then up again

These are PyTorch's, for loops that call ``scheduler.step()`` themselves. An algorithm calls the optimizer's ``step``
only: for it there is `minigen.optim.Scheduled`.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from minigen.optim.optimizer import Optimizer


class LRScheduler(ABC):
    """The base of schedules; a subclass has ``factor(t, initial)``.

    Parameters
    ----------
    optimizer : Optimizer
        Whose groups' ``lr`` are set; their present values are the initial ones.

    Attributes
    ----------
    last_epoch : int
        How often `step` was called.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: expected an optimizer, got {type(optimizer).__name__}")
        self.optimizer = optimizer
        self.last_epoch = 0
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self._set()

    @abstractmethod
    def factor(self, t: int, initial: float) -> float:
        """Return what the initial rate is multiplied by after `t` steps."""

    def step(self) -> None:
        """Go one step further; call it after the optimizer's."""
        self.last_epoch += 1
        self._set()

    def get_last_lr(self) -> list[float]:
        """Return the present rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return how far it has come; the initial rates are in the optimizer's state."""
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from `state_dict`, once the optimizer has loaded its own.

        Raises
        ------
        ValueError
            If it is not what `state_dict` returns.
        """
        if set(state_dict) != {"last_epoch"} or type(state_dict["last_epoch"]) is not int:
            raise ValueError(f"{type(self).__name__}.load_state_dict: expected {{'last_epoch': n}}, got {state_dict!r}")
        self.last_epoch = state_dict["last_epoch"]
        self._set()

    def _set(self) -> None:
        for group in self.optimizer.param_groups:
            initial = group["initial_lr"]
            group["lr"] = initial * self.factor(self.last_epoch, initial)


class LinearLR(LRScheduler):
    """From `start_factor` to `end_factor` in equal steps.

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates are set.
    start_factor, end_factor : float, optional
        Factors at step 0 and from step `total_iters` on, not negative.
    total_iters : int, optional
        How many steps lie between.

    Raises
    ------
    ValueError
        If a factor is negative or `total_iters` is below 1.

    Examples
    --------
    >>> import minigen as mg
    >>> optimizer = mg.optim.SGD([mg.zeros(1, requires_grad=True)], lr=0.5)
    >>> scheduler = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=4)
    >>> for _ in range(5):
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.0]
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        if not (start_factor >= 0 and end_factor >= 0):
            raise ValueError(f"LinearLR: factors must not be negative, got {start_factor} and {end_factor}")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = count("LinearLR", "total_iters", total_iters)
        super().__init__(optimizer)

    def factor(self, t: int, initial: float) -> float:
        """Return the factor after `t` steps."""
        done = min(t, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * done


class ExponentialLR(LRScheduler):
    """Times `gamma` at each step.

    Examples
    --------
    >>> import minigen as mg
    >>> optimizer = mg.optim.SGD([mg.zeros(1, requires_grad=True)], lr=0.5)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = positive("ExponentialLR", "gamma", gamma)
        super().__init__(optimizer)

    def factor(self, t: int, initial: float) -> float:
        """Return the factor after `t` steps."""
        return self.gamma**t


class StepLR(LRScheduler):
    """Times `gamma` after every `step_size` steps.

    Examples
    --------
    >>> import minigen as mg
    >>> optimizer = mg.optim.SGD([mg.zeros(1, requires_grad=True)], lr=0.5)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(3):
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = count("StepLR", "step_size", step_size)
        self.gamma = positive("StepLR", "gamma", gamma)
        super().__init__(optimizer)

    def factor(self, t: int, initial: float) -> float:
        """Return the factor after `t` steps."""
        return self.gamma ** (t // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """From the initial rate to `eta_min` along half a cosine of `T_max` steps, then back up.

    Source: Loshchilov and Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", equation 5.

    Examples
    --------
    >>> import minigen as mg
    >>> optimizer = mg.optim.SGD([mg.zeros(1, requires_grad=True)], lr=0.5)
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=2)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = count("CosineAnnealingLR", "T_max", T_max)
        if not eta_min >= 0:
            raise ValueError(f"CosineAnnealingLR: eta_min must not be negative, got {eta_min}")
        self.eta_min = eta_min
        super().__init__(optimizer)

    def factor(self, t: int, initial: float) -> float:
        """Return the factor after `t` steps."""
        low = self.eta_min / initial if initial else 0.0
        return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * t / self.T_max))


def count(who: str, name: str, value: Any) -> int:
    """Return `value`, or raise ValueError if it is no positive int."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{who}: {name} must be a positive int, got {value!r}")
    return value


def positive(who: str, name: str, value: float) -> float:
    """Return `value`, or raise ValueError if it is not above 0."""
    if not value > 0:
        raise ValueError(f"{who}: {name} must be positive, got {value!r}")
    return value
