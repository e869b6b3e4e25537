"""Generator and discriminator: shapes, ranges, seeds."""

import pytest

import minigen as mg
from tests.host import assert_array_equal, host


@pytest.mark.parametrize(("output", "low", "high"), [("tanh", -1, 1), ("sigmoid", 0, 1), ("linear", -9, 9)])
def test_samples_have_the_shape_and_range_of_data(output, low, high) -> None:
    generator = mg.models.Generator(3, (2, 4), hidden=[5, 6], output=output)
    for p in generator.parameters():
        p.data.mul_(20.0)
    samples = generator.sample(50, rng=0)
    assert samples.shape == (50, 2, 4)
    assert not samples.requires_grad
    values = host(samples)
    if output == "linear":
        assert abs(values).max() > high
    else:
        assert low <= values.min() < low + 0.1
        assert high - 0.1 < values.max() <= high


def test_a_seed_fixes_the_samples() -> None:
    generator = mg.models.Generator(3, 2)
    first, again, other = (host(generator.sample(4, rng=seed)) for seed in (0, 0, 1))
    assert_array_equal(first, again)
    assert (first != other).all()
    with mg.random.using(5):
        drawn = host(generator.sample(4))
    assert_array_equal(drawn, generator.sample(4, rng=5))


def test_samples_are_the_generators_map_of_standard_normal_noise() -> None:
    generator = mg.models.Generator(3, 2).double()
    noise = mg.random.Generator(2).normal((4, 3), dtype="float64")
    assert_array_equal(generator.sample(4, rng=2), generator(noise))


def test_the_discriminator_gives_one_unbounded_logit_for_each_example() -> None:
    discriminator = mg.models.Discriminator((2, 4), hidden=[8, 8])
    for p in discriminator.parameters():
        p.data.mul_(20.0)
    logits = discriminator(mg.randn(64, 2, 4))
    assert logits.shape == (64,)
    assert logits.min().item() < 0 < 1 < logits.max().item()
    assert discriminator(mg.randn(0, 2, 4)).shape == (0,)
