"""A step of a VAE beside PyTorch's: 784-400-20, batch 128, Bernoulli likelihood, Adam, one thread.

The peer is the usual eager program: two linear layers on either side with tanh, the binary cross-entropy from logits,
the divergence in closed form, and Adam's fused kernel. Steps are taken in turn, in both orders; medians are shown.

    PYTHONPATH=. path/to/venv-with-torch/bin/python benchmarks/peers_vae.py
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import minigen as mg

WIDTHS, BATCH, ROUNDS = (784, 400, 20), 128, 300


def minigen_step(x: Any) -> Callable[[], Any]:
    """Return a function that takes one step on the batch `x`."""
    data, hidden, latents = WIDTHS
    encoder = mg.models.MLPEncoder(data, latents, hidden=[hidden])
    decoder = mg.models.MLPDecoder(latents, data, hidden=[hidden])
    vae = mg.models.VAE(encoder, decoder, latents)
    algorithm = mg.learning.ELBO(vae, mg.optim.Adam(vae.parameters(), lr=1e-3), rng=0)
    batch = mg.tensor(x)
    return lambda: algorithm.step(batch)


def torch_step(x: Any) -> Callable[[], Any]:
    """Return a function that takes one step on the batch `x`, in PyTorch."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.manual_seed(0)
    data, hidden, latents = WIDTHS
    encoder = nn.Sequential(nn.Linear(data, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latents))
    decoder = nn.Sequential(nn.Linear(latents, hidden), nn.Tanh(), nn.Linear(hidden, data))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3, fused=True)
    batch = torch.tensor(x)

    def step() -> Any:
        mean, log_variance = encoder(batch).chunk(2, 1)
        z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        reconstruction = functional.binary_cross_entropy_with_logits(decoder(z), batch, reduction="sum") / BATCH
        divergence = 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum() / BATCH
        optimizer.zero_grad()
        (reconstruction + divergence).backward()
        optimizer.step()
        return reconstruction, divergence

    return step


def vae(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median milliseconds of a step of each, and the median of the ratios of neighbouring steps."""
    x = (np.random.default_rng(0).random((BATCH, WIDTHS[0])) < 0.2).astype(np.float32)
    steps = {"minigen": minigen_step(x), "torch": torch_step(x)}
    times: dict[str, list[float]] = {name: [] for name in steps}
    for i in range(rounds + 10):
        for name in sorted(steps, reverse=bool(i % 2)):
            start = time.perf_counter()
            steps[name]()
            if i >= 10:
                times[name].append(time.perf_counter() - start)
    ratios = [a / b for a, b in zip(times["minigen"], times["torch"], strict=True)]
    medians = {f"{name} ms": 1e3 * statistics.median(taken) for name, taken in times.items()}
    return {**medians, "ratio": statistics.median(ratios)}


if __name__ == "__main__":
    print("VAE step, 784-400-20, batch 128, one thread:")
    for name, value in vae().items():
        print(f"  {name:12}{value:8.3f}")
