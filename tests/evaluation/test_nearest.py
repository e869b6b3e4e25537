"""Nearest neighbours against comparison of every pair."""

import numpy as np

import minigen as mg


def test_nearest_agrees_with_every_pair() -> None:
    rng = np.random.default_rng(0)
    samples, data = rng.normal(size=(20, 3, 2)), rng.normal(size=(30, 3, 2))
    distances, indices = mg.evaluation.nearest(mg.tensor(samples), mg.tensor(data))
    pairs = np.sqrt(((samples[:, None] - data[None]) ** 2).sum((2, 3)))
    np.testing.assert_array_equal(indices.numpy(), pairs.argmin(1))
    np.testing.assert_allclose(distances.numpy(), pairs.min(1), rtol=1e-13)


def test_a_copy_is_at_distance_zero() -> None:
    data = mg.rand(50, 8, 8) * 1e3
    distances, indices = mg.evaluation.nearest(data, data)
    assert (distances.numpy() == 0).all()
    np.testing.assert_array_equal(indices.numpy(), np.arange(50))
