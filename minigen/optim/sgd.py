"""Stochastic gradient descent, plain, with momentum, or with Nesterov's.

With g the gradient, η the learning rate ``lr``, μ the ``momentum``, τ the ``dampening`` and λ the
``weight_decay``:

    g ← g + λ θ
    b ← μ b + (1 - τ) g        (the first time b ← g)
    θ ← θ - η b                (without momentum θ ← θ - η g)
    θ ← θ - η (g + μ b)        (Nesterov)

The learning rate multiplies b as a whole, so that changing it acts on the next step at once.

Sources: Robbins and Monro 1951, "A stochastic approximation method"; Polyak 1964, "Some methods of speeding
up the convergence of iteration methods"; Sutskever et al. 2013, "On the importance of initialization and
momentum in deep learning", for Nesterov's method in this form.
"""

from typing import Any

from minigen.backend import Array, kernels
from minigen.optim.optimizer import Optimizer, Params, zeros_like


class SGD(Optimizer):
    """Stochastic gradient descent.

    Parameters
    ----------
    params : iterable of Tensors, or of dicts
        Leaves to optimize; or groups ``{"params": tensors, setting: value, …}``.
    lr : float, optional
        Learning rate η.
    momentum : float, optional
        How much of the earlier direction is kept, μ.
    dampening : float, optional
        How much less than whole the gradient counts in the direction, τ.
    weight_decay : float, optional
        λ: adds the gradient of λ/2 times the squared norm of the parameters.
    nesterov : bool, optional
        Look one step of momentum ahead; needs momentum and no dampening.

    Raises
    ------
    TypeError, ValueError
        For parameters or settings that make no sense.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.SGD([x], lr=0.25, momentum=0.9)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.5000, 1.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        settings = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }
        super().__init__(params, settings)

    def check(self, group: dict[str, Any]) -> None:
        """Raise if a setting of `group` is out of range."""
        super().check(group)
        self.not_negative(group, "momentum")
        if group["nesterov"] and (not group["momentum"] or group["dampening"]):
            raise ValueError(
                "SGD: nesterov=True needs momentum above 0 and no dampening, "
                f"got momentum={group['momentum']}, dampening={group['dampening']}"
            )

    def update(self, param: Array, grad: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Make one step of one parameter."""
        momentum = group["momentum"]
        dampening = group["dampening"] if state else 0.0  # the first time b ← g
        if momentum and not state:
            state["momentum_buffer"] = zeros_like(param)
        kernels.sgd(
            param,
            grad,
            state["momentum_buffer"].array if momentum else None,
            lr=group["lr"],
            momentum=momentum,
            dampening=dampening,
            weight_decay=group["weight_decay"],
            nesterov=group["nesterov"],
        )
