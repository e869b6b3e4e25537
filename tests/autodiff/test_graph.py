"""The graph: order, accumulation, ownership, release, hooks, memory."""

import copy
import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import op
from minigen.autodiff.sweep import reachable
from tests.host import assert_allclose, assert_array_equal, examples, host, placed, share_memory


def leaf(values, dtype="float64"):
    return placed(np.array(values, dtype), requires_grad=True)


# ---------------------------------------------------------------------------------------- order and sums


def test_reuse_and_diamonds() -> None:
    x = leaf([2.0, 3.0])
    a = x * x
    b = a + x
    c = a * b + a
    c.sum().backward()
    # c = x^4 + x^3 + x^2
    v = host(x)
    assert_allclose(x.grad, 4 * v**3 + 3 * v**2 + 2 * v)


def test_gradients_accumulate_over_calls() -> None:
    x = leaf([2.0])
    for _ in range(3):
        (x * x).backward()
    assert x.grad.item() == 12.0


def test_a_wide_graph_sums_every_branch_once() -> None:
    x = leaf([1.0, 2.0])
    total = mg.stack([x * float(i) for i in range(500)]).sum()
    total.backward()
    assert_allclose(x.grad, [124750.0, 124750.0])


def test_a_million_operations_differentiate_and_free_without_recursion() -> None:
    x, n = leaf([1.0]), examples(1_000_000)
    y = x
    for _ in range(n):
        y = y + 1.0
    y.backward()
    assert x.grad.item() == 1.0
    del y
    z = x
    for _ in range(n // 4):
        z = z * 1.0
    del z


def test_the_sweep_of_grad_visits_only_paths_to_the_inputs() -> None:
    visited = []
    spy = op("test_spy", lambda x: x + 0, x=lambda g: visited.append(1) or g)
    x, y = leaf([1.0]), leaf([2.0])
    out = x * 2.0 + spy(y)
    mg.grad(out, x)
    assert visited == []
    assert y.grad is None


# ---------------------------------------------------------------------------------------------- ownership


def test_two_leaves_never_share_a_gradient() -> None:
    p, q = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (p + q).sum().backward()
    assert not share_memory(p.grad, q.grad)
    p.grad *= 0.0
    assert_array_equal(q.grad, [1.0, 1.0])


def test_a_gradient_is_writable_contiguous_memory_of_its_own() -> None:
    x = placed(np.asfortranarray(np.ones((2, 3))), requires_grad=True)
    x.sum().backward()
    x.grad.array[...] = 5.0
    assert x.grad.array.flags.c_contiguous
    w = leaf(np.ones((2, 3)))
    (w.T * placed(np.ones((3, 2)))).sum().backward()
    assert w.grad.array.flags.c_contiguous
    assert w.grad.array.flags.owndata


def test_a_gradient_is_in_c_order_whatever_the_operands_are() -> None:
    x = placed(np.ones((3, 2)).T, requires_grad=True)
    (x * x).sum().backward()
    assert x.grad.array.flags.c_contiguous


def test_a_gradient_that_is_a_view_is_copied() -> None:
    x, seed = leaf([[1.0, 2.0], [3.0, 4.0]]), placed(np.ones(4))
    x.reshape(4).backward(seed)
    assert not share_memory(x.grad, seed)


def test_what_a_hook_saw_or_gave_is_not_the_gradient_itself() -> None:
    x, given, seen = leaf([1.0, 2.0]), placed(np.ones(2)), []
    handle = x.register_hook(seen.append)
    (x * 3.0).sum().backward()
    assert not share_memory(x.grad, seen[0])
    handle.remove()
    x.grad = None
    x.register_hook(lambda g: given)
    (x * 3.0).sum().backward()
    assert not share_memory(x.grad, given)


def test_the_gradient_given_to_backward_is_not_kept() -> None:
    x = leaf([1.0, 2.0])
    seed = mg.tensor([1.0, 1.0], dtype="float64")
    (x + 0.0).backward(seed)
    seed.array[...] = 9.0
    assert_array_equal(x.grad, [1.0, 1.0])
    x.grad = None
    x.backward(seed)
    assert not share_memory(x.grad, seed)


def test_gradients_returned_by_grad_share_nothing() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    for create_graph in (False, True):
        seed = placed(np.ones(2))
        a, b = mg.grad(x + y, [x, y], seed, create_graph=create_graph)
        assert not share_memory(a, b)
        assert not share_memory(a, seed)


def test_a_rule_that_returns_a_saved_array_does_not_give_it_away() -> None:
    row = op("test_linear", lambda x, w: (x * w).sum(), fixed=("w",), x=lambda g, w: w)
    x, w = leaf([1.0, 2.0]), placed(np.array([3.0, 4.0]))
    row(x, w).backward()
    x.grad *= 2.0
    assert_array_equal(w, [3.0, 4.0])


def test_nor_does_one_that_returns_a_part_of_what_it_was_given() -> None:
    pieces = op("test_pieces", lambda x: (x * 1, x * 2), x=lambda g: g[0])
    x, seed = leaf([1.0, 2.0]), placed(np.ones(2))
    pieces(x)[0].backward(seed)
    assert not share_memory(x.grad, seed)
    product = op("test_product", lambda *xs: xs[0] @ xs[1], xs=lambda g, position, xs: xs[1 - position])
    x, w = leaf([1.0, 2.0]), placed(np.array([3.0, 4.0]))
    product(x, w).backward()
    assert not share_memory(x.grad, w)


def test_addition_in_place_spares_the_first_two_arrivals() -> None:
    fixed = np.ones(2)
    row = op("test_same", lambda x: x + 0, x=lambda g: fixed)
    x = leaf([1.0, 2.0])
    y = x * 1.0
    (row(y) + row(y) + row(y) + row(y)).sum().backward()
    assert_array_equal(fixed, [1.0, 1.0])
    assert_array_equal(x.grad, [4.0, 4.0])


# ------------------------------------------------------------------------------------- release, versions


def test_a_second_backward_names_retain_graph() -> None:
    x = leaf([2.0])
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match=r"mul: the arrays saved .* retain_graph=True"):
        y.backward()
    z = x * x
    z.backward(retain_graph=True)
    z.backward()


def test_retain_graph_keeps_what_was_saved() -> None:
    x = leaf([2.0])
    y = x * x
    y.backward(retain_graph=True)
    assert y._node.saved is not None
    y.backward()
    assert y._node.saved is None
    assert x.grad.item() == 8.0


def test_saved_arrays_are_released_node_by_node() -> None:
    alive = []
    row = op(
        "test_watch",
        lambda x, y: x * y,
        x=lambda g, y: alive.append(probe() is not None) or g * y,
        y=lambda g, x: g * x,
    )
    x = leaf(np.ones(3))
    inner = row(x, x)
    last = placed(np.ones(3)) * 1.0
    probe = weakref.ref(host(last))
    out = inner * last
    del last
    out.sum().backward()
    assert alive == [False]


def test_a_saved_array_changed_in_place_is_noticed() -> None:
    for change in (
        lambda t: t.add_(1.0),
        lambda t: t.detach().mul_(2.0),
        lambda t: t.data.fill_(0.0),
        lambda t: t[:1].zero_(),
        lambda t: t.__setitem__(0, 5.0),
    ):
        x, c = leaf([1.0, 2.0]), mg.tensor([3.0, 4.0], dtype="float64")
        y = x * c
        change(c)
        with pytest.raises(RuntimeError, match=r"mul: an array saved for its gradient was changed in place.*clone"):
            y.sum().backward()


def test_the_version_belongs_to_the_storage_also_through_later_views() -> None:
    x, base = leaf([1.0, 2.0]), mg.zeros(2, 2, dtype="float64")
    y = x * base[0]
    base.view(4)[1:2].add_(1.0)
    with pytest.raises(RuntimeError, match="changed in place"):
        y.sum().backward()


def test_an_operation_that_saved_nothing_does_not_mind() -> None:
    x, c = leaf([1.0]), mg.tensor([3.0], dtype="float64")
    y = x + c
    c.add_(1.0)
    y.backward()


def test_a_saved_output_changed_under_no_grad_is_noticed() -> None:
    x = leaf([1.0])
    y = x.exp()
    with mg.no_grad():
        y.add_(1.0)
    with pytest.raises(RuntimeError, match="exp: an array saved"):
        y.backward()


def test_the_version_is_checked_in_the_second_order_too() -> None:
    x = leaf([1.0])
    (g,) = mg.grad(x**3, x, create_graph=True)
    with mg.no_grad():
        x.add_(1.0)
    with pytest.raises(RuntimeError, match="changed in place"):
        mg.grad(g, x)


# -------------------------------------------------------------------------------------------------- hooks


def test_hooks_run_once_when_the_gradient_is_complete() -> None:
    x = leaf([1.0])
    y = x * 2.0
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    (y * 3.0 + y * 4.0).backward()
    assert seen == [7.0]


def test_hooks_replace_in_order_and_can_be_removed() -> None:
    x = leaf([1.0])
    first = x.register_hook(lambda g: g * 2.0)
    x.register_hook(lambda g: g + 1.0)
    (x * 5.0).backward()
    assert x.grad.item() == 11.0
    first.remove()
    first.remove()
    x.grad = None
    (x * 5.0).backward()
    assert x.grad.item() == 6.0


def test_hooks_of_an_output_that_leads_to_no_input_do_not_run() -> None:
    x, other = leaf(2.0), leaf(3.0)
    seen = []
    other.register_hook(seen.append)
    assert mg.grad([x * x, other], x)[0].item() == 4.0
    assert mg.grad(other, x, allow_unused=True) == (None,) and not seen


def test_a_leaf_that_moved_into_a_graph_receives_nothing_from_its_past() -> None:
    x, other = leaf([2.0]), leaf([3.0])
    y = x * 2.0
    x.requires_grad_(False)
    x += other
    assert not x.is_leaf
    (x * y).backward()
    assert x.grad is None and other.grad.tolist() == [4.0]


def test_retain_grad_follows_the_tensor_and_a_hook_stays_with_the_value() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2.0
    seen = []
    y.retain_grad()
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.mul_(3.0)
    (y * y).sum().backward()
    assert y.grad.tolist() == [12.0, 24.0]
    assert seen == [[36.0, 72.0]]


def test_hooks_stay_on_a_leaf_that_changes() -> None:
    for change in (
        lambda p: setattr(p, "data", mg.ones(3, dtype="float64")),
        lambda p: p.requires_grad_(False).requires_grad_(True),
        lambda p: mg.nn.Module.float(holder(p)),
    ):
        seen = []
        p = mg.nn.Parameter(mg.ones(2, dtype="float64"))
        p.register_hook(lambda g, seen=seen: seen.append(g.shape))
        change(p)
        (p * 2.0).sum().backward()
        assert seen == [p.shape]


def holder(p):
    module = mg.nn.Module()
    module.p = p
    return module


def test_a_leaf_stays_itself_between_forward_and_gradient() -> None:
    for change in (
        lambda x: setattr(x, "data", mg.ones(2, dtype="float64")),
        lambda x: x.requires_grad_(False).requires_grad_(True),
    ):
        x = leaf([1.0, 2.0])
        y = (x * 3.0).sum()
        change(x)
        (g,) = mg.grad(y, x, allow_unused=True)
        assert g is not None
        assert g.tolist() == [3.0, 3.0]


def test_a_leaf_that_no_longer_requires_grad_receives_none() -> None:
    x = leaf([1.0])
    y = x * 2.0
    x.requires_grad_(False)
    y.backward()
    assert x.grad is None


def test_a_grad_of_another_shape_is_not_added_to() -> None:
    x = leaf([1.0, 2.0])
    x.grad = mg.ones(2, 2, dtype="float64")
    with pytest.raises(RuntimeError, match=r"set \.grad = None first"):
        (x * 2.0).sum().backward()


def test_removing_a_hook_twice_leaves_later_ones() -> None:
    x = leaf([1.0])
    x.register_hook(lambda g: g + 1.0)
    second = x.register_hook(lambda g: g + 10.0)
    second.remove()
    x.register_hook(lambda g: g + 100.0)
    second.remove()
    x.backward()
    assert x.grad.item() == 102.0
    with pytest.raises(TypeError, match="register_hook: expected a function"):
        x.register_hook(3)


def test_a_numpy_operand_may_be_written_after_the_forward() -> None:
    w, a = mg.ones(2, device="cpu", requires_grad=True), np.ones(2)
    y = w * a
    a[:] = 100.0
    y.sum().backward()
    assert w.grad.tolist() == [1.0, 1.0]


def test_a_hook_of_the_wrong_shape_is_refused() -> None:
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: g.sum())
    with pytest.raises(TypeError, match=r"like a Tensor float64\[2\], got a Tensor float64\[\]"):
        (x * 2.0).sum().backward()
    y = leaf([1.0])
    y.register_hook(lambda g: g.float())
    with pytest.raises(TypeError, match=r"like a Tensor float64\[1\], got a Tensor float32\[1\]"):
        y.backward()


def test_hooks_see_tensors_in_the_recorded_sweep() -> None:
    x = leaf([3.0])
    y = x * x
    handle = y.register_hook(lambda g: g * y)
    (g,) = mg.grad(y, x, create_graph=True)  # y * 2x = 2x^3
    handle.remove()
    assert g.item() == 54.0
    assert mg.grad(g, x)[0].item() == 54.0  # 6x^2


def test_retain_grad() -> None:
    x = leaf([2.0])
    y = x * x
    y.retain_grad()
    (y * 3.0).backward()
    assert y.grad.item() == 3.0
    assert x.grad.item() == 12.0
    x.retain_grad()  # a leaf has it anyway
    with pytest.raises(RuntimeError, match="does not require grad"):
        x.detach().retain_grad()


# ------------------------------------------------------------------------------------- grad and backward


def test_allow_unused() -> None:
    x, y = leaf([1.0]), leaf([1.0])
    with pytest.raises(RuntimeError, match=r"input 1 .* allow_unused=True"):
        mg.grad(x * 2.0, [x, y])
    g, none = mg.grad(x * 2.0, [x, y], allow_unused=True)
    assert g.item() == 2.0
    assert none is None


def test_grad_with_respect_to_computed_tensors() -> None:
    x = leaf([2.0])
    y = x * x
    z = y * y
    gy, gx = mg.grad(z, [y, x])
    assert (gy.item(), gx.item()) == (8.0, 32.0)
    assert mg.grad(y, y)[0].item() == 1.0


def test_grad_leaves_the_leaves_alone() -> None:
    x = leaf([2.0])
    mg.grad(x * x, x)
    assert x.grad is None


def test_backward_through_a_gradient() -> None:
    x = leaf([2.0, -1.0])
    w = leaf([0.5, 3.0])
    (g,) = mg.grad((w * x * x * x).sum(), x, create_graph=True)
    (g * g).sum().backward()  # sum (3 w x^2)^2
    assert_allclose(w.grad, 18 * host(w) * host(x)**4)
    assert_allclose(x.grad, 36 * host(w)**2 * host(x)**3)


def test_higher_orders() -> None:
    x = leaf([0.7])
    y = x**5
    for expected in (5 * 0.7**4, 20 * 0.7**3, 60 * 0.7**2, 120 * 0.7, 120.0):
        (y,) = mg.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(expected, rel=1e-12)


def test_create_graph_records_under_no_grad_too() -> None:
    x = leaf([3.0])
    y = x * x
    with mg.no_grad():
        (g,) = mg.grad(y, x, create_graph=True)
        assert not mg.is_grad_enabled()
    assert g.requires_grad
    assert mg.grad(g, x)[0].item() == 2.0


# --------------------------------------------------------------------------------------- modes and leaves


def test_no_grad_is_a_context_and_a_decorator() -> None:
    x = leaf([1.0])

    @mg.no_grad()
    def brackets():
        return x * 2.0

    @mg.no_grad
    def bare():
        return x * 2.0

    assert not brackets().requires_grad
    assert not bare().requires_grad
    with mg.no_grad():
        with mg.enable_grad():
            assert (x * 2.0).requires_grad
        assert not (x * 2.0).requires_grad
    with pytest.raises(ZeroDivisionError), mg.no_grad():
        raise ZeroDivisionError
    assert mg.is_grad_enabled()
    mode = mg.no_grad()
    with mode:
        with mode:
            pass
        assert not mg.is_grad_enabled()
    assert mg.is_grad_enabled()


def test_a_generator_runs_in_the_mode_of_its_decorator() -> None:
    x = leaf([1.0])
    closed = []

    @mg.no_grad()
    def steps():
        try:
            sent = yield (x * 2.0).requires_grad
            try:
                yield sent, mg.is_grad_enabled()
            except ZeroDivisionError:
                yield "caught", mg.is_grad_enabled()
            return 5
        finally:
            closed.append(mg.is_grad_enabled())

    run = steps()
    assert next(run) is False
    assert mg.is_grad_enabled()
    assert run.send("hello") == ("hello", False)
    assert run.throw(ZeroDivisionError) == ("caught", False)
    with pytest.raises(StopIteration) as stop:
        next(run)
    assert stop.value.value == 5
    assert closed == [False]
    assert mg.is_grad_enabled()


def test_set_grad_enabled_as_a_decorator() -> None:
    @mg.set_grad_enabled(False)
    def double(x):
        return x * 2.0

    assert mg.is_grad_enabled()
    assert not double(leaf([1.0])).requires_grad
    assert mg.is_grad_enabled()


def test_set_grad_enabled_as_a_call_and_as_a_block() -> None:
    mg.set_grad_enabled(False)
    assert not mg.is_grad_enabled()
    mg.set_grad_enabled(True)
    with mg.set_grad_enabled(False):
        assert not mg.is_grad_enabled()
    assert mg.is_grad_enabled()


def test_grad_mode_belongs_to_the_thread() -> None:
    import threading

    seen = []
    with mg.no_grad():
        thread = threading.Thread(target=lambda: seen.append(mg.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_leaves_are_held_weakly() -> None:
    x = leaf([1.0])
    y = x * 2.0
    dead = weakref.ref(x)
    del x
    assert dead() is None
    y.backward()


def test_graphs_die_by_reference_count_also_after_create_graph() -> None:
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        y = (x * x).exp()
        y.sum().backward(create_graph=True)
        (x.grad * x.grad).sum().backward()
        a, b = mg.split(x * 2.0, [1, 2])
        (g,) = mg.grad((a * a).sum() + b.sum(), x, create_graph=True)
        dead = weakref.ref(host(y))
        del y, g, a, b
        x.grad = None
        assert dead() is None
        del x
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_peak_memory_of_a_chain_that_saves_nothing_is_two_activations() -> None:
    n = 1_000_000
    x = placed(np.zeros(n), requires_grad=True)
    tracemalloc.start()
    y = x + 1.0
    for _ in range(49):
        y = y + 1.0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.1 * 8 * n


# ------------------------------------------------------------------------------------------ copy, detach


def test_detach_and_data_share_memory_and_leave_the_graph() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2.0
    assert not y.detach().requires_grad
    assert y.detach().array is y.array
    x.data.mul_(10.0)
    assert_array_equal(x, [10.0, 20.0])
    x.data = mg.tensor([5.0, 5.0, 5.0], dtype="float64")
    (x * x).sum().backward()
    assert_array_equal(x.grad, [10.0, 10.0, 10.0])
    z = (x * 3.0).detach_()
    assert z.is_leaf
    assert not z.requires_grad


def test_a_tensor_that_moved_to_other_memory_is_no_sharer_of_the_old() -> None:
    w = leaf([1.0])
    x, y = mg.zeros(1, dtype="float64"), mg.ones(1, dtype="float64")
    view = x.detach()
    view.data = y
    assert not x.storage.is_shared()
    x += w
    x.backward()
    assert w.grad.item() == 1.0
    with pytest.raises(RuntimeError, match="clone"):
        view += w


def test_copy_shares_and_deepcopy_does_not() -> None:
    x = leaf([1.0, 2.0])
    x.grad = mg.tensor([3.0, 4.0])
    shallow, deep = copy.copy(x), copy.deepcopy(x)
    assert shallow.array is x.array
    assert deep.requires_grad
    assert not share_memory(deep, x)
    assert_array_equal(deep.grad, [3.0, 4.0])
    assert not share_memory(deep.grad, x.grad)
    pair = copy.deepcopy([x, x])
    assert pair[0] is pair[1]
    for function in (copy.copy, copy.deepcopy):
        with pytest.raises(RuntimeError, match=r"\.clone\(\) to stay in the graph"):
            function(x * 2.0)


def test_clone_stays_in_the_graph() -> None:
    x = leaf([1.0])
    x.clone().backward()
    assert x.grad.item() == 1.0
    assert x.clone().array is not x.array


def test_requires_grad_can_be_switched() -> None:
    x = mg.zeros(2)
    assert (x.requires_grad_() * 1.0).requires_grad
    assert not (x.requires_grad_(False) * 1.0).requires_grad
    with pytest.raises(RuntimeError, match=r"use \.detach\(\)"):
        (leaf([1.0]) * 1.0).requires_grad = False
    with pytest.raises(TypeError, match="only floating Tensors can require grad"):
        mg.tensor([1], requires_grad=True)


def test_reachable_lists_newest_first() -> None:
    x = leaf([1.0])
    y = (x * 2.0) + (x * 3.0)
    order = [node.number for node in reachable([y._node])]
    assert order == sorted(order, reverse=True)
    assert len(order) == 4
