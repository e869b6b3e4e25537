"""Data sets."""

import numpy as np
import pytest

from minigen.data import Dataset, TensorDataset
from tests.host import host, placed


def test_rows_belong_together():
    x, y = placed(np.arange(10.0).reshape(5, 2)), placed(np.arange(5))
    dataset = TensorDataset(x, y)
    assert dataset.tensors == (x, y) and len(dataset) == 5
    for index in (0, 3, -1):
        row = dataset[index]
        assert type(row) is tuple
        assert row[0].tolist() == host(x)[index].tolist() and row[1].item() == host(y)[index]
    part = dataset[1:4]
    assert part[0].tolist() == [[2, 3], [4, 5], [6, 7]] and part[1].tolist() == [1, 2, 3]


def test_iteration_ends():
    assert [row[0].item() for row in TensorDataset(placed(np.arange(3)))] == [0, 1, 2]


def test_a_dataset_needs_both_methods():
    class Half(Dataset):
        def __len__(self):
            return 3

    with pytest.raises(TypeError, match="__getitem__"):
        Half()


@pytest.mark.parametrize(
    ("tensors", "error", "text"),
    [
        ((), ValueError, r"needs Tensors of equally many rows, got shapes \[\]"),
        (([1, 2],), TypeError, "argument 0 is of type list: use minigen.tensor"),
        ((placed(np.ones(2)), np.ones(2)), TypeError, "argument 1 is of type ndarray"),
        ((placed(np.ones(2)), placed(np.ones((3, 2)))), ValueError, r"got shapes \[\(2,\), \(3, 2\)\]"),
        ((placed(np.ones(())),), ValueError, r"got shapes \[\(\)\]"),
    ],
)
def test_refused(tensors, error, text):
    with pytest.raises(error, match=text):
        TensorDataset(*tensors)
