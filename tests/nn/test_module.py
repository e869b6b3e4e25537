"""The Module: what assignment registers, walking the tree, state, moving, printing, copying."""

import copy

import numpy
import pytest

import minigen as mg
from minigen import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(mg.tensor([2.0]))
        self.first = nn.Linear(2, 3)
        self.shift = nn.Parameter(mg.tensor([1.0]))
        self.second = nn.Linear(3, 1, bias=False)
        self.register_buffer("count", mg.tensor([7]))
        self.register_buffer("scratch", mg.zeros(2), persistent=False)

    def forward(self, x):
        return self.second(self.first(x * self.scale) + self.shift)


def names(pairs):
    return [name for name, _ in pairs]


def test_parameters_come_in_order_of_assignment_own_first():
    net = Net()
    assert names(net.named_parameters()) == [
        "scale",
        "shift",
        "first.weight",
        "first.bias",
        "second.weight",
    ]
    assert [p is q for p, (_, q) in zip(net.parameters(), net.named_parameters(), strict=True)] == [True] * 5
    assert names(net.named_parameters(prefix="net", recurse=False)) == ["net.scale", "net.shift"]


def test_children_modules_and_buffers():
    net = nn.Sequential(Net(), nn.Identity())
    assert names(net.named_children()) == ["0", "1"]
    assert list(net.children()) == [net[0], net[1]]
    assert names(net.named_modules()) == ["", "0", "0.first", "0.second", "1"]
    assert next(net.modules()) is net
    assert names(net.named_buffers()) == ["0.count", "0.scratch"]
    assert [b.shape for b in net.buffers()] == [(1,), (2,)]


def test_what_is_shared_comes_once():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    net.extra = nn.Linear(2, 2)
    net.extra.weight = layer.weight
    assert names(net.named_parameters()) == ["0.weight", "0.bias", "extra.bias"]
    assert names(net.named_modules()) == ["", "0", "1", "extra"]
    assert names(net.named_children()) == ["0", "1", "extra"]
    assert names(net.named_parameters(remove_duplicate=False)) == [
        *("0.weight", "0.bias", "2.weight", "2.bias"),
        *("extra.weight", "extra.bias"),
    ]


def test_reassigning_keeps_the_place():
    net = Net()
    net.scale = nn.Parameter(mg.tensor([5.0]))
    net.first = nn.Linear(2, 3, bias=False)
    assert names(net.named_parameters()) == ["scale", "shift", "first.weight", "second.weight"]
    assert net.scale.item() == 5.0


def test_assignment_replaces_what_was_there():
    net = nn.Module()
    net.x = 3
    net.x = nn.Parameter(mg.ones(1))
    assert names(net.named_parameters()) == ["x"] and "x" not in vars(net)
    net.x = nn.Linear(1, 1)
    assert names(net.named_parameters()) == ["x.weight", "x.bias"]
    net.x = None
    assert net.x is None and not list(net.parameters())
    del net.x
    net.register_buffer("x", mg.zeros(1), persistent=False)
    net.x = nn.Parameter(mg.ones(1))
    assert list(net.state_dict()) == ["x"] and not list(net.buffers())


def test_a_buffer_takes_tensors():
    net = Net()
    net.count = mg.tensor([9])
    assert net.state_dict()["count"].tolist() == [9]
    net.count = None
    assert "count" not in net.state_dict()


def test_a_tensor_that_is_no_parameter_stays_a_plain_attribute():
    net = nn.Module()
    net.x = mg.ones(2, requires_grad=True)
    assert not list(net.parameters()) and not net.state_dict()


def test_delete():
    net = Net()
    del net.scale, net.first, net.count
    assert names(net.named_parameters()) == ["shift", "second.weight"]
    assert not hasattr(net, "scale")
    with pytest.raises(AttributeError):
        del net.scale


def test_dir_and_hasattr_know_what_is_registered():
    net = Net()
    assert {"scale", "first", "count"} <= set(dir(net))
    assert hasattr(net, "first") and not hasattr(net, "third")


def test_train_and_eval_reach_every_module():
    net = nn.Sequential(Net(), nn.Dropout())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())


def test_requires_grad_and_zero_grad():
    net = Net().requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    net.requires_grad_()
    net(mg.ones(4, 2)).sum().backward()
    gradients = [p.grad for p in net.parameters()]
    net.zero_grad(set_to_none=False)
    assert all(p.grad is g and not g.any() for p, g in zip(net.parameters(), gradients, strict=True))
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_apply_visits_children_first_and_each_module():
    seen = []
    net = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Tanh()))
    assert net.apply(lambda module: seen.append(module.__class__.__name__)) is net
    assert seen == ["Linear", "Tanh", "Sequential", "Sequential"]


def test_call_runs_forward():
    class Sum(nn.Module):
        def forward(self, x, *, twice=False):
            return x.sum() * (2.0 if twice else 1.0)

    assert Sum()(mg.ones(3), twice=True).item() == 6.0


# ------------------------------------------------------------------------------------------- state


def test_state_dict_holds_parameters_and_persistent_buffers():
    net = Net()
    state = net.state_dict(prefix="net.")
    assert list(state) == [
        "net.scale",
        "net.shift",
        "net.count",
        *("net.first.weight", "net.first.bias", "net.second.weight"),
    ]
    assert not any(value.requires_grad for value in state.values())
    assert state["net.scale"].array is net.scale.array


def test_shared_parameters_are_saved_under_each_name_and_stay_shared():
    layer = nn.Linear(2, 2)
    net, other = nn.Sequential(layer, layer), nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    other.load_state_dict(net.state_dict())
    assert mg.equal(other[0].weight, layer.weight) and mg.equal(other[1].weight, layer.weight)
    net.load_state_dict(net.state_dict())
    assert net[0] is net[1]


def test_loading_copies_into_the_memory_that_is_there():
    one, other = Net(), Net()
    with mg.no_grad():
        for p in one.parameters():
            p.normal_() if hasattr(p, "normal_") else nn.init.normal_(p)
    arrays = [p.array for p in other.parameters()]
    result = other.load_state_dict(one.state_dict())
    assert result == ([], [])
    for p, q, array in zip(one.parameters(), other.parameters(), arrays, strict=True):
        assert q.array is array and q.array is not p.array
        assert p.tolist() == q.tolist()


def test_loading_bumps_the_version():
    net = nn.Linear(2, 1)
    x = mg.ones(1, 2, requires_grad=True)
    loss = net(x).sum()
    net.load_state_dict(net.state_dict())
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_loading_without_strict_reports_what_was_left_out():
    net = Net()
    state = {"scale": mg.tensor([8.0]), "other": mg.zeros(3)}
    result = net.load_state_dict(state, strict=False)
    assert result.missing_keys == ["shift", "count", "first.weight", "first.bias", "second.weight"]
    assert result.unexpected_keys == ["other"]
    assert net.scale.item() == 8.0


def test_errors_of_loading_are_listed_together_and_nothing_is_loaded():
    net = Net()
    state = copy.deepcopy(net.state_dict())
    state["scale"] = mg.tensor([99.0])
    state["first.weight"] = mg.zeros(5, 5)
    state["count"] = mg.tensor([1.5])
    state["second.weight"] = numpy.zeros((1, 3))
    state["stranger"] = state.pop("shift")
    before = [p.tolist() for p in net.parameters()]
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    text = str(caught.value)
    for part in (
        "missing: shift",
        "unexpected: stranger",
        "first.weight: expected a Tensor float32[3, 2], got a Tensor float32[5, 5]",
        "count: expected a Tensor int64[1], got a Tensor float32[1]",
        "second.weight: expected a Tensor float32[1, 3], got a ndarray",
    ):
        assert part in text
    assert [p.tolist() for p in net.parameters()] == before


def test_parameters_are_in_c_order_at_birth_and_after_loading():
    net = nn.Module()
    net.weight = nn.Parameter(mg.arange(6.0).reshape(2, 3).T)
    assert net.weight.array.flags.c_contiguous and net.weight.tolist() == [[0, 3], [1, 4], [2, 5]]
    net.weight.data = mg.zeros(2, 3).T
    net.load_state_dict({"weight": mg.arange(6.0).reshape(2, 3).T})
    assert net.weight.array.flags.c_contiguous and net.weight.tolist() == [[0, 3], [1, 4], [2, 5]]


# ------------------------------------------------------------------------------- moving and copying


def test_converting_keeps_identities_integers_and_gradients():
    net = Net()
    net(mg.ones(4, 2)).sum().backward()
    held = list(net.parameters())
    gradient = net.scale.grad.tolist()
    assert net.to(mg.float64) is net
    assert [p is q for p, q in zip(net.parameters(), held, strict=True)] == [True] * 5
    assert {p.dtype for p in held} == {mg.float64} == {p.grad.dtype for p in held}
    assert net.count.dtype == mg.int64 and net.scratch.dtype == mg.float64
    assert net.scale.grad.tolist() == gradient
    net.zero_grad()
    net(mg.ones(4, 2, dtype=mg.float64)).sum().backward()
    assert {p.grad.dtype for p in held} == {mg.float64}


@pytest.mark.parametrize(
    ("convert", "dtype"),
    [
        (lambda net: net.double(), "float64"),
        (lambda net: net.double().float(), "float32"),
        (lambda net: net.half(), "float16"),
        (lambda net: net.to("cpu", mg.float64), "float64"),
        (lambda net: net.to(device="cpu", dtype="double"), "float64"),
        (lambda net: net.to(mg.zeros(1, dtype=mg.float16)), "float16"),
        (lambda net: net.cpu(), "float32"),
    ],
)
def test_ways_to_convert(convert, dtype):
    assert {p.dtype.name for p in convert(Net()).parameters()} == {dtype}


def test_moving_to_where_it_is_changes_nothing():
    net = Net()
    arrays = [p.array for p in net.parameters()]
    net.to(mg.get_default_device()).float()
    assert [p.array is array for p, array in zip(net.parameters(), arrays, strict=True)] == [True] * 5


def test_deepcopy_is_apart_and_keeps_sharing():
    net = Net()
    net.third = nn.Linear(2, 3)
    net.third.weight = net.first.weight
    twin = copy.deepcopy(net)
    assert twin.third.weight is twin.first.weight is not net.first.weight
    assert isinstance(twin.scale, nn.Parameter) and twin.scale.requires_grad
    with mg.no_grad():
        twin.scale += 1.0
    assert (net.scale.item(), twin.scale.item()) == (2.0, 3.0)
    assert names(twin.named_parameters()) == names(net.named_parameters())
    assert list(twin.state_dict()) == list(net.state_dict())
    assert twin(mg.ones(1, 2)).shape == (1, 1)


# ----------------------------------------------------------------------------------------- printing


def test_repr():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2))
            self.out = nn.Linear(3, 1, bias=False)

    assert repr(Two()) == (
        "Two(\n"
        "  (net): Sequential(\n"
        "    (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "    (1): LeakyReLU(negative_slope=0.2)\n"
        "  )\n"
        "  (out): Linear(in_features=3, out_features=1, bias=False)\n"
        ")"
    )
    assert repr(nn.Module()) == "Module()"


def test_extra_repr_stands_before_the_modules():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Tanh()

        def extra_repr(self):
            return "size=3"

    assert repr(Named()) == "Named(\n  size=3\n  (inner): Tanh()\n)"


# --------------------------------------------------------------------------------------- Parameter


def test_parameter_shares_the_memory_of_its_tensor():
    data = mg.ones(2)
    parameter = nn.Parameter(data)
    assert isinstance(parameter, mg.Tensor) and parameter.is_leaf and parameter.requires_grad
    with mg.no_grad():
        parameter.add_(1.0)
    assert data.tolist() == [2.0, 2.0]


def test_parameter_shares_the_version_of_its_tensor():
    data = mg.ones(2)
    parameter = nn.Parameter(data)
    loss = (parameter * parameter).sum()
    data.add_(1.0)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_parameter_without_gradient():
    assert not nn.Parameter(mg.arange(3), requires_grad=False).requires_grad


def test_what_is_computed_from_a_parameter_is_a_tensor():
    parameter = nn.Parameter(mg.ones(2))
    for result in (parameter * 2.0, parameter.detach(), parameter.data, parameter.clone(), parameter[0]):
        assert type(result) is mg.Tensor
    assert type(copy.deepcopy(parameter)) is nn.Parameter
    assert nn.Parameter(parameter * 2.0).is_leaf


def test_parameter_repr():
    assert repr(nn.Parameter(mg.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
