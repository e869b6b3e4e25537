"""States compared bit by bit."""

import numpy as np
import pytest

import minigen as mg
from minigen.training.state import copied, difference


@pytest.mark.parametrize("make", [mg.tensor, np.array])
def test_a_difference_of_one_bit_is_seen(make) -> None:
    state = {"a": [make([1.0, 0.0, np.nan])]}
    assert difference(state, copied(state), "state") is None
    for place, value in ((0, np.nextafter(np.float32(1), np.float32(2))), (1, -0.0)):
        other = copied(state)
        other["a"][0][place] = value
        assert difference(state, other, "state") == "state.a.0 has other values"


def test_numbers_are_compared_by_kind() -> None:
    assert difference({"a": float("nan"), "b": 1}, {"a": float("nan"), "b": np.int64(1)}) is None
    assert difference([True], [1], "it") == "it.0 is 1, not True"
    assert difference([0.0], [-0.0], "it") == "it.0 is -0.0, not 0.0"
