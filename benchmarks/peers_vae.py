"""A step of a VAE beside PyTorch's: 784-400-20, batch 128, Bernoulli likelihood, Adam, one thread.

The peer is the usual eager program: two linear layers on either side with tanh, the binary cross-entropy from logits,
the divergence in closed form, and Adam's fused kernel.

    PYTHONPATH=. path/to/venv-with-torch/bin/python benchmarks/peers_vae.py
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from alternating import Case, show

import minigen as mg

WIDTHS, BATCH = (784, 400, 20), 128


def vae() -> list[Case]:
    """Return the step and its peer."""
    x = (np.random.default_rng(0).random((BATCH, WIDTHS[0])) < 0.2).astype(np.float32)
    name = f"VAE, {'-'.join(map(str, WIDTHS))}, batch {BATCH}"
    return [Case(name, minigen_step(x), torch_step(x), 1.1)]


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


if __name__ == "__main__":
    show(vae())
