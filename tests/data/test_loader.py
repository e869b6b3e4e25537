"""Batches: every example once an epoch, in the right batch, from the right generator."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import Tensor
from minigen.data import DataLoader, Dataset, TensorDataset
from minigen.random import Generator, using
from tests.host import host, placed, share_memory


class Rows(Dataset):
    """Example i is whatever `make(i)` is; counts how often it is asked."""

    def __init__(self, n, make):
        self.n, self.make, self.asked = n, make, []

    def __getitem__(self, index):
        self.asked.append(index)
        return self.make(index)

    def __len__(self):
        return self.n


def pairs(n):
    """A data set whose two Tensors hold the row's number."""
    return TensorDataset(placed(np.arange(3.0 * n).reshape(n, 3)), placed(np.arange(n)))


def order(loader):
    """The numbers of the examples of one epoch, batch by batch."""
    return [batch[1].tolist() for batch in loader]


@given(n=st.integers(1, 20), batch_size=st.integers(1, 25), drop_last=st.booleans(), shuffle=st.booleans())
def test_an_epoch_holds_every_example_once(n, batch_size, drop_last, shuffle):
    loader = DataLoader(pairs(n), batch_size, shuffle, drop_last=drop_last, rng=1)
    for _ in range(2):
        batches = list(loader)
        assert len(batches) == len(loader)
        for i, (x, y) in enumerate(batches):
            last = i == len(batches) - 1
            assert len(y) == (n - i * batch_size if last and not drop_last else batch_size)
            assert x.tolist() == [[3 * k, 3 * k + 1, 3 * k + 2] for k in y.tolist()]
        seen = [k for _, y in batches for k in y.tolist()]
        kept = n - n % batch_size if drop_last else n
        assert len(seen) == kept and len(set(seen)) == kept
        if not shuffle:
            assert seen == list(range(kept))


@pytest.mark.parametrize(
    ("n", "batch_size", "drop_last", "sizes"),
    [
        (7, 3, False, [3, 3, 1]),
        (7, 3, True, [3, 3]),
        (6, 3, False, [3, 3]),
        (6, 3, True, [3, 3]),
        (2, 3, True, []),
    ],
)
def test_sizes_of_batches(n, batch_size, drop_last, sizes):
    for shuffle in (False, True):
        loader = DataLoader(placed(np.arange(n)), batch_size, shuffle, drop_last=drop_last)
        assert [len(batch) for batch in loader] == sizes and len(loader) == len(sizes)


def test_attributes_and_defaults():
    dataset = pairs(4)
    loader = DataLoader(dataset)
    assert loader.dataset is dataset and loader.batch_size == 1
    assert loader.shuffle is False and loader.drop_last is False
    assert order(loader) == [[0], [1], [2], [3]]


def test_batches_of_a_tensor_are_tensors_and_of_a_tensor_dataset_lists():
    for shuffle in (False, True):
        tensor = next(iter(DataLoader(placed(np.zeros((4, 2), np.float32)), 3, shuffle)))
        assert type(tensor) is Tensor and tensor.shape == (3, 2) and tensor.dtype == np.float32
        batch = next(iter(DataLoader(pairs(4), 3, shuffle)))
        assert type(batch) is list and [type(part) for part in batch] == [Tensor, Tensor]
        array = next(iter(DataLoader(np.zeros((4, 2), np.uint8), 3, shuffle)))
        assert type(array) is Tensor and array.shape == (3, 2) and array.dtype == np.uint8


def test_without_shuffling_nothing_is_copied():
    x = placed(np.arange(10.0).reshape(5, 2))
    for batch in DataLoader(x, 2):
        assert share_memory(batch, x)
    for (batch,) in DataLoader(TensorDataset(x), 2):
        assert share_memory(batch, x)
    array = host(x)
    with mg.device("cpu"):
        for batch in DataLoader(array, 2):
            assert share_memory(batch, array)


def test_shuffled_batches_are_copies():
    x = placed(np.arange(10.0).reshape(5, 2))
    for batch in DataLoader(x, 2, shuffle=True):
        batch.array[:] = -1
    assert (host(x) == np.arange(10.0).reshape(5, 2)).all()


def test_a_tensor_dataset_is_read_a_batch_at_a_time(monkeypatch):
    read = []
    original = TensorDataset.__getitem__

    def recording(self, index):
        read.append(index)
        return original(self, index)

    monkeypatch.setattr(TensorDataset, "__getitem__", recording)
    for shuffle in (False, True):
        read.clear()
        list(DataLoader(pairs(10), 4, shuffle))
        assert len(read) == 3


def test_a_subclass_with_its_own_examples_is_asked_for_each():
    class Reversed(TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return x.flip(0), y

    x, y = next(iter(DataLoader(Reversed(*pairs(4).tensors), 2)))
    assert x.tolist() == [[2, 1, 0], [5, 4, 3]] and y.tolist() == [0, 1]


def test_orders_are_the_generators_permutations():
    rng = Generator(3)
    loader = DataLoader(pairs(6), 4, shuffle=True, rng=3)
    for _ in range(3):
        expected = rng.permutation(6, device="cpu").tolist()
        assert order(loader) == [expected[:4], expected[4:]]


def test_rng_as_seed_generator_or_under_pytorchs_name():
    expected = order(DataLoader(pairs(9), 2, True, rng=5))
    assert order(DataLoader(pairs(9), 2, True, rng=Generator(5))) == expected
    assert order(DataLoader(pairs(9), 2, True, generator=Generator(5))) == expected
    assert order(DataLoader(pairs(9), 2, True, rng=6)) != expected


def test_without_rng_a_child_of_the_default_generator_in_force_at_the_first_epoch_is_used():
    for seed in (1, 2):
        loader = DataLoader(pairs(9), 2, shuffle=True)
        with using(seed):
            assert order(loader) == order(DataLoader(pairs(9), 2, True, rng=Generator(seed).spawn()))


def test_the_order_is_drawn_when_the_iteration_starts():
    loader = DataLoader(pairs(9), 2, shuffle=True)
    with using(1):
        epoch = iter(loader)
    with using(2) as other:
        numbers = [batch[1].tolist() for batch in epoch]
        assert other.state_dict() == Generator(2).state_dict()
    assert numbers == order(DataLoader(pairs(9), 2, True, rng=Generator(1).spawn()))


def test_without_shuffling_nothing_is_drawn():
    with using(1) as rng:
        list(DataLoader(pairs(5), 2))
        assert rng.state_dict() == Generator(1).state_dict()


def test_two_epochs_at_once_do_not_disturb_each_other():
    loader = DataLoader(pairs(5), 2)
    first, second = iter(loader), iter(loader)
    assert next(first)[1].tolist() == [0, 1]
    assert next(second)[1].tolist() == [0, 1]
    assert next(first)[1].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("make", "dtype", "values"),
    [
        (lambda i: placed(np.full(2, i, np.float32)), "float32", [[0, 0], [1, 1], [2, 2]]),
        (lambda i: np.full(2, i, np.uint8), "uint8", [[0, 0], [1, 1], [2, 2]]),
        (lambda i: np.array(i, np.int32), "int32", [0, 1, 2]),
        (lambda i: np.float32(i), "float32", [0, 1, 2]),
        (lambda i: i, "int64", [0, 1, 2]),
        (lambda i: i / 2, "float64", [0, 0.5, 1]),
        (lambda i: i > 0, "bool", [False, True, True]),
    ],
)
def test_examples_of_any_data_set_become_batches(make, dtype, values):
    dataset = Rows(3, make)
    (batch,) = DataLoader(dataset, 5)
    assert type(batch) is Tensor and batch.dtype == dtype and batch.tolist() == values
    assert dataset.asked == [0, 1, 2]
    (both,) = DataLoader(Rows(3, lambda i: (make(i), [i, make(i)])), 5)
    assert type(both) is list and both[0].tolist() == values
    assert both[1][0].tolist() == [0, 1, 2] and both[1][1].tolist() == values


def test_any_data_set_is_shuffled_too():
    dataset = Rows(7, lambda i: (placed(np.array([i])), i))
    epoch = list(DataLoader(dataset, 3, shuffle=True, rng=4))
    assert dataset.asked == Generator(4).permutation(7, device="cpu").tolist()
    assert all(type(i) is int for i in dataset.asked)
    for x, y in epoch:
        assert x.tolist() == [[k] for k in y.tolist()]


def test_a_list_is_a_data_set():
    (batch,) = DataLoader([(np.zeros(2), 1), (np.ones(2), 0)], batch_size=2)
    assert batch[0].tolist() == [[0, 0], [1, 1]] and batch[1].tolist() == [1, 0]


def test_texts_and_dicts_and_named_tuples_become_batches():
    Pair = namedtuple("Pair", "x y")
    (batch,) = DataLoader(Rows(2, lambda i: {"number": i, "name": "ab"[i], "pair": Pair(i, -i)}), 2)
    assert batch["number"].tolist() == [0, 1] and batch["name"] == ["a", "b"]
    assert type(batch["pair"]) is Pair and batch["pair"].y.tolist() == [0, -1]


def test_a_data_set_may_give_many_examples_at_once():
    class Many(Rows):
        def __getitems__(self, indices):
            assert all(type(i) is int for i in indices)
            self.asked.append(indices)
            return [self.make(i) for i in indices]

    dataset = Many(5, lambda i: (i, -i))
    batches = [[part.tolist() for part in batch] for batch in DataLoader(dataset, 2)]
    assert batches == [[[0, 1], [0, -1]], [[2, 3], [-2, -3]], [[4], [-4]]]
    assert dataset.asked == [[0, 1], [2, 3], [4]]


def test_collate_fn_gets_the_list_of_examples():
    for dataset in (pairs(5), Rows(5, lambda i: (placed(np.zeros(3)), placed(np.array(i))))):
        batches = list(DataLoader(dataset, 2, collate_fn=lambda examples: [y.item() for _, y in examples]))
        assert batches == [[0, 1], [2, 3], [4]]


def test_arguments_of_a_pytorch_program():
    loader = DataLoader(pairs(4), batch_size=2, shuffle=True, num_workers=0, pin_memory=False, generator=Generator(1))
    assert order(loader) == order(DataLoader(pairs(4), 2, True, rng=1))


def test_a_foreign_method_called_batch_is_left_alone():
    class Foreign:
        def batch(self, size):
            raise AssertionError

        def __getitem__(self, index):
            return index

        def __len__(self):
            return 3

    assert next(iter(DataLoader(Foreign(), 2))).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: DataLoader(iter([1, 2])), TypeError, "needs __len__ and __getitem__, got list_iterator"),
        (lambda: DataLoader(None), TypeError, "needs __len__ and __getitem__, got NoneType"),
        (lambda: DataLoader([]), ValueError, "the data set is empty"),
        (lambda: DataLoader(placed(np.zeros((0, 3)))), ValueError, r"empty \(Tensor of length 0\)"),
        (lambda: DataLoader(pairs(3), 0), ValueError, "batch_size must be at least 1, got 0"),
        (lambda: DataLoader(pairs(3), -2), ValueError, "batch_size must be at least 1, got -2"),
        (lambda: DataLoader(pairs(3), 2.0), TypeError, "batch_size must be an int, got 2.0"),
        (lambda: DataLoader(pairs(3), True), TypeError, "batch_size must be an int, got True"),
        (lambda: DataLoader(pairs(3), "2"), TypeError, "batch_size must be an int, got '2'"),
        (lambda: DataLoader(pairs(3), num_workers=2), ValueError, "no worker processes, got num_workers=2: use 0"),
        (lambda: DataLoader(pairs(3), rng=np.random.default_rng(0)), TypeError, "rng must be None, an int"),
        (lambda: DataLoader(pairs(3), rng=-1), ValueError, "a seed must be from 0"),
        (
            lambda: DataLoader(pairs(3), rng=0, generator=Generator(0)),
            TypeError,
            "two names for one argument",
        ),
    ],
)
def test_refused(make, error, text):
    with pytest.raises(error, match=text):
        make()


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda i: {i}, TypeError, "cannot batch examples of type set: let the data set give"),
        (lambda i: None, TypeError, "cannot batch examples of type NoneType"),
        (lambda i: {"x": i} if i else {"y": i}, ValueError, r"mixes dicts whose keys differ from \['y'\]"),
        (lambda i: (0,) * (i + 1), ValueError, r"a batch mixes tuples of lengths \[1, 2, 3\]"),
        (lambda i: np.zeros(i), ValueError, r"mixes examples of shapes \[\(0,\), \(1,\), \(2,\)\]"),
        (lambda i: placed(np.zeros((i, 1))), ValueError, "mixes examples of shapes"),
    ],
)
def test_examples_that_make_no_batch(make, error, text):
    with pytest.raises(error, match=text):
        list(DataLoader(Rows(3, make), 3))
