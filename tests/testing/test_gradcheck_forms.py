"""What gradcheck takes, what it leaves alone, and what it does at kinks."""

from typing import NamedTuple

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import op
from minigen.testing import GradientError, gradcheck
from minigen.testing.function import split, strided
from tests.host import assert_array_equal, host, share_memory


def double(*values, requires_grad=False):
    return mg.tensor(np.array(values), requires_grad=requires_grad)


def recorder(fn):
    """Return `fn` and the list of the arrays it was given first."""
    seen = []

    def wrapped(*args, **keywords):
        seen.append((args, keywords))
        return fn(*args, **keywords)

    return wrapped, seen


wrong = op("test_forms_wrong", lambda x: x * x, x=lambda g, x: 2.001 * g * x)


def entry(fn, inputs, **options):
    with pytest.raises(GradientError) as caught:
        gradcheck(fn, inputs, **options)
    assert caught.value.check == "values", str(caught.value)
    return caught.value.entry


# ----------------------------------------------------------------------------------------------------- inputs


class Pair(NamedTuple):
    first: mg.Tensor
    second: mg.Tensor


def test_inputs_by_position_by_name_and_nested() -> None:
    x, y = double(1.0, 2.0), double(3.0, 4.0)
    assert entry(wrong, x) == "d output[1] / d inputs[0][1]"
    assert entry(lambda a, b: a * wrong(b), (x, y)).endswith("/ d inputs[1][1]")
    assert entry(lambda *, b, a: a * wrong(b), {"a": x, "b": y}).endswith("/ d inputs['b'][1]")
    assert entry(lambda d: d["k"][0] * wrong(d["k"][1]), ({"k": [x, y]},)).endswith("/ d inputs[0]['k'][1][1]")
    assert entry(lambda p: p.first * wrong(p.second), (Pair(x, y),)).endswith("/ d inputs[0][1][1]")
    assert entry(lambda args, keywords: args[0] * wrong(keywords["b"]), ((x,), {"b": y})).endswith("inputs[1]['b'][1]")


def test_outputs_nested() -> None:
    x = double(1.0, 2.0)
    assert entry(lambda x: (x, {"loss": [3, wrong(x)]}), (x,)) == "d output[1]['loss'][1][1] / d inputs[0][1]"
    assert entry(lambda x: Pair(x, wrong(x)), (x,)) == "d output[1][1] / d inputs[0][1]"
    gradcheck(lambda x: (x * x, mg.argmax(x), "text"), (x,), order=2)


def test_only_what_requires_grad_is_checked_if_something_does() -> None:
    x, y = double(1.0, 2.0, requires_grad=True), double(3.0, 4.0)
    gradcheck(lambda x, y: x * wrong(y), (x, y))
    assert entry(lambda x, y: x * wrong(y), (x.detach(), y)).endswith("inputs[1][1]")
    seen, calls = recorder(lambda x, y: x * y)
    gradcheck(seen, (x, y))
    assert calls[0][0][1] is y
    assert calls[0][0][0] is not x
    assert x.grad is None


def test_a_tensor_given_twice_is_one_input() -> None:
    x = double(1.0, 2.0)
    gradcheck(lambda a, b: a * b, (x, x), order=2)
    assert entry(lambda a, b: a * wrong(b), (x, x)).endswith("inputs[0][1]")


def test_size_0_and_0_dimensions() -> None:
    for shape in ((0,), (2, 0), ()):
        gradcheck(lambda x: x * x, (mg.tensor(np.full(shape, 0.5)),), order=3)
    gradcheck(lambda x: x.sum(), (mg.tensor(np.zeros((0, 3))),), order=2)
    gradcheck(lambda x: x.mean(), (mg.tensor(np.zeros((0, 3))),), order=1)
    gradcheck(lambda x, y: (x[:0], y * y), (double(1.0), double(2.0)), order=2)


def test_what_is_refused() -> None:
    with pytest.raises(TypeError, match=r"inputs\[0\] is float32, and differences need float64"):
        gradcheck(mg.exp, (mg.ones(2, requires_grad=True),))
    with pytest.raises(TypeError, match=r"fn.weight is float32"):
        gradcheck(mg.nn.Linear(2, 1), (double(1.0, 2.0),))
    with pytest.raises(ValueError, match="no floating Tensor and no parameter"):
        gradcheck(lambda n: n, (mg.tensor([1, 2]),))
    with pytest.raises(TypeError, match="must return floating Tensors"):
        gradcheck(lambda x: mg.argmax(x), (double(1.0, 2.0),))
    with pytest.raises(ValueError, match="order counts from 1, got 0"):
        gradcheck(mg.exp, (double(1.0),), order=0)
    with pytest.raises(TypeError, match="rng must be"):
        gradcheck(mg.exp, (double(1.0),), rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1),
        np.arange(6.0)[::-1],
        np.arange(12.0)[::2],
        np.arange(24.0).reshape(4, 6).T[::-1, ::-1],
        np.array(3.0),
        np.zeros((0, 2)),
    ],
)
def test_the_function_sees_the_strides_it_was_given(array) -> None:
    copy = strided(array.copy(), array)
    assert_array_equal(copy, array)
    if array.size:
        assert [s > 0 for s in copy.strides] == [s > 0 for s in array.strides]
        assert copy.flags.c_contiguous == array.flags.c_contiguous
    fn, calls = recorder(lambda x: x * x)
    gradcheck(fn, (mg.autodiff.wrap(array, requires_grad=True),))
    assert calls[0][0][0].array.flags.c_contiguous == array.flags.c_contiguous
    assert not share_memory(calls[0][0][0], array)
    assert [a.shape for a in split(np.zeros(array.size), [array])] == [array.shape]


# ---------------------------------------------------------------------------------------------------- modules


class Scaled(mg.nn.Module):
    """A module with a wrong rule for its parameter."""

    def __init__(self, rule=wrong):
        super().__init__()
        self.scale = mg.nn.Parameter(double(2.0, 3.0))
        self.register_buffer("calls", mg.zeros(1, dtype=mg.float64))
        self.rule = rule

    def forward(self, x):
        self.calls += 1.0
        return x * self.rule(self.scale) + 0.0 * self.calls


def test_the_parameters_of_modules_are_checked() -> None:
    x = double(1.0, 2.0)
    module = Scaled()
    kept = module.scale.array
    assert entry(module, (x,)) == "d output[1] / d fn.scale[1]"
    assert entry(lambda m, x: m(x), (module, x)).endswith("/ d inputs[0].scale[1]")
    module.scale.requires_grad_(False)
    gradcheck(module, (x,))
    gradcheck(Scaled(mg.square), (x,), order=2)
    assert module.scale.array is kept
    assert kept.tolist() == [2.0, 3.0]
    assert module.scale.grad is None


def test_a_module_is_left_as_it_was_found() -> None:
    module = Scaled()
    calls = module.calls
    with pytest.raises(GradientError):
        gradcheck(module, (double(1.0, 2.0),))
    assert calls is module.calls
    assert calls.tolist() == [0.0]


def test_a_network_to_second_order() -> None:
    with mg.random.using(3):
        network = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 1)).double()
    x = mg.tensor(np.random.default_rng(0).normal(size=(5, 3)), requires_grad=True)
    gradcheck(network, (x,), order=2)
    gradcheck(lambda network, x: (network(x) ** 2).mean(), (network, x), order=2)


# ----------------------------------------------------------------------------------------------------- states


def test_random_states_are_not_touched() -> None:
    mg.manual_seed(3)
    default = mg.random.get_default_generator()
    before, global_before = default.state_dict(), str(np.random.get_state())  # noqa: NPY002
    dropout = mg.nn.Dropout(0.5)
    x = mg.tensor(np.random.default_rng(0).normal(size=200))
    gradcheck(lambda x: dropout(x * x), (x,), order=2)
    gradcheck(mg.abs, (double(0.0, 1.0),))
    with pytest.raises(GradientError):
        gradcheck(wrong, (x,))
    assert mg.random.get_default_generator() is default
    assert default.state_dict() == before
    assert str(np.random.get_state()) == global_before  # noqa: NPY002


def test_what_the_function_draws_is_not_drawn_from_the_default_generator() -> None:
    before = mg.random.get_default_generator().state_dict()
    gradcheck(lambda x: x * x + 0.0 * mg.rand_like(x), (double(1.0, 2.0),), order=2)
    assert mg.random.get_default_generator().state_dict() == before


def test_a_given_generator_is_drawn_from_and_a_seed_repeats() -> None:
    def points(rng):
        fn, calls = recorder(lambda x: x * x)
        gradcheck(fn, (double(*np.linspace(-1, 1, 20)),), rng=rng)
        return [host(call[0][0]).tobytes() for call in calls]

    assert points(5) == points(5) == points(mg.random.Generator(5))
    assert points(5) != points(6)
    rng = mg.random.Generator(5)
    assert points(rng) != points(rng)
    assert points(None) == points(None)


def test_the_grad_mode_does_not_matter_and_stays() -> None:
    with mg.no_grad():
        gradcheck(mg.exp, (double(1.0),), order=2)
        with pytest.raises(GradientError):
            gradcheck(wrong, (double(1.0),))
        assert not mg.is_grad_enabled()


# ------------------------------------------------------------------------------------------------------ kinks


KINKED = {
    "abs": (mg.abs, [0.0, 1.0]),
    "relu": (mg.relu, [0.0, -1.0, 2.0]),
    "small relu": (lambda x: 1e-5 * mg.relu(x), [0.0]),
    "max": (lambda x: mg.amax(x), [1.0, 1.0, 0.0]),
    "sort": (lambda x: mg.sort(x)[0] * mg.arange(3).double(), [1.0, 1.0, 0.0]),
    "clip": (lambda x: mg.clip(x, -1.0, 1.0), [1.0, -1.0]),
    "sign": (mg.sign, [0.0, 3.0]),
    "floor": (mg.floor, [2.0, 3.5]),
    "off the middle": (lambda x: mg.abs(x - 0.3e-3), [0.0]),
    "norm": (lambda x: mg.norm(x), [0.0, 0.0]),
}


@pytest.mark.parametrize("name", KINKED)
def test_near_a_kink_other_points_are_checked(name) -> None:
    function, point = KINKED[name]
    fn, calls = recorder(function)
    gradcheck(fn, (double(*point),), order=2)
    recorded = {tuple(call[0][0].tolist()) for call in calls if call[0][0].requires_grad}
    assert len(recorded) > 1 or name == "off the middle"


def test_a_wrong_gradient_does_not_hide_behind_a_kink() -> None:
    bent = op("test_forms_bent", lambda x: abs(x), x=lambda g, x: g * (2.0 * (x > 0) - 1.001 * (x < 0) - (x > 0)))
    assert entry(bent, (double(0.0, 0.0, 0.0, 0.0, 0.0),)).startswith("d output")
    half = op("test_forms_half", lambda x: abs(x), x=lambda g, x: g * 0.0)
    with pytest.raises(GradientError) as caught:
        gradcheck(half, (double(0.0),))  # 0 is what central differences say at 0
    assert caught.value.check == "values"


def rough(x):
    """What differences see as noise."""
    return 1e-6 * mg.sin(1e14 * x.detach())


def test_kinks_everywhere_fail() -> None:
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda x: x + rough(x), (double(0.1, 0.2),))
    assert caught.value.check == "kinks"
    assert "no derivative at 20 of 20 points" in str(caught.value)


def test_more_than_one_kink_in_five_points_fails() -> None:
    """Of the points near by, three in four have an element above 0, where it is rough."""

    def fn(x):
        return mg.abs(x) + mg.where(x.detach() > 0.0, rough(x), 0.0)

    with pytest.raises(GradientError) as caught:
        gradcheck(fn, (double(0.0, 0.0),))
    assert caught.value.check == "kinks"


# ----------------------------------------------------------------------------------------------- correct ones


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e3, 1e8])
def test_correct_gradients_of_any_magnitude_pass(scale) -> None:
    x = mg.tensor(np.random.default_rng(0).uniform(0.5, 1.5, 8) * scale)
    for fn in (
        lambda x: x * x,
        mg.log,
        mg.sqrt,
        lambda x: 1.0 / x,
        lambda x: x - x.mean(),
        lambda x: (x / scale).exp(),
    ):
        gradcheck(fn, (x,), order=2)


def test_correct_gradients_of_steep_and_flat_functions_pass() -> None:
    x = double(0.3, -0.2, 0.1)
    gradcheck(lambda x: mg.sigmoid(300.0 * x), (x,), order=2)
    gradcheck(lambda x: mg.sin(100.0 * x), (x,), order=2)
    gradcheck(lambda x: x**3, (double(0.0),), order=3)
    gradcheck(lambda x: x * mg.abs(x), (double(0.0),))
    gradcheck(lambda x: mg.exp(-1.0 / (x * x + 1e-3)), (double(0.0, 0.01),), order=2)
    gradcheck(lambda x: 0.0 * x + 5.0, (x,), order=2)
    gradcheck(lambda x: 1e9 + x, (x,), order=2)


def test_a_wrong_gradient_of_a_steep_function_is_found() -> None:
    def steep(factor):
        return op("test_forms_steep", lambda xp, x: xp.exp(300.0 * x), x=lambda g, out: 300.0 * factor * g * out)

    x = double(0.01, -0.02)
    gradcheck(steep(1.0), (x,), order=2)
    for factor in (1.0001, 0.9999, 1.00001):
        assert entry(steep(factor), (x,))
