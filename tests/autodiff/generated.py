"""What the tests made from op records share: calling an operation, watching rows, and the check along ties."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import Op, Tensor
from minigen.testing import gradcheck
from minigen.testing.records import Record
from tests.host import assert_allclose, assert_array_equal, host, placed


@contextmanager
def watched_rows() -> Iterator[set[str]]:
    """Collect the names of the rows that are called."""
    seen: set[str] = set()
    call = Op.__call__

    def watch(self: Op, *args: Any, **keywords: Any) -> Any:
        seen.add(self.name)
        return call(self, *args, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Op, "__call__", watch)
        yield seen


def leaves(arrays: Any, dtype: Any = None) -> tuple[Tensor, ...]:
    """Wrap arrays, in their memory layout if their dtype stays, as leaves that require grad."""
    return tuple(placed(a if dtype is None else a.astype(dtype), requires_grad=True) for a in arrays)


def outputs_of(record: Record, tensors: Any) -> tuple[Tensor, ...]:
    outputs = record.function(*tensors)
    return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)


def check_record(record: Record, arrays: Any, order: int | None = None, rng: int | None = None) -> None:
    """Check the derivatives of the record's function, up to its own order, or its values if it has none."""
    if record.order:
        gradcheck(record.function, leaves(arrays), order=order or record.order, rng=rng)
    else:
        check_values(record, arrays)


def check_values(record: Record, arrays: Any, rtol: float = 1e-10, atol: float = 1e-12) -> None:
    """Compare with the reference: values, shapes, and that nothing was written."""
    before = [a.copy() for a in arrays]
    tensors = [placed(a) for a in arrays]
    with np.errstate(all="ignore"):
        found = [host(o) for o in outputs_of(record, tensors)]
        expected = record.reference(*before)
    expected = expected if isinstance(expected, tuple) else (expected,)
    for value, reference in zip(found, expected, strict=True):
        assert_allclose(value, reference, rtol, atol, strict=False)
        assert value.shape == np.shape(reference)
    for tensor, b in zip(tensors, before, strict=True):
        assert_array_equal(tensor, b)


def check_along_ties(record: Record, arrays: Any) -> None:
    """Compare the derivative along the operands themselves, where ties stay ties, with differences."""
    tensors = leaves(arrays)
    outputs = [o for o in outputs_of(record, tensors) if o.requires_grad]
    seeds = [mg.ones_like(o) * (-1.5) for o in outputs]
    gradients = mg.grad(outputs, tensors, seeds, allow_unused=True)
    exact = sum((host(g) * a).sum() for g, a in zip(gradients, arrays, strict=True) if g is not None)

    def at(scale: float) -> float:
        with mg.no_grad():
            values = outputs_of(record, [placed(np.asarray(a * scale)) for a in arrays])
        return sum(-1.5 * float(host(o).sum()) for o in values if o.array.dtype.kind == "f")

    h = 1e-5
    assert_allclose(exact, (at(1 + h) - at(1 - h)) / (2 * h), rtol=1e-7, atol=1e-8)
