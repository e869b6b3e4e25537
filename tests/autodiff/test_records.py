"""Values, dtypes and errors of every operation, from its record."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigen as mg
from minigen.testing import op_records
from minigen.testing.strategies import extremes, near_kinks, subnormals
from tests.autodiff.generated import check_values, leaves, outputs_of
from tests.host import examples, placed

RECORDS = op_records()
SMOOTH = [r for r in RECORDS if r.order]


def named(records):
    return pytest.mark.parametrize("record", records, ids=lambda record: record.name)


@named([r for r in RECORDS if r.reference is not None])
def test_values(record) -> None:
    @settings(max_examples=examples(20))
    @given(record.samples)
    def run(arrays):
        check_values(record, arrays)

    run()


@named([r for r in RECORDS if r.domain is not None])
def test_values_at_every_magnitude(record) -> None:
    low, high = record.domain
    small = subnormals() if low < 0.0 else extremes(low=low, high=1e-3)

    @settings(max_examples=examples(60))
    @given(st.one_of(extremes(low=low, high=high), small, near_kinks(kinks=(max(low + 0.2, 0.0),))))
    def run(x):
        x = x if low < x.min(initial=low + 1) else abs(x)
        check_values(record, (x,), rtol=1e-12, atol=1e-290)

    run()


@named(SMOOTH)
def test_results_and_gradients_have_the_dtype_of_their_operands(record) -> None:
    @settings(max_examples=examples(5))
    @given(record.samples)
    def run(arrays):
        for dtype in (np.dtype("float32"), np.dtype("float16")):
            tensors = leaves(arrays, dtype)
            outputs = outputs_of(record, tensors)
            floating = [o for o in outputs if o.dtype.kind == "f"]
            assert {o.dtype for o in floating} == {dtype}
            gradients = mg.grad(floating, tensors, [mg.ones_like(o) for o in floating], allow_unused=True)
            for g, x in zip(gradients, tensors, strict=True):
                assert g is None or (g.dtype, g.shape) == (x.dtype, x.shape)

    run()


@named([r for r in RECORDS if r.integers is not None])
def test_dtypes_from_integers(record) -> None:
    @settings(max_examples=examples(5))
    @given(record.samples)
    def run(arrays):
        operands = [placed(np.asarray(np.ceil(abs(a)), "int64")) for a in arrays]
        if record.integers == "refuse":
            with pytest.raises(TypeError, match="floating"):
                record.function(*operands)
            return
        expected = mg.int64 if record.integers == "keep" else mg.get_default_dtype()
        assert outputs_of(record, operands)[0].dtype == expected

    run()


@pytest.mark.parametrize(
    ("call", "exception", "text"),
    [pytest.param(*error, id=f"{r.name} {i}") for r in RECORDS for i, error in enumerate(r.errors)],
)
def test_errors(call, exception, text) -> None:
    with pytest.raises(exception) as caught:
        call()
    assert text in str(caught.value)
