"""Derivatives of activations; softmax and its logarithm along every axis."""

import minigen as mg
from minigen.autodiff import rows, wrap
from tests.autodiff.checks import Case, unary


def along(function):
    """Apply `function` along the first, the last and a middle axis, and weigh it by its argument."""
    return lambda x: (
        function(x, dim=0) * x,
        function(x, dim=-1) * x,
        function(x, dim=x.ndim // 2 if x.ndim > 1 else 0),
    )


CASES = [
    Case("tanh", mg.tanh, unary(-3, 3), ("tanh",)),
    Case("sigmoid", mg.sigmoid, unary(-6, 6), ("sigmoid",)),
    Case("logsigmoid", mg.logsigmoid, unary(-6, 6, away=(0,)), ("logsigmoid",)),
    Case("softplus", mg.softplus, unary(-6, 6, away=(0,)), ("softplus",)),
    Case("softplus beta", lambda x: mg.softplus(x, 2.5, 1.0), unary(-3, 3, away=(0, 0.4)), ("softplus",)),
    Case("relu", lambda x: mg.relu(x) * x, unary(away=(0,)), ("relu", "keep")),
    Case("leaky_relu", lambda x: mg.leaky_relu(x) * x, unary(away=(0,)), ("leaky_relu", "keep")),
    Case("leaky_relu steep", lambda x: mg.leaky_relu(x, 3.0) * x, unary(away=(0,))),
    Case("leaky_relu falling", lambda x: mg.leaky_relu(x, -0.5) * x, unary(away=(0,))),
    Case("keep", lambda x: rows["keep"](x, wrap(x.array > 0)) * x, unary(away=(0,)), ("keep",)),
    Case("softmax", along(mg.softmax), unary(-3, 3), ("softmax", "sum_to")),
    Case("log_softmax", along(mg.log_softmax), unary(-3, 3), ("log_softmax", "sum_to")),
]
