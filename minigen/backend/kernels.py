"""The optimizers' updates on raw arrays, in place and without a temporary of the parameter's size.

An update is a chain of passes over a parameter, its gradient and its state. On NumPy the whole chain runs
over one block after another, so that what a pass reads is still in the cache; CuPy gets the arrays whole.
(The BLAS adds ``a x`` to y in one pass where NumPy takes two, but wakes its threads each time: a step of Adam
was 0.8 times as long with one thread and 2.5 times with two.) Nothing here reads a value, so a GPU is never
waited for. The equations are those that the files of `minigen.optim` open with.
"""

from collections.abc import Iterator
from typing import Any

import numpy

from minigen.backend.arrays import Array, namespace

BLOCK_BYTES = 2**18  # of each array: what fastest ran over parameters of 2e5 and of 5e6 elements


def sgd(
    param: Array,
    grad: Array,
    momentum_buffer: Array | None,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> None:
    """Make one step of gradient descent; a `momentum_buffer` is the decaying sum of earlier gradients.

    Examples
    --------
    >>> param = numpy.array([1.0, 2.0])
    >>> settings = dict(lr=0.5, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)
    >>> sgd(param, numpy.array([1.0, 1.0]), None, **settings)
    >>> param
    array([0.5, 1.5])
    """
    xp = namespace(param)
    for p, g, b, s in blocks(param, grad, momentum_buffer):
        if weight_decay:
            g = g + weight_decay * p
        if b is not None:
            xp.multiply(b, momentum, b)
            add_scaled(b, 1 - dampening, g, s)
            if nesterov:
                xp.multiply(b, momentum, s)
                xp.add(s, g, s)
                g = s
            else:
                g = b
        add_scaled(p, -lr, g, s)


def rmsprop(
    param: Array,
    grad: Array,
    square_avg: Array,
    grad_avg: Array | None,
    momentum_buffer: Array | None,
    *,
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    momentum: float,
) -> None:
    """Make one step of RMSprop; with `grad_avg` centred, with `momentum_buffer` with momentum.

    Examples
    --------
    >>> param, square_avg = numpy.array([1.0]), numpy.array([0.0])
    >>> settings = dict(lr=0.5, alpha=0.75, eps=0.0, weight_decay=0.0, momentum=0.0)
    >>> rmsprop(param, numpy.array([3.0]), square_avg, None, None, **settings)
    >>> param, square_avg
    (array([0.]), array([2.25]))
    """
    xp = namespace(param)
    for p, g, v, m, b, s in blocks(param, grad, square_avg, grad_avg, momentum_buffer):
        if weight_decay:
            g = g + weight_decay * p
        xp.multiply(v, alpha, v)
        xp.multiply(g, g, s)
        add_scaled(v, 1 - alpha, s, s)
        if m is None:
            xp.sqrt(v, s)
        else:
            xp.multiply(m, alpha, m)
            add_scaled(m, 1 - alpha, g, s)
            xp.multiply(m, m, s)
            xp.subtract(v, s, s)
            xp.maximum(s, 0.0, out=s)  # a variance, which rounding may push below 0
            xp.sqrt(s, s)
        xp.add(s, eps, s)
        xp.divide(g, s, s)
        if b is not None:
            xp.multiply(b, momentum, b)
            xp.add(b, s, b)
        add_scaled(p, -lr, s if b is None else b, s)


def adam(
    param: Array,
    grad: Array,
    exp_avg: Array,
    exp_avg_sq: Array,
    max_exp_avg_sq: Array | None,
    *,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
) -> None:
    """Make step number `step` (from 1) of Adam; with `max_exp_avg_sq` AMSGrad, with `decoupled` decay AdamW.

    Examples
    --------
    >>> param, m, v = numpy.array([1.0]), numpy.array([0.0]), numpy.array([0.0])
    >>> settings = dict(step=1, lr=0.5, beta1=0.9, beta2=0.99, eps=0.0, weight_decay=0.0, decoupled=False)
    >>> adam(param, numpy.array([3.0]), m, v, None, **settings)
    >>> param.round(6)
    array([0.5])
    """
    xp = namespace(param)
    # m̂ / (√v̂ + ε) = √c m / (√v + ε √c) / (1 - β1^t) with c = 1 - β2^t: the corrections cost no pass
    root = (1 - beta2**step) ** 0.5
    rate = lr * root / (1 - beta1**step)
    for p, g, m, v, top, s in blocks(param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq):
        if decoupled and weight_decay:
            xp.multiply(p, 1 - lr * weight_decay, p)
        elif weight_decay:
            g = g + weight_decay * p
        xp.multiply(m, beta1, m)
        add_scaled(m, 1 - beta1, g, s)
        xp.multiply(v, beta2, v)
        xp.multiply(g, g, s)
        add_scaled(v, 1 - beta2, s, s)
        if top is not None:
            xp.maximum(top, v, out=top)
            v = top
        xp.sqrt(v, s)
        xp.add(s, eps * root, s)
        xp.divide(m, s, s)
        add_scaled(p, -rate, s, s)


def add_scaled(y: Array, a: float, x: Array, scratch: Array) -> None:
    """Add ``a * x`` to `y`; `scratch`, of the same shape, may be `x` and is overwritten."""
    xp = namespace(y)
    if a != 1:
        xp.multiply(x, a, scratch)
        x = scratch
    xp.add(y, x, y)


def blocks(param: Array, *others: Array | None) -> Iterator[tuple[Any, ...]]:
    """Cut arrays of one shape into the same blocks, each followed by scratch memory of its size.

    What is None stays None. Small arrays, those of CuPy and those not in C order come whole.

    Examples
    --------
    >>> [block[0].shape for block in blocks(numpy.zeros((2, 50_000)))]
    [(32768,), (32768,), (32768,), (1696,)]
    """
    arrays = (param, *others)
    length = BLOCK_BYTES // param.itemsize
    if (
        param.size <= length
        or type(param) is not numpy.ndarray
        or not all(array is None or array.flags.c_contiguous for array in arrays)
    ):
        yield (*arrays, namespace(param).empty_like(param))
        return
    flat = [None if array is None else array.reshape(-1) for array in arrays]
    scratch = numpy.empty(length, param.dtype)
    for start in range(0, param.size, length):
        part = [None if array is None else array[start : start + length] for array in flat]
        yield (*part, scratch[: param.size - start])
