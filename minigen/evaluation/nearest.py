"""Nearest neighbours: which example of a data set is closest to each sample, and how far.

A sample far from all data is no good sample; one at distance 0 is a copy. Compare with the distances of
held-out examples, which are neither.
"""

import math

from minigen.autodiff import Tensor, no_grad, wrap
from minigen.backend import namespace

BLOCK = 2**24  # distances held at a time


@no_grad
def nearest(samples: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
    """Return the Euclidean distance from each sample to the nearest example, and the index of that example.

    Parameters
    ----------
    samples : Tensor
        Of shape (n, …).
    data : Tensor
        Of shape (m, …), m > 0, with examples of the same size.

    Returns
    -------
    distances : Tensor
        Of shape (n,), in the dtype of `samples`.
    indices : Tensor
        Of shape (n,), int64.

    Raises
    ------
    ValueError
        If `data` is empty or examples differ in size.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.evaluation.nearest(mg.tensor([[0.9], [4.0]]), mg.tensor([[0.0], [1.0]]))
    (tensor([0.1000, 3.0000]), tensor([1, 1]))
    """
    x, y = (t.array.reshape(len(t), math.prod(t.shape[1:])) for t in (samples, data))
    if len(y) == 0 or x.shape[1] != y.shape[1]:
        raise ValueError(
            f"nearest: expected examples of one size and some data, got samples {samples.shape} and data {data.shape}"
        )
    xp = namespace(x)
    # |x - y|^2 = |x|^2 - 2 x.y + |y|^2 finds the neighbour; the distance is then taken without cancellation
    norms, rows = (y * y).sum(1), max(1, BLOCK // len(y))
    blocks = [(norms - 2.0 * (x[i : i + rows] @ y.T)).argmin(1) for i in range(0, len(x), rows)]
    indices = xp.concatenate(blocks) if blocks else xp.zeros(0, "int64")
    gaps = x - y[indices]
    return wrap(xp.sqrt((gaps * gaps).sum(1))), wrap(indices)
