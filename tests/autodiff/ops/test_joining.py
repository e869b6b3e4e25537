"""Joining and taking apart: NumPy's values, PyTorch's sizes and dtypes, one node for all pieces."""

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff.graph import ManyNode
from minigen.backend import shares_memory
from tests.host import assert_array_equal

X = np.arange(30.0, dtype="float32").reshape(5, 2, 3)

APART = {
    "split": (lambda x: mg.split(x, 2), np.split(X, [2, 4])),
    "split list": (lambda x: x.split([0, 1, 4]), np.split(X, [0, 1])),
    "split dim": (lambda x: x.split((2, 1), dim=-1), np.split(X, [2], 2)),
    "split larger": (lambda x: x.split(9, 1), [X]),
    "chunk": (lambda x: mg.chunk(x, 2), np.split(X, [3])),
    "chunk fewer": (lambda x: x.chunk(4), np.split(X, [2, 4])),
    "chunk dim": (lambda x: x.chunk(3, -1), np.split(X, 3, 2)),
    "unbind": (lambda x: mg.unbind(x), list(X)),
    "unbind dim": (lambda x: x.unbind(-1), list(np.moveaxis(X, -1, 0))),
    "unbind a line": (lambda x: x[0, 1].unbind(), list(X[0, 1])),
    "iteration": (lambda x: tuple(x), list(X)),
}


@pytest.mark.parametrize("name", APART)
def test_pieces_are_views_of_one_node(name) -> None:
    function, expected = APART[name]
    x = mg.tensor(X, requires_grad=True)
    pieces = function(x)
    assert type(pieces) is tuple
    assert len(pieces) == len(expected)
    for piece, array in zip(pieces, expected, strict=True):
        assert piece.shape == array.shape
        assert piece.dtype == mg.float32
        assert_array_equal(piece, array)
        assert shares_memory(piece.array, x.array)
        assert piece.storage is x.storage
    nodes = {piece._node.parents[0] for piece in pieces}
    assert len(nodes) == 1
    assert type(nodes.pop()) is ManyNode


@pytest.mark.parametrize("name", APART)
def test_each_piece_alone_has_its_gradient(name) -> None:
    function, expected = APART[name]
    for i, array in enumerate(expected):
        x = mg.tensor(X, requires_grad=True)
        function(x)[i].sum().backward()
        assert_array_equal(x.grad, np.isin(X, array))
        assert x.grad.dtype == mg.float32


def test_a_write_to_a_piece_is_seen_by_its_source() -> None:
    x = mg.zeros(4)
    first, _ = x.chunk(2)
    first[1] = 3.0
    x.unbind()[3].fill_(5.0)
    for i, element in enumerate(x[:1]):
        element.fill_(i + 7.0)
    assert x.tolist() == [7.0, 3.0, 0.0, 5.0]


def test_sizes_at_the_edge() -> None:
    nothing = mg.zeros(0, 2)
    assert [piece.shape for piece in nothing.split(3)] == [(0, 2)]
    assert [piece.shape for piece in nothing.split(0)] == [(0, 2)]
    assert [piece.shape for piece in nothing.chunk(3)] == [(0, 2)] * 3
    assert nothing.unbind() == ()
    assert list(nothing) == []
    assert [piece.shape for piece in mg.arange(6).chunk(4)] == [(2,)] * 3


def test_cat_and_stack_against_numpy() -> None:
    a, b = X[:2], X[2:]
    pair = [mg.tensor(a), mg.tensor(b)]
    assert_array_equal(mg.cat(pair), X)
    assert_array_equal(mg.concat(tuple(pair), dim=0), X)
    assert_array_equal(mg.cat([pair[0], pair[0]], -1), np.concatenate([a, a], -1))
    assert_array_equal(mg.stack([pair[0], pair[0]], -1), np.stack([a, a], -1))
    assert_array_equal(mg.stack(mg.tensor(X).unbind(1), 1), X)
    assert_array_equal(mg.stack([mg.tensor(1.0), mg.tensor(2.0)]), [1, 2])
    assert_array_equal(mg.hstack(pair[0].unbind()), np.hstack(list(a)))
    assert_array_equal(mg.hstack([mg.tensor(1.0), mg.ones(2)]), [1, 1, 1])
    assert_array_equal(mg.vstack(pair), X)
    assert_array_equal(mg.vstack([mg.arange(2), mg.tensor([[5, 6]])]), [[0, 1], [5, 6]])
    assert_array_equal(mg.vstack([mg.tensor(3), mg.tensor(4)]), [[3], [4]])


def test_cat_leaves_out_what_is_empty() -> None:
    """A Tensor of shape (0,), as a list of rows starts with, joins anything (as in PyTorch)."""
    rows = mg.zeros(0)
    for i in range(3):
        rows = mg.cat([rows, mg.full((1, 2), float(i))])
    assert rows.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert mg.cat([mg.zeros(0), mg.zeros(0)]).shape == (0,)


@pytest.mark.parametrize("join", [mg.cat, mg.stack, mg.hstack, mg.vstack])
def test_the_dtype_is_promoted_and_each_gradient_has_its_own(join) -> None:
    whole, single, double = mg.tensor([1, 2]), mg.ones(2), mg.ones(2, dtype="float64")
    assert join([whole, whole > 1]).dtype == mg.int64
    assert join([whole, single]).dtype == mg.float32
    assert join([single, single]).dtype == mg.float32
    single.requires_grad_(), double.requires_grad_()
    joined = join([single, whole, double])
    assert joined.dtype == mg.float64
    gradients = mg.grad((joined * joined).sum(), [single, double])
    assert [gradient.dtype for gradient in gradients] == [mg.float32, mg.float64]
    assert [gradient.tolist() for gradient in gradients] == [[2, 2], [2, 2]]


def test_joining_copies() -> None:
    x = mg.ones(2)
    for joined in (mg.cat([x]), mg.stack([x]), mg.cat([x, mg.zeros(0)])):
        joined.fill_(7.0)
    assert x.tolist() == [1.0, 1.0]


def test_a_generator_is_joined() -> None:
    assert mg.cat(mg.full((1,), i) for i in range(3)).tolist() == [0, 1, 2]
