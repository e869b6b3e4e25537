"""What optimizers share: groups of parameters with their settings, the state of each parameter, saving both.

An optimizer is this plus one method, `update`, that writes the next value of one parameter into its array.
Nothing here is recorded, and no value is read, so a GPU is never waited for.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any, TypeAlias

from minigen.autodiff import Tensor, enable_grad, wrap
from minigen.autodiff.graph import describe
from minigen.backend import Array, namespace, to_device

Params: TypeAlias = Iterable[Tensor] | Iterable[dict[str, Any]]
"""Parameters, or groups of them: dicts with the key ``params`` and settings that differ from the defaults."""


class Optimizer(ABC):
    """The base of all optimizers.

    A subclass gives its default settings to this constructor, checks settings in `check` and makes one
    parameter's step in `update`.

    Parameters
    ----------
    params : iterable of Tensors, or of dicts
        Leaves to optimize; or groups ``{"params": tensors, setting: value, …}``.
    defaults : dict
        Settings of the groups that do not give their own.

    Attributes
    ----------
    param_groups : list of dict
        The groups. Settings are read at every step, so changing ``group["lr"]`` takes effect at the next.
    state : dict
        For each parameter that has been updated, what the optimizer remembers of it.

    Raises
    ------
    TypeError
        If something is no floating Tensor.
    ValueError
        If there are no parameters, one appears twice or was computed, or a setting is out of range.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.SGD([{"params": [x], "lr": 0.25}], lr=0.5)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.5000, 1.0000], requires_grad=True)
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        name = type(self).__name__
        if isinstance(params, Tensor | Mapping | str) or not isinstance(params, Iterable):
            raise TypeError(
                f"{name}: expected an iterable of Tensors or of groups, got {describe(params)}: "
                "pass model.parameters() or a list"
            )
        items: list[Any] = list(params)
        if not items:
            raise ValueError(f"{name}: got no parameters: the model has none, or the iterator was used before")
        self.defaults = defaults
        self.state: dict[Tensor, dict[str, Any]] = {}
        self.param_groups: list[dict[str, Any]] = []
        for group in items if isinstance(items[0], Mapping) else [{"params": items}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group ``{"params": tensors, setting: value, …}``; the defaults fill what it leaves out.

        Raises
        ------
        TypeError, ValueError
            As for the constructor.

        Examples
        --------
        >>> import minigen as mg
        >>> x, y = mg.ones(2, requires_grad=True), mg.ones(3, requires_grad=True)
        >>> optimizer = mg.optim.Adam([x], lr=0.1)
        >>> optimizer.add_param_group({"params": y, "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        name = type(self).__name__
        if not isinstance(param_group, Mapping) or "params" not in param_group:
            raise TypeError(f"{name}: expected a group {{'params': …}}, got {param_group!r}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(f"{name}: a set of parameters has no order to save the state in: pass a list")
        params = [params] if isinstance(params, Tensor) else list(params)
        known = {param for group in self.param_groups for param in group["params"]}
        for i, param in enumerate(params):
            if not isinstance(param, Tensor) or not param.is_floating_point():
                raise TypeError(f"{name}: expected floating Tensors, got {describe(param)} at position {i}")
            if not param.is_leaf:
                raise ValueError(
                    f"{name}: the Tensor at position {i}, shape {param.shape}, was computed and is no leaf: "
                    "optimize what it was computed from, or a .detach()ed copy"
                )
            if param in known:
                raise ValueError(f"{name}: the Tensor at position {i}, shape {param.shape}, is given twice")
            known.add(param)
        group = {**self.defaults, **param_group, "params": params}
        self.check(group)
        self.param_groups.append(group)

    def check(self, group: dict[str, Any]) -> None:
        """Raise if a setting of `group` is out of range."""
        self.not_negative(group, "lr", "weight_decay")

    def not_negative(self, group: dict[str, Any], *names: str) -> None:
        """Raise if one of these settings is no number of at least 0."""
        for name in names:
            self._in_range(name, group[name], "a number of at least 0", float("inf"))

    def below_one(self, name: str, value: Any) -> None:
        """Raise if `value` is no number in [0, 1)."""
        self._in_range(name, value, "a number from 0 to below 1", 1)

    def _in_range(self, name: str, value: Any, expected: str, top: float) -> None:
        error: type[Exception] | None = None
        if not isinstance(value, Real):
            error = TypeError
        elif not 0 <= float(value) < top:
            error = ValueError
        if error is not None:
            raise error(f"{type(self).__name__}: {name} must be {expected}, got {value!r}")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Called first, while operations are recorded, to compute the loss and its gradients anew.

        Returns
        -------
        object
            What `closure` returned, or None.

        Raises
        ------
        ValueError
            If a gradient has another shape than its parameter.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for param in group["params"]:
                grad = param.grad
                if grad is None:
                    continue
                if grad.array.shape != param.array.shape or grad.array.dtype != param.array.dtype:
                    name = type(self).__name__
                    raise ValueError(f"{name}: a parameter is {describe(param)} and its grad {describe(grad)}")
                self.update(param.array, grad.array, self.state.setdefault(param, {}), group)
                param.bump_version()
        return loss

    @abstractmethod
    def update(self, param: Array, grad: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Write the next value of one parameter into its array."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or with ``set_to_none=False`` set them to zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none or param.grad is None:
                    param.grad = None
                else:
                    param.grad.detach_().zero_()

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the settings; parameters stand as their position, counted through all groups.

        Returns
        -------
        dict
            ``state``: position -> name -> Tensor or number; ``param_groups``: the settings of each group,
            with ``params`` the positions. All are copies: they stay as they are when training goes on.

        Examples
        --------
        >>> import minigen as mg
        >>> x = mg.ones(2, requires_grad=True)
        >>> mg.optim.SGD([x], lr=0.5).state_dict()["param_groups"][0]["params"]
        [0]
        """
        position = {param: i for i, param in enumerate(self._parameters())}
        state = {position[param]: copy.deepcopy(values) for param, values in self.state.items()}
        groups = [
            {
                **copy.deepcopy({name: value for name, value in group.items() if name != "params"}),
                "params": [position[p] for p in group["params"]],
            }
            for group in self.param_groups
        ]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from `state_dict`, bit for bit; it is copied, to each parameter's dtype and device.

        Raises
        ------
        ValueError
            If groups or shapes differ from those of this optimizer; nothing has changed then.
        """
        name = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= state_dict.keys():
            raise TypeError(f"{name}: expected what state_dict() returns, got {describe(state_dict)}")
        saved = state_dict["param_groups"]
        given, expected = ([len(group["params"]) for group in groups] for groups in (saved, self.param_groups))
        if given != expected:
            raise ValueError(f"{name}: the saved groups hold {given} parameters, the optimizer's {expected}")
        groups = []
        for old, new in zip(self.param_groups, saved, strict=True):
            groups.append({**old, **copy.deepcopy(new), "params": old["params"]})
            self.check(groups[-1])
        positions = [position for group in saved for position in group["params"]]
        parameters = dict(zip(positions, self._parameters(), strict=True))
        state = {}
        for position, values in state_dict["state"].items():
            if position not in parameters:
                raise ValueError(f"{name}: there is state for parameter {position!r}, which is in no group")
            param = parameters[position]
            state[param] = {key: _placed(f"{name}: {key}", value, param) for key, value in values.items()}
        self.param_groups = groups
        self.state = state

    def _parameters(self) -> list[Tensor]:
        return [param for group in self.param_groups for param in group["params"]]

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])


def zeros_like(param: Array) -> Tensor:
    """Return zeros of the shape and dtype of `param`, in C order: state at birth."""
    return wrap(namespace(param).zeros(param.shape, param.dtype))


def _placed(name: str, value: Any, param: Tensor) -> Any:
    """Return a copy of a saved value, where `param` lives and in its dtype if it is a Tensor."""
    if not isinstance(value, Tensor):
        return copy.deepcopy(value)
    if value.shape != param.shape:
        raise ValueError(f"{name} has shape {value.shape}, its parameter {param.shape}")
    array = to_device(value.array, param.device)
    return wrap(namespace(array).array(array, dtype=param.dtype, order="C"))
