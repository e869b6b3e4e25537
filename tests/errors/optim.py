"""Bad input to optimizers."""

import minigen as mg
from minigen.optim import lr_scheduler


def leaf():
    return mg.ones(2, requires_grad=True)


def wrong_gradient():
    x = leaf()
    x.grad = mg.ones(1)
    mg.optim.SGD([x], lr=0.1).step()


def twice():
    x = leaf()
    mg.optim.Adam([x, x])


def load(state_dict):
    mg.optim.Adam([leaf()]).load_state_dict(state_dict)


def schedule(**options):
    return lr_scheduler.LinearLR(Adam([leaf()]), **options)


Adam, SGD, RMSprop, AdamW = mg.optim.Adam, mg.optim.SGD, mg.optim.RMSprop, mg.optim.AdamW

ROWS = [
    ("empty", lambda: Adam([]), ValueError, "Adam: got no parameters"),
    ("tensor", lambda: SGD(leaf()), TypeError, "pass model.parameters() or a list"),
    ("module", lambda: SGD(mg.nn.Linear(1, 1)), TypeError, "expected an iterable of Tensors or of groups"),
    ("group-alone", lambda: SGD({"params": [leaf()]}), TypeError, "expected an iterable of Tensors or of groups"),
    ("no-tensor", lambda: Adam([leaf(), 3.0]), TypeError, "expected floating Tensors, got float 3.0 at position 1"),
    ("named", lambda: Adam(mg.nn.Linear(1, 1).named_parameters()), TypeError, "got tuple"),
    ("integer", lambda: Adam([mg.arange(3)]), TypeError, "expected floating Tensors, got a Tensor int64[3]"),
    ("computed", lambda: Adam([leaf() * 2.0]), ValueError, "was computed and is no leaf"),
    ("twice", twice, ValueError, "is given twice"),
    ("set", lambda: Adam([{"params": {leaf()}}]), TypeError, "a set of parameters has no order"),
    ("group-without-params", lambda: Adam([{"lr": 0.1}]), TypeError, "expected a group {'params': …}"),
    ("lr", lambda: SGD([leaf()], lr=-0.1), ValueError, "SGD: lr must be a number of at least 0, got -0.1"),
    ("lr-nan", lambda: Adam([leaf()], lr=float("nan")), ValueError, "lr must be a number of at least 0, got nan"),
    ("lr-type", lambda: Adam([leaf()], lr="fast"), TypeError, "lr must be a number of at least 0, got 'fast'"),
    ("lr-of-group", lambda: Adam([{"params": leaf(), "lr": -1}]), ValueError, "lr must be a number of at least 0"),
    ("decay", lambda: AdamW([leaf()], weight_decay=-1.0), ValueError, "AdamW: weight_decay must be"),
    ("momentum", lambda: SGD([leaf()], momentum=-0.5), ValueError, "momentum must be a number of at least 0"),
    ("nesterov", lambda: SGD([leaf()], nesterov=True), ValueError, "nesterov=True needs momentum above 0"),
    ("alpha", lambda: RMSprop([leaf()], alpha=1.0), ValueError, "alpha must be a number from 0 to below 1, got 1.0"),
    ("eps", lambda: RMSprop([leaf()], eps=-1e-8), ValueError, "RMSprop: eps must be a number of at least 0"),
    ("beta", lambda: Adam([leaf()], betas=(0.9, 1.0)), ValueError, "betas[1] must be a number from 0 to below 1"),
    ("betas", lambda: Adam([leaf()], betas=0.9), TypeError, "betas must be a pair of numbers, got 0.9"),
    ("gradient", wrong_gradient, ValueError, "a parameter is a Tensor float32[2] and its grad a Tensor float32[1]"),
    ("load-type", lambda: load([]), TypeError, "expected what state_dict() returns"),
    ("load-keys", lambda: load({"state": {}}), TypeError, "expected what state_dict() returns"),
    ("load-groups", lambda: load({"state": {}, "param_groups": []}), ValueError, "the saved groups hold [] parameters"),
    ("schedule", lambda: lr_scheduler.LinearLR(leaf(), total_iters=3), TypeError, "expected an optimizer, got Tensor"),
    ("schedule-count", lambda: schedule(total_iters=0), ValueError, "total_iters must be a positive int, got 0"),
    ("schedule-factor", lambda: schedule(end_factor=-1.0), ValueError, "factors must not be negative"),
    ("schedule-state", lambda: schedule().load_state_dict({}), ValueError, "expected {'last_epoch': n}, got {}"),
]
