"""Joining and taking apart, also with pieces that nothing depends on."""

from hypothesis import strategies as st

import minigen as mg
from tests.autodiff.checks import Case, unary, values

sliceable = unary(shape=st.sampled_from([(1,), (5,), (5, 2), (4, 0), (5, 1, 2)]))


def arrays(*shapes):
    return st.tuples(*[values(shape) for shape in shapes])


def product(pieces):
    """Multiply neighbours, so that each gradient depends on another piece."""
    return [a * b for a, b in zip(pieces, (*pieces[1:], pieces[0]), strict=True)]


def squared(y):
    return y * y


CASES = [
    Case("cat", lambda *xs: squared(mg.cat(xs)), arrays((2, 3), (1, 3), (0, 3)), covers=("cat", "crop")),
    Case(
        "cat columns",
        lambda *xs: squared(mg.cat(xs, -1)),
        arrays((2, 1, 3), (2, 1, 2)),
        covers=("cat", "crop"),
    ),
    Case("cat one twice", lambda x: squared(mg.cat([x, x * x])), sliceable, covers=("cat",)),
    Case(
        "stack",
        lambda x, y: squared(mg.stack([x, y, x * y], -1)),
        arrays((2, 3), (2, 3)),
        covers=("stack", "getitem"),
    ),
    Case("stack 0-d", lambda x, y: squared(mg.stack([x, y])), arrays((), ()), covers=("stack", "getitem")),
    Case("hstack", lambda *xs: squared(mg.hstack(xs)), arrays((2,), (), (1,)), covers=("cat",)),
    Case("vstack", lambda *xs: squared(mg.vstack(xs)), arrays((2,), (1, 2)), covers=("cat",)),
    Case(
        "split",
        lambda x: product(mg.split(x, (2, 1, 2), 1)[::2]),
        arrays((3, 5)),
        covers=("split", "unsplit"),
    ),
    Case("split evenly", lambda x: squared(mg.split(x, 2)[0]), sliceable, covers=("split", "unsplit")),
    Case("chunk", lambda x: product(mg.chunk(x, 2, 1)), arrays((3, 4)), covers=("split", "unsplit")),
    Case("unbind", lambda x: product(mg.unbind(x, -1)), arrays((2, 3)), covers=("split", "unsplit")),
    Case("unbind a line", lambda x: product(x.unbind()), sliceable, covers=("split", "unsplit")),
    Case("iteration", lambda x: [a * x[0] for a in x], sliceable, covers=("split", "unsplit", "getitem")),
]
