"""Putting the stand-in where ``import cupy`` finds it, and taking it away again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from minigen.backend import register_array_type
from minigen.backend.arrays import namespaces
from minigen.testing.standin.counting import under_way
from minigen.testing.standin.device import counts
from minigen.testing.standin.holding import here
from minigen.testing.standin.library import modules
from minigen.testing.standin.ndarray import ndarray


@contextmanager
def installed(devices: int = 1) -> Iterator[Any]:
    """Let ``import cupy`` find the stand-in while the block runs, so that ``device="cuda"`` works without a GPU.

    At its end everything is as before: which modules are loaded, which array types minigen knows, the current device.

    Parameters
    ----------
    devices : int, optional
        How many GPUs there seem to be.

    Yields
    ------
    module
        What ``import cupy`` gives.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.testing import standin
    >>> with standin.installed():
    ...     x = mg.tensor([1.0, 2.0]).to("cuda")
    ...     print((x * x).tolist(), x.device)
    [1.0, 4.0] cuda:0
    """
    new: dict[str, Any] = dict(modules(devices))
    hidden = {name: sys.modules[name] for name in list(sys.modules) if name.partition(".")[0] in ("cupy", "cupyx")}
    known, before = dict(namespaces), (getattr(here, "device", 0), getattr(here, "stream", None))
    for name in hidden:
        del sys.modules[name]
    sys.modules.update(new)
    register_array_type(ndarray, new["cupy"])
    counts.append(devices)
    here.device = 0
    try:
        yield new["cupy"]
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] in ("cupy", "cupyx")]:
            del sys.modules[name]
        sys.modules.update(hidden)
        namespaces.clear()
        namespaces.update(known)
        counts.pop()
        under_way.clear()
        here.device = before[0]
        if before[1] is None:
            here.__dict__.pop("stream", None)
        else:
            here.stream = before[1]
