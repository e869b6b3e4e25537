"""The table of derivatives: one row per operation, one rule per argument.

A row names a forward function on raw arrays and, for each differentiable argument, the rule that turns
the gradient ``g`` of the output into the gradient of that argument::

    mul = op("mul", lambda x, y: x * y, x=lambda g, y: g * y, y=lambda g, x: g * x, broadcasts=True)
    exp = op("exp", lambda xp, x: xp.exp(x), x=lambda g, out: g * out)

**A rule's signature says what is saved**: names of arguments, ``out``, ``<argument>_shape``, keywords of the
forward. It is read once, at registration, and nothing else is kept: ``x + 1`` saves nothing.

A rule may use operators, ``.shape .ndim .dtype .mT`` and other rows. Rows take arrays or Tensors, so the same
line serves the fast sweep over arrays and the recorded sweep over Tensors.

Forms of a row:

* named arguments, as above; a forward whose first parameter is ``xp`` is given the array library;
* variadic (``def raw(*xs)``): one rule, called as ``rule(g, position, …)``;
* several outputs (the forward returns a tuple): ``g`` and ``out`` are tuples, ``g[i]`` is None where no gradient came;
* ``fixed=("index",)``: arguments that have no derivative;
* keywords (after ``*`` in the forward's signature) are never Tensors.

The engine sums over broadcast axes (``broadcasts=True``), casts to the argument's dtype and checks the shape.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from minigen.autodiff import graph
from minigen.autodiff.grad_mode import mode
from minigen.autodiff.graph import (
    CONSTANT,
    ManyNode,
    Node,
    Output,
    TensorBase,
    describe,
    ndarray,
    new,
    node_of,
    numbers,
    wrap,
)
from minigen.backend import Array, as_array, check_same_device, namespace, shares_memory
from minigen.backend.arrays import namespaces

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor

OUT = -1
ERRORS = (IndexError, ValueError, TypeError, OverflowError)

rows: "dict[str, Op]" = {}
"""Every registered row by name."""


def op(
    name: str,
    forward: Callable[..., Any],
    *,
    fixed: tuple[str, ...] = (),
    broadcasts: bool = False,
    view: bool = False,
    **rules: Callable[..., Any],
) -> "Op":
    """Register an operation and return it.

    Parameters
    ----------
    name : str
        The operation's name, shown in errors.
    forward : callable
        Computes the output from raw arrays. Positional parameters are the arguments (a first one called
        ``xp`` receives the array library), parameters after ``*`` are keywords.
    fixed : tuple of str, optional
        Arguments without a derivative (indices, masks).
    broadcasts : bool, optional
        Whether arguments are broadcast against each other; the engine then sums their gradients back.
    view : bool, optional
        Whether the output may share memory with the first argument; any other forward returns new memory.
    **rules : callable
        For each other argument, the rule ``rule(g, …)``.

    Returns
    -------
    Op
        Call it with Tensors to record, or with raw arrays to compute only.

    Raises
    ------
    TypeError
        If an argument has neither rule nor place in `fixed`, or if a rule asks for an unknown name.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.autodiff import op
    >>> cube = op("cube", lambda x: x * x * x, x=lambda g, x: 3 * g * x * x)
    >>> x = mg.tensor(2.0, requires_grad=True)
    >>> mg.grad(cube(x), x)
    (tensor(12.),)
    """
    if name in rows and rows[name].forward.__module__.startswith("minigen."):
        raise ValueError(f"an operation called {name!r} is already in the table: choose another name")
    row = Op(name, forward, fixed, broadcasts, view, rules)
    rows[name] = row
    return row


class Op:
    """An operation of the table: callable on Tensors (recorded) and on raw arrays."""

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        fixed: tuple[str, ...],
        broadcasts: bool,
        view: bool,
        rules: dict[str, Callable[..., Any]],
    ) -> None:
        code = _code(name, forward)
        positional = code.co_varnames[: code.co_argcount]
        self.name = name
        self.forward = forward
        self.broadcasts = broadcasts
        self.view = view
        self.fixed = fixed
        self.rules = rules
        self.wants_xp = positional[:1] == ("xp",)
        self.arguments = positional[1:] if self.wants_xp else positional
        self.keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        self.variadic = bool(code.co_flags & 0x04)
        if self.variadic:
            self.arguments = (code.co_varnames[code.co_argcount + code.co_kwonlyargcount],)
        self.needs = {argument: self._read(rule) for argument, rule in rules.items()}
        self._check()
        self._plans: dict[int | tuple[int, int], Plan] = {}

    def __repr__(self) -> str:
        return f"op({self.name!r}: {', '.join(self.arguments)})"

    def _read(self, rule: Callable[..., Any]) -> tuple[str, ...]:
        """Return the names a rule asks for, after ``g`` (and ``position``)."""
        code = _code(self.name, rule)
        if code.co_kwonlyargcount or code.co_flags & 0x0C:
            raise TypeError(f"{self.name}: a rule has positional parameters only, each a name of what is saved")
        names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
        first = ("g", "position") if self.variadic else ("g",)
        if names[: len(first)] != first:
            raise TypeError(f"{self.name}: a rule's parameters start with {', '.join(first)}, got {names}")
        return names[len(first) :]

    def _check(self) -> None:
        given = set(self.rules) | set(self.fixed)
        for argument in self.arguments:
            if argument not in given:
                raise TypeError(f"{self.name}: argument {argument!r} has no rule and is not in fixed={self.fixed}")
        for argument in given - set(self.arguments):
            raise TypeError(f"{self.name}: {argument!r} is no argument; these are {self.arguments}")
        for keyword in self.keywords:
            if keyword in ("g", "out") or keyword.endswith("_shape"):
                raise TypeError(f"{self.name}: a keyword may not be called {keyword!r}")
        known = {"out", *self.arguments, *self.keywords, *(f"{a}_shape" for a in self.arguments)}
        for argument, names in self.needs.items():
            for unknown in set(names) - known:
                raise TypeError(
                    f"{self.name}: the rule for {argument!r} asks for {unknown!r}; it may ask for {sorted(known)}"
                )

    def __call__(self, *args: Any, **keywords: Any) -> "Tensor":
        """Compute, and record if an argument requires grad. Arrays in, arrays out."""
        raw: list[Any] = []
        mask = 0
        bit = 1
        any_tensor = False
        for a in args:
            if isinstance(a, TensorBase):
                any_tensor = True
                if a._requires_grad:
                    mask |= bit
                a = a.array
            bit += bit
            raw.append(a)
        if len(namespaces) > 1:
            check_same_device(self.name, raw)
        try:
            if self.wants_xp:
                xp = namespaces.get(type(raw[0])) or _namespace(raw)
                out = self.forward(xp, *raw, **keywords)
            else:
                out = self.forward(*raw, **keywords)
        except ERRORS as error:  # a subclass of NumPy's may not take a text
            kind = next(kind for kind in ERRORS if isinstance(error, kind))
            raise kind(f"{self.name}: {error} (given {', '.join(map(describe, args))})") from error
        if type(out) is not ndarray:
            if type(out) is tuple:
                return self._many(args, raw, keywords, out, any_tensor, mask)  # type: ignore[return-value]
            if isinstance(out, TensorBase):
                _refuse_tensors(self.name, keywords)
            out = as_array(out)
        if not any_tensor:
            return out  # type: ignore[no-any-return]
        tensor = new(graph.tensor_class)
        tensor.array = out
        tensor.grad = None
        tensor._storage = None
        if mask and mode.enabled:
            node = new(Node)
            node.shape = out.shape
            node.dtype = out.dtype
            tensor._requires_grad = True
            tensor._node = node
            self._record(node, args, raw, keywords, out, mask, (tensor,))
        else:
            tensor._requires_grad = False
            tensor._node = None
        if self.view:
            _share(args[0], tensor)
        return tensor  # type: ignore[no-any-return]

    def _record(
        self,
        node: Node,
        args: tuple[Any, ...],
        raw: list[Any],
        keywords: dict[str, Any],
        out: Any,
        mask: int,
        outputs: tuple[Any, ...],
    ) -> None:
        key = (mask, len(args)) if self.variadic else mask
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = Plan(self, mask, len(args))
        node.plan = plan
        node.watch = None
        node.parents = tuple([args[i]._node or node_of(args[i]) for i in plan.positions])
        node.number = next(numbers)
        if plan.save is None:
            node.saved = ()
            node.guards = []
            return
        if plan.simple:
            node.saved = plan.save((*raw, out))
        else:
            node.saved = plan.save(plan.environment(raw, out, keywords))
        guards = []
        for i in plan.guarded:
            for a in (args[i],) if i != OUT else outputs:
                storage = (a._storage or a.storage) if isinstance(a, TensorBase) else CONSTANT
                guards.append((storage, storage.version))
        node.guards = guards

    def _many(
        self,
        args: tuple[Any, ...],
        raw: list[Any],
        keywords: dict[str, Any],
        out: tuple[Any, ...],
        any_tensor: bool,
        mask: int,
    ) -> tuple[Any, ...]:
        out = tuple([as_array(array) for array in out])
        if not any_tensor:
            return out
        tensors = tuple([wrap(array) for array in out])
        if mask and mode.enabled:
            node = new(ManyNode)
            node.shape = ()
            node.dtype = None
            node.outputs = [None] * len(out)
            self._record(node, args, raw, keywords, out, mask, tensors)
            for i, tensor in enumerate(tensors):
                if tensor.array.dtype.kind == "f":
                    tensor._requires_grad = True
                    tensor._node = Output(node, i, tensor.array)
        if self.view:
            for tensor in tensors:
                _share(args[0], tensor)
        return tensors

    def conform(self, gradient: Any, parent: Node) -> Any:
        """Give a rule's result the shape and dtype of the argument it belongs to."""
        if not isinstance(gradient, TensorBase):
            gradient = as_array(gradient)
        if gradient.shape != parent.shape:
            if not self.broadcasts:
                raise AssertionError(
                    f"{self.name}: a rule returned a gradient of shape {gradient.shape} "
                    f"for an argument of shape {parent.shape}"
                )
            gradient = rows["sum_to"](gradient, shape=parent.shape)
        if gradient.dtype != parent.dtype:
            gradient = rows["cast"](gradient, dtype=parent.dtype)
        return gradient


class Plan:
    """What to save and which rules to run, for one choice of arguments that need a gradient.

    `positions` are these arguments, `names` what their rules ask for, `guarded` the saved Tensors whose versions
    are kept (`OUT` stands for the outputs).
    """

    __slots__ = ("count", "guarded", "names", "op", "positions", "rules", "save", "simple")

    def __init__(self, op: Op, mask: int, count: int) -> None:
        self.op = op
        self.count = count
        self.positions = [i for i in range(count) if mask >> i & 1]
        arguments = op.arguments
        if op.variadic:
            wanted = [(op.rules[arguments[0]], op.needs[arguments[0]], i) for i in self.positions]
        else:
            for i in self.positions:
                if arguments[i] in op.fixed:
                    raise TypeError(f"{op.name}: {arguments[i]!r} has no derivative: pass {arguments[i]}.detach()")
            wanted = [(op.rules[arguments[i]], op.needs[arguments[i]], i) for i in self.positions]
        self.names = list(dict.fromkeys(name for _, needs, _ in wanted for name in needs))
        self.rules = [
            (_at(rule, i) if op.variadic else rule, None if list(needs) == self.names else self._picker(needs))
            for rule, needs, i in wanted
        ]
        plain = {name: i for i, name in enumerate((*arguments, "out"))}
        self.simple = not op.variadic and all(name in plain for name in self.names)
        self.save: Callable[[Any], tuple[Any, ...]] | None = None
        if self.simple and self.names:
            self.save = _getter([plain[name] for name in self.names])
        elif self.names:
            self.save = _getter(self.names)
        self.guarded: list[int] = []
        for name in self.names:
            if name == "out":
                self.guarded.append(OUT)
            elif name in arguments:
                self.guarded.extend(range(count) if op.variadic else [arguments.index(name)])

    def _picker(self, needs: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
        return _getter([self.names.index(name) for name in needs])

    def environment(self, raw: list[Any], out: Any, keywords: dict[str, Any]) -> dict[str, Any]:
        """Return every value a rule may ask for, by name."""
        op = self.op
        _refuse_tensors(op.name, keywords)
        if op.variadic:
            inputs = {op.arguments[0]: tuple(raw), f"{op.arguments[0]}_shape": tuple(map(_shape, raw))}
        else:
            inputs = dict(zip(op.arguments, raw, strict=True))
            inputs |= {f"{name}_shape": _shape(array) for name, array in inputs.items()}
        return {**inputs, "out": out, **keywords}

    def as_tensors(self, node: Node) -> tuple[Any, ...]:
        """Return what `node` saved as Tensors, joined to the graph where they came from."""
        op = self.op
        parents = dict(zip(self.positions, node.parents, strict=True))
        guards = iter(node.guards)
        values = []
        for name, value in zip(self.names, node.values(), strict=True):
            if name == "out":
                if type(node) is ManyNode:
                    values.append(tuple([_output(node, i, array, next(guards)[0]) for i, array in enumerate(value)]))
                else:
                    values.append(_attach(value, node, next(guards)[0]))
            elif name in op.arguments and op.variadic:
                values.append(
                    tuple([_attach(array, parents.get(i), next(guards)[0]) for i, array in enumerate(value)])
                )
            elif name in op.arguments:
                values.append(_attach(value, parents.get(op.arguments.index(name)), next(guards)[0]))
            else:
                values.append(value)
        return tuple(values)


def _code(name: str, function: Any) -> Any:
    try:
        return function.__code__
    except AttributeError:
        raise TypeError(f"{name}: expected a function written with def or lambda, got {function!r}") from None


def _refuse_tensors(name: str, keywords: dict[str, Any]) -> None:
    for keyword, value in keywords.items():
        if isinstance(value, TensorBase):
            raise TypeError(f"{name}: keyword {keyword!r} is never a Tensor: make it an argument, with a rule")


def _attach(value: Any, node: Node | None, storage: graph.Storage) -> Any:
    if type(value) not in namespaces:
        return value
    tensor = wrap(value, node is not None, node)
    tensor._storage = storage
    return tensor


def _output(node: ManyNode, index: int, array: Array, storage: graph.Storage) -> Any:
    if array.dtype.kind != "f":
        return _attach(array, None, storage)
    reference = node.outputs[index]
    output = reference() if reference is not None else None
    return _attach(array, output or Output(node, index, array), storage)


def _share(source: Any, tensor: TensorBase) -> None:
    if isinstance(source, TensorBase) and shares_memory(tensor.array, source.array):
        source.storage.share(source, tensor)


def _at(rule: Callable[..., Any], position: int) -> Callable[..., Any]:
    return lambda g, *values: rule(g, position, *values)


def _shape(value: Any) -> tuple[int, ...]:
    return getattr(value, "shape", ())


def _namespace(raw: list[Any]) -> Any:
    for value in raw:
        if type(value) in namespaces:
            return namespaces[type(value)]
    return namespace(raw[0])


def _getter(keys: list[Any]) -> Callable[[Any], tuple[Any, ...]]:
    if len(keys) == 1:
        return lambda values, key=keys[0]: (values[key],)  # type: ignore[misc]
    return itemgetter(*keys)
