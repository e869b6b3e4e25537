"""Products against NumPy, integers and empty sums included; einsum against sums written out; fused against composed."""

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff.ops.matmul import linear
from tests.host import assert_allclose, assert_array_equal, host, placed, share_memory


def draw(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


SHAPES = [
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((6, 5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((1, 5, 2, 3), (6, 1, 3, 4)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 4)),
    ((5, 0, 3), (3, 4)),
    ((0, 2, 3), (3,)),
    ((0,), (0,)),
]


@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_matmul_is_numpys(left, right) -> None:
    x, y = draw(*left), draw(*right)
    a, b = placed(x), placed(y)
    for out in (mg.matmul(a, b), a @ b, a.matmul(b), x @ b.cpu(), a.cpu() @ y):
        assert out.shape == (x @ y).shape
        assert out.dtype == mg.float64
        assert_allclose(out, x @ y, rtol=1e-12, atol=1e-14)


def test_named_products() -> None:
    x, y, v, w = draw(2, 3), draw(3, 4), draw(3), draw(2)
    a, b = draw(5, 2, 3), draw(5, 3, 4)
    for name, arrays, expected in [
        ("mm", (x, y), x @ y),
        ("bmm", (a, b), a @ b),
        ("mv", (x, v), x @ v),
        ("dot", (v, v), v @ v),
        ("outer", (w, v), np.outer(w, v)),
    ]:
        tensors = [placed(array) for array in arrays]
        for out in (getattr(mg, name)(*tensors), getattr(tensors[0], name)(*tensors[1:])):
            assert out.shape == expected.shape
            assert_allclose(out, expected, rtol=1e-13)


def test_addmm() -> None:
    x, y = draw(2, 3), draw(3, 4)
    for shape in [(2, 4), (4,), (1, 4), (2, 1), (), (1,)]:
        start = draw(*shape)
        out = mg.addmm(placed(start), placed(x), placed(y), beta=0.5, alpha=-2.0)
        assert_allclose(out, 0.5 * start - 2.0 * (x @ y), rtol=1e-13)
        assert_allclose(placed(start).addmm(placed(x), placed(y)), start + x @ y, rtol=1e-13)
    unread = mg.addmm(placed(np.full((2, 4), np.nan)), placed(x), placed(y), beta=0)
    assert_array_equal(unread, x @ y)


def test_integers_are_multiplied_as_integers() -> None:
    x = mg.tensor([[2, 3], [5, 7]])
    for out in (x @ x, mg.mm(x, x), mg.einsum("ij,jk->ik", x, x), linear(x, x.T), mg.addmm(x * 0, x, x)):
        assert out.dtype == mg.int64
        assert out.tolist() == [[19, 27], [45, 64]]
    small = x.to(mg.int32)
    assert (small @ small).dtype == mg.int32
    assert mg.dot(x[0], x[1]).item() == 31


def test_float32_stays_float32() -> None:
    x = mg.rand(3, 4).requires_grad_()
    w = mg.rand(2, 4).requires_grad_()
    b = mg.rand(2).requires_grad_()
    out = linear(x, w, b) + x @ w.T + mg.einsum("ij,kj->ik", x, w)
    assert out.dtype == mg.float32
    assert {g.dtype for g in mg.grad(out.sum(), [x, w, b])} == {mg.float32}


# -------------------------------------------------------------------------------------------- linear


@pytest.mark.parametrize("lead", [(), (0,), (5,), (2, 0), (2, 3), (2, 1, 3)])
@pytest.mark.parametrize("with_bias", [True, False])
def test_linear_is_its_composed_twin(lead, with_bias) -> None:
    inputs = [placed(draw(*shape), requires_grad=True) for shape in [(*lead, 4), (3, 4), (3,)][: 2 + with_bias]]
    seed = placed(draw(*lead, 3))
    directions = [placed(draw(*t.shape)) for t in inputs]

    def twin(x, weight, *bias):
        out = mg.einsum("...i,oi->...o", x, weight)
        return out + bias[0] if bias else out

    results = []
    for function in (linear, twin):
        out = function(*inputs)
        first = mg.grad(out, inputs, seed, create_graph=True)
        second = mg.grad(first[:2], inputs[:2], directions[:2])
        results.append([out, *first, *second])
    for fused, composed in zip(*results, strict=True):
        assert fused.shape == composed.shape
        assert_allclose(fused, composed, rtol=1e-12, atol=1e-13)


def test_linear_keeps_what_its_gradients_ask_for() -> None:
    x, w, b = mg.rand(2, 3), mg.rand(4, 3).requires_grad_(), mg.rand(4).requires_grad_()
    kept, shape = linear(x, w, b)._node.saved
    assert kept is x.array
    assert shape == (4,)
    assert linear(x, w.detach(), b)._node.saved == ((4,),)


def test_a_vector_times_a_stack_sums_over_the_stack() -> None:
    v, stack = placed(draw(3), requires_grad=True), placed(draw(5, 3, 4))
    assert_allclose(mg.grad((v @ stack).sum(), v)[0], host(stack).sum((0, 2)), rtol=1e-12)


# -------------------------------------------------------------------------------------------- einsum

X, Y, V, S, B, C = draw(2, 3), draw(3, 4), draw(3), draw(3, 3), draw(5, 2, 3), draw(5, 3, 4)
EINSUMS = {
    "ij,jk": ((X, Y), X @ Y),
    "ij,jk->ki": ((X, Y), (X @ Y).T),
    "ba": ((X,), X.T),
    "Ba,aC": ((X, Y), X @ Y),
    "ab,bC": ((X, Y), (X @ Y).T),
    "ij->": ((X,), X.sum()),
    "ij->j": ((X,), X.sum(0)),
    "ii": ((S,), np.trace(S)),
    "ii->i": ((S,), np.diag(S)),
    "iji->j": ((S[:, None] * np.ones((3, 2, 3)),), np.trace(S) * np.ones(2)),
    "i,i": ((V, V), V @ V),
    "i,i->i": ((V, V), V * V),
    "i,j->ij": ((V, V), np.outer(V, V)),
    "bij,bjk->bik": ((B, C), B @ C),
    "...ij,...jk->...ik": ((B, Y), B @ Y),
    "...ij,jk": ((B, Y), B @ Y),
    "...,...": ((S, V), S * V),
    "...i->...": ((B,), B.sum(-1)),
    "...i->i": ((B,), B.sum((0, 1))),
    "i...->...i": ((B,), np.moveaxis(B, 0, -1)),
    "ij,jk,kl->il": ((X, Y, Y.T), X @ Y @ Y.T),
    "ij,kl->": ((X, Y), X.sum() * Y.sum()),
    "ij,k->j": ((X, V), X.sum(0) * V.sum()),
    " i j , j -> i ": ((X, V), X @ V),
    "bi,bi->b": ((X[:1], X), (X[:1] * X).sum(1)),
    "bi,bj->ij": ((X[:1], X), np.outer(X[0], X.sum(0))),
    ",->": ((V[0:1].reshape(()), V[1:2].reshape(())), V[0] * V[1]),
    "i,->i": ((V, V[1:2].reshape(())), V * V[1]),
    "->": ((V[0:1].reshape(()),), V[0]),
    "ij,jk->ik": ((X[:, :0], Y[:0]), np.zeros((2, 4))),
}


@pytest.mark.parametrize("equation", EINSUMS)
def test_einsum(equation) -> None:
    arrays, expected = EINSUMS[equation]
    for operands in (map(placed, arrays), [list(map(placed, arrays))]):
        out = mg.einsum(equation, *operands)
        assert out.shape == np.shape(expected)
        assert_allclose(out, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("equation", ["ij->ij", "ij->ji", "ii->i", "i...->...i"])
def test_einsum_returns_memory_of_its_own(equation) -> None:
    x = placed(draw(3, 3))
    out = mg.einsum(equation, x)
    assert not share_memory(out, x)
    out.array[...] = 0.0  # writable


def test_a_stretched_axis_gets_a_gradient_of_its_own_shape() -> None:
    """The defect of HIPS/autograd#376."""
    x, y = placed(draw(1, 3), requires_grad=True), placed(draw(4, 2))
    (gradient,) = mg.grad(mg.einsum("bi,bj->bij", x, y).sum(), x)
    assert gradient.shape == (1, 3)
    assert_allclose(gradient, np.full((1, 3), host(y).sum()), rtol=1e-12)


def test_the_diagonal_does_not_touch_what_is_beside_it() -> None:
    x = placed(np.array([[1.0, np.inf], [np.nan, 2.0]]), requires_grad=True)
    trace = mg.einsum("ii", x)
    assert trace.item() == 3.0
    assert mg.grad(trace, x)[0].tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("size", [4, 64])  # below and above the size from which BLAS is used
def test_einsum_is_matmul(size) -> None:
    rng = np.random.default_rng(size)
    x, y, z, seed = (placed(a, requires_grad=True) for a in rng.normal(size=(4, size, size)))
    for equation, twin in [
        ("ij,jk,kl->il", lambda: x @ y @ z),
        ("ij,jk,kl->li", lambda: (x @ y @ z).T),
        ("ij,kj,kl->il", lambda: x @ y.T @ z),
        ("ij,jk->ik", lambda: x @ y),
        ("ij,kj->ki", lambda: y @ x.T),
    ]:
        operands = [x, y, z][: equation.count(",") + 1]
        found, expected = mg.einsum(equation, *operands), twin()
        assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
        for a, b in zip(mg.grad(found, operands, seed), mg.grad(expected, operands, seed), strict=True):
            assert_allclose(a, b, rtol=1e-9, atol=1e-9)
