"""pytest's side of `minigen.testing`: profiles for property tests, and a fixture that finds leaked state.

It stands outside the package because pytest loads it in every project of an environment: until something here is used
it imports neither minigen nor Hypothesis, and changes nothing.

``pytest --minigen-profile=thorough`` chooses how hard Hypothesis tries:

* ``dev``: 10 examples, other ones each time; failing ones are kept and tried first.
* ``ci``: 25 examples, the same ones each time, on every machine.
* ``thorough``: 500 examples, other ones each time.

None of them has a deadline. A test's own ``@settings`` go first.
"""

import pytest

PROFILES = {
    "dev": {"max_examples": 10},
    "ci": {"max_examples": 25, "derandomize": True, "database": None},
    "thorough": {"max_examples": 500, "print_blob": True},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("minigen", "property tests of gradients (minigen.testing)")
    group.addoption("--minigen-profile", choices=sorted(PROFILES), help="how hard Hypothesis tries: %(choices)s")


def pytest_configure(config: pytest.Config) -> None:
    """Load the profile, if one is chosen."""
    name = config.getoption("minigen_profile")
    if name is None:
        return
    from hypothesis import HealthCheck, settings

    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    plain = settings.get_profile("default")  # not the one in force: Hypothesis loads another where it sees a CI server
    settings.register_profile(f"minigen-{name}", plain, deadline=None, suppress_health_check=quiet, **PROFILES[name])
    settings.load_profile(f"minigen-{name}")


@pytest.fixture
def no_leaked_state():
    """Fail the test that leaves minigen's global state changed, and put it back.

    That is: the grad mode, the default dtype, the default device, the default generator in force and where it stands. A
    test or module asks for it with ``@pytest.mark.usefixtures("no_leaked_state")``.
    """
    import minigen as mg

    generator = mg.random.get_default_generator()
    state = generator.state_dict()
    mode, dtype, device = mg.is_grad_enabled(), mg.get_default_dtype(), mg.get_default_device()
    leaked = []
    with mg.random.using(generator):  # its end puts back what was in force
        yield
        if mg.random.get_default_generator() is not generator:
            leaked.append("the default generator was left swapped: use `with mg.random.using(rng):`")
    if generator.state_dict() != state:
        leaked.append("the default generator was drawn from or seeded: use `with mg.random.using(rng):`, or pass rng=")
        generator.load_state_dict(state)
    if mg.is_grad_enabled() != mode:
        leaked.append(f"the grad mode was left {'on' if mg.is_grad_enabled() else 'off'}: use `with mg.no_grad():`")
        mg.set_grad_enabled(mode)
    if mg.get_default_dtype() != dtype:
        leaked.append(f"the default dtype was left at {mg.get_default_dtype()}: set it back")
        mg.set_default_dtype(dtype)
    if mg.get_default_device() != device:
        leaked.append(f"the default device was left at {mg.get_default_device()}: use `with mg.device(...):`")
        mg.set_default_device(device)
    if leaked:
        pytest.fail("; ".join(leaked), pytrace=False)
