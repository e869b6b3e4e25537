"""Pictures. matplotlib is imported when a picture is made."""

from minigen.viz.images import make_grid, save_image

__all__ = ["make_grid", "save_image"]
