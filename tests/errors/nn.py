"""Bad input to modules, layers, initial values and clipping."""

import minigen as mg
from minigen import nn
from minigen.nn import functional, init, utils
from tests.host import host


class Forgetful(nn.Module):
    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


def assign(module, name, value):
    setattr(module, name, value)


def linear():
    return nn.Linear(2, 3)


ROWS = [
    ("no-super-parameter", lambda: Forgetful(w=nn.Parameter(mg.ones(1))), AttributeError, "call super().__init__()"),
    ("no-super-module", lambda: Forgetful(net=linear()), AttributeError, "before assigning 'net' in Forgetful"),
    ("no-super-later", lambda: list(Forgetful().parameters()), AttributeError, "call super().__init__() first"),
    ("typo", lambda: linear().wieght, AttributeError, "'Linear' object has no attribute 'wieght'"),
    ("no-forward", lambda: nn.ModuleList()(mg.ones(1)), AttributeError, "ModuleList cannot be called"),
    ("tensor-for-parameter", lambda: assign(linear(), "weight", mg.ones(3, 2)), TypeError, "'weight' is a Parameter"),
    ("number-for-module", lambda: assign(nn.Sequential(linear()), "0", 3), TypeError, "'0' is a Module"),
    ("list-for-buffer", lambda: assign(nn.BCELoss(mg.ones(1)), "weight", [1.0]), TypeError, "'weight' is a Tensor"),
    ("register-tensor", lambda: nn.Module().register_parameter("w", mg.ones(1)), TypeError, "must be a Parameter"),
    ("register-array", lambda: nn.Module().register_buffer("b", host(mg.ones(1))), TypeError, "must be a Tensor"),
    ("register-dot", lambda: nn.Module().add_module("a.b", linear()), KeyError, "has no dot"),
    ("register-empty", lambda: nn.Module().add_module("", linear()), KeyError, "is not empty"),
    ("register-taken", lambda: nn.Module().register_buffer("train", mg.ones(1)), KeyError, "another attribute 'train'"),
    ("register-number", lambda: nn.Module().add_module(3, linear()), TypeError, "a name is a str, got 3"),
    ("parameter-array", lambda: nn.Parameter([1.0]), TypeError, "Parameter: expected a Tensor, got list"),
    ("parameter-integer", lambda: nn.Parameter(mg.arange(3)), TypeError, "only floating Tensors can require grad"),
    ("train", lambda: linear().train("yes"), ValueError, "mode must be True or False, got 'yes'"),
    ("to-integer", lambda: linear().to(mg.int64), TypeError, "a module takes floating dtypes, got int64"),
    ("to-unknown", lambda: linear().to("floaty"), TypeError, "unknown dtype 'floaty'"),
    ("to-no-device", lambda: linear().to("cuda:99"), mg.DeviceError, "device 'cuda:99'"),
    ("load-type", lambda: linear().load_state_dict([]), TypeError, "expected a mapping, got list"),
    ("load-missing", lambda: linear().load_state_dict({}), RuntimeError, "missing: weight, bias"),
    ("sequential-list", lambda: nn.Sequential([linear()]), TypeError, "unpack a list with a star"),
    ("list-of-function", lambda: nn.ModuleList([abs]), TypeError, "must be a Module"),
    ("linear-negative", lambda: nn.Linear(-1, 2), ValueError, "a shape has no negative length"),
    ("linear-float", lambda: nn.Linear(2.5, 2), TypeError, "a shape is made of integers, got 2.5"),
    ("dropout-p", lambda: nn.Dropout(1.5), ValueError, "lies in [0, 1], got 1.5"),
    ("dropout-integer", lambda: nn.Dropout()(mg.arange(3)), TypeError, "dropout: expected a floating Tensor"),
    ("unflatten", lambda: nn.Unflatten(2, (1, 1))(mg.ones(2)), IndexError, "dim 2 is out of range for shape (2,)"),
    ("reduction", lambda: nn.MSELoss(reduction="avg"), ValueError, "one of mean, sum, none, got 'avg'"),
    ("one-hot-float", lambda: functional.one_hot(mg.ones(2)), TypeError, "one_hot: expected a Tensor of integers"),
    ("one-hot-empty", lambda: functional.one_hot(mg.arange(0)), ValueError, "give num_classes"),
    ("init-array", lambda: init.zeros_(host(mg.ones(1))), TypeError, "zeros_: expected a Tensor"),
    ("init-axes", lambda: init.xavier_normal_(mg.ones(3)), ValueError, "expected the weights (out, in, …) of a layer"),
    ("init-eye", lambda: init.eye_(mg.ones(3)), ValueError, "eye_: expected two axes, got shape (3,)"),
    ("init-orthogonal", lambda: init.orthogonal_(mg.ones(3)), ValueError, "expected at least two axes"),
    ("init-std", lambda: init.normal_(mg.ones(3), std=-1.0), ValueError, "std must not be negative, got -1.0"),
    ("init-mode", lambda: init.kaiming_normal_(mg.ones(3, 2), mode="fan"), ValueError, "must be 'fan_in' or 'fan_out'"),
    ("init-gain", lambda: init.calculate_gain("swish"), ValueError, "unknown nonlinearity 'swish'"),
    ("clip-norm", lambda: utils.clip_grad_norm_(mg.ones(1), -1.0), ValueError, "expected max_norm >= 0"),
    ("clip-type", lambda: utils.clip_grad_norm_(mg.ones(1), 1.0, 0.0), ValueError, "norm_type=0.0"),
    ("clip-list", lambda: utils.clip_grad_norm_([3.0], 1.0), TypeError, "expected Tensors, got float 3.0"),
    ("clip-value", lambda: utils.clip_grad_value_(mg.ones(1), -1.0), ValueError, "must not be negative, got -1.0"),
    (
        "vector-length",
        lambda: utils.vector_to_parameters(mg.ones(4), [mg.ones(3)]),
        ValueError,
        "expected a vector of shape (3,), got shape (4,)",
    ),
]

# of values, which are looked at on the host only
VALUES = [
    ("one-hot-range", lambda: functional.one_hot(mg.tensor([0, 3]), 3), IndexError, "out of range for 3 classes"),
    ("one-hot-negative", lambda: functional.one_hot(mg.tensor([-1]), 3), IndexError, "indices from -1 to -1"),
]
