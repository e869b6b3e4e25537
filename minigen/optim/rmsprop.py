"""RMSprop: the gradient divided by a running root mean square of its recent values.

With g the gradient (plus λ θ), η the learning rate ``lr``, α the decay ``alpha`` and ε ``eps``, element by
element:

    v ← α v + (1 - α) g²
    θ ← θ - η g / (√v + ε)

Centred, √v becomes √(v - m²), an estimate of the standard deviation, with m ← α m + (1 - α) g. With
momentum μ, b ← μ b + g / (√v + ε) and θ ← θ - η b.

Sources: Tieleman and Hinton 2012, "Lecture 6.5: rmsprop", Coursera; Graves 2013, "Generating sequences with
recurrent neural networks", equations 38 to 45, for the centred form.
"""

from typing import Any

from minigen.backend import Array, kernels
from minigen.optim.optimizer import Optimizer, Params, zeros_like


class RMSprop(Optimizer):
    """RMSprop, optionally centred and with momentum.

    Parameters
    ----------
    params : iterable of Tensors, or of dicts
        Leaves to optimize; or groups ``{"params": tensors, setting: value, …}``.
    lr : float, optional
        Learning rate η.
    alpha : float, optional
        Decay of the running mean square, in [0, 1).
    eps : float, optional
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, optional
        λ: adds the gradient of λ/2 times the squared norm of the parameters.
    momentum : float, optional
        How much of the earlier direction is kept, μ.
    centered : bool, optional
        Divide by the standard deviation instead of the root mean square.

    Raises
    ------
    TypeError, ValueError
        For parameters or settings that make no sense.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.RMSprop([x], lr=0.5, alpha=0.75)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0., 1.], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        settings = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
        }
        super().__init__(params, settings)

    def check(self, group: dict[str, Any]) -> None:
        """Raise if a setting of `group` is out of range."""
        super().check(group)
        self.not_negative(group, "eps", "momentum")
        self.below_one("alpha", group["alpha"])

    def update(self, param: Array, grad: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Make one step of one parameter."""
        momentum = group["momentum"]
        wanted = {"square_avg": True, "grad_avg": group["centered"], "momentum_buffer": momentum}
        for name in wanted:
            if wanted[name] and name not in state:
                state[name] = zeros_like(param)
        kernels.rmsprop(
            param,
            grad,
            *[state[name].array if wanted[name] else None for name in wanted],
            lr=group["lr"],
            alpha=group["alpha"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum=momentum,
        )
