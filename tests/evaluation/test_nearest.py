"""Nearest neighbours against comparison of every pair."""

import numpy as np

import minigen as mg
from tests.host import assert_allclose, assert_array_equal, host


def test_nearest_agrees_with_every_pair() -> None:
    rng = np.random.default_rng(0)
    samples, data = rng.normal(size=(20, 3, 2)), rng.normal(size=(30, 3, 2))
    distances, indices = mg.evaluation.nearest(mg.tensor(samples), mg.tensor(data))
    pairs = np.sqrt(((samples[:, None] - data[None]) ** 2).sum((2, 3)))
    assert_array_equal(indices, pairs.argmin(1))
    assert_allclose(distances, pairs.min(1), rtol=1e-13)


def test_a_copy_is_at_distance_zero() -> None:
    data = mg.rand(50, 8, 8) * 1e3
    distances, indices = mg.evaluation.nearest(data, data)
    assert (host(distances) == 0).all()
    assert_array_equal(indices, np.arange(50))
