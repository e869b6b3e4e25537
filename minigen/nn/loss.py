"""Losses as layers; what they compute is in `minigen.nn.functional`.

``reduction`` says what becomes of the elements: ``"mean"``, ``"sum"`` or ``"none"``. All are in nats where they are
log probabilities.
"""

from minigen.autodiff import Tensor
from minigen.nn import functional
from minigen.nn.module import Module

REDUCTIONS = ("mean", "sum", "none")


class Loss(Module):
    """What the losses share: the reduction.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            kind = type(self).__name__
            raise ValueError(f"{kind}: reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}")
        self.reduction = reduction


class BCELoss(Loss):
    """``-t log p - (1 - t) log(1 - p)`` for probabilities p; see `functional.binary_cross_entropy`.

    Parameters
    ----------
    weight : Tensor, optional
        Factor of each element.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.BCELoss()(mg.tensor([0.5]), mg.tensor([1.0]))
    tensor(0.6931)
    """

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of probabilities `input` for targets in [0, 1]."""
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """`BCELoss` from logits, precise for all of them; see `functional.binary_cross_entropy_with_logits`.

    Parameters
    ----------
    weight : Tensor, optional
        Factor of each element.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.
    pos_weight : Tensor, optional
        Factor of ``t log p``.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.BCEWithLogitsLoss()(mg.tensor([0.0]), mg.tensor([1.0]))
    tensor(0.6931)
    """

    def __init__(
        self, weight: Tensor | None = None, *, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of logits `input` for targets in [0, 1]."""
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class MSELoss(Loss):
    """The squared difference; see `functional.mse_loss`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.MSELoss()(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of `input` for `target`."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """The absolute difference; see `functional.l1_loss`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.L1Loss()(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(1.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of `input` for `target`."""
        return functional.l1_loss(input, target, reduction=self.reduction)


class CrossEntropyLoss(Loss):
    """``-log softmax(input)[target]``; see `functional.cross_entropy`.

    Parameters
    ----------
    weight : Tensor, shape (C,), optional
        Factors of the classes.
    ignore_index : int, optional
        The target that does not count.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.
    label_smoothing : float, optional
        Share of the target that is spread evenly over the classes.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.CrossEntropyLoss()(mg.tensor([[0.0, 0.0]]), mg.tensor([1]))
    tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of logits `input`, shape (N, C, …), for classes or probabilities `target`."""
        return functional.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(Loss):
    """``-input[target]`` for log probabilities; see `functional.nll_loss`.

    Parameters
    ----------
    weight : Tensor, shape (C,), optional
        Factors of the classes.
    ignore_index : int, optional
        The target that does not count.
    reduction : {"mean", "sum", "none"}, optional
        What becomes of the elements.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.nn.NLLLoss()(mg.tensor([[-0.25, -1.5]]), mg.tensor([0]))
    tensor(0.2500)
    """

    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of log probabilities `input`, shape (N, C, …), for classes `target`."""
        return functional.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)
