"""What every learning algorithm has: parts with a state, one step, and a training that continues bit for bit.

An algorithm owns its model and optimizers. ``step(batch)`` is one iteration of the published procedure and returns
`Metrics`. Its state is that of its parts, and it says what it is a state of, so that it is not continued as another.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from minigen import random
from minigen.autodiff import Tensor, grad
from minigen.nn import Module


class Optimizer(Protocol):
    """What is needed of an optimizer: `minigen.optim` and anything that behaves like it."""

    def step(self) -> Any: ...  # noqa: D102
    def zero_grad(self) -> None: ...  # noqa: D102
    def state_dict(self) -> dict[str, Any]: ...  # noqa: D102
    def load_state_dict(self, state_dict: dict[str, Any]) -> None: ...  # noqa: D102


class Algorithm:
    """Base of the learning algorithms.

    A subclass has ``step(batch)``, names in `PARTS` its attributes that have ``state_dict`` and ``load_state_dict``
    (model, optimizer, generator of noise, chains …), and returns from `setup` what must be the same where a training is
    continued.

    Examples
    --------
    >>> import minigen as mg
    >>> class LeastSquares(Algorithm):
    ...     PARTS = ("model", "optimizer")
    ...     def __init__(self, model, optimizer):
    ...         self.model, self.optimizer = model, optimizer
    ...     def setup(self):
    ...         return {"model": repr(self.model)}
    ...     def step(self, batch):
    ...         x, y = batch
    ...         cost = (self.model(x) - y).square().mean()
    ...         descend(self.model, self.optimizer, cost)
    ...         return mg.learning.Metrics(cost=cost)
    >>> line = mg.nn.Linear(1, 1)
    >>> algorithm = LeastSquares(line, mg.optim.SGD(line.parameters(), lr=0.1))
    >>> list(algorithm.step((mg.zeros(4, 1), mg.ones(4, 1))))
    ['cost']
    >>> list(algorithm.state_dict())
    ['setup', 'model', 'optimizer']
    """

    PARTS: ClassVar[tuple[str, ...]] = ()

    def setup(self) -> dict[str, Any]:
        """Return what must be the same where the training is continued; JSON-able."""
        return {}

    def state_dict(self) -> dict[str, Any]:
        """Return what changes in training, by part, and what it belongs to."""
        return {"setup": self.setup()} | {name: getattr(self, name).state_dict() for name in self.PARTS}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`, bit for bit; if a part of it does not fit, nothing has changed.

        Raises
        ------
        KeyError
            If a part is missing.
        ValueError
            If it is the state of another setup or algorithm, or a part refuses it.
        """
        kind = type(self).__name__
        before = copy.deepcopy(self.state_dict())
        for name in before:
            if name not in state_dict:
                raise KeyError(f"{kind}.load_state_dict: {name!r} is missing; found {', '.join(state_dict)}")
        here, there = before.pop("setup"), state_dict["setup"]
        for name in here | there:
            if there.get(name) != here.get(name):
                raise ValueError(
                    f"{kind}.load_state_dict: of another setup: "
                    f"{name} is {there.get(name)} there, {here.get(name)} here"
                )
        strange = state_dict.keys() - before.keys() - {"setup"}
        if strange:
            raise ValueError(
                f"{kind}.load_state_dict: of another algorithm, with {', '.join(sorted(strange))}: load it into one "
                "like that it was saved from"
            )
        try:
            for name in before:
                getattr(self, name).load_state_dict(state_dict[name])
        except Exception:
            for name, state in before.items():
                getattr(self, name).load_state_dict(state)
            raise


def own_generator(rng: random.Generator | int | None) -> random.Generator:
    """Return the generator that the argument `rng` of an algorithm means: by default a child of the default one."""
    return random.get_default_generator().spawn() if rng is None else random.as_generator(rng)


def examples_of(batch: Tensor | Sequence[Any]) -> Tensor:
    """Return the examples of a batch: of a tuple (as from a loader with labels) the first item.

    Raises
    ------
    ValueError
        If there are none: a mean over no examples is NaN.
    """
    examples = batch if isinstance(batch, Tensor) else batch[0]
    if len(examples) == 0:
        raise ValueError(f"a step needs at least one example, got a batch of shape {examples.shape}: leave it out")
    return examples


def descend(model: Module, optimizer: Optimizer, cost: Tensor) -> None:
    """Take one optimizer step down `cost`; only the gradients of `model` are computed."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    for parameter, gradient in zip(parameters, grad(cost, parameters, allow_unused=True), strict=True):
        parameter.grad = gradient
    optimizer.step()


def refuse_strangers(algorithm: str, optimizer: Any, model: Module, *, name: str = "optimizer", fix: str = "") -> None:
    """Raise ValueError if an optimizer with ``param_groups`` updates other parameters than the model's."""
    own = {id(parameter) for parameter in model.parameters()}
    for group in getattr(optimizer, "param_groups", []):
        if any(id(parameter) not in own for parameter in group["params"]):
            raise ValueError(
                f"{algorithm}: {name} updates parameters that are not the model's: "
                f"make it of the model's parameters(){fix}"
            )
