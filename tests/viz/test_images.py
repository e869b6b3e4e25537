"""Sheets of images: every pixel in its place."""

import numpy as np

import minigen as mg
from tests.host import assert_allclose, assert_array_equal, host


def test_every_image_stands_in_its_place() -> None:
    images = np.random.default_rng(0).uniform(-1, 1, (5, 2, 3)).astype("float32")
    sheet = mg.viz.make_grid(mg.tensor(images), nrow=3, padding=1, value_range=(-1, 1), pad_value=0.25)
    assert sheet.shape == (2 * 3 + 1, 3 * 4 + 1)
    for i, image in enumerate(images):
        top, left = 1 + 3 * (i // 3), 1 + 4 * (i % 3)
        assert_allclose(sheet[top : top + 2, left : left + 3], (image + 1) / 2, rtol=1e-6)
    assert (sheet[0] == 0.25).all()
    assert (sheet[4:6, 9:12] == 0.25).all()


def test_values_outside_the_range_are_clipped() -> None:
    sheet = mg.viz.make_grid(np.array([[[-3.0, 5.0]]]), padding=0)
    assert_array_equal(sheet, [[0.0, 1.0]])


def test_a_sheet_is_written_and_read_back(tmp_path) -> None:
    import matplotlib.image

    images = mg.tensor([[[0.0, 1.0], [1.0, 0.0]]])
    path = mg.viz.save_image(images, tmp_path / "new" / "sheet.png", zoom=3, padding=0)
    read = matplotlib.image.imread(path)
    assert read.shape[:2] == (6, 6)
    assert_array_equal(read[::3, ::3, 0], host(images)[0])
