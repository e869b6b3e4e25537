"""Sums over all states of binary units, in bounded memory.

A model of n binary units has 2^n states, so what is summed over one side of it,

    log Z = log Σ_s exp(-F(s)),

is exact for n up to about 25. The states are counted through in blocks; no block is kept.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from minigen.autodiff import Tensor, enable_grad, grad, is_grad_enabled, no_grad, wrap
from minigen.autodiff.ops.joining import stack
from minigen.backend import namespace

LIMIT = 25  # units
BLOCK = 2**10  # states at a time, so that what is computed of them stays in the cache
RECORDED = 2**12  # states up to which a sum is one recorded computation

Energy = Callable[[Tensor], Tensor]
"""A free energy in nats, of shape (n,), of states of shape (n, units)."""


def states(n: int, start: int = 0, stop: int | None = None, *, like: Tensor) -> Tensor:
    """Return states of `n` binary units, by number: the first unit is the lowest bit.

    Parameters
    ----------
    n : int
        Units.
    start, stop : int, optional
        The first state and the one after the last, of 2**n.
    like : Tensor
        Whose dtype and device they get.

    Returns
    -------
    Tensor, shape (stop - start, n)
        Zeros and ones.

    Examples
    --------
    >>> import minigen as mg
    >>> states(2, like=mg.zeros(1)).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    xp = namespace(like.array)
    numbers = xp.arange(start, 2**n if stop is None else stop)
    return wrap(((numbers[:, None] >> xp.arange(n)) & 1).astype(like.dtype))


def check_countable(n: int, name: str, fix: str, limit: int = LIMIT) -> None:
    """Raise ValueError if there are more than 2**`limit` states.

    Examples
    --------
    >>> check_countable(500, "f", "draw", limit=9)
    Traceback (most recent call last):
    ValueError: f: the smaller side has 500 units, 2^500 > 10^150 states, and 2^9 is the most that is enumerated: draw
    """
    if n > limit:
        count = f"= {2**n:,}" if n < 64 else f"> 10^{math.floor(n * math.log10(2))}"
        raise ValueError(
            f"{name}: the smaller side has {n} units, 2^{n} {count} states, and 2^{limit} is the most that is "
            f"enumerated: {fix}"
        )


def log_sum(n: int, free_energy: Energy, parameters: Iterable[Tensor]) -> Tensor:
    """Return log Σ_s exp(-F(s)) over the 2**n states of `n` binary units: in nats, 0-d.

    Up to `RECORDED` states the sum is recorded like any other computation. With more, its gradient with respect to
    `parameters` is summed block by block as well, so that memory stays bounded.

    Parameters
    ----------
    n : int
        Units.
    free_energy : callable
        F, in nats.
    parameters : iterable of Tensor
        What F depends on; the states get the dtype and device of the first.

    Raises
    ------
    RuntimeError
        If a gradient of more than `RECORDED` states is differentiated again.

    Examples
    --------
    >>> import minigen as mg
    >>> bias = mg.zeros(3)
    >>> log_sum(3, lambda s: -(s @ bias), [bias]).exp()
    tensor(8.)
    """
    parameters = list(parameters)
    like = parameters[0]
    if 2**n <= RECORDED:
        return (-free_energy(states(n, like=like))).logsumexp(0)
    with no_grad():
        parts = stack([(-free_energy(block)).logsumexp(0) for block in blocks(n, like)])
        total = parts.logsumexp(0)
    learnt = [p for p in parameters if p.requires_grad]
    if not (learnt and is_grad_enabled()):
        return total
    sums: list[Any] = [0.0] * len(learnt)
    for block, part in zip(blocks(n, like), parts.unbind(0), strict=True):
        with enable_grad():
            own = (-free_energy(block)).logsumexp(0)
        weight = (part - total).exp()
        for i, g in enumerate(grad(own, learnt, allow_unused=True)):
            if g is not None:
                sums[i] = sums[i] + weight * g
    for parameter, g in zip(learnt, sums, strict=True):
        total = total + ((parameter - parameter.detach()) * g).sum()  # adds 0, and the gradient g
    total.register_hook(_refuse_second_order)
    return total


def blocks(n: int, like: Tensor) -> Iterator[Tensor]:
    """Yield all states of `n` binary units in blocks.

    Examples
    --------
    >>> import minigen as mg
    >>> [len(block) for block in blocks(12, mg.zeros(1))]
    [1024, 1024, 1024, 1024]
    """
    for start in range(0, 2**n, BLOCK):
        yield states(n, start, min(start + BLOCK, 2**n), like=like)


def _refuse_second_order(g: Tensor) -> None:
    if is_grad_enabled():
        raise RuntimeError(
            f"log Z: second derivatives are known up to {RECORDED} states, here are more: use a model with fewer units "
            "on one side, or create_graph=False"
        )
