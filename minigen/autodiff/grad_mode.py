"""Whether operations are recorded: one flag per thread."""

import functools
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
GENERATOR = 0x20  # inspect.CO_GENERATOR


class _Mode(threading.local):
    enabled = True


mode = _Mode()


def is_grad_enabled() -> bool:
    """Return whether operations of this thread are recorded.

    Examples
    --------
    >>> is_grad_enabled()
    True
    """
    return mode.enabled


class _Switch:
    """A grad mode for the length of a block or a function; instances may be nested and reused."""

    _enabled: bool
    _stack: list[bool]

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        self = super().__new__(cls)
        self._stack = []
        return self if function is None else self(function)

    def __enter__(self) -> None:
        self._stack.append(mode.enabled)
        mode.enabled = self._enabled

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        mode.enabled = self._stack.pop()

    def __call__(self, function: F) -> F:
        """Return `function`, run in this mode; a generator runs in it from each request to the next value."""

        @functools.wraps(function)
        def wrapped(*args: Any, **keywords: Any) -> Any:
            previous, mode.enabled = mode.enabled, self._enabled
            try:
                return function(*args, **keywords)
            finally:
                mode.enabled = previous

        @functools.wraps(function)
        def stepwise(*args: Any, **keywords: Any) -> Any:
            source, request, sent = function(*args, **keywords), "send", None
            try:
                while True:
                    previous, mode.enabled = mode.enabled, self._enabled
                    try:
                        value = getattr(source, request)(sent)
                    finally:
                        mode.enabled = previous
                    try:
                        request, sent = "send", (yield value)
                    except Exception as error:
                        request, sent = "throw", error
            except StopIteration as stop:
                return stop.value
            finally:
                source.close()

        code = getattr(function, "__code__", None)
        return stepwise if code is not None and code.co_flags & GENERATOR else wrapped  # type: ignore[return-value]


class no_grad(_Switch):
    """Do not record operations: a context manager, and a decorator with or without brackets.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.ones(2, requires_grad=True)
    >>> with mg.no_grad():
    ...     print((2 * x).requires_grad)
    False
    """

    _enabled = False


class enable_grad(_Switch):
    """Record operations, also inside a `no_grad` block: a context manager and a decorator.

    Examples
    --------
    >>> with no_grad(), enable_grad():
    ...     print(is_grad_enabled())
    True
    """

    _enabled = True


class set_grad_enabled(_Switch):
    """Switch recording on or off in this thread; as a context manager or decorator, only for its block.

    Parameters
    ----------
    enabled : bool
        The new state; it holds from the call on, and until the end of the ``with`` block if there is one.

    Examples
    --------
    >>> with set_grad_enabled(False):
    ...     print(is_grad_enabled())
    False
    """

    _before: bool

    def __new__(cls, enabled: bool) -> Any:
        """Switch at once, and remember what was before."""
        self = super().__new__(cls)
        self._enabled = bool(enabled)
        self._before = mode.enabled
        mode.enabled = self._enabled
        return self

    def __enter__(self) -> None:
        self._stack.append(self._before)
        mode.enabled = self._enabled

    def __call__(self, function: F) -> F:
        """Return `function`, run in this mode; the mode of the thread is as before the call."""
        mode.enabled = self._before
        return super().__call__(function)
