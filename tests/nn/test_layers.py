"""Layers compute what they say; a two-layer network has the gradients of the chain rule by hand."""

import math

import numpy
import pytest

import minigen as mg
from minigen import nn
from minigen.nn import functional as F
from minigen.random import Generator
from tests.host import assert_allclose, host


def draw(*shape, seed=0):
    return Generator(seed).normal(shape, dtype="float64")


def test_linear():
    layer = nn.Linear(3, 2, dtype=mg.float64)
    x = draw(4, 5, 3)
    expected = numpy.einsum("abi,oi->abo", host(x), host(layer.weight)) + host(layer.bias)
    assert_allclose(layer(x), expected, rtol=1e-13)
    assert layer.weight.shape == (2, 3) and layer.bias.shape == (2,)


def test_linear_without_bias_or_inputs():
    assert [name for name, _ in nn.Linear(3, 2, bias=False).named_parameters()] == ["weight"]
    assert nn.Linear(3, 2, bias=False).bias is None
    empty = nn.Linear(0, 2)
    assert empty(mg.zeros(3, 0)).tolist() == [[0.0, 0.0]] * 3


def test_identity_ignores_its_arguments():
    x = mg.ones(2)
    assert nn.Identity(54, unused=True)(x) is x


def test_gradients_of_a_two_layer_network():
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    x, y = draw(5, 3, seed=1), draw(5, 2, seed=2)
    loss = nn.MSELoss(reduction="sum")(net(x), y)
    loss.backward()
    w1, b1, w2, b2 = (host(p) for p in net.parameters())
    h = numpy.tanh(host(x) @ w1.T + b1)
    error = 2 * (h @ w2.T + b2 - host(y))
    back = error @ w2 * (1 - h**2)
    expected = [back.T @ host(x), back.sum(0), error.T @ h, error.sum(0)]
    for p, gradient in zip(net.parameters(), expected, strict=True):
        assert_allclose(p.grad, gradient, rtol=1e-12, atol=1e-12)


X = [-30.0, -2.0, -0.5, 0.0, 0.5, 2.0, 30.0]

ACTIVATIONS = [
    (nn.ReLU(), lambda x: max(x, 0.0)),
    (nn.LeakyReLU(), lambda x: x if x > 0 else 0.01 * x),
    (nn.LeakyReLU(0.2), lambda x: x if x > 0 else 0.2 * x),
    (nn.Sigmoid(), lambda x: 1 / (1 + math.exp(-x))),
    (nn.Tanh(), math.tanh),
    (nn.Softplus(), lambda x: math.log1p(math.exp(x))),
    (nn.Softplus(beta=2.0, threshold=3.0), lambda x: x if 2 * x > 3 else math.log1p(math.exp(2 * x)) / 2),
    (nn.LogSigmoid(), lambda x: -math.log1p(math.exp(-x))),
    (nn.Softmax(dim=0), lambda x: math.exp(x) / sum(map(math.exp, X))),
    (nn.LogSoftmax(dim=0), lambda x: x - math.log(sum(map(math.exp, X)))),
]


@pytest.mark.parametrize(("layer", "function"), ACTIVATIONS, ids=[repr(layer) for layer, _ in ACTIVATIONS])
def test_activation(layer, function):
    assert layer(mg.tensor(X, dtype=mg.float64)).tolist() == pytest.approx(
        [function(x) for x in X], rel=1e-12, abs=1e-12
    )


@pytest.mark.parametrize(
    "layer", [nn.ReLU(inplace=True), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(0.5, inplace=True)]
)
def test_inplace_layers(layer):
    x = draw(20)
    expected_type, before = type(x.array), x.tolist()
    assert layer(x) is x and x.tolist() != before and type(x.array) is expected_type
    w = draw(20, seed=3).requires_grad_()
    y = w * 1.0
    assert layer(y) is y
    y.sum().backward()
    slope = [after / start for after, start in zip(y.tolist(), w.tolist(), strict=True)]
    assert w.grad.tolist() == pytest.approx(slope)
    with pytest.raises(RuntimeError, match="leaf"):
        layer(w)


@pytest.mark.parametrize(("ndim", "dim"), [(0, 0), (1, 0), (2, 1), (3, 0), (4, 1)])
@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
def test_softmax_guesses_the_axis_as_pytorch_and_warns(name, ndim, dim):
    x = draw(*range(2, 2 + ndim))
    with pytest.warns(UserWarning, match=f"dim={dim} is guessed"):
        guessed = getattr(nn, name)()(x)
    assert mg.equal(guessed, getattr(nn, name)(dim=dim)(x))


def test_flatten_and_unflatten():
    x = draw(2, 3, 4, 5)
    assert nn.Flatten()(x).shape == (2, 60)
    assert nn.Flatten(0, 1)(x).shape == (6, 4, 5)
    assert mg.equal(nn.Unflatten(1, (3, 4, -1))(nn.Flatten()(x)), x)
    assert mg.equal(nn.Unflatten(-1, (1, 5))(x).squeeze(3), x)


def test_one_hot():
    assert F.one_hot(mg.tensor([[2, 0]]), 4).tolist() == [[[0, 0, 1, 0], [1, 0, 0, 0]]]
    assert F.one_hot(mg.tensor([1, 0])).tolist() == [[0, 1], [1, 0]]
    assert F.one_hot(mg.tensor(1), 2).tolist() == [0, 1]
    assert F.one_hot(mg.zeros(0, dtype=mg.int64), 3).shape == (0, 3)
    assert F.one_hot(mg.tensor([1]), 2).dtype == mg.int64


P, T = [0.1, 0.5, 0.9], [0.0, 0.25, 1.0]
Z = [[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]


def tensor(values):
    return mg.tensor(values, dtype=mg.float64)


def log_p(row, i):
    return row[i] - math.log(sum(map(math.exp, row)))


@pytest.mark.parametrize(
    ("layer", "input", "target", "expected"),
    [
        (nn.BCELoss, P, T, [-(t * math.log(p) + (1 - t) * math.log(1 - p)) for p, t in zip(P, T, strict=True)]),
        (nn.BCEWithLogitsLoss, P, T, [math.log1p(math.exp(p)) - t * p for p, t in zip(P, T, strict=True)]),
        (nn.MSELoss, P, T, [(p - t) ** 2 for p, t in zip(P, T, strict=True)]),
        (nn.L1Loss, P, T, [abs(p - t) for p, t in zip(P, T, strict=True)]),
        (nn.CrossEntropyLoss, Z, [2, 0], [-log_p(Z[0], 2), -log_p(Z[1], 0)]),
        (nn.NLLLoss, Z, [2, 0], [-0.5, -0.0]),
    ],
    ids=["bce", "bce-logits", "mse", "l1", "cross-entropy", "nll"],
)
def test_losses(layer, input, target, expected):
    target = tensor(target) if isinstance(target[0], float) else mg.tensor(target)
    input = tensor(input)
    assert layer(reduction="none")(input, target).tolist() == pytest.approx(expected, rel=1e-12)
    assert layer(reduction="sum")(input, target).item() == pytest.approx(math.fsum(expected), rel=1e-12)
    assert layer()(input, target).item() == pytest.approx(math.fsum(expected) / len(expected), rel=1e-12)


def test_options_of_the_losses_reach_the_functions():
    weight = tensor([0.5, 2.0, 1.0])
    p, t = tensor(P), tensor(T)
    assert mg.equal(nn.BCELoss(weight)(p, t), F.binary_cross_entropy(p, t, weight))
    pos = tensor([3.0, 1.0, 2.0])
    expected = F.binary_cross_entropy_with_logits(p, t, weight, pos_weight=pos)
    assert mg.equal(nn.BCEWithLogitsLoss(weight, pos_weight=pos)(p, t), expected)
    assert expected.item() != F.binary_cross_entropy_with_logits(p, t).item()
    z, classes = tensor(Z), mg.tensor([2, 0])
    smooth = nn.CrossEntropyLoss(weight, ignore_index=0, label_smoothing=0.1)
    assert mg.equal(smooth(z, classes), F.cross_entropy(z, classes, weight, ignore_index=0, label_smoothing=0.1))
    assert smooth(z, classes).item() != F.cross_entropy(z, classes).item()
    assert mg.equal(nn.NLLLoss(weight, ignore_index=0)(z, classes), F.nll_loss(z, classes, weight, ignore_index=0))
    assert "weight" in nn.NLLLoss(weight).state_dict() and "weight" not in nn.NLLLoss().state_dict()


def test_everything_named_is_there():
    for module in (nn, F):
        assert len(set(module.__all__)) == len(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.ReLU(), "ReLU()"),
        (nn.ReLU(inplace=True), "ReLU(inplace=True)"),
        (nn.LeakyReLU(0.2, True), "LeakyReLU(negative_slope=0.2, inplace=True)"),
        (nn.Softplus(), "Softplus(beta=1.0, threshold=20.0)"),
        (nn.Softmax(dim=1), "Softmax(dim=1)"),
        (nn.Dropout(0.3), "Dropout(p=0.3, inplace=False)"),
        (nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
        (nn.Unflatten(1, (2, 3)), "Unflatten(dim=1, unflattened_size=(2, 3))"),
        (nn.BCELoss(), "BCELoss()"),
        (nn.Identity(), "Identity()"),
    ],
)
def test_repr(layer, text):
    assert repr(layer) == text
