"""Transforms and flows: volumes by the autodiff Jacobian, inversion by depth, densities that integrate to 1."""

import copy

import numpy as np
import pytest

import minigen as mg
from minigen.models import NICE, Flow, RealNVP, flows
from minigen.models.flows import (
    ActNorm,
    AdditiveCoupling,
    AffineCoupling,
    Composition,
    Gaussian,
    Logistic,
    Logit,
    Permutation,
    Scaling,
)
from minigen.random import Generator, using
from minigen.testing import exact_expectation
from minigen.viz import lattice
from tests.host import host


@pytest.fixture(autouse=True)
def in_double():
    mg.set_default_dtype(mg.float64)
    yield
    mg.set_default_dtype(mg.float32)


def randomised(module, seed=0, spread=0.6):
    """Draw all parameters, the same everywhere: what starts as the identity proves nothing."""
    rng = Generator(seed, host_noise=True)
    for parameter in module.parameters():
        parameter.data = spread * rng.normal(parameter.shape)
    for part in module.modules():
        if isinstance(part, ActNorm):
            part.initialised.fill_(1)
    return module


def mixed(features):
    """One of each kind."""
    return Composition(
        ActNorm(features),
        Permutation.random(features, rng=1),
        AffineCoupling(features, [7]),
        Scaling(features),
        AdditiveCoupling(features, [7], swap=True),
        AffineCoupling(features, [7, 5], swap=True, bound=0.7),
    )


TRANSFORMS = {
    "additive": lambda: AdditiveCoupling(5, [8, 6]),
    "additive swapped": lambda: AdditiveCoupling(5, [8, 6], swap=True),
    "additive of two": lambda: AdditiveCoupling(2, [8]),
    "affine": lambda: AffineCoupling(5, [8, 6]),
    "affine swapped": lambda: AffineCoupling(5, [8, 6], swap=True),
    "affine of two": lambda: AffineCoupling(2, [8], bound=1.0),
    "affine of four": lambda: AffineCoupling(4, [8], swap=True),
    "permutation": lambda: Permutation([2, 0, 3, 4, 1]),
    "checkerboard": lambda: Permutation.checkerboard(6),
    "scaling": lambda: Scaling(5),
    "given scaling": lambda: Scaling([0.1, 1.0, 7.0]),
    "actnorm": lambda: ActNorm(5),
    "logit": lambda: Logit(0.05),
    "bare logit": lambda: Logit(0.0),
    "composition": lambda: mixed(5),
    "composition of two": lambda: mixed(2),
    "NICE": lambda: NICE(5, hidden=[9, 8]).transform,
    "RealNVP": lambda: RealNVP(5, couplings=5, hidden=[9, 8]).transform,
    "RealNVP of two": lambda: RealNVP(2, couplings=4, hidden=[9]).transform,
}
EVERY = pytest.mark.parametrize("name", TRANSFORMS)
WIDTHS = {"two": 2, "four": 4, "checkerboard": 6, "given scaling": 3}


def points(name, n=4, seed=7):
    """Examples from where the transform is defined."""
    width = next((w for key, w in WIDTHS.items() if name.endswith(key)), 5)
    rng = Generator(seed)
    return rng.uniform((n, width), 0.02, 0.98) if "logit" in name else rng.normal((n, width))


def gap(x, y):
    """The largest distance of two Tensors, element by element; NaN where there is one."""
    x, y = (host(part) if isinstance(part, mg.Tensor) else part for part in (x, y))
    return abs(x - y).max()


def jacobians(function, x):
    """The derivative of each output by each input, example by example, of shape (batch, d, d)."""
    x = x.detach().requires_grad_()
    z = function(x)[0]
    rows = [host(mg.grad(z[:, i].sum(), x, retain_graph=True)[0]) for i in range(z.shape[1])]
    return np.stack(rows, axis=1)


def test_the_list_holds_every_transform() -> None:
    """What is exported is tested: a transform without an entry above fails here."""
    exported = {
        value
        for value in (getattr(flows, name) for name in flows.__all__)
        if isinstance(value, type) and issubclass(value, flows.Transform)
    }
    assert {type(part) for make in TRANSFORMS.values() for part in make().modules()} >= exported - {flows.Transform}


@EVERY
def test_log_det_is_that_of_the_autodiff_jacobian_in_both_directions(name) -> None:
    transform = randomised(TRANSFORMS[name]())
    x = points(name)
    z, log_det = transform(x)
    assert z.shape == x.shape
    assert log_det.shape == (len(x),)
    expected = np.linalg.slogdet(jacobians(transform, x))[1]
    assert gap(log_det, expected) < 1e-9
    z = z.detach()
    _, log_det = transform.inverse(z)
    assert log_det.shape == (len(x),)
    expected = np.linalg.slogdet(jacobians(transform.inverse, z))[1]
    assert gap(log_det, expected) < 1e-9


@EVERY
def test_the_inverse_undoes_the_transform_and_the_transform_the_inverse(name) -> None:
    transform = randomised(TRANSFORMS[name]())
    x = points(name)
    z = transform(x)[0]
    assert gap(transform.inverse(z)[0], x) < 1e-9
    z = z + 0.1
    assert gap(transform(transform.inverse(z)[0])[0], z) < 1e-9


@pytest.mark.parametrize("depth", [1, 4, 16, 32])
def test_inversion_stays_exact_with_depth(depth) -> None:
    flow = randomised(RealNVP(6, couplings=depth, hidden=[16]), spread=0.1)
    x = Generator(2).normal((50, 6))
    assert gap(flow.decode(flow.encode(x)), x) < 1e-11 * depth


@EVERY
def test_gradients_of_both_outputs_are_those_of_differences(name) -> None:
    transform = randomised(TRANSFORMS[name]())
    x, step = points(name), 1e-6
    weights = Generator(5).normal(x.shape), Generator(6).normal(len(x))

    def value():
        with mg.no_grad():
            return total(x).item()

    def total(x):
        z, log_det = transform(x)
        return (z * weights[0]).sum() + (log_det * weights[1]).sum()

    for parameter in transform.parameters():
        (gradient,) = mg.grad(total(x), parameter)
        index = tuple(n // 2 for n in parameter.shape)
        middle = host(parameter)[index]
        high, low = (written(parameter, index, middle + h, value) for h in (step, -step))
        written(parameter, index, middle, value)
        assert gradient[index].item() == pytest.approx((high - low) / (2 * step), rel=1e-6, abs=1e-7)


def written(parameter, index, number, value):
    with mg.no_grad():
        parameter[index] = number
    return value()


@pytest.mark.parametrize("kind", [AdditiveCoupling, AffineCoupling])
@pytest.mark.parametrize(("features", "swap"), [(5, False), (5, True), (2, False), (2, True), (6, False)])
def test_one_half_stays_and_decides_and_the_other_moves(kind, features, swap) -> None:
    coupling = randomised(kind(features, [16, 16], swap=swap))
    x = Generator(1).normal((1, features))
    first = list(range((features + 1) // 2))
    last = list(range((features + 1) // 2, features))
    stays, moves = (last, first) if swap else (first, last)
    z = coupling(x)[0]
    assert z[:, stays].tolist() == x[:, stays].tolist()
    (jacobian,) = jacobians(coupling, x)
    assert jacobian[np.ix_(stays, stays)].tolist() == np.eye(len(stays)).tolist()
    assert (jacobian[np.ix_(stays, moves)] == 0).all()
    assert (jacobian[np.ix_(moves, stays)] != 0).all()
    own = jacobian[np.ix_(moves, moves)]
    assert (own == np.diag(np.diag(own))).all()
    assert (np.diag(own) == 1).all() == (kind is AdditiveCoupling)


@pytest.mark.parametrize("preset", [NICE, RealNVP])
def test_presets_move_every_feature_in_turns_from_a_checkerboard(preset) -> None:
    flow = preset(5, 2, [8])
    steps = list(flow.transform.steps)
    assert steps[0].order.tolist() == [0, 2, 4, 1, 3]
    assert [step.swap for step in steps[1:3]] == [False, True]
    x = Generator(0).normal((3, 5))
    assert (flow.encode(x) != x[:, steps[0].order]).all()
    assert len(preset(2, 3, [8]).transform.steps) == 3 + (preset is NICE)  # two features are halves already


def test_nice_ends_in_a_scaling_and_takes_another_base() -> None:
    flow = NICE((2, 3), hidden=[4])
    assert isinstance(flow.transform.steps[-1], Scaling)
    assert isinstance(flow.base, Logistic)
    assert isinstance(NICE(4, hidden=[4], base=Gaussian(4)).base, Gaussian)
    assert isinstance(RealNVP(4).base, Gaussian)
    assert flow.sample(5, 0).shape == (5, 2, 3)
    assert flow.encode(flow.sample(5, rng=0)).shape == (5, 6)


FLOWS = {
    "RealNVP": lambda: (RealNVP(2, couplings=4, hidden=[8, 8]), (-20.0, 20.0)),
    "NICE": lambda: (NICE(2, couplings=4, hidden=[8, 8]), (-40.0, 40.0)),
    "Gaussian NICE": lambda: (NICE(2, couplings=4, hidden=[8, 8], base=Gaussian(2)), (-15.0, 15.0)),
    "one of each": lambda: (Flow(Gaussian(2), [mixed(2)]), (-15.0, 15.0)),
    "pixels": lambda: (Flow(Logistic(2), [Logit(0.0), AffineCoupling(2, [8])]), (0.0, 1.0)),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_of_the_plane_integrates_to_1(name) -> None:
    flow, (low, high) = FLOWS[name]()
    randomised(flow, spread=0.4)
    side = 600
    with mg.no_grad():
        density = flow.log_prob(lattice((low, high, low, high), side)).exp()
    assert density.sum().item() * ((high - low) / side) ** 2 == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("base", [Gaussian(1), Logistic(1)], ids=lambda base: type(base).__name__)
@pytest.mark.parametrize("power", [1, 2, 3, 4, 6])
def test_a_base_samples_what_it_scores(base, power) -> None:
    """Moments of the draws, exact by quadrature of the laws drawn from, are those of the density."""
    drawn = exact_expectation(lambda rng: base.sample(1, rng=rng) ** power, normal_nodes=12)
    z = mg.linspace(-200, 200, 400_001).unsqueeze(1)
    scored = (base.log_prob(z).exp() * z.squeeze(1) ** power).sum().item() * 1e-3
    assert drawn.mean.item() == pytest.approx(scored, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("base", [Gaussian(3), Logistic(3)], ids=lambda base: type(base).__name__)
def test_features_of_a_base_are_drawn_apart_and_scored_together(base) -> None:
    z = base.sample(1000, rng=0)
    assert z.shape == (1000, 3)
    assert abs(np.corrcoef(host(z).T) - np.eye(3)).max() < 5 / 1000**0.5
    alone = [type(base)(1).log_prob(z[:, i : i + 1]) for i in range(3)]
    assert mg.allclose(base.log_prob(z), alone[0] + alone[1] + alone[2], rtol=1e-12)


@pytest.mark.parametrize("base", [Gaussian, Logistic])
def test_a_sample_has_the_density_of_its_noise_over_the_volume_it_takes(base) -> None:
    """log p(x) by `log_prob` is that of the noise less log|det dx/dz| by the autodiff Jacobian of the sampler."""
    flow = randomised(Flow(base(5), [mixed(5)]))
    x = flow.sample(20, rng=4)
    z = flow.base.sample(20, rng=4)
    assert x.tolist() == flow.decode(z).tolist()
    stretched = np.linalg.slogdet(jacobians(lambda z: (flow.decode(z), None), z))[1]
    expected = host(flow.base.log_prob(z)) - stretched
    assert gap(flow.log_prob(x), expected) < 1e-9


@pytest.mark.parametrize("base", [Gaussian, Logistic])
def test_expectations_over_samples_are_integrals_of_the_density(base) -> None:
    flow = Flow(base(2), [AffineCoupling(2, [], bound=0.5), AffineCoupling(2, [], swap=True, bound=0.5), Scaling(2)])
    randomised(flow, spread=0.4)

    def wave(x):
        return (0.4 * x[:, 0] + 0.3 * x[:, 1] + 0.5).cos()

    nodes = 30 if base is Gaussian else 16
    drawn = exact_expectation(lambda rng: wave(flow.sample(rng.rows, rng)), normal_nodes=nodes, rows=True)
    window, side = (-60.0, 60.0, -60.0, 60.0), 600
    x = lattice(window, side)
    with mg.no_grad():
        scored = (flow.log_prob(x).exp() * wave(x)).sum().item() * (120 / side) ** 2
    assert drawn.mean.item() == pytest.approx(scored, abs=1e-5)


def test_sampling_records_nothing_and_follows_dtype() -> None:
    flow = RealNVP(3, couplings=2, hidden=[4])
    assert not flow.sample(2).requires_grad
    assert flow.float().sample(2).dtype == mg.float32
    assert Flow(Gaussian(2), [Permutation([1, 0])]).sample(3, rng=0).dtype == mg.float64


# -------------------------------------------------------------------------------------------- actnorm


def batch(seed=0, n=64):
    return Generator(seed).normal((n, 3)) * mg.tensor([0.5, 2.0, 9.0]) + mg.tensor([1.0, -3.0, 0.2])


def test_the_first_batch_gets_mean_0_and_variance_1() -> None:
    norm = ActNorm(3)
    z, log_det = norm(batch())
    assert gap(z.mean(dim=0), mg.zeros(3)) < 1e-12
    assert gap(z.square().mean(dim=0), mg.ones(3)) < 1e-12
    assert mg.allclose(log_det, -batch().std(dim=0, correction=0).log().sum().broadcast_to(64))


def test_later_batches_leave_it_alone() -> None:
    norm = ActNorm(3)
    norm(batch())
    before = copy.deepcopy(norm.state_dict())
    z = norm(batch(1) * 5 + 3)[0]
    assert all(mg.equal(norm.state_dict()[name], value) for name, value in before.items())
    assert z.square().mean().item() > 5


def test_what_it_learned_survives_a_file_and_the_next_batch(tmp_path) -> None:
    flow = Flow(Gaussian(3), [ActNorm(3), AffineCoupling(3, [4])])
    flow.log_prob(batch())
    flow.transform.steps[0].shift.data += 0.25  # as if learned
    mg.save(flow.state_dict(), tmp_path / "flow.safetensors")
    fresh = Flow(Gaussian(3), [ActNorm(3), AffineCoupling(3, [4])])
    fresh.load_state_dict(mg.load(tmp_path / "flow.safetensors"))
    assert fresh.transform.steps[0].initialised.item() == 1
    other = batch(1) * 4
    assert fresh.log_prob(other).tolist() == flow.log_prob(other).tolist()
    assert all(mg.equal(a, b) for a, b in zip(fresh.parameters(), flow.parameters(), strict=True))


def test_a_state_from_before_the_first_batch_starts_it_anew() -> None:
    norm, untouched = ActNorm(3), copy.deepcopy(ActNorm(3).state_dict())
    norm(batch())
    assert abs(norm(batch(1) * 5)[0].mean().item()) > 0.1
    norm.load_state_dict(untouched)
    assert abs(norm(batch(1) * 5)[0].mean().item()) < 1e-12


def test_a_copy_of_one_that_has_begun_has_begun() -> None:
    norm = ActNorm(3)
    norm(batch())
    twin = copy.deepcopy(norm)
    x = batch(1) * 5
    assert twin(x)[0].tolist() == norm(x)[0].tolist()


def test_judging_and_sampling_do_not_begin_it() -> None:
    norm = ActNorm(3).eval()
    x = batch()
    assert norm(x)[0].tolist() == x.tolist()
    assert norm.train().inverse(x)[0].tolist() == x.tolist()
    assert norm.initialised.item() == 0
    assert abs(norm(x)[0].mean().item()) < 1e-12


def test_the_first_batch_is_not_part_of_the_graph() -> None:
    norm = ActNorm(3)
    x = batch().requires_grad_()
    (gradient,) = mg.grad(norm(x)[0][0].sum(), x)
    assert (gradient[1:] == 0).all()


# ---------------------------------------------------------------------------------------- permutation


def test_a_random_permutation_holds_every_order_equally_often() -> None:
    orders = exact_expectation(lambda rng: mg.nn.functional.one_hot(Permutation.random(3, rng=rng).order, 3).double())
    assert orders.paths == 6
    assert mg.allclose(orders.mean, mg.full((3, 3), 1 / 3))


def test_the_order_is_saved() -> None:
    one, other = (Permutation.random(8, rng=seed) for seed in (0, 1))
    x = Generator(0).normal((2, 8))
    assert one(x)[0].tolist() != other(x)[0].tolist()
    other.load_state_dict(one.state_dict())
    assert one(x)[0].tolist() == other(x)[0].tolist()
    assert other.inverse(other(x)[0])[0].tolist() == x.tolist()


# ------------------------------------------------------------------------------------------- learning


def test_weights_come_from_the_default_generator() -> None:
    with using(3):
        one = RealNVP(2, couplings=2)
    with using(3):
        other = RealNVP(2, couplings=2)
    assert all(mg.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_the_likelihood_of_data_is_least_at_the_entropy() -> None:
    """-E log q over data from p is the entropy of p where q = p, and the entropy plus KL(p‖q) elsewhere."""
    from minigen.data.toy import GaussianMixture

    data = GaussianMixture([[1.0, -2.0]], 0.5)
    flow = Flow(Gaussian(2), [ActNorm(2)])
    (norm,) = flow.transform.steps
    norm.shift.data = mg.tensor([1.0, -2.0])
    norm.log_scale.data = mg.tensor([0.5, 0.5]).log() * -1
    norm.initialised.fill_(1)
    left, right, bottom, top = data.box
    x = lattice(data.box, 300)
    area = (right - left) * (top - bottom) / 300**2
    p = data.log_prob(x).exp()
    with mg.no_grad():
        assert -(p * flow.log_prob(x)).sum().item() * area == pytest.approx(data.entropy(), abs=1e-9)
        norm.shift += 0.1
        kl = 2 * 0.1**2 / (2 * 0.5**2)
        assert -(p * flow.log_prob(x)).sum().item() * area == pytest.approx(data.entropy() + kl, abs=1e-9)
