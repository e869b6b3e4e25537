"""What holds for every test and doctest: no wall clock, no window, equal draws, no state left behind."""

import os

import pytest
from hypothesis import HealthCheck, settings

import minigen as mg
from minigen.random import manual_seed
from minigen.testing import standin

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "minigen",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("minigen")


@pytest.fixture
def gpu():
    """Let ``device="cuda"`` work: on the GPU of this machine, or else on the stand-in for CuPy."""
    if mg.cuda.is_available():
        yield
    else:
        with standin.installed():
            yield


@pytest.fixture(autouse=True)
def global_state():
    """Seed the default generator before a test; fail the test that leaves a mode switched."""
    manual_seed(0)
    before = mg.get_default_dtype(), mg.is_grad_enabled(), mg.get_default_device()
    yield
    after = mg.get_default_dtype(), mg.is_grad_enabled(), mg.get_default_device()
    mg.set_default_dtype(before[0])
    mg.set_grad_enabled(before[1])
    mg.set_default_device(None)
    assert after == before, "the default dtype, the grad mode or the default device was left switched"
