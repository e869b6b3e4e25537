"""Shapes against NumPy; views share memory, copies do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff.ops.arranging import pad
from minigen.backend import shares_memory
from minigen.testing.strategies import arrays
from tests.host import assert_array_equal, host, share_memory

X = np.arange(24.0, dtype="float32").reshape(2, 3, 4)

VIEWS = {
    "reshape": (lambda x: mg.reshape(x, (4, -1)), X.reshape(4, 6)),
    "reshape integers": (lambda x: x.reshape(6, 4), X.reshape(6, 4)),
    "reshape one integer": (lambda x: mg.reshape(x, -1), X.reshape(-1)),
    "reshape_as": (lambda x: x.reshape_as(mg.zeros(8, 3)), X.reshape(8, 3)),
    "view": (lambda x: x.view(-1, 12), X.reshape(2, 12)),
    "view of part": (lambda x: x[:, :, :2].view(6, 2), X[:, :, :2].reshape(6, 2)),
    "view_as": (lambda x: x.view_as(mg.zeros(12, 2)), X.reshape(12, 2)),
    "flatten": (lambda x: mg.flatten(x), X.reshape(24)),
    "flatten some": (lambda x: x.flatten(1), X.reshape(2, 12)),
    "flatten to": (lambda x: x.flatten(end_dim=-2), X.reshape(6, 4)),
    "transpose": (lambda x: x.transpose(0, -1), X.swapaxes(0, 2)),
    "swapaxes": (lambda x: mg.swapaxes(x, 1, 2), X.swapaxes(1, 2)),
    "swapaxes method": (lambda x: x.swapaxes(-3, 1), X.swapaxes(0, 1)),
    "permute": (lambda x: x.permute(2, 0, 1), X.transpose(2, 0, 1)),
    "permute tuple": (lambda x: mg.permute(x, (-1, 1, 0)), X.transpose(2, 1, 0)),
    "movedim": (lambda x: x.movedim(0, -1), np.moveaxis(X, 0, -1)),
    "movedim two": (lambda x: mg.movedim(x, (2, 0), (0, 1)), np.moveaxis(X, (2, 0), (0, 1))),
    "movedim back": (lambda x: x.movedim((0, 1), (-1, 0)), np.moveaxis(X, (0, 1), (-1, 0))),
    "T": (lambda x: x.T, X.T),
    "mT": (lambda x: x.mT, X.swapaxes(-1, -2)),
    "t": (lambda x: x[0].t(), X[0].T),
    "unsqueeze": (lambda x: x.unsqueeze(-1), X[..., None]),
    "unsqueeze inside": (lambda x: mg.unsqueeze(x, 1), X[:, None]),
    "squeeze": (lambda x: x[:1, :, :1].squeeze(), X[0, :, 0]),
    "squeeze a dim": (lambda x: x[:1, :, :1].squeeze(-1), X[:1, :, 0]),
    "squeeze a long dim": (lambda x: x.squeeze(0), X),
    "squeeze dims": (lambda x: mg.squeeze(x[:1, :, :1], (0, 1)), X[0, :, :1]),
    "expand": (lambda x: x[:1].expand(5, -1, 4), np.broadcast_to(X[:1], (5, 3, 4))),
    "expand in front": (
        lambda x: x.expand((2, 2, -1, 3, 4)),
        np.broadcast_to(X, (2, 2, 3, 4))[None].repeat(2, 0),
    ),
    "expand_as": (lambda x: x[:, :1].expand_as(x), np.broadcast_to(X[:, :1], X.shape)),
    "broadcast_to": (lambda x: mg.broadcast_to(x, (1, 2, 3, 4)), X[None]),
    "diagonal": (lambda x: x[0].diagonal(), np.diagonal(X[0])),
    "diagonal above": (lambda x: mg.diagonal(x, 2, 1, 2), np.diagonal(X, 2, 1, 2)),
    "diagonal below": (lambda x: x.diagonal(-1, 0, 2), np.diagonal(X, -1, 0, 2)),
    "diagonal outside": (lambda x: x.diagonal(7), np.diagonal(X, 7)),
    "diagonal turned": (lambda x: x.diagonal(1, -1, 0), np.diagonal(X, 1, -1, 0)),
}
COPIES = {
    "reshape strided": (lambda x: x.mT.reshape(24), X.swapaxes(-1, -2).reshape(24)),
    "repeat": (lambda x: x.repeat(2, 1, 3), np.tile(X, (2, 1, 3))),
    "repeat once": (lambda x: x.repeat(1, 1, 1), X),
    "repeat in front": (lambda x: x.repeat((2, 1, 2, 1)), np.tile(X, (2, 1, 2, 1))),
    "flip": (lambda x: x.flip(0, -1), X[::-1, :, ::-1]),
    "flip one": (lambda x: mg.flip(x, 1), X[:, ::-1]),
    "flip none": (lambda x: mg.flip(x, ()), X),
    "roll": (lambda x: x.roll(5), np.roll(X, 5)),
    "roll dims": (lambda x: mg.roll(x, (1, -2), (0, -1)), np.roll(X, (1, -2), (0, 2))),
    "roll twice": (lambda x: mg.roll(x, (1, 1), (2, 2)), np.roll(X, 2, 2)),
    "pad": (lambda x: pad(x, (1, 2)), np.pad(X, ((0, 0), (0, 0), (1, 2)))),
    "pad value": (
        lambda x: pad(x, [0, 1, 2, 0], value=-1.5),
        np.pad(X, ((0, 0), (2, 0), (0, 1)), constant_values=-1.5),
    ),
    "pad away": (lambda x: pad(x, (-1, 2, 0, -2)), np.pad(X[:, :1, 1:], ((0, 0), (0, 0), (0, 2)))),
    "tril": (lambda x: x.tril(), np.tril(X)),
    "tril below": (lambda x: mg.tril(x, -1), np.tril(X, -1)),
    "triu": (lambda x: x.triu(), np.triu(X)),
    "triu above": (lambda x: mg.triu(x, diagonal=2), np.triu(X, 2)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views(name) -> None:
    function, expected = VIEWS[name]
    x = mg.tensor(X)
    y = function(x)
    assert y.dtype == mg.float32
    assert_array_equal(y, expected)
    assert shares_memory(y.array, x.array)
    assert y.storage is x.storage


@pytest.mark.parametrize("name", COPIES)
def test_copies(name) -> None:
    function, expected = COPIES[name]
    x = mg.tensor(X)
    y = function(x)
    assert y.dtype == mg.float32
    assert_array_equal(y, expected)
    assert not share_memory(y, x)
    assert y.storage is not x.storage


@pytest.mark.parametrize("name", VIEWS | COPIES)
def test_the_gradient_of_a_sum_counts_uses(name) -> None:
    """The gradient of the sum is how often each element appears, found here from the values themselves."""
    function, _ = (VIEWS | COPIES)[name]
    x = mg.tensor(X + 1, requires_grad=True)
    y = function(x)
    y.sum().backward()
    uses = [(host(y) == value).sum() for value in host(x).ravel()]
    assert_array_equal(x.grad, np.reshape(uses, X.shape))
    assert x.grad.dtype == mg.float32


def test_a_write_to_a_view_is_seen_by_its_source() -> None:
    x = mg.zeros(3, 3)
    x.diagonal().fill_(1.0)
    x.T[0, 2] = 5.0
    x.view(9)[1] = 7.0
    assert_array_equal(x, [[1, 7, 0], [0, 1, 0], [5, 0, 1]])


@given(arrays(), st.data())
def test_reshape_and_back(a, data) -> None:
    x = mg.tensor(a)
    shape = data.draw(st.permutations(a.shape))
    assert_array_equal(x.reshape(shape).reshape(a.shape), a)
    assert_array_equal(x.permute(*range(a.ndim)[::-1]), a.T)
    assert_array_equal(x.T.T, a)
    assert_array_equal(x.flatten(), a.reshape(-1))
    assert_array_equal(x.squeeze(), a.squeeze())


def test_a_tensor_without_axes() -> None:
    x = mg.tensor(2.0)
    assert x.flatten().shape == (1,)
    assert x.reshape(1, 1).shape == (1, 1)
    assert x.reshape(()).shape == ()
    assert x.squeeze(0).shape == ()
    assert x.unsqueeze(-1).shape == (1,)
    assert x.transpose(0, -1).shape == ()
    assert x.T.shape == x.t().shape == x.permute().shape == x.movedim(0, 0).shape == ()
    assert x.expand(2, 3).shape == (2, 3)
    assert x.repeat(2).tolist() == [2.0, 2.0]
    assert x.flip(0).item() == x.roll(3).item() == pad(x, ()).item() == 2.0


def test_nothing_reshapes_to_nothing() -> None:
    x = mg.zeros(0, 3)
    assert x.reshape(3, 0).shape == (3, 0)
    assert x.reshape(-1, 3).shape == (0, 3)
    assert x.flatten().shape == (0,)


@pytest.mark.parametrize("dtype", ["int64", "bool", "float16", "uint8"])
def test_the_dtype_stays(dtype) -> None:
    x = mg.tensor(np.ones((2, 2), dtype))
    for y in (x.T, x.flip(0), x.roll(1, 0), x.tril(), x.repeat(2, 1), pad(x, (1, 1)), x.diagonal()):
        assert y.dtype == np.dtype(dtype)


def test_a_permutation_is_undone_in_the_gradient() -> None:
    x, weight = mg.zeros(2, 2, 2, requires_grad=True), np.arange(8.0, dtype="float32").reshape(2, 2, 2)
    (x.permute(1, 2, 0) * mg.tensor(weight)).sum().backward()
    assert_array_equal(x.grad, weight.transpose(2, 0, 1))
