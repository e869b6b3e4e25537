"""--set and the options that change settings: known names, values of the same kind, one limit."""

import re

import pytest

from minigen.cli.settings import changed, fits, parsed

DEFAULTS = {
    "epochs": 10,
    "lr": 1e-3,
    "hidden": [256, 128],
    "latent": 32,
    "data": "mnist",
    "root": None,
    "check_files": True,
    "empty": [],
}


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("lr=0.5", ("lr", 0.5)),
        ("lr=1", ("lr", 1.0)),
        ("lr=1e-4", ("lr", 1e-4)),
        ("latent=64", ("latent", 64)),
        ("hidden=[64]", ("hidden", [64])),
        ("hidden=[]", ("hidden", [])),
        ("check_files=false", ("check_files", False)),
        ("data=fashion-mnist", ("data", "fashion-mnist")),
        ('data="fashion-mnist"', ("data", "fashion-mnist")),
        ("data=a=b", ("data", "a=b")),
        ("root=data/mnist", ("root", "data/mnist")),
        ("root=null", ("root", None)),
        ("root=123", ("root", "123")),
        ("data=3", ("data", "3")),
        ("data=true", ("data", "true")),
        ("root=[1]", ("root", "[1]")),
        ("empty=[1]", ("empty", [1])),
        (" latent =3", ("latent", 3)),
    ],
)
def test_values(assignment, expected) -> None:
    found = parsed(assignment, DEFAULTS, "it")
    assert found == expected
    assert type(found[1]) is type(expected[1])


@pytest.mark.parametrize(
    ("assignment", "text"),
    [
        ("lr", "--set needs key=value, got 'lr': write --set lr=…"),
        ("=3", "has no setting ''"),
        ("latnt=3", "the recipe it has no setting 'latnt': did you mean latent?"),
        ("qqqq=3", "it has epochs, lr, hidden"),
        ("lr=fast", "--set lr=fast: 'fast' is no JSON value: lr is a number, as in --set 'lr=0.001'"),
        ("lr=", "'' is no JSON value"),
        ("lr=NaN", "'NaN' is no JSON value"),
        ("lr=-Infinity", "is no JSON value"),
        ("lr=true", "lr must be a number, as in --set 'lr=0.001', got true or false"),
        ("lr=null", "lr must be a number, as in --set 'lr=0.001', got null"),
        ("latent=1.5", "latent must be an integer, as in --set 'latent=32', got a number"),
        ("hidden=64", "hidden must be a list of integers, as in --set 'hidden=[256, 128]', got an integer"),
        ('hidden=[64, "a"]', "hidden must be a list"),
        ("check_files=1", "check_files must be true or false"),
        ("data=null", "data must be a text, as in --set 'data=\"mnist\"', got null"),
        ('hidden=["a"]', "hidden must be a list of integers, as in --set 'hidden=[256, 128]', got a list of a text"),
        ("lr=" + "[" * 100_000, "is no JSON value"),
    ],
)
def test_refused(assignment, text) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parsed(assignment, DEFAULTS, "it")


def test_an_integer_is_no_list_item_of_another_kind() -> None:
    assert fits([256], [1, 2])
    assert not fits([256], [1, 2.5])
    assert not fits([0.5], [1, True])


def test_options_and_assignments_together() -> None:
    settings = changed(DEFAULTS, ["latent=3"], {"lr": 0.5, "data": None}, "it")
    assert settings == {**DEFAULTS, "latent": 3, "lr": 0.5}
    assert DEFAULTS["latent"] == 32


def test_a_limit_takes_the_place_of_the_recipes_own() -> None:
    settings = changed(DEFAULTS, [], {"steps": 5, "epochs": None, "seconds": None}, "it")
    assert settings["steps"] == 5
    assert "epochs" not in settings
    assert changed(DEFAULTS, ["epochs=3"], {}, "it")["epochs"] == 3


@pytest.mark.parametrize(
    ("assignments", "options", "text"),
    [
        ([], {"steps": 5, "epochs": 2}, "--epochs and --steps cannot be given together"),
        (["latent=3", "latent=4"], {}, "latent is given twice, or with another limit: drop --set latent=4"),
        (["lr=0.5"], {"lr": 0.1}, "lr is given twice"),
        (["epochs=3"], {"steps": 5}, "epochs is given twice, or with another limit"),
        ([], {"batch_size": 3}, "the recipe it has no batch_size: it has epochs"),
        (["epochs=0"], {}, "epochs must be above 0, got 0"),
        (["lr=-0.5"], {}, "lr must be above 0, got -0.5"),
        (["lr=1e999"], {}, "lr must be a finite number, got inf"),
        (["lr=0"], {}, "lr must be above 0, got 0"),
    ],
)
def test_contradictions(assignments, options, text) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        changed(DEFAULTS, assignments, options, "it")
