"""The checkerboard: uniform on the eight squares of one colour of a board of 4 x 4, each 2 wide."""

import math

from minigen.autodiff import Tensor, wrap
from minigen.autodiff.ops.indexing import where
from minigen.backend import get_default_dtype, namespace
from minigen.data.toy.density import Density, check_points, constant
from minigen.random import Generator, as_generator

WIDTH = 2.0
# Lower left corners in units of WIDTH; a square holds its lower and left sides, not the other two.
SQUARES = [(i, j) for i in range(-2, 2) for j in range(-2, 2) if (i + j) % 2 == 0]


class Checkerboard(Density):
    """Uniform on the squares [2i, 2i + 2) x [2j, 2j + 2), i and j from -2 to 1, with i + j even.

    Its entropy is log 32. `log_prob` is -inf elsewhere, so no model with tails matches it exactly.

    Examples
    --------
    >>> import minigen as mg
    >>> Checkerboard().log_prob(mg.tensor([[1.0, 1.0], [-1.0, 1.0]]))
    tensor([-3.4657,    -inf])
    """

    box = (-4.0, 4.0, -4.0, 4.0)
    scale = WIDTH

    def sample(self, n: int, *, rng: int | Generator | None = None) -> Tensor:
        """Draw `n` points: a square, then a place in it; shape (n, 2)."""
        rng, dtype = as_generator(rng), get_default_dtype()
        which = rng.integers(len(SQUARES), shape=n)
        place = rng.uniform((n, 2), 0.0, WIDTH, dtype=dtype)
        corner = WIDTH * constant(SQUARES, place).array[which.array]
        xp = namespace(corner)
        # Their sum may be rounded up to the side that is not the square's.
        return wrap(xp.minimum(corner + place.array, xp.nextafter(corner + WIDTH, corner)))

    def log_prob(self, x: Tensor) -> Tensor:
        """Return -log 32 on the squares and -inf elsewhere for points of shape (n, 2); of shape (n,)."""
        check_points(self, x)
        cell = namespace(x.array).floor(x.array / WIDTH)
        inside = ((cell >= -2) & (cell < 2)).all(1) & (cell.sum(1) % 2 == 0)
        log_density = -math.log(len(SQUARES) * WIDTH**2)
        return where(wrap(inside), constant(log_density, x), constant(-math.inf, x))

    def entropy(self) -> float:
        """Return log 32."""
        return math.log(len(SQUARES) * WIDTH**2)
