"""Contrastive divergence: exact expectations against the transition matrix, and twenty steps in NumPy."""

import numpy as np
import pytest

import minigen as mg
from minigen.learning import Centring, ContrastiveDivergence, PersistentContrastiveDivergence
from minigen.optim import SGD, Averaged, Scheduled, linear
from minigen.random import Generator
from minigen.sampling import Chains
from minigen.testing import exact_expectation
from minigen.training.state import copied
from tests.host import assert_allclose, host
from tests.models.machines import bits, machine, numbers, tables


class Still:
    """An optimizer that leaves the parameters alone, so that gradients can be looked at."""

    def step(self):
        pass

    def zero_grad(self):
        pass

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


def expected_gradient(algorithm, batch):
    """The exact expectation of the gradient that one step leaves."""
    start = algorithm.chains.hidden if hasattr(algorithm, "chains") else None

    def step(rng):
        algorithm.rng = rng
        if start is not None:
            algorithm.chains = Chains(algorithm.model, start, rng=rng)
        algorithm.step(mg.tensor(batch))
        return [p.grad for p in algorithm.model.parameters()]

    return [host(part) for part in exact_expectation(step).mean]


def difference(table, positive, negative):
    """What a step must descend: the statistics under the law of the model's phase less those under the data's."""
    return [n - p for p, n in zip(table.statistics(positive), table.statistics(negative), strict=True)]


def law(table, rows):
    """The law of data: each of the rows, by number, as often as it is there."""
    return np.bincount(rows, minlength=len(table.v)) / len(rows)


def close(found, expected):
    for a, b in zip(found, expected, strict=True):
        assert_allclose(a, b, rtol=0, atol=1e-12)


# ------------------------------------------------------------------------------- exact expectations


@pytest.mark.parametrize("row", range(8))
def test_cd_1_is_the_transition_matrix_once(row) -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    data = law(table, [row])
    found = expected_gradient(ContrastiveDivergence(rbm, Still(), k=1), table.v[[row]])
    close(found, difference(table, data, data @ table.kernel))


def test_cd_2_is_the_transition_matrix_twice() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    data = law(table, [5])
    found = expected_gradient(ContrastiveDivergence(rbm, Still(), k=2), table.v[[5]])
    close(found, difference(table, data, data @ table.kernel @ table.kernel))


@pytest.mark.parametrize("rows", [[3], [3, 1], [3, 1, 2]])
def test_a_batch_of_any_size_counts_as_its_mean(rows) -> None:
    rbm = machine(2, 1)
    table = tables(rbm)
    data = law(table, rows)
    found = expected_gradient(ContrastiveDivergence(rbm, Still()), table.v[rows])
    close(found, difference(table, data, data @ table.kernel))


@pytest.mark.parametrize(("rows", "hidden"), [([1, 2, 3], [1, 0]), ([3], [0, 1]), ([0, 2], [1])])
def test_pcd_goes_on_from_its_chains_whatever_the_size_of_the_batch(rows, hidden) -> None:
    rbm = machine(2, 1)
    table = tables(rbm)
    chains = Chains(rbm, mg.tensor(table.h[hidden]))
    found = expected_gradient(PersistentContrastiveDivergence(rbm, Still(), chains), table.v[rows])
    close(found, difference(table, law(table, rows), table.v_given_h[hidden].mean(0)))


def test_pcd_makes_k_sweeps() -> None:
    rbm = machine(2, 1)
    table = tables(rbm)
    chains = Chains(rbm, mg.tensor(table.h[[1]]))
    found = expected_gradient(PersistentContrastiveDivergence(rbm, Still(), chains, k=2), table.v[[2]])
    close(found, difference(table, law(table, [2]), table.v_given_h[1] @ table.kernel))


def test_in_equilibrium_pcd_has_the_gradient_of_the_exact_log_likelihood() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    rows = [6, 1]
    found = 0.0
    for hidden, probability in enumerate(table.p_h):
        chains = Chains(rbm, mg.tensor(table.h[[hidden]]))
        gradient = expected_gradient(PersistentContrastiveDivergence(rbm, Still(), chains), table.v[rows])
        found = found + probability * np.concatenate([g.ravel() for g in gradient])
    cost = -mg.inference.exact_log_prob(rbm, mg.tensor(table.v[rows])).mean()
    exact = mg.grad(cost, list(rbm.parameters()))
    assert_allclose(found, np.concatenate([host(g).ravel() for g in exact]), rtol=0, atol=1e-12)


def plain(rbm):
    """A model of the same law that has no gradient of its own."""
    model = mg.nn.Module()
    model.rbm = rbm
    for name in ("hidden_inputs", "sample_visible", "free_energy"):
        setattr(model, name, getattr(rbm, name))
    return model


def test_a_model_without_a_gradient_of_its_own_is_left_to_the_engine() -> None:
    rbm = machine(3, 2)
    table = tables(rbm)
    data = law(table, [4])
    found = expected_gradient(ContrastiveDivergence(plain(rbm), Still()), table.v[[4]])
    close(found, difference(table, data, data @ table.kernel))


@pytest.mark.parametrize("gradient", ["by hand", "by the engine", "centred"])
@pytest.mark.parametrize("frozen", ["weight", "visible_bias", "hidden_bias"])
def test_what_is_not_trained_stays_and_the_rest_moves_as_ever(frozen, gradient) -> None:
    moved = []
    for freeze in (False, True):
        rbm = machine(4, 3)
        model = plain(rbm) if gradient == "by the engine" else rbm
        getattr(rbm, frozen).requires_grad_(not freeze)
        centring = Centring(rbm) if gradient == "centred" else None
        cd = ContrastiveDivergence(model, SGD(rbm.parameters(), lr=0.1), rng=0, centring=centring)
        cd.step(mg.tensor(bits(4)[[3, 9, 14]]))
        moved.append({name: host(p) for name, p in rbm.named_parameters()})
    for name, before in machine(4, 3).named_parameters():
        assert_allclose(moved[1][name], before if name == frozen else moved[0][name], rtol=0, atol=0)


# ----------------------------------------------------------------------------------------- centring


def test_the_centred_gradient_is_that_of_the_centred_machine() -> None:
    """A step in the parameters of E = -(v - μ) W (h - λ) - b(v - μ) - c(h - λ), written in those of an ordinary one."""
    rbm = machine(4, 3)
    rng = np.random.default_rng(1)
    mu, lam = mg.tensor(rng.uniform(size=4)), mg.tensor(rng.uniform(size=3))
    centring = Centring(rbm, rate=0.0)
    centring.visible, centring.hidden = mu, lam
    v = mg.tensor(bits(4)[[3, 9, 14, 2, 7]])
    share = mg.tensor([0.5, 0.5, -1 / 3, -1 / 3, -1 / 3], dtype="float64")
    found = centring.gradient(rbm, v, rbm.hidden_probs(v).detach(), share)

    w, b, c = (p.detach() for p in rbm.parameters())
    centred = [p.requires_grad_() for p in (w.clone(), b + w @ lam, c + mu @ w)]

    def free_energy(weight, visible_bias, hidden_bias):
        inputs = (v - mu) @ weight + hidden_bias
        off, on = lam * 0 - lam * inputs, (1 - lam) * inputs
        return -(v - mu) @ visible_bias - mg.logsumexp(mg.stack([off, on]), 0).sum(1)

    dw, db, dc = mg.grad((share * free_energy(*centred)).sum(), centred)
    rate = 1e-3
    weight = w - rate * dw
    moved = weight, centred[1] - rate * db - weight @ lam, centred[2] - rate * dc - mu @ weight
    for old, g, new in zip((w, b, c), found, moved, strict=True):
        assert_allclose(old - rate * g, new, rtol=0, atol=1e-15)


def test_the_offsets_follow_the_data() -> None:
    rbm = machine(3, 2)
    centring = Centring(rbm, rate=0.25)
    mu, lam = (1 / (1 + np.exp(-x)) for x in numbers(rbm)[1:])
    assert_allclose(centring.visible, mu, rtol=1e-15)
    cd = ContrastiveDivergence(rbm, Still(), rng=0, centring=centring)
    for rows in ([1, 2, 3], [7], [6, 4]):
        v = bits(3)[rows]
        mu = 0.75 * mu + 0.25 * v.mean(0)
        lam = 0.75 * lam + 0.25 * (tables(rbm).h_given_v[rows] @ bits(2)).mean(0)
        cd.step(mg.tensor(v))
        assert_allclose(centring.visible, mu, rtol=0, atol=1e-14)
        assert_allclose(centring.hidden, lam, rtol=0, atol=1e-14)


def test_flipping_all_data_changes_nothing_for_a_centred_machine() -> None:
    """The law that a centred machine learns does not depend on which of its visible units' states is called 1."""
    laws = []
    for flipped in (False, True):
        rbm = mg.models.RBM(3, 2, dtype="float64")
        w, b, c = numbers(machine(3, 2))
        for parameter, value in zip(rbm.parameters(), (-w, -b, c + w.sum(0)) if flipped else (w, b, c), strict=True):
            parameter.data.copy_(mg.tensor(value))
        centring = Centring(rbm, rate=0.0)
        centring.visible = mg.tensor(np.array([0.3, 0.6, 0.8]))
        if flipped:
            centring.visible = 1 - centring.visible
        centring.hidden = mg.tensor(np.array([0.5, 0.25]))
        v = bits(3)[[3, 5, 6, 1]]
        v = mg.tensor(1 - v if flipped else v)
        share = mg.tensor([0.5, 0.5, -0.5, -0.5], dtype="float64")
        gradient = centring.gradient(rbm, v, rbm.hidden_probs(v).detach(), share)
        for parameter, g in zip(rbm.parameters(), gradient, strict=True):
            parameter.data.sub_(0.1 * g)
        p = tables(rbm).p_v
        laws.append(p[::-1] if flipped else p)
    assert_allclose(laws[0], laws[1], rtol=0, atol=1e-14)


# --------------------------------------------------------------------------- twenty steps in NumPy


class Recording(Generator):
    """A generator that keeps each coin's probabilities and how it fell."""

    def bernoulli(self, probs=None, *, logits=None):
        draw = super().bernoulli(probs, logits=logits)
        self.drawn.append((sigmoid(host(logits)) if probs is None else host(probs), host(draw)))
        return draw


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("centred", [False, True])
def test_twenty_steps_against_a_derivation_in_numpy(persistent, centred) -> None:
    rbm, k, steps, momentum, decay, rate, beta = machine(4, 3), 2, 20, 0.8, 0.01, 0.2, 0.7
    rng = Recording(0)
    rng.drawn = []
    optimizer = SGD(rbm.parameters(), lr=rate, momentum=momentum, weight_decay=decay)
    optimizer = Averaged(Scheduled(optimizer, linear(steps + 5, hold=2)), beta)
    centring = Centring(rbm, rate=0.1) if centred else None
    if persistent:
        algorithm = PersistentContrastiveDivergence(rbm, optimizer, 5, k, rng, centring=centring)
        h = np.zeros((5, 3))
    else:
        algorithm = ContrastiveDivergence(rbm, optimizer, k, rng, centring=centring)
    params = numbers(rbm)
    velocity, average = [0.0, 0.0, 0.0], None
    mu, lam = sigmoid(params[1]), sigmoid(params[2])
    for t, rows in enumerate(np.random.default_rng(2).integers(0, 16, (steps, 6))):
        w, b, c = params
        data = bits(4)[rows[: 6 if t % 5 else 4]]  # a smaller batch now and then
        metrics = algorithm.step(mg.tensor(data))
        coins = iter(rng.drawn)
        rng.drawn = []

        def toss(probs, coins=coins):
            given, draw = next(coins, (None, None))
            assert given is not None, "more draws than were made"
            assert_allclose(given, probs, rtol=0, atol=1e-12)
            return draw

        positive = sigmoid(data @ w + c)
        if not persistent:
            q = positive
            for _ in range(k):
                h = toss(q)
                v = toss(sigmoid(h @ w.T + b))
                q = sigmoid(v @ w + c)
        else:
            for _ in range(k):
                v = toss(sigmoid(h @ w.T + b))
                q = sigmoid(v @ w + c)
                h = toss(q)
        assert next(coins, None) is None
        dw = v.T @ q / len(v) - data.T @ positive / len(data)
        db, dc = v.mean(0) - data.mean(0), q.mean(0) - positive.mean(0)
        if not persistent:
            assert metrics["reconstruction"] == pytest.approx((data != v).mean(), abs=1e-12)
        assert metrics["visible_gap"] == pytest.approx(abs(db).mean(), abs=1e-12)
        assert metrics["hidden_gap"] == pytest.approx(abs(dc).mean(), abs=1e-12)
        if centred:
            mu, lam = 0.9 * mu + 0.1 * data.mean(0), 0.9 * lam + 0.1 * positive.mean(0)
            dw = dw - np.outer(mu, dc) - np.outer(db, lam)
            db, dc = db - dw @ lam, dc - mu @ dw
        gradient = [g + decay * p for g, p in zip((dw, db, dc), params, strict=True)]
        velocity = [momentum * u + g if t else g for u, g in zip(velocity, gradient, strict=True)]
        lr = rate * (1 - max(t - 2, 0) / (steps + 3))
        params = [p - lr * u for p, u in zip(params, velocity, strict=True)]
        average = params if t == 0 else [a + (1 - beta) * (p - a) for a, p in zip(average, params, strict=True)]
    for own, mean, p, a in zip(rbm.parameters(), optimizer.averages, params, average, strict=True):
        assert_allclose(own, p, rtol=0, atol=1e-11)
        assert_allclose(mean, a, rtol=0, atol=1e-11)


# ---------------------------------------------------------------------------------------- behaviour


def test_values_are_looked_at_once(on_the_host) -> None:
    rbm = machine(3, 2)
    cd = ContrastiveDivergence(rbm, Still(), rng=0)
    with pytest.raises(ValueError, match=r"binary units are 0 or 1, got 0\.5"):
        cd.step(mg.tensor([[0.5, 1.0, 0.0]], dtype="float64"))
    cd.step(mg.tensor([[0.0, 1.0, 0.0]], dtype="float64"))
    cd.step(mg.tensor([[0.5, 1.0, 0.0]], dtype="float64"))


def test_labels_of_a_batch_are_passed_over() -> None:
    pair = []
    for labelled in (False, True):
        rbm = machine(3, 2)
        batch = mg.tensor(bits(3)[[3, 5]])
        cd = ContrastiveDivergence(rbm, SGD(rbm.parameters(), lr=0.1), rng=0)
        cd.step((batch, mg.tensor([1, 2])) if labelled else batch)
        pair.append(rbm.weight.tolist())
    assert pair[0] == pair[1]


def test_a_number_of_chains_draws_from_the_generator_of_the_algorithm() -> None:
    rbm = machine(3, 2)
    pcd = PersistentContrastiveDivergence(rbm, Still(), 7, rng=3)
    assert pcd.chains.rng is pcd.rng
    assert len(pcd.chains) == 7


def test_chains_go_on_where_they_stood_when_training_is_continued() -> None:
    batch, paths = mg.tensor(bits(4)[[3, 9, 14]]), []
    rbm = machine(4, 3, scale=2.0)
    pcd = PersistentContrastiveDivergence(rbm, SGD(rbm.parameters(), lr=0.1), 20, rng=0)
    pcd.step(batch)
    twin = machine(4, 3, scale=2.0, seed=1)
    other = PersistentContrastiveDivergence(twin, SGD(twin.parameters(), lr=0.1), 20, rng=1)
    other.load_state_dict(copied(pcd.state_dict()))
    for algorithm in (pcd, other):
        paths.append([dict(algorithm.step(batch)) for _ in range(3)])
    assert paths[0] == paths[1]


@pytest.mark.slow
def test_pcd_comes_near_the_law_that_it_is_shown() -> None:
    """The divergence from a small law falls under a hundredth of a nat."""
    target = tables(machine(3, 2, seed=4))
    data = mg.tensor(target.v[np.random.default_rng(0).choice(8, 4000, p=target.p_v)])
    rbm = mg.models.RBM(3, 4, dtype="float64").start_at(data)
    steps = 4000
    optimizer = Scheduled(SGD(rbm.parameters(), lr=0.1, momentum=0.5), linear(steps))
    pcd = PersistentContrastiveDivergence(rbm, optimizer, 200, rng=0)
    for _ in range(steps):
        pcd.step(data)
    p = tables(rbm).p_v
    assert 0 <= (target.p_v * np.log(target.p_v / p)).sum() < 0.01
