"""Likelihood scores: nats, bits/dim and the bound of dequantisation, against sums over all levels and quadrature."""

import math

import numpy as np
import pytest

import minigen as mg
from minigen.data.toy import Checkerboard, GaussianMixture, Moons
from minigen.data.transforms import Dequantize, dequantized
from minigen.evaluation import bits_per_dim, dequantized_likelihood, divergence, inversion_errors, log_likelihood
from minigen.models import NICE, Flow, RealNVP
from minigen.models.flows import ActNorm, AffineCoupling, Dequantized, Gaussian, Logit, Scaling
from minigen.random import Generator
from minigen.testing import exact_expectation
from tests.host import host


@pytest.fixture(autouse=True)
def in_double():
    mg.set_default_dtype(mg.float64)
    yield
    mg.set_default_dtype(mg.float32)


def flow_on_the_square():
    """A smooth density on [0, 1)²."""
    flow = Flow(Gaussian(2), [Logit(0.0), AffineCoupling(2, [], bound=0.5), AffineCoupling(2, [], swap=True)])
    rng = Generator(1, host_noise=True)
    for parameter in flow.parameters():
        parameter.data = 0.2 * rng.normal(parameter.shape)
    return flow


def cells(flow, levels, nodes=24):
    """log P of all pairs of levels: the density integrated over each cell, by Gauss-Legendre quadrature."""
    at, weight = np.polynomial.legendre.leggauss(nodes)
    u, w = (at + 1) / 2, weight / 2
    log_p = np.empty((levels, levels))
    for i in range(levels):
        for j in range(levels):
            x, y = np.meshgrid((i + u) / levels, (j + u) / levels, indexing="ij")
            with mg.no_grad():
                density = host(flow.log_prob(mg.tensor(np.stack([x.ravel(), y.ravel()], axis=1))).exp())
            log_p[i, j] = math.log((density.reshape(nodes, nodes) * np.outer(w, w)).sum() / levels**2)
    return log_p


def test_the_bound_of_dequantisation_lies_below_the_probability_of_the_levels() -> None:
    flow, levels = flow_on_the_square(), 4
    exact = cells(flow, levels)
    assert np.exp(exact).sum() == pytest.approx(1, abs=1e-4)
    model = Dequantized(flow, levels)
    gaps = [exact[i, j] - bound(model, [i, j]) for i in range(levels) for j in range(levels)]
    assert min(gaps) > 0
    assert gaps[5] < 0.1  # a cell in the middle
    finer = Dequantized(flow, 64)
    at = flow.log_prob(mg.tensor([[20.5 / 64, 40.5 / 64]])).item() - 2 * math.log(64)
    assert bound(finer, [20, 40]) == pytest.approx(
        at, abs=1e-3
    )  # where the density is flat over a cell the bound is tight


def bound(model, x):
    """E_u of the elbo of one example, exactly."""

    def elbo(rng):
        return model.elbo(mg.tensor([x]).broadcast_to((rng.rows, 2)), rng)

    with mg.no_grad():
        return exact_expectation(elbo, normal_nodes=24, rows=True).mean.item()


def test_samples_are_the_levels_of_the_cells() -> None:
    flow = flow_on_the_square()
    levels = Dequantized(flow, 8).sample(100, rng=3)
    x = host(flow.sample(100, rng=3))
    assert levels.dtype == mg.int64
    assert levels.tolist() == np.floor(x * 8).astype(int).tolist()
    wide = Dequantized(Flow(Gaussian(2), [Scaling([0.1, 0.1])]), 8).sample(500, rng=0)
    assert (wide.min().item(), wide.max().item()) == (0, 7)


def test_scores_of_images_are_nats_and_bits_of_one_draw() -> None:
    flow = NICE((2, 3), hidden=[8])
    x = Generator(2).integers(256, shape=(50, 2, 3)).to("uint8")
    nats, bits = dequantized_likelihood(flow, x, data="noise", rng=5, batch_size=7)
    with mg.no_grad():
        noise = Generator(5)
        each = [flow.log_prob(dequantized(x[i : i + 7], 256, noise)) for i in range(0, 50, 7)]
        expected = host(mg.cat(each))
    assert nats.value == pytest.approx(expected.mean(), rel=1e-12)
    assert nats.stderr == pytest.approx(expected.std(ddof=1) / 50**0.5, rel=1e-12)
    assert (nats.kind, nats.unit, nats.n, bits.kind, bits.unit) == (
        "lower bound",
        "nats",
        50,
        "upper bound",
        "bits/dim",
    )
    assert bits.stderr == pytest.approx(nats.stderr / (6 * math.log(2)), rel=1e-12)
    discrete = (nats.value - 6 * math.log(256)) / 6  # nats of a level, by the bound
    assert bits.value == pytest.approx(-discrete / math.log(2), rel=1e-12)


def test_bits_per_dim_of_published_figures() -> None:
    assert bits_per_dim(1980.50, 784) == pytest.approx(4.356, abs=5e-4)
    assert bits_per_dim(3771, 784) == pytest.approx(1.06, abs=5e-3)
    assert bits_per_dim(-2 * math.log(2), 2, levels=2) == 2.0


def test_a_log_likelihood_is_the_mean_over_all_batches() -> None:
    flow = RealNVP(2, couplings=2, hidden=[8])
    x = Generator(0).normal((101, 2))
    score = log_likelihood(flow, x, data="points", batch_size=10)
    with mg.no_grad():
        expected = host(flow.log_prob(x))
    assert score.value == pytest.approx(expected.mean(), rel=1e-12)
    assert score.stderr == pytest.approx(expected.std(ddof=1) / 101**0.5, rel=1e-12)
    assert (score.kind, score.unit, score.n, score.data) == ("exact", "nats", 101, "points")


JUDGES = {
    "likelihood": lambda flow, x: log_likelihood(flow, x, data="points"),
    "divergence": lambda flow, x: divergence(Moons(), flow, data="moons", fineness=1),
    "inversion": lambda flow, x: inversion_errors(list(flow.transform.steps), x),
}


@pytest.mark.parametrize("judge", JUDGES)
def test_judging_does_not_begin_actnorm_and_gives_each_part_its_mode_back(judge) -> None:
    for modes in ((True, False), (False, True), (True, True)):
        flow = Flow(Gaussian(2), [ActNorm(2), ActNorm(2)])
        for norm, mode in zip(flow.transform.steps, modes, strict=True):
            norm.train(mode)
        flow.training = modes[0]
        JUDGES[judge](flow, Generator(0).normal((5, 2)))
        assert (flow.training, *(norm.training for norm in flow.transform.steps)) == (modes[0], *modes)
        assert [norm.initialised.item() for norm in flow.transform.steps] == [0, 0]


def test_one_nan_fails_the_score() -> None:
    flow = Flow(Gaussian(2), [Logit(0.0)])
    x = mg.tensor([[0.5, 0.5], [float("nan"), 0.5]])
    with pytest.raises(ValueError, match="NaN for 1 of 2 examples"):
        log_likelihood(flow, x, data="points")
    with pytest.raises(ValueError, match="log q is NaN"):
        divergence(Moons(), Flow(Gaussian(2), [Broken(2)]), data="moons", fineness=1)
    with pytest.raises(ValueError, match="there are no examples"):
        log_likelihood(flow, x[:0], data="points")


class Broken(Scaling):
    def forward(self, x):
        return x, x.sum(dim=1) * float("nan")


def test_the_divergence_of_bells_has_its_closed_form() -> None:
    p = GaussianMixture([[0.3, -0.2]], 0.5)
    q = Flow(Gaussian(2), [Scaling([1 / 0.8, 1 / 0.4])])
    score = divergence(p, q, data="a bell")
    expected = sum(math.log(s / 0.5) + (0.25 + m * m) / (2 * s * s) - 0.5 for s, m in ((0.8, 0.3), (0.4, -0.2)))
    assert score.value == pytest.approx(expected, abs=1e-9)
    assert (score.kind, score.unit) == ("exact", "nats")


def test_a_uniform_square_has_the_area_of_its_box() -> None:
    class Tall:
        """Uniform on a window of other width than height, of which the steps differ too."""

        box, scale = (0.0, 1.0, 0.0, 3.1), 1.0

        def log_prob(self, x):
            return mg.full((len(x),), -math.log(3.1))

    class Unit:
        def log_prob(self, x):
            return mg.zeros(len(x))

    assert divergence(Tall(), Unit(), data="a box", fineness=1).value == pytest.approx(-math.log(3.1), rel=1e-12)


def test_the_divergence_is_the_shortfall_from_the_entropy() -> None:
    data = Moons(0.2)
    flow = RealNVP(2, couplings=2, hidden=[8])
    x = data.sample(20_000, rng=0)
    score = log_likelihood(flow, x, data="moons")
    exact = divergence(data, flow, data="moons").value
    assert abs(-score.value - data.entropy() - exact) < 5 * score.stderr
    assert exact > 0
    board = divergence(Checkerboard(), flow, data="checkerboard")
    assert math.isfinite(board.value)
    assert board.value > 0


def test_inversion_errors_are_counted_from_the_data_up() -> None:
    class Off(Scaling):
        """An inverse that misses by a fixed step."""

        def inverse(self, z):
            x, log_det = super().inverse(z)
            return x + 0.125, log_det

    steps = [Scaling([1.0, 2.0]), Off([1.0, 4.0]), Scaling([1.0, 1.0])]
    errors = inversion_errors(steps, Generator(0).normal((5, 2)))
    assert errors == pytest.approx([0.0, 0.125, 0.125], abs=1e-15)


# ---------------------------------------------------------------------------------------- dequantize


def test_each_level_becomes_every_point_of_its_own_cell() -> None:
    x = mg.tensor([0, 3, 255], dtype="uint8")
    moments = [exact_expectation(lambda rng, k=k: dequantized(x, 256, rng) ** k, normal_nodes=4).mean for k in (1, 2)]
    at = (x.double() + 0.5) / 256
    assert mg.allclose(moments[0], at, rtol=1e-12)
    assert mg.allclose(moments[1], at**2 + 1 / (12 * 256**2), rtol=1e-12)


def test_no_point_leaves_the_unit_interval_by_rounding() -> None:
    class Highest(Generator):
        def uniform(self, shape=(), low=0.0, high=1.0, *, dtype=None, device=None):
            return mg.full(shape, 1 - 2.0**-24, dtype=dtype, device=device)

    mg.set_default_dtype(mg.float32)
    x = Dequantize(rng=Highest(0))(mg.tensor([0, 254, 255], dtype="uint8"))
    assert x.dtype == mg.float32
    assert x[2].item() < 1
    assert x.max().item() > 0.99999


def test_the_noise_is_new_at_each_use_and_goes_on_from_a_state() -> None:
    transform = Dequantize(rng=0)
    x = mg.zeros(3, 4, dtype="uint8")
    first, state = transform.batch(x), transform.state_dict()
    second = transform.batch(x)
    assert first.tolist() != second.tolist()
    other = Dequantize()
    other.load_state_dict(state)
    assert other.batch(x).tolist() == second.tolist()
    assert mg.stack([Dequantize(rng=2)(x[i]) for i in range(1)])[0].tolist() == Dequantize(rng=2).batch(x)[0].tolist()
