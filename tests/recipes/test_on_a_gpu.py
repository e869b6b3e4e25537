"""Every recipe, made small, on a GPU or on what stands for one: the same training with host noise; no step waits."""

import pytest

import minigen as mg
from minigen import recipes
from minigen.testing import standin
from minigen.training.state import copied, difference
from tests.learning.test_on_a_gpu import STAND_IN, on_host, same
from tests.recipes import small

pytestmark = pytest.mark.usefixtures("gpu")
STEPS = 3


def built(name, root, device, **options):
    """A small experiment and the generator that it was built from, as the command would build them."""
    recipe, rng = recipes.load(name), mg.random.Generator(0, **options)
    with mg.random.using(rng):
        return recipe.build({**recipe.SETTINGS, **small.changes(name, root), "device": device}, rng), rng


def steps(experiment, rng, count=STEPS):
    """Some steps; the metrics of each as floats."""
    found = []
    with mg.random.using(rng):
        while len(found) < count:
            for batch in experiment.loader:
                found.append(experiment.algorithm.step(batch))
                if len(found) == count:
                    break
    return [dict(metrics) for metrics in found]


@pytest.mark.parametrize("name", recipes.names())
def test_both_devices_train_alike_with_host_noise(name, tmp_path) -> None:
    root = small.write_data(tmp_path)
    here, there = (built(name, root, device, host_noise=True) for device in ("cpu", "cuda"))
    costs = steps(*here), steps(*there)
    if STAND_IN:
        assert costs[0] == costs[1]
        states = (on_host(copied(experiment.algorithm.state_dict())) for experiment, _ in (here, there))
        assert difference(*states) is None
    else:
        for mine, other in zip(*costs, strict=True):
            assert mine == pytest.approx(other, rel=1e-3)
        same(here[0].algorithm.state_dict(), there[0].algorithm.state_dict(), rtol=1e-3)


@pytest.mark.skipif(not STAND_IN, reason="CuPy does not count")
@pytest.mark.parametrize("name", recipes.names())
def test_no_step_waits(name, tmp_path) -> None:
    experiment, rng = built(name, small.write_data(tmp_path), "cuda")
    steps(experiment, rng, 1)  # what is read once: a flag that was moved, the first values
    with mg.random.using(rng):
        batches = [batch for batch, _ in zip(experiment.loader, range(STEPS), strict=False)]
        with standin.syncs() as count:
            for batch in batches:
                experiment.algorithm.step(batch)
            next(iter(experiment.loader))
    assert not count.syncs
    assert not count.drifts


@pytest.mark.slow
@pytest.mark.parametrize("name", recipes.names())
def test_samples_and_scores_of_a_model_on_a_gpu(name, tmp_path) -> None:
    experiment, _ = built(name, small.write_data(tmp_path), "cuda", host_noise=True)
    other, _ = built(name, tmp_path, "cpu", host_noise=True)
    draws = [e.sample(4, mg.random.Generator(1, host_noise=True)) for e in (experiment, other)]
    assert draws[0].device == "cuda:0" and draws[1].device == "cpu"
    assert draws[0].cpu().isclose(draws[1], rtol=0 if STAND_IN else 1e-3, atol=0 if STAND_IN else 1e-3).all()
    assert experiment.sample(4, mg.random.Generator(1)).shape == draws[0].shape
    scores = [[s.value for s in e.scores(mg.random.Generator(1, host_noise=True))] for e in (experiment, other)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-6 if STAND_IN else 0.1)
    for key, picture in experiment.pictures.items():
        picture.draw(tmp_path / f"{key}.png")
        assert (tmp_path / f"{key}.png").stat().st_size > 0
