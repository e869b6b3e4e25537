"""Data: sets of examples, batches of them, and a small real data set that comes with the package.

Reading order: `dataset` (what a data set is), `loader` (batches), `digits` (8 x 8 handwritten digits).
"""

from minigen.data.dataset import Dataset, TensorDataset
from minigen.data.digits import load_digits
from minigen.data.loader import DataLoader

__all__ = ["Dataset", "TensorDataset", "DataLoader", "load_digits"]
