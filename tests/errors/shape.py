"""Bad input to shapes."""

import minigen as mg
from minigen.autodiff.ops.arranging import pad

X = mg.zeros(2, 3)

ROWS = [
    ("reshape", lambda: X.reshape(4, 2), ValueError, "reshape: 6 elements do not fit the shape (4, 2)"),
    ("reshape unknown", lambda: X.reshape(-1, 4), ValueError, "must multiply to 6"),
    ("reshape two unknown", lambda: X.reshape(-1, -1), ValueError, "one of them may be -1"),
    ("reshape negative", lambda: X.reshape(-2, -3), ValueError, "do not fit the shape (-2, -3)"),
    (
        "reshape nothing",
        lambda: mg.zeros(0).reshape(-1, 0),
        ValueError,
        "0 elements do not fit the shape (-1, 0)",
    ),
    ("reshape float", lambda: X.reshape(2.0, 3), TypeError, "reshape: expected integers, got (2.0, 3)"),
    ("reshape list", lambda: mg.reshape([1, 2], (2,)), TypeError, "make one with minigen.tensor"),
    ("view", lambda: X.T.view(6), ValueError, "use .reshape(...), which copies where it must"),
    (
        "flatten order",
        lambda: mg.zeros(2, 3, 4).flatten(2, 1),
        ValueError,
        "start_dim 2 comes after end_dim 1",
    ),
    (
        "flatten dim",
        lambda: X.flatten(2),
        IndexError,
        "flatten: dim 2 is out of range for 2 axes: use -2 to 1",
    ),
    ("permute few", lambda: X.permute(0), ValueError, "must name each of the 2 axes once"),
    ("permute twice", lambda: X.permute(0, 0), ValueError, "names an axis twice"),
    ("permute dim", lambda: X.permute(0, 2), IndexError, "permute: dim 2 is out of range"),
    ("transpose dim", lambda: X.transpose(0, 2), IndexError, "transpose: dim 2 is out of range"),
    ("transpose float", lambda: X.transpose(0, 1.0), TypeError, "transpose: dim must be an integer, got 1.0"),
    ("movedim", lambda: X.movedim((0, 1), 0), ValueError, "give one for each"),
    ("t", lambda: mg.zeros(2, 3, 4).t(), ValueError, "t: expected at most 2 axes, got shape (2, 3, 4)"),
    ("mT", lambda: mg.zeros(3).mT, ValueError, "mT: expected at least 2 axes, got shape (3,)"),
    ("squeeze dim", lambda: X.squeeze(-3), IndexError, "squeeze: dim -3 is out of range for 2 axes"),
    ("unsqueeze dim", lambda: X.unsqueeze(3), IndexError, "unsqueeze: dim 3 is out of range"),
    ("expand", lambda: X.expand(4, 3), ValueError, "expand: shape (2, 3) does not expand to (4, 3)"),
    ("expand fewer", lambda: X.expand(3), ValueError, "expand: shape (2, 3) does not expand to (3,)"),
    ("expand new -1", lambda: X.expand(-1, 2, 3), ValueError, "-1 keeps the length of an axis"),
    ("broadcast_to", lambda: mg.broadcast_to(X, (2, 2)), ValueError, "does not expand to (2, 2)"),
    ("repeat few", lambda: X.repeat(2), ValueError, "give a number >= 0 for each axis"),
    ("repeat negative", lambda: X.repeat(-1, 2), ValueError, "repeat: (-1, 2) does not fit shape (2, 3)"),
    ("flip twice", lambda: X.flip(0, 0), ValueError, "flip: dim (0, 0) names an axis twice"),
    ("flip dim", lambda: X.flip(2), IndexError, "flip: dim 2 is out of range"),
    ("roll", lambda: X.roll((1, 2), 0), ValueError, "give one for each"),
    ("pad odd", lambda: pad(X, (1, 2, 3)), ValueError, "expected pairs (before, after) for up to 2 axes"),
    ("pad many", lambda: pad(X, (1,) * 6), ValueError, "last first, got (1, 1, 1, 1, 1, 1)"),
    ("pad away", lambda: pad(X, (-2, -2)), ValueError, "takes more elements than shape (2, 3) has"),
    ("pad mode", lambda: pad(X, (1, 1), "mirror"), ValueError, "unknown mode 'mirror'"),
    ("tril", lambda: mg.tril(mg.zeros(3)), ValueError, "tril: expected at least 2 axes"),
    ("diagonal dims", lambda: X.diagonal(0, 1, -1), ValueError, "names an axis twice"),
]
