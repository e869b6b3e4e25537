"""Optimizers: each term of the published updates, state, groups."""

from tests.mutants.mutant import Mutant

KERNELS = "minigen/backend/kernels.py"
OPTIMIZER = "minigen/optim/optimizer.py"
TESTS = "tests/optim/test_optimizer.py::"
SCHEDULER = "minigen/optim/lr_scheduler.py"
SCHEDULES = "tests/optim/test_lr_scheduler.py::"


def update(case):
    """Return the test of 50 steps against the published update."""
    return f"tests/optim/test_updates.py::test_update[whole-{case}]"


MUTANTS = [
    Mutant("no bias correction", KERNELS, "    root = (1 - beta2**step) ** 0.5\n", "    root = 1.0\n", update("adam")),
    Mutant("no bias correction of the mean", KERNELS, "lr * root / (1 - beta1**step)", "lr * root", update("adam")),
    Mutant("steps are counted from 0", "minigen/optim/adam.py", "step=0,", "step=1,", update("adam")),
    Mutant(
        "eps inside the root",
        KERNELS,
        "        xp.sqrt(v, s)\n        xp.add(s, eps * root, s)\n",
        "        xp.sqrt(v + (eps * root) ** 2, s)\n",
        update("adam-decay"),
    ),
    Mutant("eps is not corrected", KERNELS, "xp.add(s, eps * root, s)", "xp.add(s, eps, s)", update("adam-decay")),
    Mutant(
        "the square's decay is the mean's",
        KERNELS,
        "        xp.multiply(v, beta2, v)\n",
        "        xp.multiply(v, beta1, v)\n",
        update("adam"),
    ),
    Mutant(
        "the mean takes the whole gradient",
        KERNELS,
        "add_scaled(m, 1 - beta1, g, s)",
        "add_scaled(m, 1.0, g, s)",
        update("adam"),
    ),
    Mutant(
        "the root of the mean, not of the square",
        KERNELS,
        "        xp.multiply(g, g, s)\n        add_scaled(v, 1 - beta2, s, s)\n",
        "        xp.multiply(m, m, s)\n        add_scaled(v, 1 - beta2, s, s)\n",
        update("adam"),
    ),
    Mutant(
        "amsgrad forgets",
        KERNELS,
        "            xp.maximum(top, v, out=top)\n",
        "            top[...] = v\n",
        update("amsgrad"),
    ),
    Mutant(
        "AdamW's decay is coupled",
        "minigen/optim/adam.py",
        "    decoupled = True\n",
        "    decoupled = False\n",
        update("adamw"),
    ),
    Mutant(
        "AdamW's decay without the learning rate",
        KERNELS,
        "1 - lr * weight_decay, p)",
        "1 - 0.1 * weight_decay, p)",
        update("adamw"),
    ),
    Mutant(
        "Adam's decay is decoupled",
        "minigen/optim/adam.py",
        "    decoupled = False\n",
        "    decoupled = True\n",
        update("adam-decay"),
    ),
    Mutant(
        "the learning rate is multiplied into the momentum",
        KERNELS,
        "            add_scaled(b, 1 - dampening, g, s)\n",
        "            add_scaled(b, (1 - dampening) * lr, g, s)\n            lr = 1.0\n",
        update("momentum"),
    ),
    Mutant(
        "momentum averages",
        KERNELS,
        "            add_scaled(b, 1 - dampening, g, s)\n",
        "            add_scaled(b, 1 - momentum, g, s)\n",
        update("momentum"),
    ),
    Mutant(
        "a scaled sum forgets its factor",
        KERNELS,
        "        x = scratch\n",
        "        scratch = x\n",
        update("momentum"),
    ),
    Mutant(
        "dampening from the first step on",
        "minigen/optim/sgd.py",
        'group["dampening"] if state else 0.0',
        'group["dampening"]',
        update("dampening"),
    ),
    Mutant(
        "nesterov looks back",
        KERNELS,
        "                xp.multiply(b, momentum, s)\n                xp.add(s, g, s)\n",
        "                xp.multiply(b, momentum, s)\n                xp.add(s, b, s)\n",
        update("nesterov"),
    ),
    Mutant(
        "nesterov is plain momentum",
        KERNELS,
        "            if nesterov:\n",
        "            if nesterov and not momentum:\n",
        update("nesterov"),
    ),
    Mutant(
        "no weight decay in SGD",
        "minigen/optim/sgd.py",
        'weight_decay=group["weight_decay"]',
        "weight_decay=0.0",
        update("sgd-decay"),
    ),
    Mutant(
        "RMSprop's eps inside the root",
        KERNELS,
        "            xp.sqrt(v, s)\n        else:",
        "            xp.sqrt(v + eps, s)\n        else:",
        update("rmsprop-decay"),
    ),
    Mutant(
        "RMSprop is not centred",
        KERNELS,
        "            xp.subtract(v, s, s)\n",
        "            xp.add(v, 0.0, s)\n",
        update("centred"),
    ),
    Mutant(
        "RMSprop's momentum decays nothing",
        KERNELS,
        "            xp.multiply(b, momentum, b)\n            xp.add(b, s, b)\n",
        "            xp.add(b, s, b)\n",
        update("centred-momentum"),
    ),
    Mutant(
        "a variance below 0 makes NaN",
        KERNELS,
        "            xp.maximum(s, 0.0, out=s)",
        "            xp.maximum(s, -1.0, out=s)",
        "tests/optim/test_updates.py::test_a_variance_that_rounds_below_zero_counts_as_zero",
    ),
    Mutant(
        "the last block is left out",
        KERNELS,
        "for start in range(0, param.size, length):",
        "for start in range(0, param.size - length, length):",
        "tests/optim/test_updates.py::test_update[blocks-adam]",
    ),
    Mutant(
        "all parameters count their steps together",
        OPTIMIZER,
        "self.state.setdefault(param, {}), group)",
        "self.state.setdefault(param, next(iter(self.state.values()), {})), group)",
        TESTS + "test_steps_are_counted_for_each_parameter",
    ),
    Mutant(
        "a write of the parameter is not counted",
        OPTIMIZER,
        "                param.bump_version()\n",
        "",
        TESTS + "test_a_graph_that_saved_the_parameter_notices[Adam]",
    ),
    Mutant(
        "state in float64",
        OPTIMIZER,
        "zeros(param.shape, param.dtype))\n",
        'zeros(param.shape, "float64"))\n',
        TESTS + "test_state_has_the_dtype_of_the_parameter[float32-Adam]",
    ),
    Mutant(
        "settings are read once",
        OPTIMIZER,
        "self.state.setdefault(param, {}), group)",
        "self.state.setdefault(param, {}), {**group, **self.defaults})",
        TESTS + "test_groups_have_their_own_settings",
    ),
    Mutant(
        "loaded state is shared",
        OPTIMIZER,
        'return wrap(namespace(array).array(array, dtype=param.dtype, order="C"))',
        "return wrap(namespace(array).asarray(array, dtype=param.dtype))",
        TESTS + "test_loaded_state_is_a_copy",
    ),
    Mutant(
        "the step count is not loaded",
        OPTIMIZER,
        "        return copy.deepcopy(value)\n",
        "        return copy.deepcopy(value) * 0\n",
        TESTS + "test_resuming_from_the_state_continues_bit_for_bit[Adam]",
    ),
    Mutant(
        "the settings are not loaded",
        OPTIMIZER,
        "{**old, **copy.deepcopy(new), ",
        "{**copy.deepcopy(new), **old, ",
        TESTS + "test_resuming_from_the_state_continues_bit_for_bit[Adam]",
    ),
    Mutant(
        "zero_grad leaves the gradients",
        OPTIMIZER,
        "if set_to_none or param.grad is None:",
        "if param.grad is None:",
        TESTS + "test_zero_grad",
    ),
    Mutant(
        "a schedule is one step late",
        SCHEDULER,
        "initial * self.factor(self.last_epoch, initial)",
        "initial * self.factor(max(0, self.last_epoch - 1), initial)",
        SCHEDULES + "test_each_rate_follows_from_the_one_before[linear]",
    ),
    Mutant(
        "a schedule starts from the present rate",
        SCHEDULER,
        'initial = group["initial_lr"]',
        'initial = group["lr"]',
        SCHEDULES + "test_each_rate_follows_from_the_one_before[exponential]",
    ),
    Mutant(
        "where the schedule stands is not saved",
        SCHEDULER,
        'return {"last_epoch": self.last_epoch}',
        'return {"last_epoch": 0}',
        SCHEDULES + "test_a_schedule_continues_bit_for_bit",
    ),
    Mutant(
        "the cosine goes on for twice as long",
        SCHEDULER,
        "math.cos(math.pi * t / self.T_max)",
        "math.cos(0.5 * math.pi * t / self.T_max)",
        SCHEDULES + "test_each_rate_follows_from_the_one_before[cosine]",
    ),
]
