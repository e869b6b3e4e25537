"""Scores and pictures: neighbours, sheets of images."""

from tests.mutants.mutant import Mutant

NEAREST, IMAGES = "minigen/evaluation/nearest.py", "minigen/viz/images.py"
TESTS = "tests/evaluation/test_nearest.py::"
VIZ = "tests/viz/test_images.py::"

MUTANTS = [
    Mutant(
        "the product counts once",
        NEAREST,
        "norms - 2.0 * (x[i",
        "norms - 1.0 * (x[i",
        TESTS + "test_nearest_agrees_with_every_pair",
    ),
    Mutant(
        "squared distances",
        NEAREST,
        "return wrap(xp.sqrt((gaps * gaps).sum(1))), wrap(indices)",
        "return wrap((gaps * gaps).sum(1)), wrap(indices)",
        TESTS + "test_nearest_agrees_with_every_pair",
    ),
    Mutant(
        "distances that cancel",
        NEAREST,
        "    gaps = x - y[indices]\n",
        "    gaps = (x + 1e4) - (y[indices] + 1e4)\n",
        TESTS + "test_nearest_agrees_with_every_pair",
    ),
    Mutant(
        "the farthest neighbour", NEAREST, ".argmin(1) for", ".argmax(1) for", TESTS + "test_a_copy_is_at_distance_zero"
    ),
    Mutant(
        "columns before rows",
        IMAGES,
        "top = (i // nrow) * (height",
        "top = (i % rows) * (height",
        VIZ + "test_every_image_stands_in_its_place",
    ),
    Mutant(
        "black is white",
        IMAGES,
        "((pixels - low) / (high - low))",
        "((high - pixels) / (high - low))",
        VIZ + "test_every_image_stands_in_its_place",
    ),
    Mutant(
        "values outside the range wrap",
        IMAGES,
        ".clip(0, 1)):",
        " % 1.0001):",
        VIZ + "test_values_outside_the_range_are_clipped",
    ),
    Mutant(
        "the range is always 0 to 1",
        IMAGES,
        "    low, high = value_range\n",
        "    low, high = (0.0, 1.0)\n",
        VIZ + "test_every_image_stands_in_its_place",
    ),
]
