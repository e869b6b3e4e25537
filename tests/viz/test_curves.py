"""Curves: every point in its place, many points as their means."""

import numpy as np
import pytest

from minigen.viz import curves
from minigen.viz.curves import save_curves, thinned


def records(n):
    return [{"step": step, "epoch": 0, "cost": float(step**2)} for step in range(1, n + 1)]


@pytest.mark.parametrize("n", [0, 1, 2, 999, 1000])
def test_up_to_a_thousand_points_are_drawn_as_they_are(n) -> None:
    steps, values = thinned(records(n), "cost")
    assert steps.tolist() == list(range(1, n + 1))
    assert values.tolist() == [step**2 for step in range(1, n + 1)]


@pytest.mark.parametrize("n", [1001, 2000, 2500, 12345])
def test_more_are_means_of_neighbours(n) -> None:
    steps, values = thinned(records(n), "cost")
    group = -(-n // curves.POINTS)
    assert len(steps) <= curves.POINTS
    whole = np.arange(1, n + 1, dtype=float)
    for i in (0, 1, len(steps) - 1):
        part = whole[i * group : (i + 1) * group]
        assert steps[i] == pytest.approx(part.mean())
        assert values[i] == pytest.approx((part**2).mean())


@pytest.mark.parametrize("metrics", [0, 1, 2, 5])
def test_there_is_a_panel_for_each_metric(metrics, tmp_path) -> None:
    rows = [{"step": step, "epoch": 0, **{f"m{i}": float(step * i) for i in range(metrics)}} for step in range(5)]
    path = save_curves(rows, tmp_path / "curves.png")
    import matplotlib.image

    height, width = matplotlib.image.imread(path).shape[:2]
    assert height == round(2.6 * 120) * max(1, -(-metrics // 2))
    assert width == round(4.5 * 120) * max(1, min(2, metrics))


def test_what_is_no_number_leaves_a_gap(tmp_path) -> None:
    rows = [{"step": 1, "cost": float("nan")}, {"step": 2, "cost": float("inf")}, {"step": 3, "cost": 1.0}]
    assert save_curves(rows, tmp_path / "curves.svg").read_text().startswith("<?xml")
