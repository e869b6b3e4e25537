"""The state of a part: what a data set or a transform changes when it is read, if it has ``state_dict``."""

from typing import Any


def state_of(part: Any) -> dict[str, Any] | None:
    """Return the state of `part`, None if it has none.

    Examples
    --------
    >>> import minigen as mg
    >>> state_of(mg.data.TensorDataset(mg.zeros(2))), state_of(abs)
    (None, None)
    """
    return part.state_dict() if _has_state(part) else None


def restore(part: Any, state: dict[str, Any] | None) -> None:
    """Give `part` the state that `state_of` returned.

    Raises
    ------
    ValueError
        If there is a state for a part that has none.

    Examples
    --------
    >>> restore(abs, None)
    """
    if _has_state(part):
        part.load_state_dict(state)
    elif state is not None:
        raise ValueError(f"{type(part).__name__} has no state to restore, got {state!r:.200}")


def _has_state(part: Any) -> bool:
    return hasattr(part, "state_dict") and hasattr(part, "load_state_dict")
