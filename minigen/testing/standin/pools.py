"""CuPy's memory pools, as far as one can ask them: the bytes that living arrays take."""

import gc

from minigen.testing.standin.holding import Held, here, owner


class MemoryPool:
    """The memory of the current device; nothing freed is kept, so that all there is, is used.

    Examples
    --------
    >>> from minigen.testing import standin
    >>> with standin.installed() as cupy:
    ...     pool = cupy.get_default_memory_pool()
    ...     before = pool.used_bytes()
    ...     x = cupy.zeros(100)
    ...     y = x[:50]
    ...     more = pool.used_bytes() - before
    >>> more
    800
    """

    def used_bytes(self) -> int:
        """Return the bytes of all memory that a living array sees, each once."""
        device = getattr(here, "device", 0)
        arrays = [thing for thing in gc.get_objects() if isinstance(thing, Held) and thing._device == device]
        return sum({id(memory): memory.nbytes for memory in (owner(array._host) for array in arrays)}.values())

    def total_bytes(self) -> int:
        """Return the same."""
        return self.used_bytes()

    def free_all_blocks(self) -> None:
        """Do nothing: nothing is kept."""


class PinnedMemoryPool:
    """Pinned memory of the host."""

    def free_all_blocks(self) -> None:
        """Do nothing: nothing is kept."""
