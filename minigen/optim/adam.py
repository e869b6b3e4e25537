"""Adam and AdamW: running means of the gradient and of its square, corrected for their start at 0.

With g the gradient at step t (from 1), η the learning rate ``lr`` and ε ``eps``, element by element:

    m ← β1 m + (1 - β1) g            v ← β2 v + (1 - β2) g²
    m̂ = m / (1 - β1^t)               v̂ = v / (1 - β2^t)
    θ ← θ - η m̂ / (√v̂ + ε)

Weight decay λ: Adam adds λ θ to g, so that it is divided by √v̂ as well; AdamW decays apart from the gradient,
θ ← (1 - η λ) θ, before the update. With ``amsgrad`` the largest v so far takes the place of v in v̂.

Sources: Kingma and Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1; Reddi et al. 2018, "On
the convergence of Adam and beyond", Algorithm 2 (with the corrections of Adam, as in PyTorch); Loshchilov and
Hutter 2019, "Decoupled weight decay regularization", Algorithm 2.
"""

from typing import Any

from minigen.backend import Array, kernels
from minigen.optim.optimizer import Optimizer, Params, zeros_like


class Adam(Optimizer):
    """Adam.

    Parameters
    ----------
    params : iterable of Tensors, or of dicts
        Leaves to optimize; or groups ``{"params": tensors, setting: value, …}``.
    lr : float, optional
        Learning rate η.
    betas : pair of float, optional
        Decay of the running means of the gradient and of its square, each in [0, 1).
    eps : float, optional
        Added to the root, so that nothing is divided by 0.
    weight_decay : float, optional
        λ: adds the gradient of λ/2 times the squared norm of the parameters.
    amsgrad : bool, optional
        Divide by the root of the largest mean square so far, so that steps never grow back.

    Raises
    ------
    TypeError, ValueError
        For parameters or settings that make no sense.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.Adam([x], lr=0.5)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.5000, 1.5000], requires_grad=True)
    """

    decoupled = False

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        super().__init__(params, settings)

    def check(self, group: dict[str, Any]) -> None:
        """Raise if a setting of `group` is out of range."""
        super().check(group)
        self.not_negative(group, "eps")
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise TypeError(f"{type(self).__name__}: betas must be a pair of numbers, got {betas!r}")
        for i, beta in enumerate(betas):
            self.below_one(f"betas[{i}]", beta)

    def update(self, param: Array, grad: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Make one step of one parameter."""
        if not state:
            state.update(step=0, exp_avg=zeros_like(param), exp_avg_sq=zeros_like(param))
        if group["amsgrad"] and "max_exp_avg_sq" not in state:
            state["max_exp_avg_sq"] = zeros_like(param)
        state["step"] += 1
        beta1, beta2 = group["betas"]
        kernels.adam(
            param,
            grad,
            state["exp_avg"].array,
            state["exp_avg_sq"].array,
            state["max_exp_avg_sq"].array if group["amsgrad"] else None,
            step=state["step"],
            lr=group["lr"],
            beta1=beta1,
            beta2=beta2,
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            decoupled=self.decoupled,
        )


class AdamW(Adam):
    """Adam with weight decay apart from the gradient; parameters as for `Adam`.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.AdamW([x], lr=0.5, weight_decay=0.5)
    >>> (0.0 * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.7500, 1.5000], requires_grad=True)
    """

    decoupled = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
