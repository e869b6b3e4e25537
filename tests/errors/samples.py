"""Bad input to scores of samples."""

import minigen as mg
from minigen.evaluation import k_means, mode_coverage, neighbour_scores, parzen, parzen_log_prob

points, modes = mg.zeros(4, 2), mg.ones(3, 2)
broken = mg.tensor([[0.0, 0.0], [1.0, float("nan")], [1.0, 1.0]])

ROWS = [
    ("modes-none", lambda: mode_coverage(points[:0], modes, 0.1), ValueError, "samples of shape (n, d), n > 0"),
    ("modes-images", lambda: mode_coverage(mg.zeros(4, 2, 2), modes, 0.1), ValueError, "got (4, 2, 2)"),
    ("modes-width", lambda: mode_coverage(points, modes, 0.0), ValueError, "widths above 0"),
    ("modes-within", lambda: mode_coverage(points, modes, 0.1, within=-1.0), ValueError, "within=-1.0"),
    ("modes-size", lambda: mode_coverage(points, mg.ones(3, 5), 0.1), ValueError, "examples of one size"),
    (
        "modes-nan",
        lambda: mode_coverage(broken, modes, 0.1),
        ValueError,
        "samples: expected finite numbers, got nan (1 of 6",
    ),
    (
        "neighbours-nan",
        lambda: neighbour_scores(broken, points, mg.arange(4), points, data="points"),
        ValueError,
        "neighbour_scores: samples: expected finite numbers, got nan (1 of 6 values): take them out of the data",
    ),
    ("parzen-samples", lambda: parzen_log_prob(points, broken, 0.1), ValueError, "parzen: samples: expected finite"),
    (
        "parzen-valid-nan",
        lambda: parzen(points, broken, points),
        ValueError,
        "parzen: examples: expected finite numbers",
    ),
    ("parzen-none", lambda: parzen_log_prob(points, points[:0], 0.1), ValueError, "some of each"),
    ("parzen-size", lambda: parzen_log_prob(points, mg.ones(3, 5), 0.1), ValueError, "of one size"),
    ("parzen-width", lambda: parzen(points, points, points, stds=[0.1, 0.0]), ValueError, "widths above 0"),
    ("parzen-nan", lambda: parzen_log_prob(points, points, float("nan")), ValueError, "[nan]"),
    ("parzen-valid", lambda: parzen(points, points[:0], points), ValueError, "some of each"),
    ("k-means", lambda: k_means(points, 5), ValueError, "expected from 1 to 4 centres of 4 examples, got k=5"),
    ("k-means-0", lambda: k_means(points, 0), ValueError, "got k=0"),
]
