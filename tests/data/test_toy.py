"""Toy densities: each integrates to 1, draws what it says, and knows its entropy."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

import minigen as mg
from minigen.data import toy
from minigen.random import Generator
from tests.host import host, placed

DENSITIES = {
    "ring": toy.Ring,
    "narrow ring": lambda: toy.Ring(std=0.02),
    "grid": toy.Grid,
    "moons": toy.Moons,
    "spirals": toy.Spirals,
    "pinwheel": toy.Pinwheel,
    "wide pinwheel": lambda: toy.Pinwheel(3, radial=0.2, tangential=0.3, rate=0.4),
    "checkerboard": toy.Checkerboard,
}


@pytest.fixture(params=DENSITIES, scope="module")
def density(request):
    """One of them for all tests: it keeps its entropy."""
    return DENSITIES[request.param]()


def grid(density, step, shift):
    """Points in the middles of cells over a wider box (other cells than `entropy` uses), their area, and cells."""
    left, right, bottom, top = density.box
    n, m = math.ceil((right - left + 1) / step), math.ceil((top - bottom + 1) / step)
    x, y = left - 0.5 + step * (np.arange(n) + shift), bottom - 0.5 + step * (np.arange(m) + shift)
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1), step**2


def log_prob(density, points):
    rows = [host(density.log_prob(placed(row))) for row in points]
    return np.stack(rows)


def test_the_density_integrates_to_one_and_the_entropy_is_its_own(density):
    if isinstance(density, toy.Checkerboard):
        step, shift = 0.125, 0.5
    else:
        step, shift = 0.45 * density.scale, 0.3
    points, area = grid(density, step, shift)
    log_p = log_prob(density, points)
    p = np.exp(log_p)
    assert abs(p.sum() * area - 1) < 1e-9
    entropy = -np.sum(p * np.where(p > 0, log_p, 0)) * area
    assert abs(entropy - density.entropy()) < 1e-9


def test_the_entropy_is_the_mean_over_draws(density):
    n = 20000
    x = density.sample(n, rng=1)
    assert x.shape == (n, 2) and x.dtype == np.float32
    values = -np.concatenate([host(density.log_prob(part)) for part in x.double().split(500)])
    # where all densities are equal the spread is rounding
    assert abs(values.mean() - density.entropy()) < 5 * values.std() / math.sqrt(n) + 1e-12


def test_draws_follow_the_density(density):
    n, cells = 40000, 16
    left, right, bottom, top = density.box
    x = host(density.sample(n, rng=2)).astype(np.float64)
    edges = np.linspace(left, right, cells + 1), np.linspace(bottom, top, cells + 1)
    counts = np.histogram2d(x[:, 0], x[:, 1], edges)[0]
    assert counts.sum() == n
    fine = max(1, math.ceil((right - left) / cells / (0.5 * density.scale)))
    fine = 1 if isinstance(density, toy.Checkerboard) else fine
    ax = left + (right - left) * (np.arange(cells * fine) + 0.5) / (cells * fine)
    ay = bottom + (top - bottom) * (np.arange(cells * fine) + 0.5) / (cells * fine)
    p = np.exp(log_prob(density, np.stack(np.meshgrid(ax, ay, indexing="ij"), axis=-1)))
    area = (right - left) * (top - bottom) / (cells * fine) ** 2
    expected = n * p.reshape(cells, fine, cells, fine).sum((1, 3)) * area
    likely = expected >= 5
    rest = n - expected[likely].sum(), n - counts[likely].sum()
    terms = (counts[likely] - expected[likely]) ** 2 / expected[likely]
    statistic = terms.sum() + ((rest[1] - rest[0]) ** 2 / rest[0] if rest[0] >= 5 else 0)
    freedom = likely.sum() - 1
    assert abs(rest[1] - rest[0]) <= 5 * math.sqrt(max(rest[0], 1))
    assert abs(statistic - freedom) < 5 * math.sqrt(2 * freedom) + 1e-9


def test_draws_lie_within_the_density_at_both_dtypes(density):
    for dtype in ("float32", "float64"):
        mg.set_default_dtype(dtype)
        try:
            x = density.sample(5000, rng=3)
        finally:
            mg.set_default_dtype("float32")
        assert x.dtype == dtype and np.isfinite(host(density.log_prob(x))).all()


def test_float32_and_float64_agree(density):
    x = density.sample(200, rng=4)
    low, high = density.log_prob(x), density.log_prob(x.double())
    assert low.dtype == np.float32 and high.dtype == np.float64
    assert np.allclose(host(low), host(high), atol=2e-3)


def test_the_gradient_is_the_score():
    for density in (toy.Ring(), toy.Moons(), toy.Pinwheel()):
        x = density.sample(20, rng=5).double().requires_grad_()
        score = host(mg.grad(density.log_prob(x).sum(), x)[0])
        for axis in (0, 1):
            step = np.zeros(2)
            step[axis] = 1e-5
            ahead, behind = (host(density.log_prob(placed(host(x) + s * step))) for s in (1, -1))
            assert np.allclose((ahead - behind) / 2e-5, score[:, axis], rtol=1e-5, atol=1e-5)


def test_known_entropies():
    assert abs(toy.Ring().entropy() - 0.31215) < 5e-6
    one = 1 + math.log(2 * math.pi * 0.02**2)
    assert abs(toy.Ring(std=0.02).entropy() - (math.log(8) + one)) < 1e-9  # no overlap
    assert abs(toy.Grid().entropy() - (math.log(25) + 1 + math.log(2 * math.pi * 0.05**2))) < 1e-9
    assert toy.Checkerboard().entropy() == math.log(32)
    blade = toy.Pinwheel(1, radial=0.3, tangential=0.1)
    assert abs(blade.entropy() - (1 + math.log(2 * math.pi * 0.3 * 0.1))) < 1e-9  # turning circles keeps areas


def test_the_ring_has_eight_modes_at_eighths_of_a_turn():
    means = host(toy.Ring().means)
    assert np.allclose(np.hypot(*means.T), 2.0)
    turned = means @ np.array([[0.5**0.5, 0.5**0.5], [-(0.5**0.5), 0.5**0.5]])
    assert np.allclose(turned, np.roll(means, -1, axis=0))
    assert np.allclose(means[0], [2, 0])
    assert np.linalg.norm(means[0] - means[-1]) > 1


def test_the_grid():
    means = host(toy.Grid().means)
    assert sorted(map(tuple, means)) == [(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]


def test_the_curves_are_where_the_scripts_have_them():
    means = host(toy.Moons().means)
    upper, lower = means[:100], means[100:]
    assert np.allclose(np.hypot(*upper.T), 1) and (upper[:, 1] > 0).all()
    assert np.allclose(np.hypot(*(lower - [1, 0.5]).T), 1) and (lower[:, 1] < 0.5).all()
    means = host(toy.Spirals().means)
    assert np.allclose(means[:400], -means[400:])
    radius, angle = np.hypot(*means[:400].T), np.unwrap(np.arctan2(means[:400, 1], -means[:400, 0]))
    assert np.allclose(radius, angle / 3, atol=1e-12)
    gaps = np.linalg.norm(np.diff(means[:400], axis=0), axis=1)
    assert gaps.max() < toy.Spirals().std


def test_the_checkerboard_is_the_usual_one():
    x = host(toy.Checkerboard().sample(5000, rng=0))
    assert (np.floor(x / 2).sum(1) % 2 == 0).all()
    assert x.min() < -3.99 and x.max() > 3.99 and x.max() < 4
    outside = placed(np.array([[3.0, 0.5], [4.0, 4.0], [-4.0, -4.0], [0.0, 0.0], [6.0, 6.0]]))
    assert np.isfinite(host(toy.Checkerboard().log_prob(outside))).tolist() == [False, False, True, True, False]


def test_no_draw_is_rounded_off_its_square():
    class Highest(Generator):
        def _uniform(self, shape, dtype):
            return np.full(shape, np.nextafter(dtype.type(1), dtype.type(0)))

    board = toy.Checkerboard()
    assert np.isfinite(host(board.log_prob(board.sample(100, rng=Highest(0))))).all()


@pytest.mark.parametrize(("n", "entropy"), [(1, math.log(2)), (3, 2.5993019271), (4, 3.3790925052)])
def test_bars_and_stripes(n, entropy):
    patterns, probs = toy.bars_and_stripes(n)
    assert patterns.dtype == np.float32 and probs.dtype == np.float64
    assert abs(probs.sum().item() - 1) < 1e-15
    assert abs(-(probs * probs.log()).sum().item() - entropy) < 1e-9
    table = {}
    for bars in (True, False):  # the law as told: a coin for the way, one for each line
        for number in range(2**n):
            lines = [number >> i & 1 for i in range(n)]
            image = np.array([[lines[j if bars else i] for j in range(n)] for i in range(n)])
            table[image.tobytes()] = table.get(image.tobytes(), 0) + 0.5 * 2**-n
    got = {image.astype(np.int64).tobytes(): p for image, p in zip(host(patterns), host(probs), strict=True)}
    assert len(got) == len(patterns) and got == table


def test_the_entropies_on_the_page_are_those_of_the_densities():
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+\([\w=.]*\))` \|.*\| (?:.* = )?(-?[\d.]+) \|$", page, re.M)
    assert len(rows) == 7
    for call, last in rows:
        name, _, std = call.rstrip(")").partition("(")
        density = getattr(toy, name)(**({"std": float(std.removeprefix("std="))} if std else {}))
        assert f"{density.entropy():.5f}" == last


def test_a_sheared_blade_is_as_long_as_it_is_said_to_be():
    x = host(toy.Pinwheel(1, radial=0.3, tangential=0.1, rate=0.0).sample(20000, rng=6))
    for axis, (mean, std) in enumerate([(1.0, 0.3), (0.0, 0.1)]):
        assert abs(x[:, axis].mean() - mean) < 5 * std / math.sqrt(20000)
        assert abs(x[:, axis].std() - std) < 5 * std / math.sqrt(2 * 20000)


@pytest.mark.parametrize("curve", [toy.Moons, toy.Spirals])
def test_narrow_curves_have_points_enough(curve) -> None:
    for std in (0.1, 0.02):
        means = host(curve(std).means)
        line = means[: len(means) // 2]
        gaps = np.sqrt(((line[1:] - line[:-1]) ** 2).sum(1))
        assert np.median(gaps) <= std / 2
        assert gaps[5:].max() <= std


def test_the_bend_of_a_pinwheel_keeps_the_entropy() -> None:
    straight = toy.Pinwheel(3, radial=0.2, tangential=0.3, rate=0.0).entropy()
    for rate in (0.25, 1.0, 4.0):
        assert toy.Pinwheel(3, radial=0.2, tangential=0.3, rate=rate).entropy() == straight


def test_points_are_new_at_each_use_and_go_on_from_a_state() -> None:
    points = mg.data.toy.Draws(mg.data.toy.Ring(), 20, rng=0)
    loader = mg.data.DataLoader(points, 8)
    batches = [batch.tolist() for batch in loader]
    assert [len(batch) for batch in batches] == [8, 8, 4]
    epoch = iter(loader)
    assert next(epoch).tolist() not in batches
    state = loader.state_dict()
    rest = [batch.tolist() for batch in epoch]
    other = mg.data.DataLoader(mg.data.toy.Draws(mg.data.toy.Ring(), 20, rng=1), 8)
    other.load_state_dict(state)
    assert [batch.tolist() for batch in other] == rest
    expected = mg.data.toy.Ring().sample(8, rng=0).tolist()
    assert batches[0] == expected
