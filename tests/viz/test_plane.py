"""Pictures of the plane: every point and every value in its place, up above down."""

import numpy as np
import pytest
from matplotlib.image import imread

import minigen as mg
from minigen.viz import lattice, plane, save_field, save_scatter

WINDOW = (-1.0, 3.0, -2.0, 2.0)


def test_the_lattice_integrates_over_its_window() -> None:
    x = lattice(WINDOW, 50).to(mg.float64)
    assert x.shape == (2500, 2)
    assert (x**2).sum(dim=1).mean().item() * 16 == pytest.approx(16 * (7 / 3 + 4 / 3), rel=1e-3)
    assert x[1].tolist() == pytest.approx([x[0, 0].item() + 0.08, x[0, 1].item()])


def quarters(picture, colour):
    """Where a colour is found: (upper half, right half) of the middle of each pixel that has it."""
    close = np.abs(picture[:, :, :3] - colour).max(axis=2) < 0.05
    rows, columns = np.nonzero(close)
    return np.median(rows) < picture.shape[0] / 2, np.median(columns) > picture.shape[1] / 2


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_a_point_is_drawn_where_it_is(up, right, tmp_path) -> None:
    point = mg.tensor([[2.0 if right else 0.0, 1.0 if up else -1.0]])
    picture = imread(save_scatter(point, tmp_path / "new" / "p.png", window=WINDOW, size=300.0))
    colour = 0.7 * np.array([255, 127, 14]) / 255 + 0.3
    assert quarters(picture, colour) == (up, right)


def test_later_sets_lie_above_earlier_ones(tmp_path) -> None:
    point = mg.zeros(1, 2)
    a, b = (
        imread(save_scatter(sets, tmp_path / "p.png", window=WINDOW, size=900.0))
        for sets in ({"a": point, "b": point + 0.5}, {"b": point + 0.5, "a": point})
    )
    assert not np.array_equal(a, b)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_a_value_is_drawn_where_it_is(up, right, tmp_path) -> None:
    def field(x):
        inside = ((x[:, 0] > 1) == right).to(mg.float32) * ((x[:, 1] > 0) == up).to(mg.float32)
        return 2 * inside - 1

    picture = imread(save_field(field, tmp_path / "f.png", window=WINDOW, limits=(-2.0, 1.0), colours="gray", side=40))
    white = picture[20:-40, 40:-90]  # within the axes
    rows, columns = np.nonzero(np.abs(white[:, :, :3] - 1.0).max(axis=2) < 0.01)
    middle = rows.mean() / len(white), columns.mean() / white.shape[1]
    assert (middle[0] < 0.5, middle[1] > 0.5) == (up, right)


def test_a_field_is_asked_outside_any_graph_and_takes_points(tmp_path) -> None:
    weight = mg.ones(2, requires_grad=True)
    seen = []

    def field(x):
        seen.append((x @ weight).requires_grad)
        return x @ weight

    assert save_field(field, tmp_path / "f.png", window=WINDOW, points={"data": mg.zeros(3, 2)}).exists()
    assert seen == [False]


def test_bad_input_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"points of shape \(n, 2\), got \(3, 3\)"):
        save_scatter(mg.zeros(3, 3), tmp_path / "p.png")
    with pytest.raises(ValueError, match=r"left < right and bottom < top, got \(1.0, 1.0"):
        lattice((1.0, 1.0, 0.0, 1.0))
    with pytest.raises(ValueError, match=r"one value for each of 16 points, of shape \(16,\), got \(16, 2\)"):
        plane.save_field(lambda x: x, tmp_path / "p.png", window=WINDOW, side=4)
