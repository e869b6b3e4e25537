"""Pairs and sheets show what they are given, where it belongs."""

import numpy
from matplotlib.image import imread

import minigen as mg
from minigen.viz import save_pairs, save_sheet


def test_pairs_stand_above_each_other(tmp_path) -> None:
    above = mg.arange(1.0, 7.0).reshape(6, 1, 1) / 10
    path = save_pairs(above, above / 2, tmp_path / "p.png", nrow=3, zoom=1, padding=0)
    found = imread(path)[:, :, 0]
    expected = numpy.array([[1, 2, 3], [0.5, 1, 1.5], [4, 5, 6], [2, 2.5, 3]]) / 10
    assert numpy.abs(found - expected).max() < 1 / 255


def test_fewer_pairs_than_a_row(tmp_path) -> None:
    path = save_pairs(mg.zeros(2, 1, 1), mg.ones(2, 1, 1), tmp_path / "p.png", nrow=10, zoom=1, padding=0)
    assert imread(path)[:, :, 0].tolist() == [[0, 0], [1, 1]]


def test_a_sheet_shows_each_picture_once_in_order(tmp_path) -> None:
    files = [mg.viz.save_image(mg.full((1, 8, 8), value), tmp_path / f"{value}.png") for value in (0.2, 0.8)]
    sheet = imread(save_sheet([("dark", files[0]), ("light", files[1])], tmp_path / "s.png"))[:, :, 0]
    half = sheet.shape[1] // 2
    middles = [part[part.shape[0] // 2, part.shape[1] // 2] for part in (sheet[:, :half], sheet[:, half:])]
    assert numpy.abs(numpy.array(middles) - [0.2, 0.8]).max() < 0.01
