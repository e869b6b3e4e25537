"""A strict stand-in for CuPy: what runs on it is right for CuPy, as far as a CPU can tell.

It refuses what CuPy refuses and raises where CuPy is silently wrong or slow: NumPy arrays among its own, lists as
indices, integers out of range, one element assigned twice. What nothing was written to is NaN. Waiting for the device
is counted. It knows nothing of kernels, rounding, the order of sums, memory order and speed.

Reading order: `installing` (use it), `counting` (what is counted), `record` and `recording` (what CuPy offers),
`holding` and `ndarray` (the array), `indexing`, `calling` and `ufuncs` (what may be done with it), `creation`,
`generator`, `device` and `library` (the modules).
"""

from minigen.testing.standin.counting import Count, syncs
from minigen.testing.standin.installing import installed
from minigen.testing.standin.ndarray import ndarray

__all__ = ["installed", "syncs", "Count", "ndarray"]
