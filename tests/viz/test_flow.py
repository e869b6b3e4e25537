"""Pictures of flows: lines and densities come to where samples do."""

import numpy as np
import pytest
from matplotlib.image import imread

import minigen as mg
from minigen.models.flows import AffineCoupling, Flow, Gaussian, Scaling
from minigen.viz import lattice, save_inversion, save_layers
from minigen.viz.flow import around, back, density_after, grid, stages
from tests.host import host


def flow():
    model = Flow(Gaussian(2), [AffineCoupling(2, [8]), Scaling([2.0, 0.5]), AffineCoupling(2, [8], swap=True)])
    rng = mg.random.Generator(3, host_noise=True)
    for parameter in model.parameters():
        if parameter.ndim > 1:  # the scaling stays
            parameter.data = 0.3 * rng.normal(parameter.shape)
    return model


def test_the_grid_ends_where_samples_do() -> None:
    model = flow()
    line = grid()[3]
    with mg.no_grad():
        assert back(list(model.transform.steps), line).tolist() == model.decode(line).tolist()


def test_the_grid_is_square_and_its_lines_are_upright_then_level() -> None:
    lines = [host(line) for line in grid()]
    half = len(lines) // 2
    assert all(np.ptp(line[:, 0]) == 0 for line in lines[:half])
    assert all(np.ptp(line[:, 1]) == 0 for line in lines[half:])
    assert np.abs(np.concatenate(lines)).max() == 3


@pytest.mark.parametrize("undone", [0, 1, 2, 3])
def test_a_density_on_the_way_integrates_to_1(undone) -> None:
    model = flow()
    rest = list(model.transform.steps)[3 - undone :]
    x = lattice((-12.0, 12.0, -12.0, 12.0), 400)
    with mg.no_grad():
        p = density_after(rest, model.base.log_prob, None)(x)
        assert p.sum().item() * (24 / 400) ** 2 == pytest.approx(1, abs=1e-3)
        if undone == 3:
            assert mg.allclose(p, model.log_prob(x).exp())


def test_columns_go_from_the_noise_to_the_data() -> None:
    assert stages(6, 2) == [0, 6]
    assert stages(8, 3) == [0, 4, 8]
    assert stages(1, 5) == [0, 1]


def test_the_window_of_a_stage_holds_its_lines() -> None:
    left, right, bottom, top = around([np.array([[0.0, 0.0], [1.0, 4.0]])])
    assert left < 0
    assert right > 1
    assert (bottom, top) == pytest.approx((-0.352, 4.352))
    assert right - left == pytest.approx(top - bottom)


def test_the_last_column_shows_the_data_on_the_density(tmp_path) -> None:
    model, window = flow(), (-3.0, 3.0, -3.0, 3.0)
    draw = {"window": window, "columns": 2, "side": 20}
    pictures = [
        imread(save_layers(list(model.transform.steps), model.base.log_prob, tmp_path / f"{i}.png", data=data, **draw))
        for i, data in enumerate((None, mg.zeros(1, 2)))
    ]
    rows, columns = np.nonzero(np.abs(pictures[0] - pictures[1]).max(axis=2))
    height, width = pictures[0].shape[:2]
    assert rows.mean() > height / 2
    assert columns.mean() > width / 2


def test_errors_of_0_are_drawn_too(tmp_path) -> None:
    assert save_inversion([0.0, 1e-7], tmp_path / "inversion.svg").read_text().startswith("<?xml")
    assert save_inversion([0.0, 0.0], tmp_path / "inversion.svg").exists()
