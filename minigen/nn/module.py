"""The Module: parameters, buffers and other modules under names, and what is done to all of them at once.

Assigning a `Parameter` or a `Module` as an attribute registers it, in order of assignment. Everything else
walks over this tree: `parameters` for the optimizer, `state_dict` for saving, `train` and `eval`, `to`, printing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from minigen.autodiff import Tensor
from minigen.autodiff.graph import describe
from minigen.autodiff.ops.conversion import Destination, as_gpu
from minigen.backend import to_device
from minigen.nn.parameter import Parameter, move

REGISTERS = ("_parameters", "_buffers", "_modules")


class IncompatibleKeys(NamedTuple):
    """What `Module.load_state_dict` left out with ``strict=False``."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """The base of everything with parameters: layers, networks, models.

    A subclass calls ``super().__init__()`` first, assigns parameters and modules as attributes, and defines
    ``forward``, which a call of the module runs.

    Attributes
    ----------
    training : bool
        Whether layers that differ in training (dropout) behave as in training.

    Examples
    --------
    >>> import minigen as mg
    >>> class Scale(mg.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = mg.nn.Parameter(mg.tensor(3.0))
    ...
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> scale = Scale()
    >>> scale(mg.ones(2)).detach()
    tensor([3., 3.])
    >>> [name for name, _ in scale.named_parameters()]
    ['factor']
    """

    training: bool
    forward: Callable[..., Any]
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, "Module | None"]
    _transient: set[str]  # the buffers that are not saved

    def __init__(self) -> None:
        self.training = True
        for register in REGISTERS:
            self.__dict__[register] = {}
        self.__dict__["_transient"] = set()

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return ``self.forward(...)``."""
        return self.forward(*args, **keywords)

    # -------------------------------------------------------------------------------- attributes

    def __setattr__(self, name: str, value: Any) -> None:
        register = self._register_of(name)
        if isinstance(value, Parameter | Module):
            wanted = "_parameters" if isinstance(value, Parameter) else "_modules"
            self.__dict__.pop(name, None)
            if register not in (None, wanted):
                delattr(self, name)
            self._register(wanted, name, value)
        elif register is None:
            object.__setattr__(self, name, value)
        elif value is None or (register == "_buffers" and isinstance(value, Tensor)):
            self.__dict__[register][name] = value
        else:
            raise TypeError(
                f"{type(self).__name__}: {name!r} is a {_kind(register).__name__}, so only such a one or None can be "
                f"assigned to it, got {describe(value)}: to change a value, write to its .data"
            )

    def __getattr__(self, name: str) -> Any:
        for register in REGISTERS:
            values = self.__dict__.get(register)
            if values is not None and name in values:
                return values[name]
        kind = type(self).__name__
        if name in Module.__annotations__ and name != "forward":
            raise AttributeError(f"{kind}: call super().__init__() first in {kind}.__init__")
        if name == "forward":
            raise AttributeError(f"{kind} cannot be called: it does not define forward(self, …)")
        raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        register = self._register_of(name)
        if register is None:
            object.__delattr__(self, name)
        else:
            del self.__dict__[register][name]
            self._transient.discard(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for r in REGISTERS for name in self.__dict__.get(r, ()))})

    def _register_of(self, name: str) -> str | None:
        return next((r for r in REGISTERS if name in self.__dict__.get(r, ())), None)

    def _register(self, register: str, name: str, value: Any) -> None:
        kind = type(self).__name__
        if value is not None and not isinstance(value, _kind(register)):
            raise TypeError(f"{kind}: {name!r} must be a {_kind(register).__name__} or None, got {describe(value)}")
        if register not in self.__dict__:
            raise AttributeError(f"{kind}: call super().__init__() before assigning {name!r} in {kind}.__init__")
        if not isinstance(name, str):
            raise TypeError(f"{kind}: a name is a str, got {name!r}")
        if not name or "." in name:
            raise KeyError(f"{kind}: a name is not empty and has no dot, which separates levels; got {name!r}")
        values = self.__dict__[register]
        if name not in values and hasattr(self, name):
            raise KeyError(f"{kind}: there is another attribute {name!r} already: choose another name")
        values[name] = value

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register `param` under `name`; None keeps the place for one that is not there.

        Raises
        ------
        TypeError
            If it is neither a Parameter nor None.
        KeyError
            If the name is empty, has a dot, or means something else already.
        """
        self._register("_parameters", name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a Tensor that belongs to the module and is not learnt.

        Parameters
        ----------
        name : str
            The attribute.
        tensor : Tensor or None
            The value.
        persistent : bool, optional
            Whether it is part of the `state_dict`.

        Raises
        ------
        TypeError
            If it is neither a Tensor nor None.
        KeyError
            If the name is empty, has a dot, or means something else already.

        Examples
        --------
        >>> import minigen as mg
        >>> module = mg.nn.Module()
        >>> module.register_buffer("mask", mg.ones(2))
        >>> module.mask
        tensor([1., 1.])
        """
        self._register("_buffers", name, tensor)
        if persistent:
            self._transient.discard(name)
        else:
            self._transient.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register another module under `name`.

        Raises
        ------
        TypeError
            If it is neither a Module nor None.
        KeyError
            If the name is empty, has a dot, or means something else already.
        """
        self._register("_modules", name, module)

    register_module = add_module

    # ------------------------------------------------------------------------------ walking the tree

    def named_modules(
        self, memo: "set[Module] | None" = None, prefix: str = "", remove_duplicate: bool = True
    ) -> "Iterator[tuple[str, Module]]":
        """Yield this module and all below it with their dotted names, each once."""
        memo = set() if memo is None else memo
        if remove_duplicate and self in memo:
            return
        memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self) -> "Iterator[Module]":
        """Yield this module and all below it, each once."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> "Iterator[tuple[str, Module]]":
        """Yield the modules directly below with their names, each once."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> "Iterator[Module]":
        """Yield the modules directly below, each once."""
        for _, module in self.named_children():
            yield module

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield all parameters with their dotted names, shared ones once.

        Examples
        --------
        >>> import minigen as mg
        >>> [name for name, _ in mg.nn.Sequential(mg.nn.Linear(2, 1)).named_parameters()]
        ['0.weight', '0.bias']
        """
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield all parameters, shared ones once; with ``recurse=False`` only this module's own."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield all buffers with their dotted names, shared ones once."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield all buffers, shared ones once; with ``recurse=False`` only this module's own."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _named(self, register: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = self.named_modules(None, prefix, once) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in getattr(module, register).items():
                if value is None or (once and value in seen):
                    continue
                seen.add(value)
                yield _join(path, name), value

    def apply(self, fn: "Callable[[Module], Any]") -> Self:
        """Call ``fn`` on every module below and last on this one; return this one.

        Examples
        --------
        >>> import minigen as mg
        >>> def start_at_zero(module):
        ...     if isinstance(module, mg.nn.Linear):
        ...         mg.nn.init.zeros_(module.weight)
        >>> net = mg.nn.Sequential(mg.nn.Linear(2, 1)).apply(start_at_zero)
        >>> net[0].weight.tolist()
        [[0.0, 0.0]]
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # --------------------------------------------------------------------------- modes and gradients

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and in all modules below.

        Raises
        ------
        ValueError
            If `mode` is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"{type(self).__name__}.train: mode must be True or False, got {mode!r}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set `training` to False here and in all modules below."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set ``requires_grad`` of all parameters."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or with ``set_to_none=False`` set them to zeros."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.detach_().zero_()

    # ------------------------------------------------------------------------------ devices and dtypes

    def to(self, *target: Any, device: Any = None, dtype: Any = None, non_blocking: bool = False) -> Self:
        """Move all parameters and buffers, in place; return the module.

        Parameters
        ----------
        *target : device, floating dtype or Tensor
            Where to; a Tensor stands for its device and dtype. Then possibly `non_blocking`.
        device, dtype : optional
            The same by name. Integer and boolean buffers keep their dtype.
        non_blocking : bool, optional
            As for `Tensor.to`.

        Raises
        ------
        TypeError
            If the dtype is not floating.
        DeviceError
            If the device is not to be had.

        Examples
        --------
        >>> import minigen as mg
        >>> mg.nn.Linear(2, 1).to(mg.float64).weight.dtype
        dtype('float64')
        """
        place, kind, non_blocking, _ = Destination.read(target, device, dtype, non_blocking)
        if kind is not None and kind.kind != "f":
            raise TypeError(f"{type(self).__name__}.to: a module takes floating dtypes, got {kind}")
        for tensor in (*self.parameters(), *self.buffers()):
            move(tensor, place, kind, non_blocking)
        return self

    def cpu(self) -> Self:
        """Move to host memory."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Self:
        """Move to a GPU, ``cuda:0`` if none is named."""
        return self.to(as_gpu(f"{type(self).__name__}.cuda", device))

    def float(self) -> Self:
        """Convert to float32."""
        return self.to("float32")

    def double(self) -> Self:
        """Convert to float64."""
        return self.to("float64")

    def half(self) -> Self:
        """Convert to float16."""
        return self.to("float16")

    # ------------------------------------------------------------------------------------------ state

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """Return all parameters and persistent buffers by dotted name, outside any graph.

        They share memory with the module: copy them to keep them while training goes on.

        Examples
        --------
        >>> import minigen as mg
        >>> list(mg.nn.Linear(2, 1).state_dict())
        ['weight', 'bias']
        """
        return {name: tensor.detach() for name, tensor in self._state(prefix)}

    def load_state_dict(self, state_dict: Mapping[str, Tensor], strict: bool = True) -> IncompatibleKeys:
        """Copy `state_dict` into the parameters and buffers, which keep their identity.

        Parameters
        ----------
        state_dict : mapping of str to Tensor
            What `state_dict` returned for a module of the same shape.
        strict : bool, optional
            Whether the names must be the same on both sides.

        Returns
        -------
        IncompatibleKeys
            Names that were missing and names that were unexpected; empty if `strict`.

        Raises
        ------
        RuntimeError
            If names (when `strict`), shapes or dtypes differ; nothing has been loaded then.

        Examples
        --------
        >>> import minigen as mg
        >>> one, other = mg.nn.Linear(2, 1), mg.nn.Linear(2, 1)
        >>> other.load_state_dict(one.state_dict())
        IncompatibleKeys(missing_keys=[], unexpected_keys=[])
        """
        kind = type(self).__name__
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{kind}.load_state_dict: expected a mapping, got {describe(state_dict)}")
        own = dict(self._state())
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        wrong = []
        if strict and missing:
            wrong.append(f"missing: {', '.join(missing)}")
        if strict and unexpected:
            wrong.append(f"unexpected: {', '.join(unexpected)}")
        for name, tensor in own.items():
            given = state_dict.get(name, tensor)
            if not isinstance(given, Tensor) or (given.shape, given.dtype) != (tensor.shape, tensor.dtype):
                wrong.append(f"{name}: expected {describe(tensor)}, got {describe(given)}")
        if wrong:
            lines = "\n    ".join(wrong)
            raise RuntimeError(f"{kind}.load_state_dict: the state does not fit, nothing was loaded:\n    {lines}")
        for name, tensor in own.items():
            if name in state_dict:
                move(tensor, None, None)
                tensor.array[...] = to_device(state_dict[name].array, tensor.device)
                tensor.bump_version()
        return IncompatibleKeys(missing, unexpected)

    def _state(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Yield what is saved, shared Tensors under each of their names."""
        for path, module in self.named_modules(remove_duplicate=False):
            start = prefix + (path and f"{path}.")
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None and name not in module._transient:
                    yield start + name, tensor

    # --------------------------------------------------------------------------------------- printing

    def extra_repr(self) -> str:
        """Return what stands between the brackets of the printed module; for subclasses to define."""
        return ""

    def __repr__(self) -> str:
        lines = self.extra_repr().splitlines()
        if len(lines) <= 1 and not self._modules:
            return f"{type(self).__name__}({''.join(lines)})"
        lines += [f"({name}): {module!r}" for name, module in self._modules.items()]
        body = "\n".join(lines).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"


def _kind(register: str) -> type:
    return {"_parameters": Parameter, "_buffers": Tensor, "_modules": Module}[register]


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
