"""Bad input to flows, to their fitting and to their scores."""

import minigen as mg
from minigen.autodiff.ops.coupling import affine_coupling
from minigen.data.toy import Draws, Ring
from minigen.data.transforms import Dequantize
from minigen.models.flows import (
    ActNorm,
    AdditiveCoupling,
    AffineCoupling,
    Composition,
    Dequantized,
    Flow,
    Gaussian,
    Logistic,
    Logit,
    Permutation,
    Scaling,
    Transform,
)
from minigen.viz import save_layers


def fitted(batch, model=None):
    flow = mg.models.RealNVP(2, couplings=2, hidden=[4]) if model is None else model
    return mg.learning.MaximumLikelihood(flow, mg.optim.SGD(flow.parameters(), lr=0.1)).step(batch)


def stranger():
    one, other = (mg.models.RealNVP(2, couplings=2, hidden=[4]) for _ in range(2))
    return mg.learning.MaximumLikelihood(one, mg.optim.SGD(other.parameters(), lr=0.1))


class Elementwise(mg.nn.Linear):
    """A density that forgets to sum over its features."""

    def log_prob(self, x):
        return -(self(x) ** 2)


class Logarithm(Transform):
    """Defined where the first feature is positive; NaN elsewhere."""

    def forward(self, x):
        return x, mg.where(x[:, 0] > 0, 0.0, float("nan"))

    def inverse(self, z):
        return z, 0 * z[:, 0]


ROWS = [
    ("nothing", lambda: Flow(Gaussian(2), []), ValueError, "expected at least one transform, got none"),
    ("no transform", lambda: Composition(mg.nn.ReLU()), TypeError, "expected transforms, got ReLU: derive it from"),
    (
        "one transform",
        lambda: Flow(Gaussian(2), Scaling(2)),
        TypeError,
        "transforms in a list, got Scaling: put it in one",
    ),
    ("one feature", lambda: AffineCoupling(1), ValueError, "an int of at least 2, one to stay and one to move, got 1"),
    (
        "no features",
        lambda: ActNorm(0),
        ValueError,
        "ActNorm: features, the length of a vector, must be an int of at leas",
    ),
    ("features", lambda: Scaling(2.0), ValueError, "must be an int of at least 1, got 2.0"),
    ("coupling width", lambda: AdditiveCoupling(4, [0]), ValueError, "positive widths, got (2, 0, 2)"),
    ("bound", lambda: AffineCoupling(4, bound=0.0), ValueError, "bound, the largest log scale, must be above 0"),
    ("zero scale", lambda: Scaling([1.0, 0.0]), ValueError, "factors must be positive and finite, got [1.0, 0.0]"),
    ("negative scale", lambda: Scaling([-1.0]), ValueError, "with 0 nothing is left to invert"),
    ("infinite scale", lambda: Scaling([float("inf")]), ValueError, "must be positive and finite"),
    ("order", lambda: Permutation([0, 2]), ValueError, "must hold each of 0 … d - 1 once, got [0, 2]"),
    ("order twice", lambda: Permutation([1, 1]), ValueError, "Permutation.random(d) draws one"),
    ("no order", lambda: Permutation([]), ValueError, "must hold each of 0 … d - 1 once, got []"),
    ("alpha", lambda: Logit(0.5), ValueError, "alpha must lie in [0, 1/2), got 0.5"),
    (
        "width",
        lambda: Scaling(3)(mg.ones(2, 4)),
        ValueError,
        "Scaling: expected vectors of shape (batch, 3), got (2, 4)",
    ),
    ("other width", lambda: Scaling(3)(mg.ones(2, 4)), ValueError, "got (2, 4): make it for 4 features"),
    ("axes", lambda: AffineCoupling(4)(mg.ones(2, 2, 2)), ValueError, "flatten examples with x.flatten(1)"),
    (
        "permutation width",
        lambda: Permutation([1, 0])(mg.ones(2, 3)),
        ValueError,
        "expected vectors of shape (batch, 2)",
    ),
    ("actnorm width", lambda: ActNorm(2).inverse(mg.ones(2, 3)), ValueError, "expected vectors of shape (batch, 2)"),
    (
        "flow width",
        lambda: mg.models.NICE((2, 3), hidden=[4]).log_prob(mg.ones(5, 6)),
        ValueError,
        "NICE: expected examples of shape (batch, 2, 3), got (5, 6)",
    ),
    (
        "flow encodes",
        lambda: mg.models.NICE(4, hidden=[4]).encode(mg.ones(5, 2, 2)),
        ValueError,
        "NICE: expected examples of shape (batch, 4), got (5, 2, 2)",
    ),
    (
        "other base",
        lambda: mg.models.NICE((2, 3), base=Gaussian(2)),
        ValueError,
        "of examples of shape (2,), expected (2, 3): make it of these, Gaussian((2, 3))",
    ),
    ("no couplings", lambda: mg.models.RealNVP(2, 0), ValueError, "at least one coupling, got couplings=0"),
    ("preset of one", lambda: mg.models.NICE(1), ValueError, "an int of at least 2, one to stay"),
    ("base", lambda: Logistic(0), ValueError, "data_shape must be a positive int or several, the shape of one example"),
    ("base of images", lambda: Gaussian((-2, -2)), ValueError, "got (-2, -2): 3 for vectors, (28, 28) for images"),
    ("base of a half", lambda: Gaussian(2.5), ValueError, "the shape of one example, got 2.5"),
    ("levels", lambda: Dequantize(1), ValueError, "levels must be an int of at least 2, got 1"),
    ("levels of a model", lambda: Dequantized(mg.models.RealNVP(2), 1), ValueError, "at least 2 levels, got 1"),
    ("gray", lambda: Dequantize()(mg.ones(2)), TypeError, "expected levels of an integer dtype, got float32"),
    (
        "gray score",
        lambda: mg.evaluation.dequantized_likelihood(mg.models.NICE(2, hidden=[4]), mg.rand(3, 2), data="gray", rng=0),
        TypeError,
        "expected levels of an integer dtype, got float32: give images as they are stored",
    ),
    ("no state", lambda: Dequantize().load_state_dict(None), ValueError, "it needs the state of its generator"),
    ("no points", lambda: Draws(Ring(), 0, rng=0), ValueError, "an epoch needs at least 1 point, got n=0"),
    ("data width", lambda: fitted(mg.ones(3, 4)), ValueError, "expected examples of shape (batch, 2), got (3, 4)"),
    (
        "log p of features",
        lambda: fitted(mg.ones(3, 2), Elementwise(2, 2)),
        ValueError,
        "one log p for each of 3 examples, got shape (3, 2): sum over the features",
    ),
    ("optimizer", stranger, ValueError, "optimizer updates parameters that are not the model's"),
    (
        "fused shapes",
        lambda: affine_coupling(mg.ones(2, 3), mg.ones(2, 3), 0, bound=1.0),
        ValueError,
        "expected input (batch, d) and net (batch, 2 m)",
    ),
    (
        "fused place",
        lambda: affine_coupling(mg.ones(2, 3), mg.ones(2, 4), 2, bound=1.0),
        ValueError,
        "2 features from 2 on do not lie within 3",
    ),
    (
        "fused bound",
        lambda: affine_coupling(mg.ones(2, 3), mg.ones(2, 2), 2, bound=-1.0),
        ValueError,
        "bound must be above 0 and finite, got -1.0",
    ),
    (
        "columns",
        lambda: save_layers([], Gaussian(2).log_prob, "layers.png", window=(-1.0, 1.0, -1.0, 1.0), columns=1),
        ValueError,
        "needs at least 2 columns",
    ),
]

# of values, which are looked at on the host only
VALUES = [
    (
        "constant feature",
        lambda: ActNorm(2)(mg.tensor([[1.0, 0.0], [1.0, 2.0]])),
        ValueError,
        "ActNorm: feature 0 has standard deviation 0.0 over the first batch of 2 examples",
    ),
    ("one example", lambda: ActNorm(1)(mg.ones(1, 1)), ValueError, "or begin with a larger batch"),
    ("NaN in actnorm", lambda: ActNorm(1)(mg.tensor([[float("nan")], [1.0]])), ValueError, "standard deviation nan"),
    (
        "level beyond",
        lambda: Dequantized(mg.models.NICE(2, hidden=[4]), 4).elbo(mg.tensor([[0, 4]])),
        ValueError,
        "expected levels from 0 to 3, got values from 0 to 4: say how many levels there are, levels=…",
    ),
    ("level below", lambda: Dequantize(4)(mg.tensor([-1, 2])), ValueError, "got values from -1 to 2"),
    (
        "outside",
        lambda: fitted(mg.tensor([[0.5, 0.5], [-0.5, 0.5]]), Flow(Gaussian(2), [Logarithm(), AffineCoupling(2, [4])])),
        ValueError,
        "log p of 1 of the 2 examples of the first batch is NaN or infinite: they lie where the model is not defined",
    ),
    (
        "NaN",
        lambda: fitted(mg.tensor([[0.0, float("nan")]])),
        ValueError,
        "MaximumLikelihood.step: the first batch: expected finite numbers, got nan (1 of 2 values): take them out",
    ),
]
