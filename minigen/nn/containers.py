"""Modules that hold modules: one after the other, in a list, in a dict."""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Self

from minigen.nn.module import Module


class _Row(Module):
    """Modules in a row, under their positions as names unless they were given others."""

    def _part(self, modules: "dict[str, Module | None]") -> "_Row":
        """Return what a slice with these modules is."""
        return Sequential(modules)

    def _name_at(self, index: int) -> str:
        names = list(self._modules)
        if not -len(names) <= index < len(names):
            raise IndexError(f"{type(self).__name__}: index {index} is out of range for {len(names)} modules")
        return names[index]

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._part(dict(list(self._modules.items())[index]))
        return self._modules[self._name_at(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)
        for name in names[index] if isinstance(index, slice) else [self._name_at(index)]:
            del self._modules[name]
        self._renumber(list(self._modules.items()))

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def _renumber(self, items: "list[tuple[str, Module | None]]") -> None:
        """Take `items` as the modules; those named by a number are numbered anew."""
        self._modules.clear()
        for i, (name, module) in enumerate(items):
            self.add_module(str(i) if name.isdigit() else name, module)

    def append(self, module: Module) -> Self:
        """Add a module at the end; return this one."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; return this one."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before position `index`; return this one."""
        self.append(module)
        items = list(self._modules.items())
        items.insert(index, items.pop())
        self._renumber(items)
        return self


class Sequential(_Row):
    """Modules one after the other: the output of each is the input of the next.

    Parameters
    ----------
    *modules : Module, or one mapping of str to Module
        In order.

    Raises
    ------
    TypeError
        If something is no Module.

    Examples
    --------
    >>> import minigen as mg
    >>> net = mg.nn.Sequential(mg.nn.Linear(2, 3), mg.nn.ReLU(), mg.nn.Linear(3, 1))
    >>> net(mg.ones(5, 2)).shape
    (5, 1)
    >>> net[:2]
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self.add_module(name, module)
            return
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential: expected modules, got {type(module).__name__} at position {i}: "
                    "unpack a list with a star, as in Sequential(*layers)"
                )
            self.append(module)

    def forward(self, input: Any) -> Any:
        """Return what the last module makes of what the others made of `input`."""
        for module in self:
            input = module(input)
        return input


class ModuleList(_Row):
    """A list of modules, registered so that their parameters are found; it has no ``forward``.

    Parameters
    ----------
    modules : iterable of Module, optional
        In order.

    Examples
    --------
    >>> import minigen as mg
    >>> layers = mg.nn.ModuleList(mg.nn.Linear(2, 2) for _ in range(3))
    >>> len(layers), len(list(layers.parameters()))
    (3, 6)
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    def _part(self, modules: "dict[str, Module | None]") -> "ModuleList":
        return ModuleList(modules.values())  # type: ignore[arg-type]

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, modules: Iterable[Module]) -> "ModuleList":
        return ModuleList([*self, *modules])


class ModuleDict(Module):
    """Modules under names, registered so that their parameters are found; it has no ``forward``.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of pairs, optional
        In order.

    Examples
    --------
    >>> import minigen as mg
    >>> heads = mg.nn.ModuleDict({"mean": mg.nn.Linear(2, 1), "scale": mg.nn.Linear(2, 1)})
    >>> heads["mean"]
    Linear(in_features=2, out_features=1, bias=True)
    """

    def __init__(self, modules: "Mapping[str, Module] | Iterable[tuple[str, Module]]" = ()) -> None:
        super().__init__()
        self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._modules.keys()

    def values(self) -> ValuesView[Any]:
        """Return the modules."""
        return self._modules.values()

    def items(self) -> ItemsView[str, Any]:
        """Return pairs of name and module."""
        return self._modules.items()

    def pop(self, key: str) -> Any:
        """Take out the module under `key` and return it."""
        return self._modules.pop(key)

    def clear(self) -> None:
        """Take out all modules."""
        self._modules.clear()

    def update(self, modules: "Mapping[str, Module] | Iterable[tuple[str, Module]]") -> None:
        """Add modules under their names, in place of those that are there under them."""
        for name, module in dict(modules).items():
            self.add_module(name, module)
