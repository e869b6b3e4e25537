"""Averages of parameters over the steps, which often make better samples than the parameters of any one step.

With θ the parameters after a step and decay β:  a ← β a + (1 - β) θ,  beginning with a = θ after the first step
(Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging", with exponential weights).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.graph import describe
from minigen.backend import to_device
from minigen.nn import Module
from minigen.training.callbacks.callback import Callback

if TYPE_CHECKING:
    from minigen.training.loop import Loop


class EMA(Callback):
    """Keep exponential moving averages of a module's parameters.

    Parameters
    ----------
    module : Module
        Whose parameters are averaged; buffers are not.
    decay : float, optional
        β, from 0 (no average) to below 1; the average reaches back over about 1 / (1 - β) steps.

    Attributes
    ----------
    averages : dict of str to Tensor
        By the parameters' names; the parameters themselves until the first step is done.
    updates : int
        Steps averaged.

    Raises
    ------
    TypeError, ValueError
        If `module` is no Module, or `decay` is outside [0, 1).

    Examples
    --------
    >>> import minigen as mg
    >>> model = mg.nn.Linear(1, 1)
    >>> ema = EMA(model, decay=0.5)
    >>> for value in (1.0, 2.0):
    ...     _ = mg.nn.init.constant_(model.weight, value)
    ...     ema.update()
    >>> with ema.averaged():
    ...     model.weight.item()
    1.5
    >>> model.weight.item()
    2.0
    """

    def __init__(self, module: Module, decay: float = 0.999) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"EMA: expected a Module, got {describe(module)}: pass the model to average")
        if not 0 <= decay < 1:
            raise ValueError(f"EMA: decay must be from 0 to below 1, got {decay!r}")
        self.module = module
        self.decay = decay
        self.updates = 0
        self.averages: dict[str, Tensor] = {}
        self._copy()
        self._swapped = False

    def on_step(self, loop: "Loop") -> None:
        """Average one step more."""
        self.update()

    def update(self) -> None:
        """Average the parameters as they are now.

        Raises
        ------
        RuntimeError
            Inside `averaged`, where the parameters are the averages.
        """
        self._check()
        if self.updates == 0:
            self._copy()
        else:
            for name, parameter in self.module.named_parameters():
                average = self.averages[name].array
                average *= self.decay
                average += (1 - self.decay) * parameter.array
        self.updates += 1

    @contextmanager
    def averaged(self) -> Iterator[Module]:
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
            yield self.module
        finally:
            self._swap()
            self._swapped = False

    def before_save(self, loop: "Loop") -> None:
        """Refuse to save averages as parameters."""
        self._check()

    def state_dict(self) -> dict[str, Any]:
        """Return the averages and how many steps they are of."""
        return {"averages": dict(self.averages), "updates": self.updates}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`.

        Raises
        ------
        ValueError
            If it is not of a module with the same names, shapes and dtypes.
        """
        self._check()
        given, updates = state_dict.get("averages"), state_dict.get("updates")
        if set(state_dict) != {"averages", "updates"} or type(updates) is not int or updates < 0:
            raise ValueError(f"EMA.load_state_dict: expected what state_dict() returns, got {', '.join(state_dict)}")
        if not isinstance(given, Mapping) or set(given) != set(self.averages):
            names = ", ".join(self.averages)
            raise ValueError(f"EMA.load_state_dict: expected averages of {names}, got {describe(given)}")
        for name, own in self.averages.items():
            if not isinstance(given[name], Tensor) or (given[name].shape, given[name].dtype) != (own.shape, own.dtype):
                raise ValueError(f"EMA.load_state_dict: {name} is {describe(given[name])}, not {describe(own)}")
        for name, own in self.averages.items():
            own.array[...] = to_device(given[name].array, own.device)
        self.updates = updates

    def _copy(self) -> None:
        """Begin with the parameters."""
        self.averages = {name: wrap(p.array.copy()) for name, p in self.module.named_parameters()}

    def _swap(self) -> None:
        for name, parameter in self.module.named_parameters():
            average = self.averages[name].array
            present = parameter.array.copy()
            parameter.array[...] = average
            parameter.bump_version()
            average[...] = present

    def _check(self) -> None:
        if self._swapped:
            raise RuntimeError("EMA: the averages are in the parameters' place: leave `with ema.averaged():` first")
