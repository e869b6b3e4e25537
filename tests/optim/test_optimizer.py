"""What optimizers share: groups, missing gradients, closures, saved state, what they touch and what not."""

import copy
import json

import numpy
import pytest

import minigen as mg
from minigen.random import Generator
from tests.host import host

OPTIMIZERS = {
    "SGD": lambda params: mg.optim.SGD(params, lr=0.1, momentum=0.9),
    "SGD plain": lambda params: mg.optim.SGD(params, lr=0.1),
    "RMSprop": lambda params: mg.optim.RMSprop(params, lr=0.1, momentum=0.5, centered=True),
    "Adam": lambda params: mg.optim.Adam(params, lr=0.1, amsgrad=True),
    "AdamW": lambda params: mg.optim.AdamW(params, lr=0.1),
}
each = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


def leaf(*values, dtype=mg.float64):
    return mg.tensor(list(values), dtype=dtype, requires_grad=True)


def run(optimizer, params, rng, steps):
    for _ in range(steps):
        for param in params:
            param.grad = rng.normal(param.shape, dtype=param.dtype)
        optimizer.step()


def test_groups_have_their_own_settings():
    fast, slow = leaf(1.0), leaf(1.0)
    optimizer = mg.optim.SGD([{"params": [fast]}, {"params": slow, "lr": 0.01, "weight_decay": 1.0}], lr=0.5)
    fast.grad, slow.grad = mg.tensor([1.0], dtype=mg.float64), mg.tensor([1.0], dtype=mg.float64)
    optimizer.step()
    assert fast.item() == pytest.approx(0.5, abs=1e-15)
    assert slow.item() == pytest.approx(1.0 - 0.01 * 2.0, abs=1e-15)


def test_settings_are_read_at_every_step():
    x = leaf(1.0)
    optimizer = mg.optim.SGD([x], lr=0.5)
    optimizer.param_groups[0]["lr"] = 0.25
    x.grad = mg.tensor([1.0], dtype=mg.float64)
    optimizer.step()
    assert x.item() == 0.75


def test_parameters_may_be_an_iterator():
    one, other = mg.nn.Linear(2, 3), mg.nn.Linear(3, 1)
    optimizer = mg.optim.Adam(p for net in (one, other) for p in net.parameters())
    assert optimizer.param_groups[0]["params"] == [*one.parameters(), *other.parameters()]


@each
def test_without_gradient_nothing_happens(make):
    used, unused = leaf(1.0, 2.0), leaf(3.0, 4.0)
    optimizer = make([unused, used])
    used.grad = mg.ones(2, dtype=mg.float64)
    optimizer.step()
    assert unused.tolist() == [3.0, 4.0]
    assert unused not in optimizer.state
    assert used.tolist() != [1.0, 2.0]


def test_steps_are_counted_for_each_parameter():
    early, late = leaf(1.0), leaf(1.0)
    optimizer = mg.optim.Adam([early, late], lr=0.5)
    early.grad = mg.tensor([3.0], dtype=mg.float64)
    optimizer.step()
    late.grad = mg.tensor([3.0], dtype=mg.float64)
    optimizer.step()
    assert late.item() == pytest.approx(0.5, abs=1e-7)  # the first step of Adam has length lr
    assert [optimizer.state[p]["step"] for p in (early, late)] == [2, 1]


@each
def test_the_parameter_is_written_in_place(make):
    x = leaf(1.0, 2.0)
    optimizer = make([x])
    array, gradient, view = x.array, mg.tensor([0.5, -0.5], dtype=mg.float64), x.detach()
    x.grad = gradient
    optimizer.step()
    assert x.array is array and x.grad is gradient
    assert gradient.tolist() == [0.5, -0.5]
    assert view.tolist() == x.tolist() != [1.0, 2.0]
    assert x.is_leaf and x.requires_grad


@each
def test_a_graph_that_saved_the_parameter_notices(make):
    x = leaf(1.0, 2.0)
    optimizer = make([x])
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


@each
@pytest.mark.parametrize("dtype", [mg.float16, mg.float32, mg.float64], ids=str)
def test_state_has_the_dtype_of_the_parameter(make, dtype):
    x = leaf(1.0, 2.0, dtype=dtype)
    optimizer = make([x])
    run(optimizer, [x], Generator(0), 2)
    arrays = [value for value in optimizer.state[x].values() if isinstance(value, mg.Tensor)]
    assert {array.dtype for array in [x, *arrays]} == {dtype}
    assert all(array.array.flags.c_contiguous and not array.requires_grad for array in arrays)
    assert numpy.isfinite(host(x)).all()


@each
def test_resuming_from_the_state_continues_bit_for_bit(make):
    rng = Generator(3)
    params = [leaf(1.0, 2.0, 3.0), leaf(4.0)]
    optimizer = make([{"params": params[:1], "lr": 0.05}, {"params": params[1:]}])
    run(optimizer, params, rng, 25)
    saved, noise = copy.deepcopy(optimizer.state_dict()), rng.state_dict()
    twins = [param.detach().clone().requires_grad_() for param in params]
    run(optimizer, params, rng, 25)

    resumed = make([{"params": twins[:1], "lr": 0.7}, {"params": twins[1:]}])
    resumed.load_state_dict(saved)
    rng.load_state_dict(noise)
    run(resumed, twins, rng, 25)
    assert [twin.tolist() for twin in twins] == [param.tolist() for param in params]


def test_state_dict_names_parameters_by_position():
    a, b, c = leaf(1.0), leaf(2.0), leaf(3.0)
    optimizer = mg.optim.Adam([{"params": [a]}, {"params": [b, c], "lr": 0.5}])
    c.grad = mg.tensor([1.0], dtype=mg.float64)
    optimizer.step()
    saved = optimizer.state_dict()
    assert [group["params"] for group in saved["param_groups"]] == [[0], [1, 2]]
    assert list(saved["state"]) == [2]
    assert saved["state"][2]["step"] == 1
    assert json.loads(json.dumps(saved["param_groups"]))[1]["lr"] == 0.5


def test_loaded_state_is_a_copy():
    x, y = leaf(1.0), leaf(1.0)
    one, other = mg.optim.Adam([x]), mg.optim.Adam([y])
    run(one, [x], Generator(0), 1)
    saved = one.state_dict()
    other.load_state_dict(saved)
    before = saved["state"][0]["exp_avg"].tolist()
    run(other, [y], Generator(1), 1)
    assert saved["state"][0]["exp_avg"].tolist() == before
    assert saved["state"][0]["step"] == 1
    other.param_groups[0]["lr"] = 7.0
    assert one.param_groups[0]["lr"] == saved["param_groups"][0]["lr"] == 1e-3


def test_loading_in_another_order_of_memory_and_type_follows_the_parameter():
    x = mg.ones(2, 3, requires_grad=True)
    optimizer = mg.optim.SGD([x], lr=0.1, momentum=0.5)
    moment = mg.arange(6.0, dtype=mg.float64).reshape(3, 2).T
    optimizer.load_state_dict(
        {"state": {0: {"momentum_buffer": moment}}, "param_groups": optimizer.state_dict()["param_groups"]}
    )
    loaded = optimizer.state[x]["momentum_buffer"]
    assert loaded.dtype == mg.float32 and loaded.array.flags.c_contiguous
    assert loaded.tolist() == moment.tolist()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda saved: saved["param_groups"].pop(),
        lambda saved: saved["param_groups"][0]["params"].append(7),
        lambda saved: saved["param_groups"][1].update(lr=-1.0),
        lambda saved: saved["state"].update({9: {}}),
        lambda saved: saved["state"][1].update(exp_avg=mg.zeros(5)),
    ],
    ids=["groups", "sizes", "settings", "position", "shape"],
)
def test_a_state_that_does_not_fit_changes_nothing(spoil):
    params = [leaf(1.0), leaf(2.0)]
    optimizer = mg.optim.Adam([{"params": params[:1]}, {"params": params[1:]}], lr=0.1)
    run(optimizer, params, Generator(0), 2)
    saved = copy.deepcopy(optimizer.state_dict())
    saved["param_groups"][0]["lr"] = 0.9
    spoil(saved)
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(ValueError):
        optimizer.load_state_dict(saved)
    after = optimizer.state_dict()
    assert str(after) == str(before)


def test_closure_computes_the_gradients():
    x = leaf(1.0)
    optimizer = mg.optim.SGD([x], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with mg.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 1.0 and x.item() == 0.5
    assert mg.optim.SGD([x], lr=0.1).step() is None


def test_closure_runs_while_operations_are_recorded():
    with mg.no_grad():
        assert mg.optim.SGD([leaf(1.0)], lr=0.1).step(mg.is_grad_enabled) is True


def test_zero_grad():
    x, y = leaf(1.0), leaf(2.0)
    optimizer = mg.optim.SGD([x, y], lr=0.1)
    x.grad = mg.tensor([float("nan")], dtype=mg.float64)
    held = x.grad
    optimizer.zero_grad(set_to_none=False)
    assert x.grad is held and held.tolist() == [0.0] and y.grad is None
    optimizer.zero_grad()
    assert x.grad is None


def test_added_groups_are_optimized():
    x, y = leaf(1.0), leaf(1.0)
    optimizer = mg.optim.SGD([x], lr=0.5)
    optimizer.add_param_group({"params": [y], "lr": 0.25})
    y.grad = mg.tensor([1.0], dtype=mg.float64)
    optimizer.step()
    assert (x.item(), y.item()) == (1.0, 0.75)


def test_a_refused_group_is_not_added():
    x = leaf(1.0)
    optimizer = mg.optim.SGD([x], lr=0.5)
    for bad in ({"params": [x]}, {"params": [leaf(1.0)], "lr": -1.0}):
        with pytest.raises(ValueError):
            optimizer.add_param_group(bad)
    assert len(optimizer.param_groups) == 1


def test_the_parameters_of_a_converted_module_stay_valid():
    net = mg.nn.Linear(2, 1)
    optimizer = mg.optim.Adam(net.parameters(), lr=0.1)
    net.double()
    before = net.weight.tolist()
    net(mg.ones(1, 2, dtype=mg.float64)).sum().backward()
    optimizer.step()
    assert net.weight.dtype == mg.float64 and net.weight.tolist() != before


def test_repr_lists_the_settings():
    text = repr(mg.optim.SGD([leaf(1.0)], lr=0.5))
    assert text.splitlines() == [
        "SGD (",
        "Parameter Group 0",
        "    dampening: 0.0",
        "    lr: 0.5",
        "    momentum: 0.0",
        "    nesterov: False",
        "    weight_decay: 0.0",
        ")",
    ]
