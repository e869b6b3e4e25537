"""First and second derivative of every operation against differences, over random operands."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings

import minigen as mg
from minigen.autodiff import rows
from minigen.testing import op_records
from tests.autodiff.generated import check_along_ties, check_record, watched_rows
from tests.host import assert_allclose, examples, host

OWN = set(rows)  # before any example registers an operation of its own
RECORDS = op_records()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_derivatives(record) -> None:
    missing = set(record.covers)

    @settings(max_examples=examples(15))
    @given(record.samples)
    def run(arrays):
        with watched_rows() if missing else nullcontext(set()) as seen:  # no longer than needed: it slows every row
            check_record(record, arrays)
        missing.difference_update(seen)

    run()
    assert not missing


@pytest.mark.parametrize("record", [r for r in RECORDS if r.tied is not None], ids=lambda record: record.name)
def test_derivatives_along_ties(record) -> None:
    @settings(max_examples=examples(25))
    @given(record.tied)
    def run(arrays):
        check_along_ties(record, arrays)

    run()


POINTS = np.linspace(0.01, 0.99, 1001)  # inside every domain
ELEMENTWISE = {
    **{name: getattr(mg, name) for name in ("exp", "log", "expm1", "log1p", "sqrt", "sin", "cos", "erf", "abs")},
    **{name: getattr(mg, name) for name in ("square", "tanh", "sigmoid", "logsigmoid", "softplus")},
    **{name: getattr(mg, name) for name in ("relu", "leaky_relu")},
    "bce": lambda p: mg.nn.functional.binary_cross_entropy(p, 1.0 - p, reduction="none"),
    "bce with logits": lambda x: mg.nn.functional.binary_cross_entropy_with_logits(x, 1.0 - x, reduction="none"),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_element_of_a_thousand_is_forgotten(name) -> None:
    function = ELEMENTWISE[name]
    x = mg.tensor(POINTS, requires_grad=True)
    (g,) = mg.grad(function(x).sum(), x)
    h = 1e-6
    numeric = (host(function(mg.tensor(POINTS + h))) - host(function(mg.tensor(POINTS - h)))) / (2 * h)
    assert_allclose(g, numeric, rtol=1e-6, atol=1e-8)


def test_every_row_has_a_case() -> None:
    covered = {name for record in RECORDS for name in record.covers}
    assert OWN - covered == {"to", "pin_memory"}  # which need another device
    assert len({record.name for record in RECORDS}) == len(RECORDS)
