"""Nonlinearities as layers; the functions are in `minigen.nn.functional`."""

from minigen.autodiff import Tensor
from minigen.nn import functional
from minigen.nn.module import Module


class ReLU(Module):
    """``max(x, 0)``, with slope 0 at 0.

    Parameters
    ----------
    inplace : bool, optional
        Write into the memory of the input.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.ReLU()(mg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return ``max(input, 0)``."""
        return functional.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return the option, if set."""
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """``x`` where positive, ``negative_slope * x`` elsewhere.

    Parameters
    ----------
    negative_slope : float, optional
        The slope below 0.
    inplace : bool, optional
        Write into the memory of the input.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.LeakyReLU(0.25)(mg.tensor([-1.0, 2.0]))
    tensor([-0.2500,  2.0000])
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, scaled where negative."""
        return functional.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """Return the slope."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class Sigmoid(Module):
    """``1 / (1 + exp(-x))``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Sigmoid()(mg.tensor([0.0]))
    tensor([0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the sigmoid of `input`."""
        return functional.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Tanh()(mg.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the hyperbolic tangent of `input`."""
        return functional.tanh(input)


class Softplus(Module):
    """``log(1 + exp(beta x)) / beta``, a smooth ReLU; x itself where ``beta x`` exceeds the threshold.

    Parameters
    ----------
    beta : float, optional
        How sharp the bend is.
    threshold : float, optional
        Where the function counts as linear.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Softplus()(mg.tensor([0.0, 100.0]))
    tensor([  0.6931, 100.0000])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Return the softplus of `input`."""
        return functional.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"beta={self.beta}, threshold={self.threshold}"


class LogSigmoid(Module):
    """``log(sigmoid(x))``, precise in both tails.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.LogSigmoid()(mg.tensor([0.0, -1000.0]))
    tensor([-6.9315e-01, -1.0000e+03])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the log of the sigmoid of `input`."""
        return functional.logsigmoid(input)


class _AlongAxis(Module):
    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return the axis."""
        return f"dim={self.dim}"


class Softmax(_AlongAxis):
    """``exp(x)`` scaled to sum to 1 along an axis.

    Parameters
    ----------
    dim : int, optional
        The axis; guessed with a warning if not given, see `minigen.nn.functional.softmax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.Softmax(dim=1)(mg.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmax of `input`."""
        return functional.softmax(input, self.dim)


class LogSoftmax(_AlongAxis):
    """The logarithm of `Softmax`, precise also where the probability is tiny.

    Parameters
    ----------
    dim : int, optional
        The axis; guessed with a warning if not given, see `minigen.nn.functional.softmax`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.LogSoftmax(dim=1)(mg.tensor([[0.0, 0.0]]))
    tensor([[-0.6931, -0.6931]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the log softmax of `input`."""
        return functional.log_softmax(input, self.dim)
