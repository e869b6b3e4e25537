"""Every recipe there is keeps the contract; these tests are generated from the list."""

import json
import math

import pytest

import minigen as mg
from minigen import recipes
from minigen.evaluation import Score
from minigen.random import Generator, get_default_generator, using
from minigen.training.state import difference
from tests.host import assert_allclose, host
from tests.recipes import small

NAMES = recipes.names()
LIMITS = {"epochs", "steps", "seconds"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return small.write_data(tmp_path_factory.mktemp("data"))


def settings_of(name, root):
    return {**recipes.load(name).SETTINGS, **small.changes(name, root)}


def build(name, root, seed=0):
    return recipes.load(name).build(settings_of(name, root), Generator(seed))


def steps(experiment, n):
    """Train n steps; what the algorithm, the loader and the samples are then."""
    batches = iter(experiment.loader)
    for _ in range(n):
        experiment.algorithm.step(next(batches))
    samples = experiment.sample(4, Generator(9))
    return {"algorithm": experiment.algorithm.state_dict(), "loader": experiment.loader.state_dict(), "draw": samples}


def other(value):
    """Another value of the same kind."""
    if isinstance(value, list):
        return [other(value[0]), *value[1:]]
    return value / 2 if isinstance(value, float) else value + 1


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_but_the_limit_matters(name, root) -> None:
    """What may be changed changes what is trained."""
    recipe, settings = recipes.load(name), settings_of(name, root)
    state = steps(recipe.build(settings, Generator(0)), 2)
    for key, value in recipe.SETTINGS.items():
        if key not in LIMITS and isinstance(value, int | float | list) and not isinstance(value, bool):
            changed = recipe.build({**settings, key: other(settings[key])}, Generator(0))
            assert difference(state, steps(changed, 2)) is not None, key


def test_there_are_the_recipes_of_the_plan() -> None:
    assert {"gan-digits", "gan-mnist", "gan-ring"} <= set(NAMES)
    assert all(name == name.lower() and "_" not in name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_json_and_say_how_long_to_train(name) -> None:
    recipe = recipes.load(name)
    assert json.loads(json.dumps(recipe.SETTINGS)) == recipe.SETTINGS
    assert len(LIMITS & set(recipe.SETTINGS)) == 1
    assert {"batch_size", "lr", "device"} <= set(recipe.SETTINGS)
    assert ("root" in recipe.SETTINGS) == ("check_files" in recipe.SETTINGS)
    assert set(getattr(recipe, "TOUR", {})) <= set(recipe.SETTINGS) | LIMITS
    assert recipe.__doc__.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_are_not_written_to(name, root) -> None:
    settings = settings_of(name, root)
    before = json.dumps(settings)
    steps(recipes.load(name).build(settings, Generator(0)), 1)
    assert json.dumps(settings) == before


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_fixes_the_run_whatever_the_default_generator_is(name, root) -> None:
    states = []
    for default in (1, 2):
        with using(default):
            states.append(steps(build(name, root), 3))
    assert difference(states[0], states[1]) is None
    assert difference(states[0], steps(build(name, root, seed=1), 3)) is not None


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_from_the_default_generator(name, root) -> None:
    with using(Generator(5)):
        before = get_default_generator().state_dict()
        steps(build(name, root), 2)
        assert get_default_generator().state_dict() == before


@pytest.mark.parametrize("name", NAMES)
def test_what_is_random_has_generators_of_its_own(name, root) -> None:
    """Weights, order of the data and noise come from different children, so none repeats another's draws."""
    rng = Generator(3)
    experiment = recipes.load(name).build(settings_of(name, root), rng)
    owners = [getattr(part, "rng", None) for part in (experiment.algorithm, experiment.loader)]
    own = [rng, *(owner for owner in owners if owner is not None)]
    assert len({tuple(generator.state_dict()["spawn_key"]) for generator in own}) == len(own) > 1


@pytest.mark.parametrize("name", NAMES)
def test_samples_pictures_and_scores(name, root, tmp_path) -> None:
    experiment = build(name, root)
    samples = experiment.sample(5, Generator(1))
    assert len(samples) == 5
    assert samples.tolist() == experiment.sample(5, Generator(1)).tolist()
    assert "samples" in experiment.pictures
    for key, picture in experiment.pictures.items():
        with using(0):
            picture.draw(tmp_path / f"{key}.png")
        assert (tmp_path / f"{key}.png").read_bytes().startswith(b"\x89PNG")
        assert picture.caption
    scores = experiment.scores(Generator(1))
    assert scores
    assert all(isinstance(score, Score) and math.isfinite(score.value) for score in scores)
    again = experiment.scores(Generator(1))
    assert [score.as_dict() for score in scores] == [score.as_dict() for score in again]


@pytest.mark.parametrize("name", ["gan-digits", "gan-mnist"])
def test_samples_of_images_have_pixels_from_0_to_1(name, root) -> None:
    samples = build(name, root).sample(50, Generator(1))
    assert samples.min().item() >= 0
    assert samples.max().item() <= 1
    assert samples.std().item() > 0.01
    assert 0.3 < samples.mean().item() < 0.7  # untrained, tanh of both signs


def test_the_networks_of_gan_mnist_are_those_of_the_lectures(root) -> None:
    game = build("gan-mnist", root).algorithm
    assert [tuple(p.shape) for p in game.generator.parameters()] == [(256, 64), (256,), (784, 256), (784,)]
    assert [tuple(p.shape) for p in game.discriminator.parameters()] == [(256, 784), (256,), (1, 256), (1,)]
    kinds = [type(layer).__name__ for layer in game.generator.net], [type(m).__name__ for m in game.discriminator]
    assert kinds == (["Linear", "ReLU", "Linear", "Tanh"], ["Flatten", "Linear", "ReLU", "Linear"])
    for optimizer in (game.opt_g, game.opt_d):
        group = optimizer.param_groups[0]
        assert (type(optimizer).__name__, group["lr"], group["betas"]) == ("Adam", 3e-4, (0.9, 0.999))


def test_gan_mnist_sees_images_from_minus_1_to_1_in_batches_of_32(root) -> None:
    settings = {**settings_of("gan-mnist", root), "batch_size": recipes.load("gan-mnist").SETTINGS["batch_size"]}
    experiment = recipes.load("gan-mnist").build(settings, Generator(0))
    (batch,) = experiment.loader
    assert batch.shape == (32, 28, 28)
    assert (batch.min().item(), batch.max().item()) == (-1, 1)


def test_gan_mnist_holds_the_last_sixth_of_the_training_images_out(root) -> None:
    trained = build("gan-mnist", root).loader.dataset
    images = mg.data.MNIST(root, check=False).data.to(trained.device)
    assert len(trained) == small.EXAMPLES * 5 // 6 < len(images)
    assert mg.allclose(trained, images[: len(trained)].float() / 127.5 - 1)


def test_gan_mnist_is_scored_on_pixels_from_0_to_1(root, monkeypatch) -> None:
    recipe, seen = recipes.load("gan-mnist"), []

    def keep(*sets, **_):
        seen.extend(sets)
        return []

    monkeypatch.setattr(recipe, "parzen_scores", keep)
    build("gan-mnist", root).scores(0)
    samples, train, valid, test = seen
    assert [len(part) for part in seen] == [10_000, 35, 8, len(mg.data.MNIST(root, train=False, check=False))]
    assert {(part.min().item(), part.max().item()) for part in (train, valid, test)} == {(0, 1)}
    assert 0 <= samples.min().item() < 0.5 < samples.max().item() <= 1


def test_gan_mnist_reads_fashion_mnist_and_refuses_others(root) -> None:
    recipe, settings = recipes.load("gan-mnist"), settings_of("gan-mnist", root)
    digits, clothes = (
        recipe.build({**settings, "data": data}, Generator(0)).loader.dataset for data in ("mnist", "fashion-mnist")
    )
    assert not mg.equal(digits, clothes)
    with pytest.raises(ValueError, match="data must be one of mnist, fashion-mnist, got 'cifar'"):
        recipe.build({**settings, "data": "cifar"}, Generator(0))


def test_vae_mnist_begins_at_the_mean_image(root) -> None:
    vae = build("vae-mnist", root).algorithm.model
    pixels = host(mg.data.MNIST(root, check=False).data).reshape(small.EXAMPLES, -1) / 255
    mean = (pixels.sum(0) + 0.5) / (len(pixels) + 1)
    assert_allclose(vae.decoder.net[-1].bias.sigmoid(), mean, rtol=1e-5)


def test_unknown_recipe() -> None:
    with pytest.raises(ValueError, match="there is no recipe 'gan': there are gan-digits, gan-mnist"):
        recipes.load("gan")
