"""Random programs on the engine agree with the naive model; see `minigen.testing.GraphMachine`."""

import hypothesis
import pytest
from hypothesis.stateful import rule, run_state_machine_as_test

import minigen as mg
from minigen.autodiff import op
from minigen.testing import GraphMachine
from minigen.testing.machine.base import places
from tests.host import examples


@pytest.fixture(autouse=True)
def double():
    """Compute in float64."""
    before = mg.get_default_dtype()
    mg.set_default_dtype(mg.float64)
    yield
    mg.set_default_dtype(before)


def complaint(machine, examples, steps, seed=4, **more):
    """Return what is wrong after programs of at most `steps` steps (the same ones each time), None if nothing."""
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        **more,
    )
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings)
    except AssertionError as error:
        return "\n".join([str(error), *getattr(error, "__notes__", [])])
    return None


def test_random_programs_agree_with_the_model():
    assert complaint(GraphMachine, examples(400), 40) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_many_long_programs_agree_with_the_model(seed):
    assert complaint(GraphMachine, 500, 50, seed) is None


def machine_with(rule_of_x):
    """Return a machine with one more operation, the cube."""
    cube = op("machine_cube", lambda x: x * x * x, x=rule_of_x)

    class Mine(GraphMachine):
        @rule(x=places)
        def cubed(self, x):
            x = self.pick(x)
            elements = [s * s * s for s in x.read()]
            if max(abs(s.value) for s in elements) < 4.0:
                self.record(cube(x.tensor), x.shape, elements, [x], saved=[x.memory])

    return Mine


def test_an_operation_of_ones_own_joins():
    assert complaint(machine_with(lambda g, x: 3.0 * g * x * x), examples(50), 30) is None


def test_a_wrong_one_is_found():
    found = complaint(machine_with(lambda g, x: 2.9 * g * x * x), 50, 30, phases=[hypothesis.Phase.generate])
    assert found is not None and "grad: " in found and ".cubed(" in found
