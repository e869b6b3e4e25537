"""Records of copies."""

import numpy as np

from minigen.testing.records.record import Record
from minigen.testing.strategies import unary

RECORDS = [Record("clone", lambda x: x.clone() * x, unary(), covers=("clone",), reference=np.square, integers="keep")]
