"""The likelihood p(x|z) of a VAE: which law the decoder's output is the parameter of.

    Bernoulli    x in {0, 1}       logits of the decoder
    Gaussian     x any numbers     means of the decoder, one learnt standard deviation for all

Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix C.
"""

import math

from minigen.autodiff import Tensor
from minigen.autodiff.creation import tensor
from minigen.backend import device_of, namespace
from minigen.distributions import Bernoulli, Normal
from minigen.nn import Module, Parameter


class BernoulliLikelihood(Module):
    """Each element of x is 1 with probability sigmoid(decoder's output), else 0.

    Examples
    --------
    >>> import minigen as mg
    >>> BernoulliLikelihood()(mg.zeros(1, 2)).mean
    tensor([[0.5000, 0.5000]])
    """

    def forward(self, output: Tensor) -> Bernoulli:
        """Return p(x|z) for the decoder's `output`."""
        return Bernoulli(logits=output, validate_args=False)

    def check(self, x: Tensor) -> None:
        """Raise unless `x` is floating and, where it is on the host, of zeros and ones."""
        _check_floating(x)
        if device_of(x.array).type == "cpu":
            _refuse(
                x,
                (x.array == 0) | (x.array == 1),
                "a Bernoulli likelihood is of zeros and ones",
                "binarize them (data.transforms.Binarize, BinarizeAt), or choose likelihood='gaussian'",
            )


class GaussianLikelihood(Module):
    """Each element of x is normal around the decoder's output, with one standard deviation for all.

    The standard deviation is learnt; ``requires_grad_(False)`` fixes it.

    Parameters
    ----------
    scale : float, optional
        The standard deviation to begin with.

    Attributes
    ----------
    log_scale : Parameter
        Its logarithm, 0-d.

    Raises
    ------
    ValueError
        If `scale` is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> GaussianLikelihood(0.5)(mg.zeros(1, 2)).stddev.detach()
    tensor([[0.5000, 0.5000]])
    """

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        if not 0 < scale < math.inf:
            raise ValueError(
                f"GaussianLikelihood: scale is the standard deviation of x around the decoder's output, expected a "
                f"positive number, got {scale!r}: begin with that of the data"
            )
        self.log_scale = Parameter(tensor(math.log(scale)))

    def forward(self, output: Tensor) -> Normal:
        """Return p(x|z) for the decoder's `output`."""
        return Normal(output, log_scale=self.log_scale, validate_args=False)

    def check(self, x: Tensor) -> None:
        """Raise unless `x` is floating and, where it is on the host, of finite numbers."""
        _check_floating(x)
        if device_of(x.array).type == "cpu":
            _refuse(
                x,
                namespace(x.array).isfinite(x.array),
                "a Gaussian likelihood is of finite numbers",
                "look where they came from",
            )


LIKELIHOODS: dict[str, type[Module]] = {"bernoulli": BernoulliLikelihood, "gaussian": GaussianLikelihood}


def _check_floating(x: Tensor) -> None:
    if not x.is_floating_point():
        raise TypeError(f"the data are {x.dtype}, expected floating numbers: convert them (data.transforms.ToTensor)")


def _refuse(x: Tensor, valid: object, rule: str, fix: str) -> None:
    """Raise ValueError with `rule`, a value at fault and the `fix` unless all of `valid` is true."""
    if not valid.all():  # type: ignore[attr-defined]
        wrong = x.array[~valid]  # type: ignore[operator]
        raise ValueError(f"data and likelihood disagree: {rule}, got {wrong[0]:g} ({wrong.size} of {x.numel()}): {fix}")
