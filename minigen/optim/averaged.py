"""An optimizer that also keeps an average of the parameters over its last steps.

With θ the parameters after a step and decay β:  a ← a + (1 - β) (θ - a),  beginning with a = θ after the first step.
The average reaches back over about 1 / (1 - β) steps; the noise of single steps is gone from it.

Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging", with exponential weights.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from minigen.autodiff import Tensor, wrap
from minigen.backend import namespace, to_device
from minigen.backend.kernels import add_scaled, blocks


class Averaged:
    """An optimizer with an exponential moving average of its parameters.

    Parameters
    ----------
    optimizer : Optimizer
        Or what goes around one, as `Scheduled`.
    decay : float, optional
        β, from 0 (no average) to below 1.

    Attributes
    ----------
    averages : list of Tensor
        In the order of the parameters; the parameters themselves until the first step is done.
    steps : int
        Steps averaged.

    Raises
    ------
    ValueError
        If `decay` is outside [0, 1).

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([0.0], requires_grad=True)
    >>> sgd = mg.optim.Averaged(mg.optim.SGD([x], lr=1.0), decay=0.5)
    >>> for _ in range(2):
    ...     sgd.zero_grad()
    ...     x.sum().backward()
    ...     sgd.step()
    >>> x.item(), sgd.averages
    (-2.0, [tensor([-1.5000])])
    >>> with sgd.averaged():
    ...     x.item()
    -1.5
    """

    def __init__(self, optimizer: Any, decay: float = 0.999) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"Averaged: decay must be from 0 to below 1, got {decay!r}")
        self.optimizer = optimizer
        self.decay = decay
        self.steps = 0
        self.averages = [wrap(p.array.copy()) for p in self._parameters()]
        self._swapped = False

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The optimizer's groups."""
        return self.optimizer.param_groups  # type: ignore[no-any-return]

    def step(self) -> None:
        """Make a step and average the parameters after it.

        Raises
        ------
        RuntimeError
            Inside `averaged`, where the parameters are the averages.
        """
        self._check()
        self.optimizer.step()
        for average, parameter in zip(self.averages, self._parameters(), strict=True):
            if self.steps == 0:
                average.array[...] = parameter.array
                continue
            xp = namespace(average.array)
            for a, p, scratch in blocks(average.array, parameter.array):
                xp.subtract(p, a, scratch)
                add_scaled(a, 1 - self.decay, scratch, scratch)
        self.steps += 1

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.optimizer.zero_grad(set_to_none)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the averages in the place of the parameters inside a ``with`` block.

        Raises
        ------
        RuntimeError
            If they are there already.
        """
        self._check()
        self._swap()
        self._swapped = True
        try:
            yield
        finally:
            self._swap()
            self._swapped = False

    def state_dict(self) -> dict[str, Any]:
        """Return the optimizer's state, the averages, and how many steps they are of.

        Raises
        ------
        RuntimeError
            Inside `averaged`.
        """
        self._check()
        return {"optimizer": self.optimizer.state_dict(), "averages": self.averages, "steps": self.steps}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`, bit for bit.

        Raises
        ------
        ValueError
            If it is of no such optimizer, or of other parameters; nothing has changed then.
        """
        self._check()
        if set(state_dict) != {"optimizer", "averages", "steps"} or type(state_dict["steps"]) is not int:
            raise ValueError(f"Averaged.load_state_dict: expected what state_dict() returns, got {state_dict!r:.200}")
        given = state_dict["averages"]
        if [(a.shape, a.dtype) for a in given] != [(a.shape, a.dtype) for a in self.averages]:
            raise ValueError("Averaged.load_state_dict: the averages are of other parameters, nothing was loaded")
        self.optimizer.load_state_dict(state_dict["optimizer"])
        for own, average in zip(self.averages, given, strict=True):
            own.array[...] = to_device(average.array, own.device)
        self.steps = state_dict["steps"]

    def _parameters(self) -> list[Tensor]:
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def _swap(self) -> None:
        for average, parameter in zip(self.averages, self._parameters(), strict=True):
            present = parameter.array.copy()
            parameter.array[...] = average.array
            parameter.bump_version()
            average.array[...] = present

    def _check(self) -> None:
        if self._swapped:
            raise RuntimeError("Averaged: the averages are in the parameters' place: leave `with ….averaged():` first")
