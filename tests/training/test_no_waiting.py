"""What a training step is made of waits for no GPU: losses, gradients, clipping, optimizers, averages, the loop."""

import pytest

import minigen as mg
from minigen import nn, optim
from minigen.testing import standin
from tests.host import on_a_gpu

pytestmark = [
    pytest.mark.usefixtures("gpu"),
    pytest.mark.skipif(on_a_gpu(), reason="CuPy does not count"),
]

OPTIMIZERS = {
    "SGD": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.1),
    "SGD-momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda p: optim.RMSprop(p, centered=True, momentum=0.5, weight_decay=0.1),
    "Adam": lambda p: optim.Adam(p, amsgrad=True, weight_decay=0.1),
    "AdamW": lambda p: optim.AdamW(p),
    "Scheduled": lambda p: optim.Scheduled(optim.SGD(p, lr=0.1), optim.exponential(0.9)),
    "Averaged": lambda p: optim.Averaged(optim.SGD(p, lr=0.1), 0.9),
}


def binary():
    return mg.rand(5, 2, requires_grad=True), mg.bernoulli(mg.full((5, 2), 0.5))


def classes():
    return mg.rand(5, 3, requires_grad=True), mg.random.Generator(0).integers(3, shape=5)


LOSSES = {
    "BCELoss": binary,
    "BCEWithLogitsLoss": binary,
    "MSELoss": binary,
    "L1Loss": binary,
    "CrossEntropyLoss": classes,
    "NLLLoss": classes,
}


def counted(work, times=3):
    """Do `work` on the GPU; return what was counted."""
    with mg.device("cuda"), mg.random.using(0), standin.syncs() as count:
        for _ in range(times):
            work()
    return count


def network():
    with mg.device("cuda"), mg.random.using(0):
        return nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(), nn.Dropout(), nn.Linear(4, 1)), mg.rand(8, 3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_and_clipping(name):
    net, x = network()
    optimizer = OPTIMIZERS[name](net.parameters())
    plain = isinstance(optimizer, optim.Optimizer)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5) if plain else None

    def step():
        net.zero_grad(set_to_none=False)
        net(x).square().mean().backward()
        for p in (1.0, 2.0, 3.0, float("inf")):
            nn.utils.clip_grad_norm_(net.parameters(), 1.0, p)
        nn.utils.clip_grad_value_(net.parameters(), 1.0)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()

    before = [p.tolist() for p in net.parameters()]
    count = counted(step)
    assert not (count.syncs or count.uploads or count.drifts)
    assert all(p.tolist() != old for p, old in zip(net.parameters(), before, strict=True))


def test_every_optimizer_and_every_loss_is_here():
    kinds = {name for name in optim.__all__ if isinstance(getattr(optim, name), type)} - {"Optimizer"}
    assert {name.partition("-")[0] for name in OPTIMIZERS} == kinds
    assert set(LOSSES) == {name for name in nn.__all__ if name.endswith("Loss")}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    with mg.device("cuda"), mg.random.using(0):
        x, target = LOSSES[name]()
        loss = getattr(nn, name)()
        given = (lambda: x.log_softmax(1)) if name == "NLLLoss" else lambda: x
        loss(given(), target).backward()
    count = counted(lambda: loss(given(), target).backward())
    assert not (count.syncs or count.uploads or count.drifts)


def test_a_gradient_of_a_gradient():
    net, x = network()
    x = x.requires_grad_()

    def penalty():
        (slope,) = mg.grad(net(x).sum(), x, create_graph=True)
        ((slope.norm(dim=1) - 1) ** 2).mean().backward()

    count = counted(penalty)
    assert not (count.syncs or count.uploads or count.drifts)


class Least:
    """Least squares, as a learning algorithm."""

    def __init__(self, net):
        self.net, self.optimizer = net, optim.Adam(net.parameters())

    def step(self, batch):
        x, y = batch
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        return mg.learning.Metrics(loss=loss)


def test_a_loop_waits_only_where_it_writes_a_number_down(tmp_path):
    net, x = network()
    with mg.device("cuda"):
        loader = mg.data.DataLoader(mg.data.TensorDataset(x, mg.ones(8, 1)), 2, shuffle=True, rng=0)
        callbacks = [
            mg.training.EMA(net, 0.9),
            mg.training.NanGuard(every=100),
            mg.training.MetricsFile(tmp_path / "metrics.jsonl", every=6),
        ]
        loop = mg.training.Loop(Least(net), loader, callbacks=callbacks)
        with standin.syncs() as count:
            loop.run(steps=13)
    # two lines of one number, and the guard's look at all 13 at the end
    assert len(count.syncs) == 2 + 13 and all("metrics.py" in line or "item" in line for line in count.syncs)
