"""Coupling layers: one half of x is moved by an amount that the other half, which stays, decides.

With x = (a, b) and a network of a,

    additive    z = (a, b + t(a))                  log|det| = 0
    affine      z = (a, b exp(s(a)) + t(a))        log|det| = Σ s(a)

The Jacobian is triangular, so its determinant is the product of its diagonal; and since a is there in z, the same
network undoes it: b = (z_b - t(a)) exp(-s(a)). The network itself is never inverted.

Here s = c tanh(r / c) with r from the network and c fixed, which keeps exp(s) between exp(-c) and exp(c).

Sources: Dinh, Krueger and Bengio 2015, "NICE: Non-linear Independent Components Estimation", section 3; Dinh,
Sohl-Dickstein and Bengio 2017, "Density estimation using Real NVP", sections 3.2 to 3.4 and 4.1.
"""

import math
from collections.abc import Sequence

from minigen.autodiff import Tensor
from minigen.autodiff.creation import zeros
from minigen.autodiff.ops.coupling import affine_coupling
from minigen.autodiff.ops.joining import cat
from minigen.models.flows.transform import Transform, check_features, check_width
from minigen.models.perceptron import perceptron
from minigen.nn import ReLU, Sequential


class Coupling(Transform):
    """What couplings share: the two halves, and the perceptron that sees the one that stays.

    Parameters
    ----------
    features : int
        Length d of a vector, at least 2.
    hidden : sequence of int, optional
        Widths of the network's hidden layers, each followed by a ReLU.
    swap : bool, optional
        Which half stays: by default the first, of (d + 1) // 2 features; swapped the last, of d // 2. Two couplings in
        a row with and without it move all features.
    """

    net: Sequential

    def __init__(self, features: int, hidden: Sequence[int], outputs: int, swap: bool) -> None:
        super().__init__()
        check_features(self, features, 2, ", one to stay and one to move")
        self.features = features
        self.swap = swap
        self.cut = (features + 1) // 2
        self.moved = self.cut if swap else features - self.cut
        self.net = perceptron(features - self.moved, hidden, outputs * self.moved, ReLU)

    def halves(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the half that stays and the half that moves."""
        check_width(self, x, self.features)
        first, last = x.split((self.cut, self.features - self.cut), dim=1)
        return (last, first) if self.swap else (first, last)

    def joined(self, kept: Tensor, moved: Tensor) -> Tensor:
        """Return the halves in their places."""
        return cat((moved, kept) if self.swap else (kept, moved), dim=1)

    def extra_repr(self) -> str:
        """Return the length and which half stays."""
        return f"features={self.features}, swap={self.swap}"


class AdditiveCoupling(Coupling):
    """z = (a, b + t(a)): keeps volumes.

    Parameters
    ----------
    features : int
        Length d of a vector, at least 2.
    hidden : sequence of int, optional
        Widths of the hidden layers of t, each followed by a ReLU.
    swap : bool, optional
        Which half stays: by default the first, of (d + 1) // 2 features; swapped the last, of d // 2.

    Raises
    ------
    ValueError
        If there are fewer than 2 features, or a width is not positive.

    Examples
    --------
    >>> import minigen as mg
    >>> coupling = AdditiveCoupling(3)
    >>> z, log_det = coupling(mg.tensor([[1.0, 2.0, 3.0]]))
    >>> z[:, :2].tolist(), log_det
    ([[1.0, 2.0]], tensor([0.]))
    """

    def __init__(self, features: int, hidden: Sequence[int] = (64, 64), *, swap: bool = False) -> None:
        super().__init__(features, hidden, 1, swap)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = (a, b + t(a)) and zeros of shape (batch,)."""
        kept, moved = self.halves(x)
        return self.joined(kept, moved + self.net(kept)), no_change(x)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = (a, z_b - t(a)) and zeros of shape (batch,)."""
        kept, moved = self.halves(z)
        return self.joined(kept, moved - self.net(kept)), no_change(z)


class AffineCoupling(Coupling):
    """z = (a, b exp(s(a)) + t(a)) with s = c tanh(r(a) / c).

    Parameters
    ----------
    features : int
        Length d of a vector, at least 2.
    hidden : sequence of int, optional
        Widths of the hidden layers of the network that gives r and t, each followed by a ReLU.
    swap : bool, optional
        Which half stays: by default the first, of (d + 1) // 2 features; swapped the last, of d // 2.
    bound : float, optional
        c, above 0.

    Raises
    ------
    ValueError
        If there are fewer than 2 features, a width is not positive, or `bound` is not: then all scales would be 1.

    Examples
    --------
    >>> import minigen as mg
    >>> coupling = AffineCoupling(4)
    >>> x = mg.randn(5, 4)
    >>> z, log_det = coupling(x)
    >>> mg.allclose(coupling.inverse(z)[0], x, atol=1e-5), log_det.shape
    (True, (5,))
    """

    def __init__(
        self, features: int, hidden: Sequence[int] = (64, 64), *, swap: bool = False, bound: float = 2.0
    ) -> None:
        super().__init__(features, hidden, 2, swap)
        if not 0 < bound < math.inf:
            raise ValueError(f"AffineCoupling: bound, the largest log scale, must be above 0 and finite, got {bound}")
        self.bound = bound

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = (a, b exp(s) + t) and Σ s of shape (batch,)."""
        check_width(self, x, self.features)
        kept = x[:, self.cut :] if self.swap else x[:, : self.cut]
        return affine_coupling(x, self.net(kept), 0 if self.swap else self.cut, bound=self.bound)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = (a, (z_b - t) exp(-s)) and -Σ s of shape (batch,)."""
        kept, moved = self.halves(z)
        r, t = self.net(kept).split(self.moved, dim=1)
        s = self.bound * (r / self.bound).tanh()
        return self.joined(kept, (moved - t) * (-s).exp()), -s.sum(dim=1)

    def extra_repr(self) -> str:
        """Return the length, which half stays, and the largest log scale."""
        return f"{super().extra_repr()}, bound={self.bound}"


def no_change(x: Tensor) -> Tensor:
    """Return log|det| of a transform that keeps volumes: zeros of shape (batch,)."""
    return zeros(len(x), dtype=x.dtype, device=x.device)
