"""Bad input to distributions."""

import math

import minigen as mg
from minigen.distributions import Bernoulli, Normal, kl_divergence

ROWS = [
    ("scale-none", lambda: Normal(0.0), TypeError, "give either scale or log_scale, got none"),
    ("scale-both", lambda: Normal(0.0, 1.0, log_scale=0.0), TypeError, "got both"),
    ("shapes", lambda: Normal(mg.zeros(2), mg.ones(3)), ValueError, "shapes (2,) and (3,) do not broadcast"),
    ("probs-none", lambda: Bernoulli(), TypeError, "give either probs or logits, got none"),
    (
        "divergence",
        lambda: kl_divergence(Normal(0.0, 1.0), Bernoulli(0.5)),
        NotImplementedError,
        "no closed form is known here for Normal and Bernoulli: average",
    ),
]

# of values, which are looked at on the host only
VALUES = [
    ("scale-zero", lambda: Normal(0.0, 0.0), ValueError, "got 0 (1 of 1 values): give log_scale=…"),
    ("scale-negative", lambda: Normal(mg.zeros(2), mg.tensor([1.0, -2.0])), ValueError, "got -2 (1 of 2 values)"),
    ("scale-nan", lambda: Normal(0.0, math.nan), ValueError, "scale must be positive, got nan"),
    ("loc-nan", lambda: Normal(math.nan, 1.0), ValueError, "loc must be a number"),
    ("log-scale-nan", lambda: Normal(0.0, log_scale=math.nan), ValueError, "log_scale must be a number"),
    ("normal-value", lambda: Normal(0.0, 1.0).log_prob(mg.tensor([math.inf])), ValueError, "values must be finite"),
    ("probs", lambda: Bernoulli(mg.tensor([0.5, 1.5])), ValueError, "probs must lie in [0, 1], got 1.5 (1 of 2"),
    ("logits-nan", lambda: Bernoulli(logits=math.nan), ValueError, "logits must be numbers"),
    ("bernoulli-value", lambda: Bernoulli(0.5).log_prob(mg.tensor([0.5])), ValueError, "must be 0 or 1, got 0.5"),
]
