"""What holds for every test and doctest: no wall clock, no window, equal draws, no state left behind.

``pytest --on standin`` runs the same tests on the strict stand-in for CuPy, ``--on cupy`` on CuPy: what they make, they
make there (`tests.host` says how a test is written so), but for a short list of skips (`tests.skips`).
"""

import os
import sys
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

import minigen as mg
from minigen.random import manual_seed
from minigen.testing import standin
from tests import skips

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "minigen",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("minigen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that chooses the array library."""
    group = parser.getgroup("minigen")
    group.addoption(
        "--on", choices=("numpy", "standin", "cupy"), default="numpy", help="the array library the tests run on"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Put the stand-in in CuPy's place and make the GPU the default device before a test module is imported."""
    library = config.getoption("on")
    if library == "standin":
        settings.register_profile("minigen-standin", settings.get_profile("minigen"), max_examples=13)  # see `examples`
        settings.load_profile("minigen-standin")
        stack = ExitStack()
        stack.enter_context(standin.installed())
        config.add_cleanup(stack.close)
    elif library == "cupy" and not mg.cuda.is_available():
        raise pytest.UsageError("--on cupy needs CuPy and a GPU; --on standin needs neither")
    mg.set_default_device(default_device(config))


def default_device(config: pytest.Config) -> str | None:
    """Return where tests make what they do not say a device for."""
    return None if config.getoption("on") == "numpy" else "cuda"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark the tests that ask for a GPU, and those that are skipped on this array library."""
    config.collected = [item.nodeid for item in items]
    for item in items:
        if "gpu" in getattr(item, "fixturenames", ()):
            item.add_marker("gpu")
        reason = skips.reason(config.getoption("on"), item.nodeid)
        if reason is not None:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def from_the_host(request):
    """Let the cpu be the default device, wherever the other tests run."""
    mg.set_default_device(None)
    yield
    mg.set_default_device(default_device(request.config))


@pytest.fixture
def gpu(from_the_host):
    """Let ``device="cuda"`` work: on the GPU of this machine, or else on the stand-in for CuPy."""
    if mg.cuda.is_available():
        yield
    else:
        with standin.installed():
            yield


@pytest.fixture(params=["no CuPy", "no GPU"])
def no_gpu(request, from_the_host):
    """Let there be no GPU, whatever this machine has: CuPy is not installed, or finds none."""
    with standin.installed(devices=0), pytest.MonkeyPatch.context() as patch:
        if request.param == "no CuPy":
            patch.setitem(sys.modules, "cupy", None)
        yield


@pytest.fixture
def on_the_host():
    """Make Tensors on the host, for tests of what is looked at or shared only there."""
    with mg.device("cpu"):
        yield


@pytest.fixture(autouse=True)
def global_state(request):
    """Seed the default generator before a test; fail the test that leaves a mode switched."""
    manual_seed(0)
    before = mg.get_default_dtype(), mg.is_grad_enabled(), mg.get_default_device()
    yield
    after = mg.get_default_dtype(), mg.is_grad_enabled(), mg.get_default_device()
    mg.set_default_dtype(before[0])
    mg.set_grad_enabled(before[1])
    mg.set_default_device(default_device(request.config))
    assert after == before, "the default dtype, the grad mode or the default device was left switched"
