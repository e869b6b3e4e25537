"""Scores know what they are, and only like is compared with like."""

import json
from dataclasses import replace

import pytest

from minigen.evaluation import Score

base = Score(-90.0, "log-likelihood", "nats", "lower bound", 1000, 0.5, data="mnist test", binarization="dynamic")


def test_like_scores_are_ordered_by_value() -> None:
    better = replace(base, value=-80.0)
    assert base < better
    assert base <= better
    assert better > base
    assert better >= base
    assert not better < base
    assert base <= replace(base)
    assert not base < replace(base)


def test_n_and_stderr_may_differ() -> None:
    assert replace(base, value=-80.0, n=10, stderr=None) > base


@pytest.mark.parametrize(
    "other",
    [
        {"measure": "classes found"},
        {"unit": "bits/dim"},
        {"kind": "exact"},
        {"kind": "upper bound"},
        {"data": "mnist train"},
        {"data": None},
        {"binarization": "fixed (Larochelle)"},
        {"binarization": None},
        {"labels": True},
    ],
    ids=str,
)
def test_unlike_scores_are_not_compared(other) -> None:
    (name,) = other
    for compare in ("__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(TypeError, match=f"scores of unlike {name} .* cannot be compared"):
            getattr(base, compare)(replace(base, **other))


def test_a_score_is_not_compared_with_a_number() -> None:
    with pytest.raises(TypeError, match=r"got float: compare score\.value"):
        base < 3.0  # noqa: B015


def test_equality_is_in_everything() -> None:
    assert replace(base) == base
    assert replace(base, n=999) != base
    assert hash(replace(base)) == hash(base)


def test_a_score_does_not_change() -> None:
    with pytest.raises(AttributeError):
        base.value = 0.0


def test_as_dict_is_json_and_whole() -> None:
    assert Score(**json.loads(json.dumps(base.as_dict()))) == base


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"kind": "bound"}, "kind must be one of exact, lower bound, upper bound, estimate, got 'bound'"),
        ({"value": float("nan")}, "log-likelihood is NaN, which is no figure: the model has diverged"),
        ({"n": 0}, "n must be a positive integer, got 0"),
        ({"n": 1.5}, "got 1.5"),
        ({"n": True}, "got True"),
        ({"stderr": -0.1}, "stderr must not be negative, got -0.1"),
        ({"stderr": float("nan")}, "got nan"),
    ],
)
def test_what_makes_no_sense(wrong, text) -> None:
    with pytest.raises(ValueError, match=text):
        replace(base, **wrong)


def test_text() -> None:
    assert str(base) == "log-likelihood -90 ± 0.5 nats (lower bound, n = 1000, mnist test, dynamic)"
    assert str(Score(9, "classes found", "of 10", "exact", 5, labels=True)) == (
        "classes found 9 of 10 (exact, n = 5, with labels)"
    )
