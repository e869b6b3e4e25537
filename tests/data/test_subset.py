"""Parts of a data set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigen as mg
from minigen.data import DataLoader, Subset, TensorDataset, random_split
from minigen.random import Generator
from tests.host import placed, share_memory


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda i: placed(np.array(i))])
def test_the_chosen_examples_in_order(kind):
    part = Subset([10, 11, 12, 13, 14], kind([4, 0, 4, -2]))
    assert len(part) == 4 and [part[i] for i in range(4)] == [14, 10, 14, 13] == list(part)
    with pytest.raises(IndexError):
        part[4]


@given(
    n=st.integers(1, 12),
    data=st.data(),
    shuffle=st.booleans(),
    whole=st.sampled_from(["list", "tensor", "tensors"]),
)
def test_batches_of_a_part_are_those_examples(n, data, shuffle, whole):
    start, stop, step = (data.draw(st.integers(-n, highest)) for highest in (n - 1, n, n))
    indices = data.draw(
        st.one_of(
            st.lists(st.integers(-n, n - 1), min_size=1),
            st.just(range(start, stop, step or 1)),
            st.just(range(n)),
        )
    )
    indices = range(n) if len(indices) == 0 else indices
    numbers = mg.arange(n)
    dataset = {"list": list(range(n)), "tensor": numbers, "tensors": TensorDataset(numbers)}[whole]
    part = Subset(dataset, indices)
    batches = list(DataLoader(part, 5, shuffle, rng=1))
    seen = [k for batch in batches for k in (batch[0] if whole == "tensors" else batch).tolist()]
    expected = [i % n for i in indices]
    if shuffle:
        expected = [expected[i] for i in Generator(1).permutation(len(expected), device="cpu").tolist()]
    assert seen == expected


def test_every_third_example_shuffled():
    part = Subset(mg.arange(20), range(1, 20, 3))
    expected = [range(1, 20, 3)[i] for i in Generator(1).permutation(7, device="cpu").tolist()]
    assert [k for batch in DataLoader(part, 2, True, rng=1) for k in batch.tolist()] == expected


def test_a_part_of_a_part_in_order_is_not_copied():
    x = placed(np.arange(20.0))
    part = Subset(Subset(x, range(2, 18, 2)), range(1, 6))
    for batch in DataLoader(part, 2):
        assert share_memory(batch, x)
    assert [k for batch in DataLoader(part, 2) for k in batch.tolist()] == [4, 6, 8, 10, 12]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(any), st.integers(0, 5))
def test_a_split_deals_out_every_example_once(lengths, seed):
    n = sum(lengths)
    parts = random_split(range(n), lengths, rng=seed)
    assert [len(part) for part in parts] == lengths
    assert [i for part in parts for i in part] == Generator(seed).permutation(n, device="cpu").tolist()


@pytest.mark.parametrize(
    ("n", "fractions", "sizes"),
    [
        (10, [0.5, 0.5], [5, 5]),
        (10, [0.75, 0.25], [8, 2]),
        (10, [1 / 3, 1 / 3, 1 / 3], [4, 3, 3]),
        (11, [0.3, 0.3, 0.4], [4, 3, 4]),
        (1, [1.0], [1]),
        (1, [1], [1]),
        (7, [1], [7]),
    ],
)
def test_fractions(n, fractions, sizes):
    assert [len(part) for part in random_split(range(n), fractions, generator=Generator(0))] == sizes
