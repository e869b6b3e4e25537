"""Activation normalisation: a shift and a scale for each feature, which begin as those of the first batch.

    z = (x - m) exp(s)        log|det| = Σ s

At the first batch m becomes its mean and exp(-s) its standard deviation, so that z has mean 0 and variance 1 there;
afterwards both are learned like any parameter. Whether that has happened is saved with the model: a model read back
from a file whose flag was lost would overwrite what it had learned at the next batch.

Source: Kingma and Dhariwal 2018, "Glow: Generative Flow with Invertible 1x1 Convolutions", section 3.1.
"""

from minigen.autodiff import Tensor, no_grad
from minigen.autodiff.creation import zeros
from minigen.autodiff.ops.indexing import where
from minigen.autodiff.ops.norm import std
from minigen.models.flows.transform import Transform, check_features, check_width
from minigen.nn import Parameter


class ActNorm(Transform):
    """A shift and a scale for each feature, set by the first batch seen in training mode.

    Parameters
    ----------
    features : int
        Length d of a vector.

    Attributes
    ----------
    shift : Parameter, shape (d,)
        m; 0 until the first batch.
    log_scale : Parameter, shape (d,)
        s; 0 until the first batch.
    initialised : Tensor, shape ()
        1 once a batch has set them, 0 before; saved with the model.

    Raises
    ------
    ValueError
        If `features` is no positive int.

    Examples
    --------
    >>> import minigen as mg
    >>> norm = ActNorm(1)
    >>> z, log_det = norm(mg.tensor([[2.0], [6.0]]))
    >>> z.tolist(), log_det.detach()
    ([[-1.0], [1.0]], tensor([-0.6931, -0.6931]))
    >>> norm(mg.tensor([[4.0]]))[0].tolist()
    [[0.0]]
    """

    shift: Parameter
    log_scale: Parameter
    initialised: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        check_features(self, features)
        self.shift = Parameter(zeros(features))
        self.log_scale = Parameter(zeros(features))
        self.register_buffer("initialised", zeros(dtype="uint8"))
        self._settled: tuple[int, int] | None = None

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = (x - m) exp(s) and Σ s for each example, of shape (batch,).

        Raises
        ------
        ValueError
            If a feature is the same in all examples of the first batch, in host memory.
        """
        check_width(self, x, len(self.shift))
        if self.training and not self._is_settled():
            self._begin(x)
        return (x - self.shift) * self.log_scale.exp(), self.log_scale.sum().broadcast_to(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = z exp(-s) + m and -Σ s for each example, of shape (batch,)."""
        check_width(self, z, len(self.shift))
        return z * (-self.log_scale).exp() + self.shift, -self.log_scale.sum().broadcast_to(len(z))

    def extra_repr(self) -> str:
        """Return the number of features."""
        return f"features={len(self.shift)}"

    def _is_settled(self) -> bool:
        """Say whether it is known, without reading the flag, that a batch has set the parameters."""
        storage = self.initialised.storage
        return self._settled == (id(storage), storage.version)

    @no_grad
    def _begin(self, x: Tensor) -> None:
        """Let the batch `x` have mean 0 and variance 1 in z, unless the flag says that another has had its turn.

        The flag is read where it lives: a GPU is not waited for, and a feature that does not vary is found on the host.
        """
        first, on_host = self.initialised == 0, x.device.type == "cpu"
        if not on_host or first.item():
            deviation = std(x, dim=0, correction=0)
            if on_host:
                check_varies(deviation.tolist(), len(x))
            self.shift.copy_(where(first, x.mean(dim=0), self.shift))
            self.log_scale.copy_(where(first, -deviation.log(), self.log_scale))
        self.initialised.fill_(1)
        storage = self.initialised.storage
        self._settled = (id(storage), storage.version)


def check_varies(deviation: list[float], n: int) -> None:
    """Raise ValueError if a feature is the same in all `n` examples."""
    for feature, value in enumerate(deviation):
        if not value > 0:
            raise ValueError(
                f"ActNorm: feature {feature} has standard deviation {value} over the first batch of {n} examples, so "
                "its scale would not be finite: leave that feature out, add noise to the data (transforms.Dequantize), "
                "or begin with a larger batch"
            )
