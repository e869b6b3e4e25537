"""Every learning algorithm in tiny form: the tests that hold for all of them are generated from this list.

An entry makes an algorithm and one batch from the default generator, on the default device and of the default dtype.
It is so small that one step under `minigen.testing.exact_expectation` walks through all its random choices.
"""

from collections.abc import Callable
from typing import Any

import minigen as mg


def adversarial() -> tuple[Any, Any]:
    generator = mg.models.Generator(1, 2, hidden=[2], output="linear")
    discriminator = mg.models.Discriminator(2, hidden=[2])
    game = mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters(), lr=0.05),
        mg.optim.SGD(discriminator.parameters(), lr=0.05, momentum=0.5),
        prior=coins(1),
    )
    return game, mg.randn(2, 2)


def contrastive() -> tuple[Any, Any]:
    rbm = mg.models.RBM(2, 1)
    sgd = mg.optim.SGD(rbm.parameters(), lr=0.5, momentum=0.5)
    return mg.learning.ContrastiveDivergence(rbm, sgd), mg.tensor([[1.0, 0.0], [1.0, 1.0]])


def persistent() -> tuple[Any, Any]:
    rbm = mg.models.RBM(2, 1)
    sgd = mg.optim.SGD(rbm.parameters(), lr=0.5, weight_decay=0.01)
    optimizer = mg.optim.Averaged(mg.optim.Scheduled(sgd, mg.optim.linear(20)), 0.5)
    centring = mg.learning.Centring(rbm, rate=0.25)
    pcd = mg.learning.PersistentContrastiveDivergence(rbm, optimizer, 2, centring=centring)
    return pcd, mg.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])


def monitored() -> tuple[Any, Any]:
    cd, batch = contrastive()
    return mg.learning.Monitored(cd, log_z=lambda: mg.inference.exact_log_z(cd.model)), batch


def coins(dims: int) -> Callable[[int, mg.random.Generator], Any]:
    """Noise of fair coins, so that there are finitely many steps."""
    return lambda m, rng: rng.bernoulli(mg.full((m, dims), 0.5))


def elbo(batch: int = 2, **options: Any) -> tuple[Any, Any]:
    encoder, decoder = mg.models.MLPEncoder(2, 1, hidden=[2]), mg.models.MLPDecoder(1, 2, hidden=[2])
    vae = mg.models.VAE(encoder, decoder, 1)
    algorithm = mg.learning.ELBO(vae, mg.optim.Adam(vae.parameters(), lr=0.05), **options)
    return algorithm, mg.bernoulli(mg.full((batch, 2), 0.5))


def elbo_with_terms() -> tuple[Any, Any]:
    return elbo(kl=[mg.learning.FreeBits(0.05), mg.learning.Annealing(4)])


def elbo_score_function() -> tuple[Any, Any]:
    estimator = mg.learning.ScoreFunction(samples=2, divergence="sampled")
    return elbo(1, estimator=estimator, kl=[mg.learning.Annealing(4)])


def maximum_likelihood() -> tuple[Any, Any]:
    flows = mg.models.flows
    dropout = mg.nn.Dropout(0.5)  # noise of the model's own
    coupling = flows.AffineCoupling(2, [2])
    coupling.net.append(dropout)
    flow = mg.models.Flow(flows.Logistic(2), [flows.ActNorm(2), coupling])
    return mg.learning.MaximumLikelihood(flow, mg.optim.Adam(flow.parameters(), lr=0.05)), mg.randn(2, 2)


ALGORITHMS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "adversarial": adversarial,
    "elbo": elbo,
    "elbo-with-terms": elbo_with_terms,
    "elbo-score-function": elbo_score_function,
    "maximum-likelihood": maximum_likelihood,
    "contrastive": contrastive,
    "persistent": persistent,
    "monitored": monitored,
}
