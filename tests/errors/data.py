"""Bad input to data sets, loaders, transforms and toy data."""

from pathlib import Path

import numpy as np

import minigen as mg
from minigen.data import transforms

DATA = mg.data
ROWS_OF_THREE = DATA.TensorDataset(mg.zeros(3, 2))
GRAY = mg.zeros(2, 2, dtype=mg.uint8)
HERE = Path(__file__)

ROWS = [
    ("loader", lambda: DATA.DataLoader(3), TypeError, "a data set needs __len__ and __getitem__, got int"),
    ("loader empty", lambda: DATA.DataLoader([]), ValueError, "the data set is empty (list of length 0)"),
    ("loader size", lambda: DATA.DataLoader([1], 0), ValueError, "batch_size must be at least 1, got 0"),
    ("loader workers", lambda: DATA.DataLoader([1], num_workers=4), ValueError, "there are no worker processes"),
    ("loader rng", lambda: DATA.DataLoader([1], rng="1"), TypeError, "rng must be None, an int or a"),
    ("loader state", lambda: DATA.DataLoader([1]).load_state_dict({}), ValueError, "not a DataLoader's state: missing"),
    (
        "loader other state",
        lambda: DATA.DataLoader([1]).load_state_dict(DATA.DataLoader([1, 2]).state_dict()),
        ValueError,
        "the state is of a DataLoader with length 2, this one has 1",
    ),
    ("collate", lambda: DATA.default_collate([mg.zeros(1), mg.zeros(2)]), ValueError, "mixes examples of shapes"),
    ("collate type", lambda: DATA.default_collate([object()]), TypeError, "or give a collate_fn"),
    ("dataset state", lambda: ROWS_OF_THREE.load_state_dict({"a": 1}), ValueError, "TensorDataset has no state"),
    (
        "subset state",
        lambda: DATA.Subset([1], [0]).load_state_dict({"a": 1}),
        ValueError,
        "Subset: list has no state to restore",
    ),
    ("tensors", lambda: DATA.TensorDataset(mg.zeros(2), mg.zeros(3)), ValueError, "needs Tensors of equally many rows"),
    ("subset", lambda: DATA.Subset([1, 2], [2]), IndexError, "Subset: index 2 is out of range for a data set of 2"),
    ("subset type", lambda: DATA.Subset([1, 2], [0.0]), TypeError, "indices must be a sequence of integers"),
    ("subset axes", lambda: DATA.Subset([1, 2], [[0]]), TypeError, "got int64 of (1, 1)"),
    ("split", lambda: DATA.random_split([1, 2], [1, 2]), ValueError, "add up neither to 2 examples nor to 1.0"),
    ("split sign", lambda: DATA.random_split([1, 2], [3, -1]), ValueError, "lengths must not be negative, got [3, -1]"),
    ("split nan", lambda: DATA.random_split([1], [float("nan")]), ValueError, "lengths must not be negative"),
    (
        "split rng",
        lambda: DATA.random_split([1], [1], mg.random.Generator(0), rng=1),
        TypeError,
        "two names for one argument",
    ),
    ("unit interval", lambda: DATA.check_unit_interval(mg.tensor([0.0, 2.0])), ValueError, "got 2.0 (1 of 2 values)"),
    (
        "finite",
        lambda: DATA.check_finite(np.array([1.0, np.inf]), "x"),
        ValueError,
        "x: expected finite numbers, got inf (1 of 2",
    ),
    ("unit nan", lambda: DATA.check_unit_interval(np.array([np.nan]), "x"), ValueError, "x: values must lie in [0, 1]"),
    (
        "to tensor",
        lambda: transforms.ToTensor()(mg.zeros(4)),
        ValueError,
        "(height, width) or (height, width, channels)",
    ),
    ("to tensor batch", lambda: transforms.ToTensor().batch(mg.zeros(4, 2)), ValueError, "got (2,)"),
    ("normalize", lambda: transforms.Normalize(0.5, 0.0), ValueError, "std not 0, got 0.5 and 0.0"),
    ("normalize uint8", lambda: transforms.Normalize(0.5, 0.5)(GRAY), TypeError, "got uint8: put ToTensor() before"),
    (
        "normalize shape",
        lambda: transforms.Normalize([0.5], [0.5])(mg.zeros(2, 2)),
        ValueError,
        "(…, 1, height, width)",
    ),
    (
        "normalize channels",
        lambda: transforms.Normalize([0.5] * 3, [0.5] * 3)(mg.zeros(1, 2, 2)),
        ValueError,
        "mean and std for 3 channels",
    ),
    ("lambda", lambda: transforms.Lambda(3), TypeError, "Lambda: expected a function, got int"),
    ("binarize", lambda: transforms.Binarize(0)(GRAY), TypeError, "Binarize: expected a floating Tensor, got uint8"),
    ("binarize state", lambda: transforms.Binarize(0).load_state_dict(None), ValueError, "Binarize draws"),
    ("threshold", lambda: transforms.BinarizeAt(1.0), ValueError, "the threshold must lie in [0, 1), got 1.0"),
    ("compose state", lambda: transforms.Compose([abs]).load_state_dict({"1": {}}), ValueError, "states of number 1"),
    ("compose none", lambda: transforms.Compose([abs]).load_state_dict({"0": {}}), ValueError, "transform 0 (builtin"),
    (
        "mnist",
        lambda: DATA.MNIST("nowhere"),
        DATA.DataError,
        "nowhere/MNIST/raw/train-images-idx3-ubyte.gz: found no such",
    ),
    (
        "mnist by hand",
        lambda: DATA.MNIST("nowhere", False),
        DATA.DataError,
        "place t10k-images-idx3-ubyte.gz there by hand",
    ),
    ("fashion", lambda: DATA.FashionMNIST("nowhere"), DATA.DataError, "nowhere/fashion/train-images-idx3-ubyte.gz"),
    ("binarized", lambda: DATA.BinarizedMNIST("nowhere"), DATA.DataError, "(nor nowhere/binarized_mnist.npz)"),
    (
        "binarized split",
        lambda: DATA.BinarizedMNIST(split="all"),
        ValueError,
        "split must be one of train, valid, test",
    ),
    ("frey", lambda: DATA.FreyFaces("nowhere"), DATA.DataError, "expected 1100584 bytes with sha256 265a83a2"),
    ("text", lambda: DATA.TinyShakespeare("nowhere"), DATA.DataError, "or pass download=True"),
    ("text split", lambda: DATA.TinyShakespeare(split="test"), ValueError, "split must be one of all, train, valid"),
    ("idx", lambda: DATA.read_idx("nowhere.idx"), DATA.DataError, "nowhere.idx: found no file that can be read"),
    ("idx magic", lambda: DATA.read_idx(HERE), DATA.DataError, "found the magic number 22222242"),
    ("digits", lambda: DATA.load_digits("valid"), ValueError, "unknown split 'valid'"),
    (
        "toy points",
        lambda: DATA.toy.Ring().log_prob(mg.zeros(3)),
        ValueError,
        "Ring.log_prob: expected floating points",
    ),
    (
        "toy integers",
        lambda: DATA.toy.Checkerboard().log_prob(mg.zeros(3, 2).long()),
        ValueError,
        "got int64 of (3, 2)",
    ),
    ("toy means", lambda: DATA.toy.GaussianMixture([1.0], 1.0), ValueError, "means must be pairs, shape (K, 2)"),
    ("toy std", lambda: DATA.toy.Moons(std=0.0), ValueError, "Moons: std must be above 0, got 0.0"),
    ("pinwheel", lambda: DATA.toy.Pinwheel(0), ValueError, "got blades=0"),
    ("bars", lambda: DATA.toy.bars_and_stripes(0), ValueError, "n must be from 1 to 16, got 0"),
]

VALUES = [
    ("binarize range", lambda: transforms.Binarize(0)(mg.ones(1) * 9), ValueError, "with transforms.ToTensor()"),
    ("threshold pixel", lambda: transforms.BinarizeAt()(mg.ones(1) * -1), ValueError, "BinarizeAt: values must lie"),
]
