"""An RBM's step beside PyTorch, and its epoch beside scikit-learn: 784-500, batch 100, float32, one thread.

    PYTHONPATH=. path/to/venv-with-torch-and-scikit-learn/bin/python benchmarks/peers_rbm.py

PyTorch's side is CD-10 as its users write it, eager, with `torch.bernoulli` and SGD with momentum. scikit-learn's
BernoulliRBM learns by persistent chains with one sweep, which is the work of CD-1; it is measured as it stands, on
data of float64, and on data of float32.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from alternating import Case, show

import minigen as mg

VISIBLE, HIDDEN, BATCH, ROWS, LR, MOMENTUM = 784, 500, 100, 1000, 0.01, 0.5


def bits(n: int) -> Any:
    """Return data as dense as binarized digits."""
    return (np.random.default_rng(0).random((n, VISIBLE)) < 0.13).astype(np.float32)


def rbm() -> list[Case]:
    """Return the steps and their peers."""
    batch, epoch = bits(BATCH), bits(ROWS)
    return [
        Case(f"RBM CD-10, {VISIBLE}-{HIDDEN}, batch {BATCH}", minigen_step(batch, 10), torch_step(batch, 10), 0.75),
        Case("RBM CD-1, the same", minigen_step(batch, 1), torch_step(batch, 1), 0.75),
        Case(f"{ROWS} rows of CD-1, scikit-learn", minigen_epoch(epoch), sklearn_epoch(epoch, "float64"), 1 / 3),
        Case("the same, scikit-learn in float32", minigen_epoch(epoch), sklearn_epoch(epoch, "float32"), 1 / 3),
    ]


def learning(k: int) -> Any:
    """Return contrastive divergence on a fresh RBM."""
    model = mg.models.RBM(VISIBLE, HIDDEN)
    sgd = mg.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM)
    return mg.learning.ContrastiveDivergence(model, sgd, k, rng=0)


def minigen_step(batch: Any, k: int) -> Callable[[], Any]:
    """Return one update of minigen."""
    cd, data = learning(k), mg.tensor(batch)
    return lambda: cd.step(data)


def minigen_epoch(rows: Any) -> Callable[[], Any]:
    """Return an epoch of minigen."""
    cd = learning(1)
    loader = mg.data.DataLoader(mg.tensor(rows), BATCH, shuffle=True, rng=0)

    def epoch() -> None:
        for batch in loader:
            cd.step(batch)

    return epoch


def torch_step(batch: Any, k: int) -> Callable[[], Any]:
    """Return one update of PyTorch."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    data = torch.tensor(batch)
    weight, visible_bias, hidden_bias = 0.01 * torch.randn(VISIBLE, HIDDEN), torch.zeros(VISIBLE), torch.zeros(HIDDEN)
    optimizer = torch.optim.SGD([weight, visible_bias, hidden_bias], lr=LR, momentum=MOMENTUM)

    @torch.no_grad()
    def step() -> Any:
        positive = probs = torch.sigmoid(data @ weight + hidden_bias)
        for _ in range(k):
            hidden = torch.bernoulli(probs)
            visible = torch.bernoulli(torch.sigmoid(hidden @ weight.T + visible_bias))
            probs = torch.sigmoid(visible @ weight + hidden_bias)
        weight.grad = (visible.T @ probs - data.T @ positive) / BATCH
        visible_bias.grad = (visible - data).mean(0)
        hidden_bias.grad = (probs - positive).mean(0)
        optimizer.step()
        return (data - visible).abs().mean()

    return step


def sklearn_epoch(rows: Any, dtype: str) -> Callable[[], Any]:
    """Return an epoch of scikit-learn."""
    from sklearn.neural_network import BernoulliRBM

    model = BernoulliRBM(HIDDEN, learning_rate=LR, batch_size=BATCH, n_iter=1, random_state=0)
    data = rows.astype(dtype)
    return lambda: model.fit(data)


if __name__ == "__main__":
    show(rbm())
