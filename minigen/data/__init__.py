"""Data: sets of examples, batches of them, transforms, real data, and toy data of which everything is known.

Reading order: `dataset` (what a data set is), `loader` (batches, and where an epoch stands), `subset`, `transforms`;
`digits` (8 x 8 handwritten digits, which come with the package), `mnist`, `binarized`, `frey`, `shakespeare`, with
`images` (what they share), `files` (found, fetched, checked) and `idx` below them; `checks` and `rates` (what values
must be, how often they are 1); `toy` (densities and patterns).
"""

from minigen.data import toy, transforms
from minigen.data.binarized import BinarizedMNIST
from minigen.data.checks import check_bits, check_finite, check_unit_interval
from minigen.data.collate import default_collate
from minigen.data.dataset import Dataset, TensorDataset
from minigen.data.digits import load_digits
from minigen.data.errors import DataError
from minigen.data.frey import FreyFaces
from minigen.data.idx import read_idx
from minigen.data.images import Images, LabelledImages
from minigen.data.loader import DataLoader
from minigen.data.mnist import MNIST, FashionMNIST
from minigen.data.shakespeare import TinyShakespeare
from minigen.data.subset import Subset, random_split

__all__ = [
    "Dataset",
    "TensorDataset",
    "Subset",
    "random_split",
    "DataLoader",
    "default_collate",
    "transforms",
    "load_digits",
    "Images",
    "LabelledImages",
    "MNIST",
    "FashionMNIST",
    "BinarizedMNIST",
    "FreyFaces",
    "TinyShakespeare",
    "read_idx",
    "DataError",
    "check_unit_interval",
    "check_bits",
    "check_finite",
    "toy",
]
