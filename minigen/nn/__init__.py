"""Neural networks: modules, layers, losses.

Reading order: `parameter`, `module` (the tree of parameters), `containers`, `linear`, `activation`, `dropout`,
`flatten`, `loss`; `functional` (what they compute), `init` (where parameters start), `utils` (clipping gradients),
`offers` (the error of what is given a model that lacks something).
"""

from minigen.nn import functional, init, utils
from minigen.nn.activation import (
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
)
from minigen.nn.containers import ModuleDict, ModuleList, Sequential
from minigen.nn.dropout import Dropout
from minigen.nn.flatten import Flatten, Unflatten
from minigen.nn.linear import Identity, Linear
from minigen.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from minigen.nn.module import Module
from minigen.nn.parameter import Parameter

__all__ = [
    "Parameter",
    "Module",
    "Sequential",
    "ModuleList",
    "ModuleDict",
    "Linear",
    "Identity",
    "ReLU",
    "LeakyReLU",
    "Sigmoid",
    "Tanh",
    "Softplus",
    "LogSigmoid",
    "Softmax",
    "LogSoftmax",
    "Dropout",
    "Flatten",
    "Unflatten",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "functional",
    "init",
    "utils",
]
