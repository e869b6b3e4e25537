"""Pictures, early stopping, the guard against NaN, averages of parameters."""

import numpy as np
import pytest

import minigen as mg
from minigen.training import EMA, EarlyStopping, Loop, NanGuard, NonFiniteError, Pictures, fit
from tests.host import assert_allclose, assert_array_equal

# ----------------------------------------------------------------------------------------------- pictures


class Nothing:
    def step(self, batch):
        return {}


def test_pictures_come_when_they_should_and_show_the_same_noise(tmp_path) -> None:
    def draw(path):
        assert path.parent == tmp_path / "p"
        assert path.name.startswith(".")
        path.write_text(repr(mg.rand(3).tolist()))

    fit(Nothing(), [1, 2], steps=5, callbacks=[Pictures(draw, tmp_path / "p", name="s-{step:03}.txt", every=2)])
    texts = {path.name: path.read_text() for path in (tmp_path / "p").iterdir()}
    assert sorted(texts) == ["s-002.txt", "s-004.txt", "s-005.txt"]
    assert len(set(texts.values())) == 1


def test_drawing_does_not_change_what_is_learnt(tmp_path) -> None:
    states = []
    for every in (None, 1):
        with mg.random.using(0):
            pictures = Pictures(lambda path: path.write_text(str(mg.rand(1))), tmp_path, every=every)
            states.append(fit(Nothing(), [1], steps=3, callbacks=[pictures]).state_dict()["rng"])
    assert states[0] == states[1]


def test_one_picture_may_be_drawn_over_and_over(tmp_path) -> None:
    count = []
    pictures = Pictures(lambda path: (count.append(1), path.touch()), tmp_path, name="curves.png", every=1)
    fit(Nothing(), [1], steps=3, callbacks=[pictures])
    assert len(count) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


def test_a_drawing_that_fails_leaves_the_picture_before(tmp_path) -> None:
    def draw(path):
        path.write_text("half")
        if (tmp_path / "it").exists():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(Nothing(), [1], steps=3, callbacks=[Pictures(draw, tmp_path, name="it", every=1)])
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("it", "half")]


def test_leftovers_of_pictures_are_removed(tmp_path) -> None:
    (tmp_path / ".samples-00000002.png.0123abcd.tmp.png").touch()
    fit(Nothing(), [1], steps=1, callbacks=[Pictures(lambda path: path.touch(), tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["samples-00000001.png"]


# ----------------------------------------------------------------------------------------- early stopping


class Costs:
    def __init__(self, *costs):
        self.costs = iter(costs)

    def step(self, batch):
        return {"cost": next(self.costs)}


NAN = float("nan")


@pytest.mark.parametrize(
    ("options", "costs", "stops", "best"),
    [
        ({"patience": 1}, [3.0, 2.0, 2.0, 1.0], 3, 2.0),
        ({"patience": 2}, [3.0, 4.0, 2.0, 2.5, 2.0, 1.0], 5, 2.0),
        ({"patience": 2, "min_delta": 0.5}, [3.0, 2.6, 2.5, 2.0, 1.0], 3, 3.0),
        ({"patience": 2, "min_delta": 0.5}, [3.0, 2.4, 2.0, 1.8, 1.0], 8, 0.0),
        ({"patience": 1, "mode": "max"}, [1.0, 2.0, 2.0, 9.0], 3, 2.0),
        ({"patience": 2}, [NAN, 1.0, NAN, NAN, 0.0], 4, 1.0),
        ({"patience": 3}, [NAN, NAN, NAN, 0.0], 3, None),
        ({"patience": 1, "mode": "max"}, [-5.0, -6.0, 0.0], 2, -5.0),
    ],
)
def test_it_stops_after_so_many_epochs_without_a_better_value(options, costs, stops, best) -> None:
    stopping = EarlyStopping("cost", **options)
    loop = fit(Costs(*costs, *[0.0] * 50), [1], epochs=20, callbacks=[stopping])
    assert (loop.epoch, stopping.best) == (stops, best)
    assert loop.reason.startswith("cost has not been better than")


def test_a_stopped_run_that_is_resumed_stays_stopped() -> None:
    first, second = EarlyStopping("cost", 1), EarlyStopping("cost", 1)
    fit(Costs(1.0, 2.0), [1], epochs=9, callbacks=[first])
    second.load_state_dict(first.state_dict())
    loop = fit(Costs(), [1], epochs=9, callbacks=[second])
    assert loop.step == 0
    assert loop.reason == "cost has not been better than 1 for 1 epochs"


def test_a_function_may_measure() -> None:
    values = iter([1.0, 2.0, 3.0])
    loop = fit(Nothing(), [1], epochs=9, callbacks=[EarlyStopping(lambda: next(values), patience=2)])
    assert (loop.epoch, loop.reason) == (3, "the measure has not been better than 1 for 2 epochs")


# ---------------------------------------------------------------------------------------------- the guard


@pytest.mark.parametrize("bad", [NAN, float("inf"), -float("inf")])
@pytest.mark.parametrize("every", [1, 2, 5, 100])
def test_the_first_bad_step_and_metric_are_named(bad, every) -> None:
    costs = [1.0, 2.0, bad, 4.0, bad, 6.0]
    with pytest.raises(NonFiniteError, match=rf"step 3: cost is {bad}: train anew"):
        fit(Costs(*costs), [1, 2, 3, 4], steps=6, callbacks=[NanGuard(every=every)])


def test_the_guard_looks_only_so_often() -> None:
    read = []

    class Unread(dict):
        def items(self):
            read.append(self["cost"])
            return super().items()

    class Counts:
        n = 0

        def step(self, batch):
            self.n += 1
            return Unread(cost=self.n)

    loop = Loop(Counts(), [1], callbacks=[NanGuard(every=3)])
    loop.run(steps=5)
    assert read == [1, 2, 3, 4, 5]  # the last two at the end
    read.clear()
    loop.callbacks[0].on_step(loop)
    assert read == []


def test_good_numbers_pass() -> None:
    assert fit(Costs(1.0, -1e308, 0.0, 5e-324), [1], steps=4, callbacks=[NanGuard()]).step == 4


# ----------------------------------------------------------------------------------------------- averages


def test_averages_are_those_of_the_formula() -> None:
    model = mg.nn.Linear(2, 1).double()
    ema = EMA(model, decay=0.75)
    rng = np.random.default_rng(0)
    values = rng.normal(size=(6, 1, 2))
    expected = values[0]
    for i, value in enumerate(values):
        model.weight.data.copy_(mg.tensor(value))
        ema.update()
        if i:
            expected = 0.75 * expected + 0.25 * value
    assert_allclose(ema.averages["weight"], expected, rtol=1e-14)
    assert ema.updates == 6


def test_the_averages_take_the_place_of_the_parameters_and_give_it_back() -> None:
    model = mg.nn.Linear(1, 1, bias=False)
    weight, array = model.weight, model.weight.array
    ema = EMA(model, decay=0.5)
    for value in (1.0, 3.0):
        model.weight.array[...] = value
        ema.update()
    version = weight.storage.version
    with ema.averaged() as inside:
        assert inside is model
        assert model(mg.ones(1, 1)).item() == 2.0
    assert model.weight is weight
    assert weight.array is array
    assert (weight.item(), ema.averages["weight"].item()) == (3.0, 2.0)
    assert weight.storage.version == version + 2
    with pytest.raises(ZeroDivisionError), ema.averaged():
        raise ZeroDivisionError
    assert (weight.item(), ema.averages["weight"].item()) == (3.0, 2.0)


def test_a_graph_recorded_before_the_swap_knows_of_it() -> None:
    model = mg.nn.Linear(1, 1)
    ema = EMA(model)
    cost = (model.weight * model.weight).sum()
    with ema.averaged(), pytest.raises(RuntimeError, match="changed in place"):
        cost.backward()


def test_inside_the_swap_neither_updates_nor_checkpoints_nor_loads_nor_swaps(tmp_path) -> None:
    model = mg.nn.Linear(1, 1)
    ema = EMA(model)
    loop = Loop(Nothing(), [1], callbacks=[ema])
    with ema.averaged():
        for call in (
            ema.update,
            lambda: loop.save(tmp_path / "it"),
            lambda: ema.load_state_dict(ema.state_dict()),
            lambda: ema.averaged().__enter__(),
        ):
            with pytest.raises(RuntimeError, match=r"leave `with ema\.averaged"):
                call()
    assert not list(tmp_path.iterdir())


def test_averages_do_not_share_memory_with_parameters() -> None:
    model = mg.nn.Linear(1, 1)
    ema = EMA(model, decay=0.5)
    ema.update()
    before = ema.averages["weight"].item()
    model.weight.array[...] = 100.0
    assert ema.averages["weight"].item() == before


def test_the_state_goes_round() -> None:
    models = [mg.nn.Linear(2, 1), mg.nn.Linear(2, 1)]
    one, other = (EMA(model, decay=0.5) for model in models)
    one.update()
    models[0].weight.array[...] += 1.0
    one.update()
    other.load_state_dict(one.state_dict())
    models[1].load_state_dict(models[0].state_dict())
    for ema in (one, other):
        ema.update()
    assert_array_equal(one.averages["weight"], other.averages["weight"])
    assert one.updates == other.updates == 3
    assert one.averages["weight"].array is not other.averages["weight"].array
