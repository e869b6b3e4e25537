"""Dropout as a layer."""

from minigen.autodiff import Tensor
from minigen.nn import functional
from minigen.nn.module import Module


class Dropout(Module):
    """In training, sets elements to 0 with probability p and scales the others by 1 / (1 - p).

    Draws from the default generator, so ``minigen.random.using(rng)`` governs it. After ``eval()`` it returns its
    input. Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".

    Parameters
    ----------
    p : float, optional
        Probability of 0, from 0 to 1.
    inplace : bool, optional
        Write into the memory of the input.

    Raises
    ------
    ValueError
        If `p` is no probability.

    Examples
    --------
    >>> import minigen as mg
    >>> dropped = mg.nn.Dropout(0.75)(mg.ones(1000))
    >>> sorted(set(dropped.tolist()))
    [0.0, 4.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        functional.check_probability("Dropout", p)
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` with some elements dropped, or as it is outside training."""
        return functional.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"p={self.p}, inplace={self.inplace}"
