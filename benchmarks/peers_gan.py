"""A step of a GAN beside PyTorch: 64-256-784 against 784-256-1, batch 128, non-saturating cost, Adam.

    PYTHONPATH=. path/to/venv-with-torch/bin/python benchmarks/peers_gan.py

PyTorch's side is the same iteration of Algorithm 1 as its users write it, with fresh noise for either player and
gradients of that player's parameters only, eager, with Adam(fused=True).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from alternating import Case, show

import minigen as mg

LATENT, HIDDEN, BATCH, LR = 64, 256, 128, 3e-4


def gan() -> list[Case]:
    """Return the step and its peer."""
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH, 28, 28)).astype(np.float32)
    return [Case(f"GAN, 784-{HIDDEN}, batch {BATCH}", minigen_step(images), torch_step(images), 1.1)]


def minigen_step(images: Any) -> Callable[[], Any]:
    """Return one iteration of minigen."""
    nn = mg.nn
    generator = mg.models.Generator(LATENT, (28, 28), [HIDDEN])
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
    opt_g, opt_d = (mg.optim.Adam(net.parameters(), lr=LR) for net in (generator, discriminator))
    game = mg.learning.Adversarial(generator, discriminator, opt_g, opt_d, prior=LATENT, rng=0)
    batch = mg.tensor(images)
    return lambda: game.step(batch)


def torch_step(images: Any) -> Callable[[], Any]:
    """Return one iteration of PyTorch."""
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    torch.set_num_threads(1)
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 784), nn.Tanh())
    discriminator = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
    opt_g, opt_d = (torch.optim.Adam(net.parameters(), lr=LR, fused=True) for net in (generator, discriminator))
    batch, one, zero = torch.tensor(images), torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def descend(net: Any, optimizer: Any, cost: Any) -> None:
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(cost, parameters), strict=True):
            parameter.grad = gradient
        optimizer.step()

    def step() -> Any:
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, LATENT))
        on_real, on_fake = discriminator(batch.flatten(1)), discriminator(fake)
        cost_d = 0.5 * cross_entropy(on_real, one) + 0.5 * cross_entropy(on_fake, zero)
        descend(discriminator, opt_d, cost_d)
        cost_g = 0.5 * cross_entropy(discriminator(generator(torch.randn(BATCH, LATENT))), one)
        descend(generator, opt_g, cost_g)
        with torch.no_grad():
            return cost_d.detach(), cost_g.detach(), on_real.sigmoid().mean(), on_fake.sigmoid().mean()

    return step


if __name__ == "__main__":
    show(gan())
