"""Scores of samples that need no other model: the classes they show, how evenly, and how far they are from the data.

Each sample is matched to its nearest training example. Its class counts as found, and with q_k the share of class k
among the samples, p_k that among the training examples, the reverse KL over classes is Σ_k q_k log(q_k / p_k). Its
distance is compared with that of examples held out, which are neither copies nor strangers: a ratio of medians far
above 1 means samples that are not like the data, one near 0 means copies.
"""

import math
from collections import Counter

from minigen.autodiff import Tensor
from minigen.data import check_finite
from minigen.evaluation.coverage import reverse_kl
from minigen.evaluation.nearest import nearest
from minigen.evaluation.score import Score


def neighbour_scores(samples: Tensor, train: Tensor, labels: Tensor, held_out: Tensor, *, data: str) -> list[Score]:
    """Return the number of classes that samples show, their reverse KL, and the ratio of median distances to the data.

    Parameters
    ----------
    samples : Tensor
        Of shape (n, …).
    train : Tensor
        Of shape (m, …), what the model was trained on, on the same scale.
    labels : Tensor
        Of shape (m,), the classes of `train`.
    held_out : Tensor
        Of shape (k, …), examples of the same kind that were not trained on.
    data : str
        What the scores call the data.

    Returns
    -------
    list of Score
        ``classes found``; ``reverse KL over classes`` in nats, about (classes - 1) / 2n for draws of the data;
        ``distance ratio``, with a standard error from both medians.

    Raises
    ------
    ValueError
        If there are no samples or held-out examples, samples are not finite, or sizes differ.

    Examples
    --------
    >>> import minigen as mg
    >>> train, labels = mg.tensor([[0.0], [1.0], [9.0]]), mg.tensor([0, 0, 1])
    >>> for score in neighbour_scores(train[:2] + 0.5, train, labels, train + 0.25, data="three points"):
    ...     print(score)
    classes found 1 of 2 (estimate, n = 2, three points, with labels)
    reverse KL over classes 0.4055 ± 0 nats (estimate, n = 2, three points, with labels)
    distance ratio 2 ± 0 times (estimate, n = 2, three points)
    """
    if not (len(samples) and len(held_out)):
        raise ValueError(
            f"neighbour_scores: expected samples and held-out examples, got {samples.shape} and {held_out.shape}"
        )
    check_finite(samples, "neighbour_scores: samples")
    distances, indices = nearest(samples, train)
    found, known = (Counter(classes.tolist()) for classes in (labels[indices], labels))
    n = len(samples)
    shares, probs = [found[label] / n for label in known], [count / len(labels) for count in known.values()]
    divergence, error_d = reverse_kl(shares, probs, n)
    (a, error_a), (b, error_b) = (median(x.tolist()) for x in (distances, nearest(held_out, train)[0]))
    ratio = a / b if b else math.inf
    error = ratio * math.hypot(error_a / a, error_b / b) if a and b else None
    return [
        Score(len(found), "classes found", f"of {len(known)}", "estimate", n, data=data, labels=True),
        Score(divergence, "reverse KL over classes", "nats", "estimate", n, error_d, data=data, labels=True),
        Score(ratio, "distance ratio", "times", "estimate", n, error, data=data),
    ]


def median(values: list[float]) -> tuple[float, float]:
    """Return the median of `values` and its standard error.

    The number of draws below the true median is binomial(n, 1/2) with standard deviation √n / 2, so the order
    statistics that far from the middle are one standard error away.

    Examples
    --------
    >>> median([3.0, 1.0, 2.0, 4.0])
    (2.5, 1.5)
    """
    ordered, n = sorted(values), len(values)
    middle = 0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])
    reach = 0.5 * math.sqrt(n)
    low, high = max(0, math.floor((n - 1) / 2 - reach)), min(n - 1, math.ceil((n - 1) / 2 + reach))
    return middle, 0.5 * (ordered[high] - ordered[low])
