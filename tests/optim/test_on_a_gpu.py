"""Every optimizer on a GPU, or on what stands for one: the same steps, and states that go on where they are loaded."""

import io

import pytest

import minigen as mg
from tests.host import on_a_gpu
from tests.training.test_no_waiting import OPTIMIZERS

pytestmark = pytest.mark.usefixtures("gpu")
CLOSE = {"rel": 0 if not on_a_gpu() else 1e-5, "abs": 0}


def made(name, device):
    x = mg.tensor([0.5, -1.5, 2.0], device=device, requires_grad=True)
    return x, OPTIMIZERS[name]([x])


def step(x, optimizer):
    x.grad = None
    (x * x).sum().backward()
    optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_states_go_on_on_another_device(name):
    for origin, target in (("cpu", "cuda"), ("cuda", "cpu")):
        (x, optimizer), (y, other) = made(name, origin), made(name, target)
        for _ in range(3):
            step(x, optimizer)
        file = io.BytesIO()
        mg.save({"x": x.detach(), "state": optimizer.state_dict()}, file)
        for location in (None, target):
            file.seek(0)
            loaded = mg.load(file, location)
            with mg.no_grad():
                y.copy_(loaded["x"].to(target))
            other.load_state_dict(loaded["state"])
        for _ in range(3):
            step(x, optimizer)
            step(y, other)
        assert y.device.type == target and y.grad.device.type == target
        assert y.tolist() == pytest.approx(x.tolist(), **CLOSE)
        averages = [x.tolist() for x in getattr(optimizer, "averages", [])]
        for average, moved in zip(averages, getattr(other, "averages", []), strict=True):
            assert moved.device.type == target and moved.tolist() == pytest.approx(average, **CLOSE)


def test_an_average_of_a_module_goes_on_on_another_device():
    averages = []
    for device in ("cpu", "cuda"):
        net = mg.nn.Linear(2, 1).to(device)
        mg.nn.init.constant_(net.weight, 1.0)
        mg.nn.init.constant_(net.bias, 0.0)
        averages.append((net, mg.training.EMA(net, 0.5)))
    (net, ema), (other, twin) = averages
    ema.update()
    mg.nn.init.constant_(net.weight, 3.0)
    ema.update()
    twin.load_state_dict(ema.state_dict())
    assert twin.averages["weight"].device == "cuda:0" and twin.averages["weight"].tolist() == [[2.0, 2.0]]
    with twin.averaged():
        assert other.weight.tolist() == [[2.0, 2.0]]
