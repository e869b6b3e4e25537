"""Valid indices of every kind: basic, arrays of integers, masks, and mixtures of them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from minigen.random import Generator
from minigen.testing.strategies.arrays import SEEDS
from minigen.testing.strategies.shapes import Shape

KINDS = ("basic", "integers", "mask", "mixed")


@st.composite
def indices(draw: st.DrawFn, shape: Shape, kinds: tuple[str, ...] = KINDS) -> Any:
    """Draw an index that is valid for an array of `shape`.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : tuple of int
        Of the array to index.
    kinds : tuple of str, optional
        Some of "basic" (integers, slices of either direction, None, an ellipsis), "integers" (arrays that
        broadcast, repeated and negative positions included), "mask" (of all axes, or of the first ones) and
        "mixed" (all of these, a mask over one axis).

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import given
    >>> x = np.arange(24.0).reshape(2, 3, 4)
    >>> @given(indices(x.shape))
    ... def check(index):
    ...     x[index]
    >>> check()
    """
    kind = draw(st.sampled_from(kinds))
    if kind == "mask":
        return _mask(draw, shape[: draw(st.integers(0, len(shape)))] if draw(st.booleans()) else shape)
    used = draw(st.integers(0, len(shape)))
    common = draw(st.sampled_from([(), (2,), (3,), (2, 1), (1, 3), (0,)]))
    items: list[Any] = []
    masked = False
    for length in shape[:used]:
        form = kind if kind != "mixed" else draw(st.sampled_from(["basic", "integers", "mask"]))
        if form == "mask" and masked:
            form = "basic"
        if form == "mask":
            items.append(_one_of(draw, length, common))
            masked = True
        elif form == "integers" and (length or 0 in common):
            items.append(_positions(draw, length, common))
        else:
            items.append(_basic(draw, length))
    if kind != "integers":
        for extra in draw(st.sampled_from([(), (None,), (...,), (None, ...)])):
            items.insert(draw(st.integers(0, len(items))) if extra is None else len(items), extra)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


def _basic(draw: st.DrawFn, length: int) -> Any:
    part = st.slices(length)
    return draw(st.one_of(part, st.integers(-length, length - 1)) if length else part)


def _positions(draw: st.DrawFn, length: int, common: Shape) -> Any:
    form = tuple(1 if n > 1 and draw(st.booleans()) else n for n in common)
    found = Generator(draw(SEEDS)).integers(-length, max(length, 1), form, device="cpu").array
    return found.tolist() if found.ndim and found.size and draw(st.booleans()) else found


def _mask(draw: st.DrawFn, shape: Shape) -> Any:
    share = draw(st.sampled_from([0.0, 0.5, 0.5, 1.0]))
    return np.asarray(Generator(draw(SEEDS)).bernoulli(np.full(shape, share))).astype(bool)


def _one_of(draw: st.DrawFn, length: int, common: Shape) -> Any:
    """Return a mask of one axis that broadcasts against arrays of shape `common`."""
    wanted = common[-1] if common else 1
    mask = np.zeros(length, bool)
    mask[draw(st.permutations(range(length)))[: wanted if wanted <= length else 1]] = True
    return mask
