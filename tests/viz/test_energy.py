"""Pictures of RBMs: every filter and every frame in its place."""

import numpy as np
import pytest
from matplotlib.image import imread

import minigen as mg


def gray(path):
    return imread(path)[..., 0]


def test_a_filter_is_a_column_of_the_weights_gray_at_0_with_a_contrast_of_its_own(tmp_path) -> None:
    weight = mg.tensor(np.array([[1.0, 0.1], [-1.0, 0.0], [0.0, 0.0], [0.5, -0.05], [0.0, 0.1], [0.0, 0.1]]))
    path = mg.viz.save_filters(weight, (2, 3), tmp_path / "f" / "filters.png", nrow=2, zoom=1)
    sheet = gray(path)
    assert sheet.shape == (4, 9)
    first, second = sheet[1:3, 1:4], sheet[1:3, 5:8]
    np.testing.assert_allclose(first, [[1.0, 0.0, 0.5], [0.75, 0.5, 0.5]], atol=0.01)
    np.testing.assert_allclose(second, [[1.0, 0.5, 0.5], [0.25, 1.0, 1.0]], atol=0.01)


def test_filters_of_zeros_are_gray(tmp_path) -> None:
    sheet = gray(mg.viz.save_filters(mg.zeros(4, 3), (2, 2), tmp_path / "filters.png", zoom=1))
    np.testing.assert_allclose(sheet, 0.5, atol=0.01)


def test_a_row_of_a_strip_is_a_chain_and_time_goes_to_the_right(tmp_path) -> None:
    frames = [mg.tensor([[[0.1 * t]], [[0.5 + 0.1 * t]]]) for t in range(4)]  # two chains of one pixel
    sheet = gray(mg.viz.save_strip(frames, tmp_path / "strip.png", zoom=1))
    np.testing.assert_allclose(sheet[1::2, 1::2], [[0.0, 0.1, 0.2, 0.3], [0.5, 0.6, 0.7, 0.8]], atol=0.01)


def test_biases_are_drawn_a_panel_each(tmp_path) -> None:
    one = mg.viz.save_bias([1, 2, 5], [("a", [0.1, 0.01, 0.001], 0.5)], tmp_path / "one.png")
    two = mg.viz.save_bias([1, 2], [("a", [0.1, 0.01], 0.5), ("b", [0.2, 0.1], 0.5)], tmp_path / "two.png")
    assert gray(two).shape[1] == pytest.approx(2 * gray(one).shape[1], abs=2)
    assert gray(one).std() > 0.05
