"""Pictures. matplotlib is imported when a picture is made."""

from minigen.viz.curves import save_curves
from minigen.viz.energy import save_bias, save_filters, save_strip
from minigen.viz.flow import save_inversion, save_layers
from minigen.viz.images import make_grid, save_image
from minigen.viz.pairs import save_pairs
from minigen.viz.plane import Window, lattice, save_field, save_scatter
from minigen.viz.sheet import save_sheet

__all__ = [
    "make_grid",
    "save_image",
    "save_pairs",
    "Window",
    "lattice",
    "save_scatter",
    "save_field",
    "save_layers",
    "save_inversion",
    "save_filters",
    "save_strip",
    "save_bias",
    "save_curves",
    "save_sheet",
]
