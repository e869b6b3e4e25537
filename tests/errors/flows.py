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


ROWS = [
    ("nothing", lambda: Flow(Gaussian(2), []), ValueError, "expected at least one transform, got none"),
    ("no transform", lambda: Composition(mg.nn.ReLU()), TypeError, "expected transforms, got ReLU: derive it from"),
    ("one feature", lambda: AffineCoupling(1), ValueError, "AffineCoupling: expected at least 2 features, one to stay"),
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
    ("no couplings", lambda: mg.models.RealNVP(2, 0), ValueError, "at least one coupling, got couplings=0"),
    ("preset of one", lambda: mg.models.NICE(1), ValueError, "expected at least 2 features"),
    ("base", lambda: Logistic(0), ValueError, "Logistic: expected at least one feature, got data of shape 0"),
    ("levels", lambda: Dequantize(1), ValueError, "levels must be an int of at least 2, got 1"),
    ("levels of a model", lambda: Dequantized(mg.models.RealNVP(2), 1), ValueError, "at least 2 levels, got 1"),
    ("gray", lambda: Dequantize()(mg.ones(2)), TypeError, "expected levels of an integer dtype, got float32"),
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
    ("NaN", lambda: fitted(mg.tensor([[0.0, float("nan")]])), ValueError, "the first batch holds NaN or infinite"),
]
