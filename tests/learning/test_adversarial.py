"""The adversarial game: exact on finite support, and step by step against a derivation in NumPy."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.learning import Adversarial
from minigen.learning.adversarial import (
    COSTS,
    discriminator_cost,
    maximum_likelihood,
    minimax,
    non_saturating,
)
from tests.host import assert_allclose, assert_array_equal, host

# ------------------------------------------------------------------------------------------ finite support

COUNTS_P = np.array([1, 4, 2, 3])  # data: p = counts / 10
COUNTS_Q = np.array([3, 1, 5, 1])  # samples
P, Q = COUNTS_P / 10, COUNTS_Q / 10


def cost_of_table(a, **targets):
    """J_D of the discriminator with logits `a`, one for each state, on batches distributed as P and Q exactly."""
    real, fake = (np.repeat(np.arange(4), counts) for counts in (COUNTS_P, COUNTS_Q))
    return discriminator_cost(a[real], a[fake], **targets)


def logit(d):
    return np.log(d) - np.log1p(-d)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (0.1, 0.0), (0.2, 0.1)])
def test_the_best_discriminator(alpha, beta) -> None:
    best = ((1 - alpha) * P + beta * Q) / (P + Q)
    a = mg.tensor(logit(best), requires_grad=True)
    (g,) = mg.grad(cost_of_table(a, real_target=1 - alpha, fake_target=beta), a)
    assert_allclose(g, 0.0, atol=1e-15)
    off = mg.tensor(logit(best) + 0.1, requires_grad=True)
    (g,) = mg.grad(cost_of_table(off, real_target=1 - alpha, fake_target=beta), off)
    assert (host(g) > 1e-3).all()


def test_the_value_of_the_game_is_twice_jensen_shannon_less_log_four() -> None:
    a = mg.tensor(logit(P / (P + Q)))
    value = -2 * cost_of_table(a).item()  # the costs carry a half
    mean = (P + Q) / 2
    js = 0.5 * (P * np.log(P / mean)).sum() + 0.5 * (Q * np.log(Q / mean)).sum()
    assert value == pytest.approx(2 * js - math.log(4), abs=1e-14)


def expected_cost(cost, theta, a):
    """E_z of `cost` when samples are states drawn from softmax(theta), by enumeration."""
    q = theta.softmax(0)
    return sum(q[i] * cost(a[i : i + 1]) for i in range(4))


def softmax(t):
    e = np.exp(t - t.max())
    return e / e.sum()


def difference(function, t, h=1e-6):
    return np.array([(function(t + h * e) - function(t - h * e)) / (2 * h) for e in np.eye(len(t))])


@pytest.mark.parametrize(
    ("cost", "divergence"),
    [
        # at D*, with D* held: minimax descends JS, maximum likelihood half of KL(p || q)
        (minimax, lambda q: 0.5 * (P * np.log(2 * P / (P + q))).sum() + 0.5 * (q * np.log(2 * q / (P + q))).sum()),
        (maximum_likelihood, lambda q: 0.5 * (P * np.log(P / q)).sum()),
        # non-saturating: 1/2 (KL(q || p) - 2 JS), Arjovsky and Bottou 2017, theorem 2.5
        (
            non_saturating,
            lambda q: (
                0.5 * (q * np.log(q / P)).sum()
                - 0.5 * ((P * np.log(2 * P / (P + q))).sum() + (q * np.log(2 * q / (P + q))).sum())
            ),
        ),
    ],
)
def test_what_each_cost_descends_at_the_best_discriminator(cost, divergence) -> None:
    theta = np.array([0.3, -0.5, 0.9, 0.1])
    q = softmax(theta)
    parameter = mg.tensor(theta, requires_grad=True)
    (g,) = mg.grad(expected_cost(cost, parameter, mg.tensor(np.log(P / q))), parameter)
    assert_allclose(g, difference(lambda t: divergence(softmax(t)), theta), atol=1e-9)


def test_the_minimax_cost_saturates_when_the_discriminator_wins() -> None:
    for a, steep in ((-5.0, 7e-3), (-20.0, 3e-9), (-500.0, 1e-200)):
        logits = mg.tensor([a], dtype="float64", requires_grad=True)
        slopes = {name: abs(mg.grad(cost(logits), logits)[0].item()) for name, cost in COSTS.items()}
        assert slopes["minimax"] < steep
        assert slopes["maximum-likelihood"] < steep
        assert slopes["non-saturating"] == pytest.approx(0.5, abs=steep)
        assert slopes["minimax"] == pytest.approx(0.5 / (1 + math.exp(-a)), rel=1e-12)


def test_costs_are_exact_for_extreme_logits() -> None:
    sure = mg.tensor([20.5], dtype="float64")
    assert minimax(sure).item() == pytest.approx(-0.5 * np.logaddexp(0, 20.5), rel=1e-15)
    logits = mg.tensor([1e4, -1e4], dtype="float64")
    assert minimax(logits).item() == pytest.approx(-0.25 * 1e4)
    assert non_saturating(logits).item() == pytest.approx(0.25 * 1e4)
    assert discriminator_cost(logits, logits).item() == pytest.approx(0.5 * 1e4)


# --------------------------------------------------------------------------- twenty steps against NumPy

DIM, WIDTH, DATA, M = 3, 5, 4, 6


def build(k, cost, smoothing, optimizer):
    generator = mg.models.Generator(DIM, DATA, hidden=[WIDTH], output="tanh").double()
    discriminator = mg.models.Discriminator(DATA, hidden=[WIDTH]).double()
    noise = np.random.default_rng(1).normal(size=(100, M, DIM))
    draws = iter(noise)
    algorithm = Adversarial(
        generator,
        discriminator,
        optimizer(generator.parameters()),
        optimizer(discriminator.parameters()),
        prior=lambda m, rng: mg.tensor(next(draws)),
        k=k,
        cost=cost,
        smoothing=smoothing,
    )
    return algorithm, iter(noise)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def forward_g(w, z):
    h = z @ w[0].T + w[1]
    return h, np.tanh(np.maximum(h, 0) @ w[2].T + w[3])


def forward_d(w, x):
    h = x @ w[0].T + w[1]
    return h, (np.where(h > 0, h, 0.2 * h) @ w[2].T + w[3])[:, 0]


def backward_d(w, x, h, da):
    """Gradients of the four parameters, and of x, from those of the logits."""
    da = da[:, None]
    act = np.where(h > 0, h, 0.2 * h)
    dh = (da @ w[2]) * np.where(h > 0, 1.0, 0.2)
    return [dh.T @ x, dh.sum(0), da.T @ act, da.sum(0)], dh @ w[0]


def backward_g(w, z, h, x, dx):
    du = dx * (1 - x**2)
    dh = (du @ w[2]) * (h > 0)
    return [dh.T @ z, dh.sum(0), du.T @ np.maximum(h, 0), du.sum(0)]


class AdamByHand:
    def __init__(self):
        self.t, self.m, self.v = 0, [0.0] * 4, [0.0] * 4

    def step(self, w, grads):
        self.t += 1
        for i, g in enumerate(grads):
            self.m[i] = 0.5 * self.m[i] + 0.5 * g
            self.v[i] = 0.9 * self.v[i] + 0.1 * g**2
            m, v = self.m[i] / (1 - 0.5**self.t), self.v[i] / (1 - 0.9**self.t)
            w[i] = w[i] - 0.01 * m / (np.sqrt(v) + 1e-8)


class MomentumByHand:
    def __init__(self):
        self.b = [0.0] * 4

    def step(self, w, grads):
        for i, g in enumerate(grads):
            self.b[i] = 0.9 * self.b[i] + g
            w[i] = w[i] - 0.05 * self.b[i]


OPTIMIZERS = {
    "adam": (lambda p: mg.optim.Adam(p, lr=0.01, betas=(0.5, 0.9)), AdamByHand),
    "momentum": (lambda p: mg.optim.SGD(p, lr=0.05, momentum=0.9), MomentumByHand),
}


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
@pytest.mark.parametrize(
    ("k", "cost", "smoothing"),
    [
        (1, "non-saturating", 0.0),
        (2, "non-saturating", 0.1),
        (1, "minimax", 0.0),
        (3, "maximum-likelihood", 0.25),
    ],
)
def test_twenty_steps_against_a_derivation_in_numpy(k, cost, smoothing, optimizer) -> None:
    make, by_hand = OPTIMIZERS[optimizer]
    algorithm, noise = build(k, cost, smoothing, make)
    wg = [host(p).copy() for p in algorithm.generator.parameters()]
    wd = [host(p).copy() for p in algorithm.discriminator.parameters()]
    og, od = by_hand(), by_hand()
    data = np.random.default_rng(2).uniform(-1, 1, (20, k * M, DATA))
    slope = {  # derivative of the generator's cost in one logit, times m
        "non-saturating": lambda a: -0.5 * sigmoid(-a),
        "minimax": lambda a: -0.5 * sigmoid(a),
        "maximum-likelihood": lambda a: -0.5 * np.exp(a),
    }[cost]
    for batch in data:
        metrics = algorithm.step(mg.tensor(batch))
        for real in batch.reshape(k, M, DATA):
            fake = forward_g(wg, next(noise))[1]
            (hr, ar), (hf, af) = forward_d(wd, real), forward_d(wd, fake)
            target = 1 - smoothing
            cost_d = 0.5 * np.mean(-target * np.log(sigmoid(ar)) - (1 - target) * np.log(sigmoid(-ar)))
            cost_d += 0.5 * np.mean(-np.log(sigmoid(-af)))
            from_real = backward_d(wd, real, hr, 0.5 * (sigmoid(ar) - target) / M)[0]
            from_fake = backward_d(wd, fake, hf, 0.5 * sigmoid(af) / M)[0]
            od.step(wd, [r + f for r, f in zip(from_real, from_fake, strict=True)])
        z = next(noise)
        h, x = forward_g(wg, z)
        hd, a = forward_d(wd, x)
        og.step(wg, backward_g(wg, z, h, x, backward_d(wd, x, hd, slope(a) / M)[1]))
        assert metrics["discriminator"] == pytest.approx(cost_d, abs=1e-10)
        assert metrics["d_real"] == pytest.approx(sigmoid(ar).mean(), abs=1e-10)
        assert metrics["d_fake"] == pytest.approx(sigmoid(af).mean(), abs=1e-10)
    for mine, theirs in ((wg, algorithm.generator), (wd, algorithm.discriminator)):
        for w, p in zip(mine, theirs.parameters(), strict=True):
            assert_allclose(p, w, rtol=0, atol=1e-10)


# ---------------------------------------------------------------------------------------------- behaviour


def small(**options):
    generator, discriminator = mg.models.Generator(2, 3, hidden=[4]), mg.models.Discriminator(3, hidden=[4])
    opt_g, opt_d = mg.optim.Adam(generator.parameters()), mg.optim.Adam(discriminator.parameters())
    return Adversarial(generator, discriminator, opt_g, opt_d, **{"prior": 2, "rng": 0, **options})


def parameters(algorithm):
    return [host(p).copy() for m in (algorithm.generator, algorithm.discriminator) for p in m.parameters()]


def test_a_seed_fixes_the_training_whatever_else_is_drawn() -> None:
    results = []
    for _ in range(2):
        mg.manual_seed(3)
        algorithm = small(rng=7)
        mg.rand(len(results) + 5)
        algorithm.step(mg.zeros(8, 3))
        results.append(parameters(algorithm))
    for a, b in zip(*results, strict=True):
        assert_array_equal(a, b)


def test_training_continues_bit_for_bit_from_its_state() -> None:
    batch = mg.rand(8, 3)
    algorithm = small()
    for _ in range(3):
        algorithm.step(batch)
    mg.manual_seed(99)
    other = small(rng=5)
    other.load_state_dict(algorithm.state_dict())
    for _ in range(3):
        algorithm.step(batch)
        other.step(batch)
    for a, b in zip(parameters(algorithm), parameters(other), strict=True):
        assert_array_equal(a, b)
    with pytest.raises(KeyError, match="'opt_d' is missing"):
        other.load_state_dict({k: v for k, v in algorithm.state_dict().items() if k != "opt_d"})
    fresh = small(rng=1)
    kept = parameters(fresh)
    with pytest.raises(ValueError, match="state"):
        fresh.load_state_dict({**algorithm.state_dict(), "rng": {}})
    for a, b in zip(kept, parameters(fresh), strict=True):
        assert_array_equal(a, b)


def test_every_discriminator_step_has_examples_and_noise_of_its_own() -> None:
    seen, drawn = [], []

    class Spy(mg.models.Discriminator):
        def forward(self, x):
            seen.append(host(x).copy())
            return super().forward(x)

    def prior(m, rng):
        drawn.append(m)
        return rng.normal((m, 2))

    algorithm = small(k=3, prior=prior)
    algorithm.discriminator = Spy(3, hidden=[4])
    algorithm.opt_d = mg.optim.SGD(algorithm.discriminator.parameters(), lr=0.1)
    batch = np.arange(21.0, dtype="float32").reshape(7, 3)
    algorithm.step((mg.tensor(batch), mg.zeros(7)))
    assert_array_equal(np.concatenate(seen[0:6:2]), batch)
    assert drawn == [2, 2, 3, 3]
    fakes = [*seen[1:6:2], seen[6]]
    assert len({fake[0].tobytes() for fake in fakes}) == 4


def test_the_generator_step_leaves_no_gradient_on_the_discriminator() -> None:
    algorithm = small()
    before = parameters(algorithm)
    algorithm.opt_g = mg.optim.SGD(algorithm.generator.parameters(), lr=0.0)
    algorithm.step(mg.zeros(4, 3))
    after = parameters(algorithm)
    for a, b in zip(before[:4], after[:4], strict=True):
        assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(before[4:], after[4:], strict=True))


def test_dropout_in_a_network_is_governed_by_the_generator_of_the_training() -> None:
    results = []
    for seed in (0, 1):
        mg.manual_seed(4)
        algorithm = small(rng=11)
        algorithm.discriminator.net.append(mg.nn.Identity())
        algorithm.discriminator.net = mg.nn.Sequential(mg.nn.Dropout(0.5), *algorithm.discriminator.net)
        mg.manual_seed(seed)
        algorithm.step(mg.ones(8, 3))
        results.append(parameters(algorithm))
    for a, b in zip(*results, strict=True):
        assert_array_equal(a, b)


def test_the_default_generator_is_not_drawn_from() -> None:
    algorithm = small()
    before = mg.random.get_default_generator().state_dict()
    algorithm.step(mg.zeros(4, 3))
    assert mg.random.get_default_generator().state_dict() == before


def test_without_rng_the_training_has_a_generator_of_its_own() -> None:
    algorithm, other = small(rng=None), small(rng=None)
    default = mg.random.get_default_generator()
    assert algorithm.rng is not default
    before = default.state_dict()
    noise = [a.rng.normal(3).tolist() for a in (algorithm, other)]
    assert default.state_dict() == before
    assert noise[0] != noise[1]


def test_samples_depend_on_their_generator_only() -> None:
    generator = mg.models.Generator(2, 3, hidden=[4])
    first = generator.sample(5, rng=3)
    mg.rand(1)
    assert mg.equal(first, generator.sample(5, rng=3))
    assert not mg.equal(first, generator.sample(5, rng=4))
    assert not first.requires_grad


def test_metrics_hold_no_graph() -> None:
    cost = mg.ones(2, requires_grad=True).sum()
    metrics = mg.learning.Metrics(cost=cost)
    assert not any(value.requires_grad for value in metrics._values.values())
    assert metrics["cost"] == 2.0


def test_a_sigmoid_hidden_in_forward_is_found_at_the_first_step() -> None:
    class Probability(mg.models.Discriminator):
        def forward(self, x):
            return super().forward(x).sigmoid().reshape(-1, 1)

    algorithm = small()
    algorithm.discriminator = Probability(3, hidden=[4])
    with pytest.raises(ValueError, match="computed by sigmoid: leave it out"):
        algorithm.step(mg.zeros(4, 3))


def test_two_sided_smoothing_goes_by_its_own_name() -> None:
    algorithm = small(two_sided_smoothing=(0.2, 0.1))
    assert (algorithm.real_target, algorithm.fake_target) == (0.8, 0.1)
    algorithm = small(smoothing=0.1)
    assert (algorithm.real_target, algorithm.fake_target) == (0.9, 0.0)


def test_the_noise_has_the_dtype_of_the_generator() -> None:
    mg.set_default_dtype("float64")
    try:
        algorithm = small()
    finally:
        mg.set_default_dtype("float32")
    assert algorithm.prior(4, algorithm.rng).dtype == np.float64
    algorithm.step(mg.zeros(4, 3, dtype="float64"))
    assert {a.dtype for a in parameters(algorithm)} == {np.dtype("float64")}


def test_a_discriminator_may_use_a_sigmoid_inside() -> None:
    class Gated(mg.models.Discriminator):
        def __init__(self):
            super().__init__(3, hidden=[4])
            self.gate = mg.nn.Sigmoid()

        def forward(self, x):
            return super().forward(self.gate(x))

    discriminator = Gated()
    generator = mg.models.Generator(2, 3, hidden=[4])
    opt_g, opt_d = (mg.optim.Adam(m.parameters()) for m in (generator, discriminator))
    Adversarial(generator, discriminator, opt_g, opt_d, prior=2).step(mg.zeros(4, 3))


def test_any_form_of_prior() -> None:
    class Prior:
        def sample(self, n, *, rng):
            return rng.normal((n, 2))

    drawn = []
    for prior in (2, lambda m, rng: rng.normal((m, 2)), Prior()):
        mg.manual_seed(0)
        algorithm = small(prior=prior)
        algorithm.step(mg.zeros(4, 3))
        drawn.append(parameters(algorithm))
    for other in drawn[1:]:
        for a, b in zip(drawn[0], other, strict=True):
            assert_array_equal(a, b)
