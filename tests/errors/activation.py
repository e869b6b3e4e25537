"""Bad input to activations."""

import minigen as mg

X = mg.zeros(2, 3)

ROWS = [
    ("relu list", lambda: mg.relu([1.0]), TypeError, "relu: expected a Tensor, got list [1.0]: make one with"),
    ("softplus integers", lambda: mg.softplus(mg.tensor([1])), TypeError, "softplus: expected a floating Tensor"),
    ("logsigmoid integers", lambda: mg.logsigmoid(mg.tensor([1])), TypeError, "convert it with .float()"),
    ("leaky_relu integers", lambda: mg.leaky_relu(mg.tensor([1])), TypeError, "leaky_relu: expected a floating"),
    ("softmax integers", lambda: mg.softmax(mg.tensor([1]), 0), TypeError, "softmax: expected a floating Tensor"),
    ("softmax list", lambda: mg.softmax([1.0], 0), TypeError, "softmax: expected a Tensor, got list"),
    ("softmax dim", lambda: X.softmax(2), IndexError, "softmax: dim 2 is out of range for 2 axes: use -2 to 1"),
    ("softmax two dims", lambda: X.softmax((0, 1)), TypeError, "softmax: dim must be an integer, got (0, 1)"),
    ("log_softmax dim", lambda: mg.tensor(1.0).log_softmax(1), IndexError, "log_softmax: dim 1 is out of range"),
    ("log_softmax dtype", lambda: X.log_softmax(1, dtype="complex64"), TypeError, "unknown dtype 'complex64'"),
    (
        "in place on a leaf",
        lambda: mg.zeros(2, requires_grad=True).relu_(),
        RuntimeError,
        "relu_: a leaf Tensor that requires grad cannot be changed in place",
    ),
    (
        "in place on integers",
        lambda: mg.tensor([1]).sigmoid_(),
        TypeError,
        "sigmoid_: the result is float32 and cannot be stored in place in a Tensor int64[1]",
    ),
]
