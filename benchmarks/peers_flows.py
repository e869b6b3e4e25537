"""A step of Real NVP beside PyTorch: the same flow, batch and Adam, one thread, taking turns.

    PYTHONPATH=. path/to/venv-with-torch/bin/python benchmarks/peers_flows.py

PyTorch's side is written as its users write it: nn.Sequential, chunks, torch.cat, and Adam(fused=True).
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy
from alternating import Case, show

import minigen as mg

COUPLINGS, BATCH = 8, 256
CASES = {"2-d, 64 hidden": (2, [64, 64]), "43-d, 128 hidden": (43, [128, 128])}


def realnvp() -> list[Case]:
    """Return the steps and their peers."""
    cases = []
    for name, (features, hidden) in CASES.items():
        data = numpy.random.default_rng(0).normal(size=(BATCH, features)).astype("float32")
        steps = ours(features, hidden, data), theirs(features, hidden, data)
        cases.append(Case(f"Real NVP, {COUPLINGS} couplings, {name}, batch {BATCH}", *steps, 1.1))
    return cases


def ours(features: int, hidden: list[int], data: Any) -> Callable[[], Any]:
    """Return one step of minigen."""
    flow = mg.models.RealNVP(features, COUPLINGS, hidden)
    learning = mg.learning.MaximumLikelihood(flow, mg.optim.Adam(flow.parameters(), lr=1e-3))
    batch = mg.tensor(data)
    return lambda: learning.step(batch)


def theirs(features: int, hidden: list[int], data: Any) -> Callable[[], Any]:
    """Return one step of PyTorch."""
    import math

    import torch
    from torch import nn

    torch.set_num_threads(1)

    class Coupling(nn.Module):
        def __init__(self, swap: bool) -> None:
            super().__init__()
            self.swap, self.cut = swap, (features + 1) // 2
            kept, moved = self.cut, features - self.cut
            if swap:
                kept, moved = moved, kept
            layers: list[Any] = []
            for before, after in pairwise([kept, *hidden]):
                layers += [nn.Linear(before, after), nn.ReLU()]
            self.net = nn.Sequential(*layers, nn.Linear(hidden[-1], 2 * moved))
            self.bound = 2.0

        def forward(self, x: Any) -> tuple[Any, Any]:
            first, last = x[:, : self.cut], x[:, self.cut :]
            kept, moved = (last, first) if self.swap else (first, last)
            raw, t = self.net(kept).chunk(2, dim=1)
            s = self.bound * torch.tanh(raw / self.bound)
            moved = moved * torch.exp(s) + t
            return torch.cat([moved, kept] if self.swap else [kept, moved], dim=1), s.sum(dim=1)

    couplings = nn.ModuleList([Coupling(i % 2 == 1) for i in range(COUPLINGS)])
    optimizer = torch.optim.Adam(couplings.parameters(), lr=1e-3, fused=True)
    order = torch.tensor([*range(0, features, 2), *range(1, features, 2)])
    batch = torch.tensor(data)

    def step() -> None:
        x, total = batch[:, order], 0.0
        for coupling in couplings:
            x, log_det = coupling(x)
            total = total + log_det
        log_p = -0.5 * x.square().sum(dim=1) - 0.5 * features * math.log(2 * math.pi) + total
        loss = -log_p.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    show(realnvp())
