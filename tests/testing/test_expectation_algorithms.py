"""Exact expectations of whole algorithms, against routes that know nothing of generators."""

import copy
import itertools
import math

import numpy
import pytest

import minigen as mg
from minigen.random import Generator
from minigen.testing.expectation import exact_expectation
from tests.host import examples, host


def f64(values, grad=False):
    return mg.tensor(values, dtype=mg.float64, requires_grad=grad)


# --------------------------------------------------------------------- contrastive divergence, 3 visible x 2 hidden

W, B, C = (mg.randn(shape, generator=seed, dtype=mg.float64) for seed, shape in enumerate([(3, 2), (3,), (2,)]))
DATA = f64([1.0, 0.0, 1.0])


def contrastive_divergence(rng, stale=False):
    """One step of CD-1 from one example: the gradient of W, up to the sign, with the positive phase sampled."""
    hidden = rng.bernoulli((DATA @ W + C).sigmoid())
    visible = rng.bernoulli((W @ hidden + B).sigmoid())
    again = hidden if stale else (visible @ W + C).sigmoid()
    return mg.outer(DATA, hidden) - mg.outer(visible, again)


def by_transition_matrix():
    """E[CD-1] = v0 p(h|v0) - Σ T(v0, v1) v1 p(h|v1), with T(v0, v1) = Σ_h p(h|v0) p(v1|h)."""
    w, b, c, v0 = (host(x) for x in (W, B, C, DATA))
    vs, hs = (numpy.array(list(itertools.product((0.0, 1.0), repeat=n))) for n in (3, 2))

    def conditional(states, logits):
        return numpy.exp(states @ logits) / (1 + numpy.exp(logits)).prod()

    h_given_v = numpy.array([conditional(hs, v @ w + c) for v in vs])
    v_given_h = numpy.array([conditional(vs, w @ h + b) for h in hs])
    start = (vs == v0).all(1).argmax()
    transition = h_given_v @ v_given_h
    positive = numpy.outer(v0, h_given_v[start] @ hs)
    negative = sum(transition[start, i] * numpy.outer(v, h_given_v[i] @ hs) for i, v in enumerate(vs))
    return positive - negative


def test_contrastive_divergence_agrees_with_the_transition_matrix():
    found = exact_expectation(contrastive_divergence)
    assert found.paths == 32
    assert abs(host(found.mean) - by_transition_matrix()).max() < 1e-12


def test_contrastive_divergence_with_a_stale_hidden_sample_does_not():
    found = exact_expectation(lambda rng: contrastive_divergence(rng, stale=True))
    assert abs(host(found.mean) - by_transition_matrix()).max() > 1e-3


# ------------------------------------------------------------------------- adversarial nets on a finite prior

NOISE = f64([[-1.0], [0.5], [2.0]])
PRIOR = f64([0.5, 0.2, 0.3])
BATCH = f64([[0.3], [-1.2]])


def adversarial(prior):
    """Return a small game after some steps, so that the moments of Adam are not 0."""
    with mg.random.using(5):
        generator = mg.models.Generator(1, 1, hidden=[3]).double()
        discriminator = mg.models.Discriminator(1, hidden=[3]).double()
    gan = mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters(), lr=0.05),
        mg.optim.Adam(discriminator.parameters(), lr=0.05),
        prior=lambda m, rng: NOISE[rng.categorical(mg.broadcast_to(PRIOR, (m, 3)))],
        rng=7,
    )
    for _ in range(3):
        gan.step(BATCH)
    gan.prior = prior or gan.prior
    return gan


def numbers(state):
    """Return all numbers of a game's state except those of its generator of noise."""
    if isinstance(state, str):
        return []
    if isinstance(state, mg.Tensor):
        return host(state).ravel().tolist()
    if isinstance(state, dict):
        return [x for key, part in state.items() if key != "rng" for x in numbers(part)]
    if isinstance(state, list | tuple):
        return [x for part in state for x in numbers(part)]
    return [float(state)]


def test_a_whole_step_of_a_game_has_its_exact_expected_parameters():
    gan = adversarial(None)
    before, rng = copy.deepcopy(gan.state_dict()), gan.rng

    def step(_):
        metrics = gan.step(BATCH)
        return gan.state_dict(), metrics

    found = exact_expectation(step, restore=gan)
    assert found.paths == 81
    assert numbers(gan.state_dict()) == numbers(before)
    assert gan.rng is rng
    assert gan.rng.state_dict() == before["rng"]

    expected, costs, spread = 0.0, 0.0, []
    for outcome in itertools.product(range(3), repeat=4):  # noise of two samples, for each of the two players
        minibatches = iter([NOISE[list(outcome[:2])], NOISE[list(outcome[2:])]])
        probability = math.prod(PRIOR[i].item() for i in outcome)
        gan.load_state_dict(copy.deepcopy(before))
        gan.prior = lambda m, rng, noise=minibatches: next(noise)
        metrics = gan.step(BATCH)
        spread.append(numbers(gan.state_dict()))
        expected = expected + probability * numpy.array(spread[-1])
        costs += probability * metrics["generator"]
    assert abs(numpy.array(numbers(found.mean[0])) - expected).max() < 1e-12
    assert abs(found.mean[1]["generator"] - costs) < 1e-12
    assert numpy.ptp(spread, axis=0).max() > 1e-2  # the outcomes matter


def test_the_expected_parameters_of_a_game_have_a_gradient_with_respect_to_its_prior():
    gan, prior = adversarial(None), f64(PRIOR.tolist(), grad=True)
    gan.prior = lambda m, rng: NOISE[rng.categorical(mg.broadcast_to(prior, (m, 3)))]

    def expected_weight(differentiable=False):
        def step(_):
            gan.step(BATCH)
            return gan.generator.state_dict()

        mean = exact_expectation(step, restore=gan, differentiable=differentiable).mean
        return sum((weight**2).sum() for weight in mean.values())

    (gradient,) = mg.grad(expected_weight(differentiable=True), [prior])
    direction, h, ends = numpy.array([1.0, -0.6, 0.3]), 1e-5, []
    for step in (h, -h):
        prior.data[:] = mg.as_tensor(host(PRIOR) + step * direction)
        ends.append(expected_weight().item())
    assert abs(host(gradient) @ direction - (ends[0] - ends[1]) / (2 * h)) < 1e-8
    assert gradient.abs().min() > 1e-3


def test_a_step_of_a_game_with_dropout_and_coins_for_noise():
    def game(prior, between):
        with mg.random.using(5):
            generator = mg.nn.Linear(1, 1).double()
            discriminator = mg.nn.Sequential(between, mg.nn.Linear(1, 1)).double()
        optimizers = (mg.optim.Adam(m.parameters(), lr=0.05) for m in (generator, discriminator))
        return mg.learning.Adversarial(generator, discriminator, *optimizers, prior=prior, rng=7)

    class Scripted(mg.nn.Module):
        def __init__(self, masks):
            super().__init__()
            self.masks = iter(masks)

        def forward(self, x):
            return x * next(self.masks) / 0.75

    batch = f64([[1.5]])
    gan = game(lambda m, rng: rng.bernoulli(f64([[0.3]])), mg.nn.Dropout(0.25))
    found = exact_expectation(lambda _: gan.step(batch) and gan.state_dict(), restore=[gan])
    assert found.paths == 2**5
    expected = 0.0
    for noise in itertools.product((0.0, 1.0), repeat=2):
        for masks in itertools.product((0.0, 1.0), repeat=3):
            probability = math.prod(0.3 if z else 0.7 for z in noise) * math.prod(0.75 if m else 0.25 for m in masks)
            script = iter(noise)
            scripted = game(lambda m, rng, z=script: f64([[next(z)]]), Scripted(masks))
            scripted.step(batch)
            expected = expected + probability * numpy.array(numbers(scripted.state_dict()))
    assert abs(numpy.array(numbers(found.mean)) - expected).max() < 1e-12


# ------------------------------------------------------------------------------------------------------ estimators

LOGITS = f64([0.2, -0.5, 0.9], grad=True)
REWARDS = f64([3.0, 1.0, 4.0])


def reinforce(rng, baseline):
    """Williams 1992: (f(x) - b) ∇ log p(x)."""
    x = rng.categorical(LOGITS.detach().softmax(0))
    log_prob = LOGITS.log_softmax(0)[x.item()]
    return (REWARDS[x.item()] - baseline) * mg.grad(log_prob, [LOGITS])[0]


def test_reinforce_is_unbiased_with_any_baseline_and_less_noisy_with_a_good_one():
    p = host(LOGITS.detach().softmax(0))
    f = host(REWARDS)
    true = p * (f - p @ f)  # the gradient of Σ p f
    scores = numpy.eye(3) - p
    variances = {}
    for baseline in (0.0, float(p @ f), -7.0):
        found = exact_expectation(lambda rng, b=baseline: reinforce(rng, b))
        assert abs(host(found.mean) - true).max() < 1e-12
        expected = p @ ((f - baseline)[:, None] * scores) ** 2 - true**2
        assert abs(host(found.variance) - expected).max() < 1e-12
        variances[baseline] = found.variance.sum().item()
    print(", ".join(f"baseline {b:.4g}: variance {v:.12f}" for b, v in variances.items()))
    without, with_mean, with_a_bad_one = variances.values()
    assert with_mean < 0.3 * without < 0.1 * with_a_bad_one


def test_the_exact_expectation_itself_has_that_gradient():
    found = exact_expectation(lambda rng: REWARDS[rng.categorical(logits=LOGITS)], differentiable=True)
    p, f = host(LOGITS.detach().softmax(0)), host(REWARDS)
    assert abs(host(mg.grad(found.mean, [LOGITS])[0]) - p * (f - p @ f)).max() < 1e-12


def reparameterised(f, mu, sigma, **settings):
    """The gradient of E[f(x)], x ~ N(mu, sigma²), with respect to mu and sigma, through x = mu + sigma ε."""
    parameters = [f64(mu, grad=True), f64(sigma, grad=True)]

    def fn(rng):
        return mg.grad(f(parameters[0] + parameters[1] * rng.normal(dtype="float64")), parameters)

    return exact_expectation(fn, **settings)


def test_the_reparameterised_gradient_of_a_polynomial_is_its_closed_form():
    mu, s = 0.7, 1.3
    found = reparameterised(lambda x: x**4 - 2 * x**3 + x, mu, s)
    # E = mu⁴ + 6 mu² s² + 3 s⁴ - 2 mu³ - 6 mu s² + mu
    by_mu = 4 * mu**3 + 12 * mu * s**2 - 6 * mu**2 - 6 * s**2 + 1
    by_sigma = 12 * mu**2 * s + 12 * s**3 - 12 * mu * s
    assert abs(found.mean[0].item() - by_mu) < 1e-10
    assert abs(found.mean[1].item() - by_sigma) < 1e-10
    assert all(error.item() < 1e-10 for error in found.error)


@pytest.mark.parametrize("mu", [-1.3, -0.4, 0.1, 0.35, 0.9, 1.7])
@pytest.mark.parametrize("nodes", [16, 32, 33])
def test_the_reparameterised_gradient_of_a_relu_has_an_honest_error(mu, nodes):
    sigma = 1.1
    found = reparameterised(lambda x: x.relu(), mu, sigma, normal_nodes=nodes)
    by_mu = (1 + math.erf(mu / sigma / math.sqrt(2))) / 2
    by_sigma = math.exp(-((mu / sigma) ** 2) / 2) / math.sqrt(2 * math.pi)
    for value, error, true in zip(found.mean, found.error, (by_mu, by_sigma), strict=True):
        assert 1e-4 < abs(value.item() - true) <= error.item() < 0.5


def test_sampling_agrees_with_the_expectation():
    rng, n = Generator(0), examples(4000)
    draws = numpy.array([host(contrastive_divergence(rng)) for _ in range(n)])
    found = exact_expectation(contrastive_divergence)
    bound = 5 * numpy.sqrt(host(found.variance) / n) + 1e-12
    assert (abs(draws.mean(0) - host(found.mean)) < bound).all()
