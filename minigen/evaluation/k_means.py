"""k-means: centres that are the means of the examples nearest to them.

Lloyd's algorithm lowers Σ_i min_k |x_i - c_k|² in turns: each example goes to its nearest centre, each centre to the
mean of its examples. As a generative model that only repeats its centres it is a control for scores of samples: it
should not do well.

Source: Lloyd 1982, "Least squares quantization in PCM".
"""

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import ones_like, zeros_like
from minigen.autodiff.ops.gathering import index_add
from minigen.autodiff.ops.indexing import where
from minigen.evaluation.nearest import nearest
from minigen.random import Generator, as_generator


@no_grad
def k_means(data: Tensor, k: int, *, iterations: int = 10, rng: Generator | int | None = None) -> Tensor:
    """Return k centres of `data`, started at examples drawn without repeating one.

    Parameters
    ----------
    data : Tensor
        Of shape (n, …), floating.
    k : int
        How many centres, at most n.
    iterations : int, optional
        Turns of the algorithm.
    rng : None, int or minigen.random.Generator, optional
        Source of the first centres.

    Returns
    -------
    Tensor
        Of shape (k, …). A centre that is nearest to no example stays where it was.

    Raises
    ------
    ValueError
        If `k` is not from 1 to n.

    Examples
    --------
    >>> import minigen as mg
    >>> data = mg.tensor([[0.0], [1.0], [10.0], [12.0]])
    >>> sorted(k_means(data, 2, rng=0).flatten().tolist())
    [0.5, 11.0]
    """
    n = len(data)
    if not 1 <= k <= n:
        raise ValueError(f"k_means: expected from 1 to {n} centres of {n} examples, got k={k}")
    rows = data.reshape(n, -1)
    centres = rows[as_generator(rng).permutation(n, device=data.device)[:k]]
    one, none = ones_like(rows[:, :1]), zeros_like(centres)
    for _ in range(iterations):
        _, index = nearest(rows, centres)
        counts = index_add(none[:, :1], 0, index, one)
        sums = index_add(none, 0, index, rows)
        centres = where(counts > 0, sums / counts.clamp(min=1), centres)
    return centres.reshape(k, *data.shape[1:])
