"""Training steps in PyTorch, of the models that the recipes train, for `benchmarks/gpu.py`.

Each is the program that PyTorch's users write: fresh noise on the device, gradients by autograd, Adam's fused kernel.
With ``compiled`` the costs go through torch.compile. Functions return the parameters, to be counted, and the step.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

Peer = tuple[list[Any], Callable[[], Any]]


def mlp(widths: list[int], activation: Callable[[], Any], last: Any = None) -> Any:
    """Return linear layers with an activation between them."""
    from torch import nn

    layers: list[Any] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), activation()]
    return nn.Sequential(*layers[:-1], *([] if last is None else [last]))


def descend(optimizer: Any, parameters: list[Any], cost: Any) -> None:
    """Take one step down `cost`; only the gradients of `parameters` are computed."""
    import torch

    for parameter, gradient in zip(parameters, torch.autograd.grad(cost, parameters), strict=True):
        parameter.grad = gradient
    optimizer.step()


def gan(generator: Any, discriminator: Any, x: Any, latent: int, lr: float, wrap: Any) -> Peer:
    """Return an iteration of Algorithm 1 of Goodfellow et al. with the non-saturating cost."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    m, device = len(x), x.device
    theta_g, theta_d = list(generator.parameters()), list(discriminator.parameters())
    opt_g, opt_d = (torch.optim.Adam(theta, lr=lr, fused=True) for theta in (theta_g, theta_d))
    one, zero = torch.ones(m, 1, device=device), torch.zeros(m, 1, device=device)

    def cost_d(z: Any) -> Any:
        with torch.no_grad():
            fake = generator(z)
        on_real, on_fake = discriminator(x), discriminator(fake)
        cost = 0.5 * cross_entropy(on_real, one) + 0.5 * cross_entropy(on_fake, zero)
        return cost, on_real.detach().sigmoid().mean(), on_fake.detach().sigmoid().mean()

    def cost_g(z: Any) -> Any:
        return 0.5 * cross_entropy(discriminator(generator(z)), one)

    first, second = wrap(cost_d), wrap(cost_g)

    def step() -> Any:
        cost, on_real, on_fake = first(torch.randn(m, latent, device=device))
        descend(opt_d, theta_d, cost)
        other = second(torch.randn(m, latent, device=device))
        descend(opt_g, theta_g, other)
        return cost.detach(), other.detach(), on_real, on_fake

    return [*theta_g, *theta_d], step


def gan_digits(x: Any, settings: Mapping[str, Any], wrap: Any) -> Peer:
    """Return the peer of the recipe gan-digits."""
    from torch import nn

    x, latent = x.flatten(1), settings["latent"]
    generator = mlp([latent, *settings["generator"], x.shape[1]], nn.ReLU, nn.Tanh()).to(x.device)
    discriminator = mlp([x.shape[1], *settings["discriminator"], 1], lambda: nn.LeakyReLU(0.2)).to(x.device)
    return gan(generator, discriminator, x, latent, settings["lr"], wrap)


def gan_mnist(x: Any, settings: Mapping[str, Any], wrap: Any) -> Peer:
    """Return the peer of the recipe gan-mnist."""
    from torch import nn

    x, latent, hidden = x.flatten(1), settings["latent"], settings["hidden"]
    generator = mlp([latent, hidden, x.shape[1]], nn.ReLU, nn.Tanh()).to(x.device)
    discriminator = mlp([x.shape[1], hidden, 1], nn.ReLU).to(x.device)
    return gan(generator, discriminator, x, latent, settings["lr"], wrap)


def vae(x: Any, settings: Mapping[str, Any], wrap: Any) -> Peer:
    """Return the peer of the recipes vae-digits and vae-mnist."""
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    x, latent, hidden = x.flatten(1), settings["latent"], list(settings["hidden"])
    encoder = mlp([x.shape[1], *hidden, 2 * latent], nn.Tanh).to(x.device)
    decoder = mlp([latent, *hidden, x.shape[1]], nn.Tanh).to(x.device)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=settings["lr"], fused=True)

    def bound(noise: Any) -> Any:
        mean, log_variance = encoder(x).chunk(2, 1)
        z = mean + (0.5 * log_variance).exp() * noise
        reconstruction = cross_entropy(decoder(z), x, reduction="none").sum(1).mean()
        divergence = 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum(1).mean()
        return reconstruction + divergence, reconstruction.detach(), divergence.detach()

    cost = wrap(bound)

    def step() -> Any:
        total, reconstruction, divergence = cost(torch.randn(len(x), latent, device=x.device))
        descend(optimizer, parameters, total)
        return total.detach(), reconstruction, divergence

    return parameters, step


def realnvp(x: Any, settings: Mapping[str, Any], wrap: Any) -> Peer:
    """Return the peer of the recipes realnvp-moons and realnvp-ring."""
    import torch
    from torch import nn

    features, hidden = x.shape[1], list(settings["hidden"])
    cut = (features + 1) // 2
    sizes = [(features - cut, cut) if i % 2 else (cut, features - cut) for i in range(settings["couplings"])]
    nets = nn.ModuleList([mlp([kept, *hidden, 2 * moved], nn.ReLU) for kept, moved in sizes]).to(x.device)
    parameters = list(nets.parameters())
    optimizer = torch.optim.Adam(parameters, lr=settings["lr"], fused=True)
    order = torch.tensor([*range(0, features, 2), *range(1, features, 2)], device=x.device)

    def negative_log_likelihood(data: Any) -> Any:
        y, total = data[:, order], 0.0
        for i, net in enumerate(nets):
            first, last = y[:, :cut], y[:, cut:]
            kept, moved = (last, first) if i % 2 else (first, last)
            raw, shift = net(kept).chunk(2, 1)
            scale = 2.0 * torch.tanh(raw / 2.0)
            moved = moved * torch.exp(scale) + shift
            y = torch.cat([moved, kept] if i % 2 else [kept, moved], 1)
            total = total + scale.sum(1)
        return -(total - 0.5 * y.square().sum(1) - 0.5 * features * math.log(2 * math.pi)).mean()

    cost = wrap(negative_log_likelihood)

    def step() -> Any:
        nll = cost(x)
        descend(optimizer, parameters, nll)
        return nll.detach()

    return parameters, step


def rbm_mnist(x: Any, settings: Mapping[str, Any], wrap: Any) -> Peer:
    """Return the peer of the recipe rbm-mnist: persistent chains, the centred gradient, an average of the weights."""
    import torch

    x, hidden, rate, decay = x.flatten(1), settings["hidden"], settings["centring"], settings["average"]
    weight = 0.01 * torch.randn(x.shape[1], hidden, device=x.device)
    visible_bias, hidden_bias = (torch.zeros(n, device=x.device) for n in weight.shape)
    parameters = [weight, visible_bias, hidden_bias]
    averages = [parameter.clone() for parameter in parameters]
    optimizer = torch.optim.SGD(parameters, lr=settings["lr"], weight_decay=settings["weight_decay"])
    chains = torch.bernoulli(torch.full((settings["chains"], hidden), 0.5, device=x.device))
    centre, hidden_centre = x.mean(0), torch.full((hidden,), 0.5, device=x.device)

    def phases(h: Any) -> Any:
        positive = torch.sigmoid(x @ weight + hidden_bias)
        for _ in range(settings["k"]):
            v = torch.bernoulli(torch.sigmoid(h @ weight.T + visible_bias))
            negative = torch.sigmoid(v @ weight + hidden_bias)
            h = torch.bernoulli(negative)
        centre.lerp_(x.mean(0), rate)
        hidden_centre.lerp_(positive.mean(0), rate)
        up = (x - centre).T @ (positive - hidden_centre) / len(x)
        down = (v - centre).T @ (negative - hidden_centre) / len(v) - up
        visible, units = v.mean(0) - x.mean(0), negative.mean(0) - positive.mean(0)
        gap, hidden_gap = visible.abs().mean(), units.abs().mean()
        return h, down, visible - down @ hidden_centre, units - centre @ down, gap, hidden_gap

    made = wrap(phases)

    @torch.no_grad()
    def step() -> Any:
        nonlocal chains
        chains, weight.grad, visible_bias.grad, hidden_bias.grad, gap, hidden_gap = made(chains)
        optimizer.step()
        torch._foreach_lerp_(averages, parameters, 1 - decay)
        return gap, hidden_gap

    return parameters, step


PEERS: dict[str, Callable[..., Peer]] = {
    "gan-digits": gan_digits,
    "gan-mnist": gan_mnist,
    "vae-digits": vae,
    "vae-mnist": vae,
    "realnvp-moons": realnvp,
    "rbm-mnist": rbm_mnist,
}
"""By recipe; the recipes measured are those named here, and those of families that are not."""
