"""Classes and distances of samples, against counting by hand and against the law of the median."""

import importlib
import math

import numpy
import pytest

import minigen as mg
from minigen.evaluation import nearest, neighbour_scores
from minigen.evaluation.neighbours import median


def by_hand(samples, train, labels, held_out):
    """The same by loops over plain numbers."""

    def neighbours(points):
        found = [min((math.dist(x, y), i) for i, y in enumerate(train)) for x in points]
        return [distance for distance, _ in found], [i for _, i in found]

    own, indices = neighbours(samples)
    others, _ = neighbours(held_out)
    shown = [labels[i] for i in indices]
    divergence = sum(
        shown.count(k) / len(shown) * math.log(shown.count(k) / len(shown) / (labels.count(k) / len(labels)))
        for k in set(shown)
    )
    return len(set(shown)), divergence, numpy.median(own) / numpy.median(others)


def test_against_counting_by_hand() -> None:
    rng = numpy.random.default_rng(0)
    samples, train, held_out = (rng.normal(size=(n, 3)) for n in (31, 50, 20))
    labels = rng.integers(0, 7, 50)
    scores = neighbour_scores(*map(mg.tensor, (samples, train, labels, held_out)), data="points")
    classes, divergence, ratio = by_hand(samples.tolist(), train.tolist(), labels.tolist(), held_out.tolist())
    assert [score.measure for score in scores] == ["classes found", "reverse KL over classes", "distance ratio"]
    assert scores[0].value == classes
    assert scores[1].value == pytest.approx(divergence, rel=1e-12)
    assert scores[2].value == pytest.approx(ratio, rel=1e-12)
    assert [score.labels for score in scores] == [True, True, False]
    assert {(score.n, score.kind, score.data) for score in scores} == {(31, "estimate", "points")}


def test_samples_of_one_class_show_one() -> None:
    train, labels = mg.arange(10.0).reshape(10, 1), mg.arange(10)
    scores = neighbour_scores(mg.full((20, 1), 3.2), train, labels, train + 0.1, data="points")
    assert scores[0].value == 1
    assert scores[0].unit == "of 10"
    assert scores[1].value == pytest.approx(math.log(10), rel=1e-12)
    assert scores[2].value == pytest.approx(2.0, rel=1e-5)


def test_copies_have_ratio_0_and_no_false_error() -> None:
    train, labels = mg.arange(10.0).reshape(10, 1), mg.arange(10)
    copies = neighbour_scores(train, train, labels, train + 0.1, data="points")[2]
    assert (copies.value, copies.stderr) == (0, None)
    assert neighbour_scores(train + 0.1, train, labels, train, data="points")[2].value == math.inf


def test_none_to_score() -> None:
    train = mg.zeros(3, 2)
    with pytest.raises(ValueError, match=r"expected samples and held-out examples, got \(0, 2\)"):
        neighbour_scores(train[:0], train, mg.arange(3), train, data="points")


@pytest.mark.parametrize("n", [20, 101, 500])
def test_the_standard_error_of_the_median(n) -> None:
    """Of n uniform draws the median has variance 1 / (4 (n + 2)), n odd; about that for even n."""
    rng = numpy.random.default_rng(1)
    repeats = 400
    found = numpy.array([median(rng.uniform(size=n).tolist()) for _ in range(repeats)])
    true = 1 / math.sqrt(4 * (n + 2))
    middle, errors = found.T
    assert abs(middle.mean() - 0.5) < 5 * true / math.sqrt(repeats)
    assert abs(middle.std() / true - 1) < 5 / math.sqrt(2 * repeats)
    assert 1.0 < errors.mean() / true < 1.0 + 2.5 / math.sqrt(n) + 5 * errors.std() / true / math.sqrt(repeats)


def test_median_is_numpys() -> None:
    rng = numpy.random.default_rng(2)
    for n in (1, 2, 3, 10, 11):
        values = rng.normal(size=n)
        assert median(values.tolist())[0] == pytest.approx(numpy.median(values), rel=1e-15)


def test_neighbours_are_found_in_blocks(monkeypatch) -> None:
    rng = numpy.random.default_rng(3)
    samples, data = (mg.tensor(rng.normal(size=(n, 2, 3))) for n in (17, 9))
    whole = nearest(samples, data)
    for block in (1, 9, 10, 40):
        monkeypatch.setattr(importlib.import_module("minigen.evaluation.nearest"), "BLOCK", block)
        parts = nearest(samples, data)
        assert [part.tolist() for part in parts] == [part.tolist() for part in whole]
    assert nearest(samples[:0], data)[1].shape == (0,)
