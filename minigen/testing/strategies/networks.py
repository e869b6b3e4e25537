"""Small networks: linear layers with smooth activations, every parameter random."""

from itertools import pairwise

from hypothesis import strategies as st

from minigen import nn
from minigen.autodiff import Tensor, no_grad, wrap
from minigen.backend import asarray_on
from minigen.random import Generator
from minigen.testing.strategies.arrays import SEEDS, any_array
from minigen.testing.strategies.shapes import sampled

ACTIVATIONS = (nn.Tanh, nn.Sigmoid, nn.Softplus)
WIDTHS = ((3, 2), (2, 4, 1), (1, 3, 3, 2), (4, 1))


@st.composite
def networks(draw: st.DrawFn, dtype: str = "float64") -> tuple[nn.Sequential, Tensor]:
    """Draw a network and a batch for it (of 0, 1 or more rows); no parameter is 0.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    dtype : data-type, default: float64
        Of parameters and batch.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(networks())
    ... def check(drawn):
    ...     network, batch = drawn
    ...     network(batch).sum().backward()
    ...     assert all(p.grad is not None for p in network.parameters())
    >>> check()
    """
    widths = draw(st.sampled_from(WIDTHS))
    layers: list[nn.Module] = []
    for inward, outward in pairwise(widths):
        layers += [nn.Linear(inward, outward, bias=draw(st.booleans())), draw(st.sampled_from(ACTIVATIONS))()]
    network = nn.Sequential(*layers[: len(layers) - draw(st.integers(0, 1))]).to(dtype)
    rng = Generator(draw(SEEDS))
    with no_grad():
        for p in network.parameters():
            size = rng.uniform(p.shape, 0.2, 1.0, dtype=dtype)
            sign = rng.bernoulli(wrap(size.array * 0 + 0.5)) * 2 - 1
            p.copy_(size * sign)
    batch = any_array(draw, (draw(sampled((2, 1, 3, 0))), widths[0]), dtype=dtype)
    return network, wrap(asarray_on(None, batch))
