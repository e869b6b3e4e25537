"""Rows of the table: forms, what is saved, what registration refuses."""

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import op
from minigen.autodiff.graph import ManyNode
from tests.host import assert_allclose, assert_array_equal, host, placed


def saved_names(tensor):
    return tensor._node.plan.names


def leaf(*shape, dtype="float64"):
    return placed(np.random.default_rng(0).normal(size=shape).astype(dtype), requires_grad=True)


def test_a_signature_saves_what_it_names_and_nothing_else() -> None:
    x, y = leaf(3), leaf(3)
    assert saved_names(x + 1.0) == []
    assert (x + y)._node.saved == ()
    assert saved_names(x * y) == ["y", "x"]
    assert saved_names(x * y.detach()) == ["y"]
    assert saved_names(x.exp()) == ["out"]
    assert saved_names(x.sum()) == ["x_shape", "axis", "keepdims"]


def test_a_rule_that_is_not_needed_is_not_run() -> None:
    def never(g):
        raise AssertionError("ran")

    pick = op("test_pick", lambda x, y: x * 1, x=lambda g: g, y=never)
    x = leaf(2)
    pick(x, leaf(2).detach()).sum().backward()
    assert x.grad is not None
    y = leaf(2)
    mg.grad(pick(x, y), x, placed(np.ones(2)))


def test_variadic_rows_call_one_rule_with_the_position() -> None:
    def rule(g, position, xs, xs_shape, scale):
        assert len(xs) == len(xs_shape) == 3
        return g * (scale * 10.0**position)

    row = op("test_total", lambda *xs, scale: sum(xs) * scale, xs=rule)
    x, z = leaf(2), leaf(2)
    row(x, leaf(2).detach(), z, scale=2.0).sum().backward()
    assert_array_equal(x.grad, [2.0, 2.0])
    assert_array_equal(z.grad, [200.0, 200.0])


def test_several_outputs_are_one_node_and_a_missing_cotangent_is_none() -> None:
    seen = []

    def rule(g, x, out):
        seen.append(g)
        first = 0.0 * x if g[0] is None else 2.0 * x * g[0]
        return first if g[1] is None else first + out[0] * 0.0 + g[1]

    row = op("test_two", lambda x: (x * x, x + 0, x.astype(np.int64)), x=rule)
    x = leaf(2)
    a, b, c = row(x)
    assert not c.requires_grad
    assert type(a._node.parents[0]) is ManyNode
    assert a._node.parents[0] is b._node.parents[0]
    a.sum().backward(retain_graph=True)
    assert seen[0][1] is None
    assert seen[0][2] is None
    assert_allclose(x.grad, 2 * host(x))
    (g,) = mg.grad([a.sum(), b.sum()], x, create_graph=True)
    (h,) = mg.grad(g.sum(), x)
    assert_allclose(h, [2.0, 2.0])


def test_several_outputs_survive_the_death_of_some() -> None:
    row = op("test_three", lambda xp, x: (xp.exp(x), x * 3), x=lambda g, out: g[0] * out[0])
    x = leaf(2)
    first = row(x)[0]
    (g,) = mg.grad(first.sum(), x, create_graph=True)
    assert g.requires_grad
    (h,) = mg.grad(g.sum(), x)
    assert_allclose(h, np.exp(host(x)))


def test_fixed_arguments_refuse_gradients() -> None:
    row = op("test_fixed", lambda x, m: x * m, fixed=("m",), x=lambda g, m: g * m)
    x = leaf(2)
    row(x, placed(np.ones(2))).sum().backward()
    with pytest.raises(TypeError, match=r"'m' has no derivative: pass m\.detach\(\)"):
        row(x, leaf(2))


@pytest.mark.parametrize(
    ("forward", "options", "text"),
    [
        (lambda x: x, {}, "'x' has no rule"),
        (lambda x: x, {"x": lambda g, z: g}, "asks for 'z'"),
        (lambda x: x, {"x": lambda z: z}, "start with g"),
        (np.sin, {"x": lambda g: g}, "written with def or lambda"),
        (lambda x: x, {"x": lambda g, *, x: g}, "positional parameters only"),
        (lambda x: x, {"x": lambda g, *rest: g}, "positional parameters only"),
        (lambda *xs: xs[0], {"xs": lambda g: g}, "start with g, position"),
        (lambda x: x, {"x": lambda g: g, "y": lambda g: g}, "'y' is no argument"),
        (lambda x, *, out: x, {"x": lambda g: g}, "may not be called 'out'"),
        (lambda x, *, my_shape: x, {"x": lambda g: g}, "may not be called 'my_shape'"),
    ],
)
def test_registration_refuses_what_cannot_work(forward, options, text) -> None:
    with pytest.raises(TypeError, match=text):
        op("test_wrong", forward, **options)


def test_a_keyword_is_never_a_tensor() -> None:
    row = op("test_keyword", lambda x, *, scale: x * scale, x=lambda g, scale: g * scale)
    with pytest.raises(TypeError, match="keyword 'scale' is never a Tensor"):
        row(leaf(2), scale=mg.tensor(2.0))


def test_a_row_of_the_library_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="'mul' is already in the table"):
        op("mul", lambda x: x, x=lambda g: g)


def test_arrays_in_arrays_out() -> None:
    out = mg.autodiff.rows["mul"](np.ones(2), 3.0)
    assert type(out) is np.ndarray


def test_a_rule_of_the_wrong_shape_is_caught() -> None:
    row = op("test_shape", lambda x: x + 0, x=lambda g: g[:1])
    with pytest.raises(AssertionError, match=r"test_shape: a rule returned a gradient of shape \(1,\)"):
        row(leaf(3)).sum().backward()


def test_the_gradient_has_the_dtype_of_the_input() -> None:
    row = op("test_dtype", lambda x: x + 0, x=lambda g: g.astype(np.float64) if isinstance(g, np.ndarray) else g)
    x = leaf(3, dtype="float32")
    row(x).sum().backward()
    assert x.grad.dtype == np.float32


def test_an_error_of_the_forward_names_the_operation_and_its_operands() -> None:
    with pytest.raises(ValueError, match=r"add: .*given a Tensor float64\[3\], a Tensor float64\[2\]"):
        leaf(3) + leaf(2)
