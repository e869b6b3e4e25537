"""Sequential, ModuleList, ModuleDict."""

from collections import OrderedDict

import pytest

import minigen as mg
from minigen import nn


def layers(n):
    return [nn.Linear(i + 1, i + 2) for i in range(n)]


def keys(module):
    return list(module._modules)


def test_sequential_runs_in_order():
    net = nn.Sequential(*(nn.Linear(i, i + 1) for i in (2, 3)), nn.Flatten())
    assert net(mg.ones(5, 2)).shape == (5, 4)
    x = mg.tensor([-1.0, 2.0])
    assert nn.Sequential(nn.ReLU(), nn.Tanh())(x).tolist() == x.relu().tanh().tolist()
    assert nn.Sequential()(x) is x


def test_sequential_takes_names():
    net = nn.Sequential(OrderedDict(first=nn.Linear(2, 3), act=nn.Tanh()))
    assert net.first is net[0] and keys(net) == ["first", "act"]
    assert keys(net[1:]) == ["act"] and list(net.state_dict()) == ["first.weight", "first.bias"]


@pytest.mark.parametrize("kind", [lambda items: nn.Sequential(*items), nn.ModuleList], ids=["Sequential", "ModuleList"])
def test_rows(kind):
    items = layers(4)
    row = kind(items)
    assert len(row) == 4 and list(row) == items
    assert row[0] is items[0] and row[-1] is items[3]
    part = row[1:3]
    assert type(part) is type(row) and list(part) == items[1:3]
    for out in (4, -5):
        with pytest.raises(IndexError, match="out of range for 4 modules"):
            row[out]
    new = nn.Tanh()
    row[-1] = new
    assert row[3] is new and len(row) == 4
    del row[1]
    assert list(row) == [items[0], items[2], new] and keys(row) == ["0", "1", "2"]
    del row[1:]
    assert list(row) == [items[0]]
    assert row.append(new) is row and row.extend([items[1]]) is row
    row.insert(1, items[3])
    assert list(row) == [items[0], items[3], new, items[1]] and keys(row) == ["0", "1", "2", "3"]
    assert list(row.parameters()) == [p for layer in (items[0], items[3], items[1]) for p in layer.parameters()]


def test_insert_refuses_and_keeps_what_was_there():
    row = nn.ModuleList(layers(2))
    with pytest.raises(TypeError):
        row.insert(0, "layer")
    assert len(row) == 2


def test_sum_of_lists():
    a, b = layers(2), layers(1)
    total = nn.ModuleList(a) + b
    assert list(total) == a + b
    total += [a[0]]
    assert len(total) == 4


def test_module_dict():
    heads = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.Tanh()})
    heads["c"] = nn.ReLU()
    assert list(heads) == list(heads.keys()) == ["a", "b", "c"] and len(heads) == 3
    assert "a" in heads and "z" not in heads
    assert [name for name, _ in heads.items()] == ["a", "b", "c"] and list(heads.values())[1] is heads["b"]
    assert [name for name, _ in heads.named_parameters()] == ["a.weight", "a.bias"]
    taken = heads.pop("b")
    assert isinstance(taken, nn.Tanh) and list(heads) == ["a", "c"]
    del heads["a"]
    heads.update([("d", nn.Identity())])
    assert list(heads) == ["c", "d"]
    heads.clear()
    assert len(heads) == 0
