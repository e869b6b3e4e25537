"""The affine map of a layer."""

import math
from typing import Any

from minigen.autodiff import Tensor
from minigen.autodiff.creation import zeros
from minigen.nn import functional, init
from minigen.nn.module import Module
from minigen.nn.parameter import Parameter


class Linear(Module):
    """``x @ weight.T + bias``.

    Parameters
    ----------
    in_features, out_features : int
        Length of the last axis before and after.
    bias : bool, optional
        Whether there is a bias.
    device, dtype : optional
        Where the parameters live, and their type.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
        Drawn from the uniform law on [-a, a) with a = 1 / sqrt(in_features), PyTorch's start.
    bias : Parameter or None, shape (out_features,)
        Drawn from the same law.

    Raises
    ------
    TypeError, ValueError
        If the lengths are no integers or negative.

    Examples
    --------
    >>> import minigen as mg
    >>> layer = mg.nn.Linear(3, 2)
    >>> layer(mg.ones(5, 3)).shape
    (5, 2)
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(zeros(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(zeros(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5.0))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return values of shape (…, out_features) for an input of shape (…, in_features)."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the lengths."""
        bias = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={bias}"


class Identity(Module):
    """Returns its input; any arguments are accepted and ignored, so that it can stand in for any layer."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`."""
        return input
