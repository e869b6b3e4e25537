"""How often each unit of binary data is on: where biases begin, and what annealing begins from.

    p_i = (Σ_n x_ni + 1/2) / (N + 1)        log odds: log p_i - log(1 - p_i)

One example more, half on, keeps every p_i from 0 and 1. At weights 0 a model whose biases are the log odds has each
unit on as often as the data have.

Sources: Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks", section 4.1; Hinton
2012, "A practical guide to training restricted Boltzmann machines", section 8.
"""

from minigen.autodiff import Tensor


def base_rate(data: Tensor) -> Tensor:
    """Return how often each unit is on, with one example more that is half on.

    Parameters
    ----------
    data : Tensor, shape (n, d)
        Bits, or their probabilities.

    Returns
    -------
    Tensor
        Of shape (d,), strictly between 0 and 1.

    Examples
    --------
    >>> import minigen as mg
    >>> base_rate(mg.tensor([[0.0, 1.0]]))
    tensor([0.2500, 0.7500])
    """
    return (data.sum(0) + 0.5) / (len(data) + 1)


def log_odds(rate: Tensor) -> Tensor:
    """Return log(p / (1 - p)) for probabilities strictly between 0 and 1, of any shape.

    Examples
    --------
    >>> import minigen as mg
    >>> log_odds(mg.tensor([0.5, 0.75]))
    tensor([0.0000, 1.0986])
    """
    return rate.log() - (1 - rate).log()
