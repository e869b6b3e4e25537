"""An array library like NumPy whose RawModule compiles CUDA source with the C++ compiler of the host.

It runs the kernels of this project, one thread after the other, and refuses arguments whose type or width is not the
one in the kernel's signature: on a GPU they would be read as something else.
"""

import ctypes
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

COMPILER = shutil.which("c++") or shutil.which("g++")
OPTIONS = ("-std=c++14", "-O1", "-ffp-contract=off", "-Wall", "-Wno-unknown-pragmas")
PRELUDE = """
#include <math.h>
#define __global__
#define __device__ static
static struct { int x; } blockIdx = {0}, blockDim = {1}, gridDim = {1}, threadIdx = {0};
static unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
    return (unsigned long long)(((unsigned __int128)x * y) >> 64);
}
"""
TYPES = {
    "u32": "uint32",
    "u64": "uint64",
    "i64": "int64",
    "int": "int32",
    "bool": "bool",
    "float": "float32",
    "double": "float64",
}


class RawModule:
    """``cupy.RawModule``, as far as `minigen.backend.noise_cuda` uses it."""

    def __init__(self, code, options):
        assert "--fmad=false" in options
        folder = Path(tempfile.mkdtemp())
        source, library = folder / "kernels.cpp", folder / "kernels.so"
        source.write_text(PRELUDE + code)
        build = [COMPILER, *OPTIONS, "-shared", "-fPIC", str(source), "-o", str(library)]
        printed = subprocess.run(build, capture_output=True, text=True, timeout=120)
        assert printed.returncode == 0 and not printed.stderr, printed.stderr
        expand = [COMPILER, "-E", "-P", str(source)]
        expanded = subprocess.run(expand, capture_output=True, text=True, check=True).stdout
        self.signatures = dict(re.findall(r'extern\s+"C"\s+void\s+(\w+)\(([^)]*)\)', expanded))
        self.library = ctypes.CDLL(str(library))

    def get_function(self, name):
        def launch(grid, threads, arguments):
            assert len(grid) == len(threads) == 1 and 0 < grid[0] < 2**31 and 0 < threads[0] <= 1024
            declared = self.signatures[name].split(",")
            assert len(declared) == len(arguments), (name, declared)
            passed = [as_c(text.split(), value) for text, value in zip(declared, arguments, strict=True)]
            getattr(self.library, name)(*passed)

        return launch


def as_c(declared, value):
    """Return `value` for C, if it is what ``type name`` or ``const type * name`` declares."""
    words = " ".join(declared).replace("*", " * ").split()
    kind = np.dtype(TYPES[next(word for word in words if word in TYPES)])
    assert value.dtype == kind, (declared, value.dtype)
    if "*" in words:
        assert isinstance(value, np.ndarray) and value.flags.c_contiguous
        return ctypes.c_void_p(value.ctypes.data)
    assert isinstance(value, np.generic), (declared, value)
    return np.ctypeslib.as_ctypes_type(kind)(value.item())


class HostKernels:
    """NumPy with a RawModule."""

    RawModule = RawModule

    def __getattr__(self, name):
        return getattr(np, name)
