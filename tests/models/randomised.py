"""Models whose every parameter is random: zeros and identities prove nothing."""

from minigen.random import Generator


def randomise(model, seed=0, scale=0.8):
    """Give every parameter draws of N(0, scale²); return the model."""
    rng = Generator(seed, host_noise=True)  # the same on every device
    for parameter in model.parameters():
        parameter.data.copy_(scale * rng.normal(parameter.shape, dtype=parameter.dtype))
    return model
