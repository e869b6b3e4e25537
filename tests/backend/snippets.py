"""What CuPy makes of a line that NumPy runs: the stand-in must say the same, or raise where CuPy keeps silent.

Each snippet is a function of `Operands` and has a verdict:

* ``FINE``: CuPy runs it as NumPy does and waits for nothing.
* an exception type: CuPy raises it.
* ``SYNC``: CuPy runs it, and the program waits for the device.
* ``SILENT``: CuPy runs it, and gives something else than NumPy, or sends host memory to the device unasked.
* ``STRICT``: CuPy runs it as NumPy does, or nearly; the stand-in refuses it, because it hides which library computes.

The stand-in raises for the last two. Sources: CuPy's own (14.2) and its documentation, "Differences between CuPy and
NumPy"; where no device is needed, what the wheel did.
"""

import builtins
import copy
import math
import operator
from typing import NamedTuple

import numpy as np

FINE, SYNC, SILENT, STRICT = "fine", "sync", "silent", "strict"


class Operands(NamedTuple):
    """A library, arrays of it, and one array of the host."""

    xp: object
    x: object  # float32 (3, 4)
    square: object  # float64 (3, 3), positive definite
    v: object  # float32 (4,)
    one: object  # float32 ()
    count: object  # int64 ()
    rows: object  # int64 (2,): 2, 0
    far: object  # int64 (2,): 1, 5
    twice: object  # int64 (2,): 1, 1
    mask: object  # bool (3, 4)
    small: object  # int16 (3, 4)
    host: object  # float32 (3, 4), of NumPy


def host_operands():
    """Return the operands on the host, under NumPy."""
    x = (np.arange(12, dtype=np.float32).reshape(3, 4) - 3) / 4
    square = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]])
    return Operands(
        np,
        x,
        square,
        np.array([0.5, -1.0, 2.0, 0.25], np.float32),
        np.array(1.5, np.float32),
        np.array(2),
        np.array([2, 0]),
        np.array([1, 5]),
        np.array([1, 1]),
        x > 0,
        np.arange(12, dtype=np.int16).reshape(3, 4),
        x.copy(),
    )


def add_at(o, x, index, values):
    o.xp.add.at(x, index, values)
    return x


def assigned(x, index, value):
    x[index] = value
    return x


def put_along(o):
    o.xp.put_along_axis(o.x, o.rows[:, None], o.v[:2, None], 0)
    return o.x


def copied(o):
    o.xp.copyto(o.x, 0.0, where=o.mask)
    return o.x


def special(o, name, *arguments):
    if o.xp is np:
        import scipy.special as library
    else:
        import cupyx.scipy.special as library
    return getattr(library, name)(*arguments)


def tricks(o):
    return o.xp.lib.stride_tricks


SNIPPETS = {
    # ------------------------------------------------------------------------------- the host mixed in
    "device + host": (lambda o: o.x + o.host, TypeError),
    "host + device": (lambda o: o.host + o.x, TypeError),
    "host += device": (lambda o: operator.iadd(o.host.copy(), o.x), TypeError),
    "device += host": (lambda o: operator.iadd(o.x, o.host), TypeError),
    "device * host of no axes": (lambda o: o.x * np.array(2.0, np.float32), TypeError),
    "device @ host": (lambda o: o.x @ o.host.T, TypeError),
    "device < host": (lambda o: o.x < o.host, TypeError),
    "device == host": (lambda o: o.x == o.host, TypeError),
    "maximum(device, host)": (lambda o: o.xp.maximum(o.x, o.host), TypeError),
    "where(mask, device, host)": (lambda o: o.xp.where(o.mask, o.x, o.host), TypeError),
    "where(host mask, device, 0)": (lambda o: o.xp.where(o.host > 0, o.x, 0.0), TypeError),
    "stack of both": (lambda o: o.xp.stack([o.x, o.host]), TypeError),
    "concatenate of both": (lambda o: o.xp.concatenate([o.x, o.host]), TypeError),
    "device.dot(host)": (lambda o: o.x.dot(o.host.T), TypeError),
    "einsum of both": (lambda o: o.xp.einsum("ij,ij->i", o.x, o.host), TypeError),
    "tensordot of both": (lambda o: o.xp.tensordot(o.x, o.host, 2), TypeError),
    "x[:] = host": (lambda o: assigned(o.x, slice(None), o.host), ValueError),
    "x[0] = host row": (lambda o: assigned(o.x, 0, o.host[0]), ValueError),
    "asarray of NumPy": (lambda o: np.asarray(o.x), TypeError),
    "array of NumPy": (lambda o: np.array(o.x), TypeError),
    "memoryview": (lambda o: memoryview(o.x), TypeError),
    "host[rows]": (lambda o: o.host[o.rows], TypeError),
    "host[mask]": (lambda o: o.host[o.mask], TypeError),
    "host[0] = device": (lambda o: assigned(o.host.copy(), 0, o.x[0]), TypeError),
    "NumPy's zeros of a device count": (lambda o: np.zeros(o.count), TypeError),
    "range(count)": (lambda o: range(o.count), TypeError),
    "list[count]": (lambda o: [1, 2, 3][o.count], TypeError),
    "reshape to a device count": (lambda o: o.x.reshape(o.count, 6), TypeError),
    "x + None": (lambda o: o.x + None, TypeError),
    "x * list": (lambda o: o.x * [1.0, 2.0, 3.0, 4.0], TypeError),
    "x.fill(host row)": (lambda o: o.x.fill(o.host[0]), ValueError),
    "max of a host array": (lambda o: o.xp.max(o.host), SILENT),
    "transpose of a host array": (lambda o: o.xp.transpose(o.host), SILENT),
    "x[rows] = host": (lambda o: assigned(o.x, o.rows, o.host[:2]), SILENT),
    "x[0] = host of no axes": (lambda o: assigned(o.x, 0, np.array(2.0)), SILENT),
    "add.at of host values": (lambda o: add_at(o, o.x, o.rows, o.host[:2]), SILENT),
    "take(x, list)": (lambda o: o.xp.take(o.v, [0, 2]), SILENT),
    "x[list]": (lambda o: o.x[[2, 0]], SILENT),
    "x[host rows]": (lambda o: o.x[np.array([2, 0])], SILENT),
    "x[host mask]": (lambda o: o.x[o.host > 0], SILENT),
    "x[list] = 0": (lambda o: assigned(o.x, [2, 0], 0.0), SILENT),
    "full of a host array": (lambda o: o.xp.full((3, 4), o.host), SILENT),
    "NumPy's exp": (lambda o: np.exp(o.x), STRICT),
    "NumPy's sum": (lambda o: np.sum(o.x), STRICT),
    "NumPy's norm": (lambda o: np.linalg.norm(o.x), STRICT),
    "NumPy's where": (lambda o: np.where(o.mask, o.x, 0.0), STRICT),
    "NumPy's einsum": (lambda o: np.einsum("ij->i", o.x), STRICT),
    # -------------------------------------------------------------------- lists and numbers for arrays
    "exp of a list": (lambda o: o.xp.exp([1.0, 2.0]), TypeError),
    "add of a list": (lambda o: o.xp.add(o.v, [1.0, 2.0, 3.0, 4.0]), TypeError),
    "sum of a list": (lambda o: o.xp.sum([1.0, 2.0]), AttributeError),
    "reshape of a list": (lambda o: o.xp.reshape([1.0, 2.0], (2, 1)), AttributeError),
    "clip of a number": (lambda o: o.xp.clip(3.0, 0.0, 1.0), AttributeError),
    "where(True, x, y)": (lambda o: o.xp.where(True, o.x, -o.x), AttributeError),
    "isin(x, number)": (lambda o: o.xp.isin(o.v, 2.0), AttributeError),
    "outer(x, number)": (lambda o: o.xp.outer(o.v, 2.0), AttributeError),
    "digitize by a list": (lambda o: o.xp.digitize(o.v, [0.0, 1.0]), AttributeError),
    "ascontiguousarray of the host": (lambda o: o.xp.ascontiguousarray(o.host), TypeError),
    "matmul, out by position": (lambda o: o.xp.matmul(o.square, o.square, o.square), TypeError),
    "axes as a list": (lambda o: o.xp.flip(o.x, [0, 1]), TypeError),
    "asarray of texts": (lambda o: o.xp.asarray(["a", "b"]), ValueError),
    # ------------------------------------------------------------------------------ keywords it lacks
    "sum(where=)": (lambda o: o.xp.sum(o.x, where=o.mask), TypeError),
    "x.sum(where=)": (lambda o: o.x.sum(where=o.mask), TypeError),
    "sum(initial=)": (lambda o: o.xp.sum(o.x, initial=1.0), TypeError),
    "x.max(initial=)": (lambda o: o.x.max(initial=0.0), TypeError),
    "mean(where=)": (lambda o: o.xp.mean(o.x, where=o.mask), TypeError),
    "std(correction=)": (lambda o: o.xp.std(o.x, correction=1), TypeError),
    "var(mean=)": (lambda o: o.xp.var(o.x, mean=o.one), TypeError),
    "add(where=)": (lambda o: o.xp.add(o.x, 1.0, where=o.mask), TypeError),
    "log(where=, out=)": (lambda o: o.xp.log(o.x, out=o.x, where=o.mask), TypeError),
    "exp(order=)": (lambda o: o.xp.exp(o.x, order="C"), TypeError),
    "take(mode=)": (lambda o: o.xp.take(o.v, o.rows, mode="clip"), TypeError),
    "argsort(stable=)": (lambda o: o.xp.argsort(o.x, stable=True), TypeError),
    "x.sort(stable=)": (lambda o: o.x.sort(stable=True), TypeError),
    "clip(min=)": (lambda o: o.xp.clip(o.x, min=0.0, max=1.0), TypeError),
    "count_nonzero(keepdims=)": (lambda o: o.xp.count_nonzero(o.x, axis=0, keepdims=True), TypeError),
    "unique(sorted=)": (lambda o: o.xp.unique(o.v, sorted=False), TypeError),
    "zeros(device=)": (lambda o: o.xp.zeros(3, device="cpu"), TypeError),
    "zeros(like=)": (lambda o: o.xp.zeros(3, like=o.x), TypeError),
    "cholesky(upper=)": (lambda o: o.xp.linalg.cholesky(o.square, upper=True), TypeError),
    "svd(hermitian=)": (lambda o: o.xp.linalg.svd(o.square, hermitian=True), TypeError),
    "pinv(rtol=)": (lambda o: o.xp.linalg.pinv(o.square, rtol=1e-9), TypeError),
    "as_strided(writeable=)": (lambda o: tricks(o).as_strided(o.v, (2,), (4,), writeable=False), TypeError),
    "einsum(out=)": (lambda o: o.xp.einsum("ij->i", o.x, out=o.v[:3]), TypeError),
    "x.astype(casting=)": (lambda o: o.x.astype("int32", casting="unsafe"), TypeError),
    "x.item(0)": (lambda o: o.v.item(0), TypeError),
    "reshape(shape=)": (lambda o: o.xp.reshape(o.x, shape=(4, 3)), TypeError),
    "concatenate(arrays=)": (lambda o: o.xp.concatenate(arrays=[o.x, o.x]), TypeError),
    # --------------------------------------------------------------------------------- names it lacks
    "einsum_path": (lambda o: o.xp.einsum_path, AttributeError),
    "errstate": (lambda o: o.xp.errstate, AttributeError),
    "vecdot": (lambda o: o.xp.vecdot, AttributeError),
    "unstack": (lambda o: o.xp.unstack, AttributeError),
    "block": (lambda o: o.xp.block, AttributeError),
    "nditer": (lambda o: o.xp.nditer, AttributeError),
    "linalg.vector_norm": (lambda o: o.xp.linalg.vector_norm, AttributeError),
    "linalg.multi_dot": (lambda o: o.xp.linalg.multi_dot, AttributeError),
    "x.flags.writeable": (lambda o: o.x.flags.writeable, AttributeError),
    "x.setflags": (lambda o: o.x.setflags(write=False), AttributeError),
    "x.ctypes": (lambda o: o.x.ctypes, AttributeError),
    "Generator.normal": (lambda o: o.xp.random.Generator.normal, AttributeError),
    "Generator.permutation": (lambda o: o.xp.random.Generator.permutation, AttributeError),
    "Generator.choice": (lambda o: o.xp.random.Generator.choice, AttributeError),
    # ------------------------------------------------------------------------------ methods of ufuncs
    "maximum.reduce": (lambda o: o.xp.maximum.reduce(o.x), NotImplementedError),
    "logaddexp.reduce": (lambda o: o.xp.logaddexp.reduce(o.x), NotImplementedError),
    "minimum.accumulate": (lambda o: o.xp.minimum.accumulate(o.x), NotImplementedError),
    "multiply.at": (lambda o: o.xp.multiply.at(o.x, o.rows, 2.0), NotImplementedError),
    "subtract.reduceat": (lambda o: o.xp.subtract.reduceat(o.v, o.rows), NotImplementedError),
    "add.at of int16": (lambda o: add_at(o, o.small, o.rows, o.small[:2]), TypeError),
    # --------------------------------------------------------------------------- types, axes, numbers
    "integers += fractions": (lambda o: operator.iadd(o.small, 0.5), TypeError),
    "add(out=) of another kind": (lambda o: o.xp.add(o.x, o.x, out=o.small), TypeError),
    "add(out=) of the host": (lambda o: o.xp.add(o.x, o.x, out=o.host.copy()), TypeError),
    "x[1.5]": (lambda o: o.x[1.5], SILENT),
    "x[fractions]": (lambda o: o.x[o.v], IndexError),
    "x[3]": (lambda o: o.x[3], IndexError),
    "x[0, 0, 0]": (lambda o: o.x[0, 0, 0], IndexError),
    "len of no axes": (lambda o: len(o.one), TypeError),
    "iteration over no axes": (lambda o: list(o.one), TypeError),
    "bool of many": (lambda o: bool(o.x), ValueError),
    "hash": (lambda o: hash(o.x), TypeError),
    "max of nothing": (lambda o: o.xp.max(o.x[:0]), ValueError),
    "pad(median)": (lambda o: o.xp.pad(o.x, 1, mode="median"), ValueError),
    "x[out of range]": (lambda o: o.x[o.far], SILENT),
    "take out of range": (lambda o: o.xp.take(o.x, o.far, axis=0), SILENT),
    "x[out of range] = 0": (lambda o: assigned(o.x, o.far, 0.0), SILENT),
    "add.at out of range": (lambda o: add_at(o, o.x, o.far, 1.0), SILENT),
    "x[twice the same] = rows": (lambda o: assigned(o.x, o.twice, o.x[1:].copy()), SILENT),
    "inverse of a singular matrix": (lambda o: o.xp.linalg.inv(o.square * 0.0), SILENT),
    # --------------------------------------------------------------------------------- what must wait
    "float": (lambda o: float(o.one), SYNC),
    "int": (lambda o: int(o.count), SYNC),
    "if": (lambda o: 1 if o.one > 0 else 0, SYNC),
    "item": (lambda o: o.one.item(), SYNC),
    "tolist": (lambda o: o.x.tolist(), SYNC),
    "tobytes": (lambda o: o.x.tobytes(), SYNC),
    "repr": (lambda o: repr(o.x), SYNC),
    "format": (lambda o: f"{o.one}", SYNC),
    "math.exp": (lambda o: math.exp(o.one), SYNC),
    "built-in max": (lambda o: builtins.max(o.v), SYNC),
    "nonzero": (lambda o: o.xp.nonzero(o.x), SYNC),
    "argwhere": (lambda o: o.xp.argwhere(o.x), SYNC),
    "flatnonzero": (lambda o: o.xp.flatnonzero(o.x), SYNC),
    "where(mask)": (lambda o: o.xp.where(o.mask), SYNC),
    "unique": (lambda o: o.xp.unique(o.v), SYNC),
    "bincount": (lambda o: o.xp.bincount(o.rows), SYNC),
    "nanmax": (lambda o: o.xp.nanmax(o.x), SYNC),
    "x[mask]": (lambda o: o.x[o.mask], SYNC),
    "x[mask] = 0": (lambda o: assigned(o.x, o.mask, 0.0), SYNC),
    "linspace to a device number": (lambda o: o.xp.linspace(0.0, o.one, 3), SYNC),
    "array_equal(equal_nan=)": (lambda o: o.xp.array_equal(o.x, o.x, equal_nan=True), SYNC),
    "windows": (lambda o: tricks(o).sliding_window_view(o.v, 2), SYNC),
    "number in array": (lambda o: 0.5 in o.v, STRICT),
    # --------------------------------------------------------------------------------- what runs as is
    "arithmetic": (lambda o: 2.0 * o.x + o.x / 3 - o.v**2, FINE),
    "NumPy's number * x": (lambda o: np.float32(2.0) * o.x, FINE),
    "NumPy's float64 * x": (lambda o: np.float64(2.0) * o.x, FINE),
    "x * NumPy's number": (lambda o: o.x * np.float64(2.0), FINE),
    "comparison": (lambda o: (o.x > 0.25) & ~(o.x >= o.v), FINE),
    "x == None": (lambda o: o.x == None, FINE),  # noqa: E711
    "abs, divmod, mod": (lambda o: divmod(abs(o.x), 0.5)[1] % 0.25, FINE),
    "matmul": (lambda o: o.x @ o.x.T @ o.x, FINE),
    "x @= square": (lambda o: operator.imatmul(o.square, o.square), FINE),
    "dot of vectors": (lambda o: o.v.dot(o.v), FINE),
    "einsum": (lambda o: o.xp.einsum("ij,kj->ik", o.x, o.x, optimize=True), FINE),
    "tensordot": (lambda o: o.xp.tensordot(o.x, o.x, ([1], [1])), FINE),
    "x[0, 0] of no axes": (lambda o: o.x[0, 0], FINE),
    "a view of a row": (lambda o: assigned(o.x[0], 1, 7.0), FINE),
    "x[1:, None, ::-1]": (lambda o: o.x[1:, None, ::-1], FINE),
    "x[rows]": (lambda o: o.x[o.rows], FINE),
    "x[rows, 1]": (lambda o: o.x[o.rows, 1], FINE),
    "x[:, rows]": (lambda o: o.x[:, o.rows], FINE),
    "x[count]": (lambda o: o.x[o.count], FINE),
    "x[rows] = rows": (lambda o: assigned(o.x, o.rows, o.x[:2].copy()), FINE),
    "x[rows] = 0": (lambda o: assigned(o.x, o.rows, 0.0), FINE),
    "x[1:] = x[:-1]": (lambda o: assigned(o.x, slice(1, None), o.x[:-1]), FINE),
    "x[...] = number": (lambda o: assigned(o.x, ..., 3.0), FINE),
    "x += v": (lambda o: operator.iadd(o.x, o.v), FINE),
    "add.at": (lambda o: add_at(o, o.x, o.rows, o.x[:2].copy()), FINE),
    "add.at, a row twice": (lambda o: add_at(o, o.x, o.twice, 1.0), FINE),
    "add.reduce": (lambda o: o.xp.add.reduce(o.x, axis=1), FINE),
    "add.outer": (lambda o: o.xp.add.outer(o.v, o.v), FINE),
    "maximum(out=)": (lambda o: o.xp.maximum(o.x, 0.0, out=o.x), FINE),
    "multiply, out by position": (lambda o: o.xp.multiply(o.x, 2.0, o.x), FINE),
    "add(dtype=)": (lambda o: o.xp.add(o.x, o.x, dtype="float64"), FINE),
    "sum": (lambda o: o.xp.sum(o.x, axis=(0, 1), keepdims=True), FINE),
    "x.sum()": (lambda o: o.x.sum(), FINE),
    "mean of integers": (lambda o: o.small.mean(axis=0), FINE),
    "argmax": (lambda o: o.x.argmax(axis=1), FINE),
    "count_nonzero": (lambda o: o.xp.count_nonzero(o.x), FINE),
    "allclose": (lambda o: o.xp.allclose(o.x, o.x), FINE),
    "where": (lambda o: o.xp.where(o.mask, o.x, 0.0), FINE),
    "clip": (lambda o: o.xp.clip(o.x, 0.0, 1.0), FINE),
    "take_along_axis": (lambda o: o.xp.take_along_axis(o.x, o.rows[:, None], 0), FINE),
    "put_along_axis": (put_along, FINE),
    "copyto(where=)": (copied, FINE),
    "logaddexp": (lambda o: o.xp.logaddexp(o.x, o.v), FINE),
    "cumsum": (lambda o: o.xp.cumsum(o.x, axis=1), FINE),
    "sort": (lambda o: o.xp.sort(o.x, axis=0), FINE),
    "argsort": (lambda o: o.xp.argsort(o.v), FINE),
    "concatenate": (lambda o: o.xp.concatenate([o.x, o.x], axis=1), FINE),
    "stack(out=)": (lambda o: o.xp.stack([o.v, o.v], out=o.x[:2]), FINE),
    "pad": (lambda o: o.xp.pad(o.x, ((1, 1), (0, 2))), FINE),
    "broadcast_to": (lambda o: o.xp.broadcast_to(o.v, (3, 4)) * 1.0, FINE),
    "as_strided": (lambda o: tricks(o).as_strided(o.v, (3, 2), (4, 4)) + 0.0, FINE),
    "repeat": (lambda o: o.xp.repeat(o.v, 2), FINE),
    "roll, flip, tile": (lambda o: o.xp.tile(o.xp.flip(o.xp.roll(o.x, 1, 0), 1), (1, 2)), FINE),
    "reshape, ravel, T": (lambda o: o.x.T.reshape(-1).ravel() + o.x.swapaxes(0, 1).flatten(), FINE),
    "squeeze, expand_dims": (lambda o: o.xp.expand_dims(o.x, 0).squeeze(), FINE),
    "astype": (lambda o: o.x.astype(o.xp.float64, copy=False), FINE),
    "iteration": (lambda o: sum(row.sum() for row in o.x), FINE),
    "len": (lambda o: len(o.x), FINE),
    "deepcopy": (lambda o: copy.deepcopy(o.x), FINE),
    "zeros_like": (lambda o: o.xp.zeros_like(o.x, dtype="int32"), FINE),
    "full": (lambda o: o.xp.full((2, 3), 1.5, dtype=o.x.dtype), FINE),
    "arange": (lambda o: o.xp.arange(2, 11, 3, dtype="float32"), FINE),
    "tril": (lambda o: o.xp.tril(o.square) + o.xp.eye(3), FINE),
    "result_type": (lambda o: str(o.xp.result_type(o.x, o.square)), FINE),
    "cholesky": (lambda o: o.xp.linalg.cholesky(o.square), FINE),
    "qr": (lambda o: abs(o.xp.linalg.qr(o.square)[1]), FINE),
    "slogdet": (lambda o: o.xp.linalg.slogdet(o.square)[1], FINE),
    "solve": (lambda o: o.xp.linalg.solve(o.square, o.square), FINE),
    "erf": (lambda o: special(o, "erf", o.square), FINE),
    "gammaln": (lambda o: special(o, "gammaln", o.square), FINE),
}
