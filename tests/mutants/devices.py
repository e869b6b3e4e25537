"""Devices: the default one, moves, and draws on a GPU."""

from tests.mutants.mutant import Mutant

DEVICES, MOVING, PINNED = "minigen/backend/devices.py", "minigen/backend/moving.py", "minigen/backend/pinned.py"
PHILOX, NOISE, SOURCE = "minigen/backend/philox.py", "minigen/backend/noise.py", "minigen/backend/philox.cu"
CUDA, GPU, STREAM = "minigen/backend/noise_cuda.py", "minigen/random/on_device.py", "minigen/random/stream.py"
CONVERSION = "minigen/autodiff/ops/conversion.py"
BATCHES, WAITING = "tests/data/test_loader_device.py::", "tests/training/test_no_waiting.py::"
DEFAULT, MOVES = "tests/backend/test_default_device.py::", "tests/backend/test_moving.py::"
WORDS, LAWS, STATE = (
    "tests/backend/test_philox.py::",
    "tests/random/test_device_laws.py::",
    "tests/random/test_device_state.py::",
)

MUTANTS = [
    # ------------------------------------------------------------------------------------ the default device
    Mutant(
        "a choice goes before a block",
        DEVICES,
        "return _chosen.blocks[-1] if _chosen.blocks else _chosen.device",
        "return _chosen.device or (_chosen.blocks[-1] if _chosen.blocks else None)",
        DEFAULT + "test_blocks_go_before_the_choice_and_end_with_it",
    ),
    Mutant(
        "the default device is that of all threads",
        DEVICES,
        "class _Chosen(threading.local):",
        "class _Chosen:",
        DEFAULT + "test_a_choice_holds_for_its_thread_only",
    ),
    Mutant(
        "a Tensor on the cpu is printed without its device",
        "minigen/autodiff/printing.py",
        "if device_of(tensor.array) != get_default_device():",
        'if device_of(tensor.array) != "cpu":',
        DEFAULT + "test_what_is_printed_names_the_device_where_it_is_not_the_default",
    ),
    Mutant(
        "the order of a loader is drawn on the default device",
        "minigen/data/loader.py",
        'Epoch(rng.state_dict(), rng.permutation(len(self.dataset), device="cpu").array)',
        "Epoch(rng.state_dict(), rng.permutation(len(self.dataset)).array)",
        DEFAULT + "test_orders_of_a_loader_stay_on_the_host",
    ),
    Mutant(
        "to forgets copy",
        CONVERSION,
        "return _clone(result) if copy and result is self else result",
        "return result",
        DEFAULT + "test_where_to_may_be_said_in_pytorchs_ways",
    ),
    Mutant(
        "numbers as parameters of a law stay on the host",
        "minigen/random/arguments.py",
        "if self._is_array or isinstance(value, Tensor) else get_default_device()",
        "",
        MOVES + "test_everything_is_made_on_the_default_device",
    ),
    # ------------------------------------------------------------------------------------------------- moves
    Mutant(
        "the gradient stays where the copy was",
        CONVERSION,
        "x=lambda g, device, origin: _move(g, device=origin, origin=device, non_blocking=False),",
        "x=lambda g: g,",
        MOVES + "test_gradients_come_back_to_where_a_tensor_lives",
    ),
    Mutant(
        "pinned memory is sent while it may be written to",
        PINNED,
        "array = cupy.asarray(host, blocking=not non_blocking)",
        "array = cupy.asarray(host)",
        MOVES + "test_who_waits",
    ),
    Mutant(
        "a download that need not be waited for is",
        MOVING,
        "return pinned.download(namespace(array), array) if non_blocking else to_host(array)",
        "return to_host(array)",
        MOVES + "test_who_waits",
    ),
    Mutant(
        "memory is let go while it is copied to",
        PINNED,
        "        array.get(out=host, blocking=False)\n        keep(cupy, host)\n",
        "        array.get(out=host, blocking=False)\n",
        MOVES + "test_memory_is_kept_until_its_copy_has_ended",
    ),
    Mutant(
        "memory is let go while it is copied from",
        PINNED,
        "    if non_blocking:\n        keep(cupy, host)\n",
        "",
        MOVES + "test_memory_is_kept_until_its_copy_has_ended",
    ),
    Mutant(
        "memory is kept for ever",
        PINNED,
        "while copies and copies[0][0].done:",
        "while copies and not copies[0][0].done and False:",
        MOVES + "test_memory_is_kept_until_its_copy_has_ended",
    ),
    Mutant(
        "a module leaves its gradients behind",
        "minigen/nn/parameter.py",
        "        move(tensor.grad, device, dtype, non_blocking)\n",
        "        move(tensor.grad, None, dtype, non_blocking)\n",
        MOVES + "test_a_module_moves_with_its_gradients_and_keeps_its_identity",
    ),
    # --------------------------------------------------------------------------------- batches on their way
    Mutant(
        "a batch that is drawn is read ahead of its time",
        "minigen/data/loader.py",
        "ahead=self.collate_fn is None and is_constant(self.dataset)",
        "ahead=self.collate_fn is None",
        BATCHES + "test_batches_are_the_same_on_every_device_and_draws_between_them_too[False-drawing]",
    ),
    Mutant(
        "a subclass that draws is taken for constant",
        "minigen/data/reading.py",
        '"is_constant", ("__getitem__", "batch")',
        '"is_constant", ("batch",)',
        BATCHES + "test_what_may_be_read_ahead",
    ),
    Mutant(
        "nothing is sent ahead",
        "minigen/data/sending.py",
        "if len(waiting) > ahead:",
        "if len(waiting) > 0:",
        BATCHES + "test_batches_are_sent_ahead_and_nobody_waits[tensors]",
    ),
    Mutant(
        "batches are sent the short way, for which the program waits",
        PINNED,
        "return upload(self._cupy, pinned_copy(host), True)",
        "return upload(self._cupy, pinned_copy(host), False)",
        BATCHES + "test_batches_are_sent_ahead_and_nobody_waits[tensor]",
    ),
    Mutant(
        "the last batch is lost on its way",
        "minigen/data/sending.py",
        "    for copy, event in waiting:\n        yield side.arrived(copy, event)\n",
        "",
        BATCHES + "test_batches_are_the_same_on_every_device_and_draws_between_them_too[True-tensors]",
    ),
    Mutant(
        "batches are not pinned",
        "minigen/data/sending.py",
        "lambda x: x.pin_memory() if type(x.array) is numpy.ndarray else x",
        "lambda x: x",
        BATCHES + "test_batches_are_the_same_on_every_device_and_draws_between_them_too[True-images]",
    ),
    # ----------------------------------------------------------------------------- steps that wait for a GPU
    Mutant(
        "clipping reads the norm",
        "minigen/nn/utils.py",
        "factor = xp.minimum(max_norm / (total + 1e-6), 1.0)",
        "factor = min(max_norm / (float(total) + 1e-6), 1.0)",
        WAITING + "test_optimizers_and_clipping[Adam]",
    ),
    Mutant(
        "Adam looks whether there is a gradient",
        "minigen/backend/kernels.py",
        "    root = (1 - beta2**step) ** 0.5\n",
        "    root = (1 - beta2**step) ** 0.5 if grad.any() else 1.0\n",
        WAITING + "test_optimizers_and_clipping[Adam]",
    ),
    Mutant(
        "an optimizer's buffers are made on the host",
        "minigen/optim/optimizer.py",
        "return wrap(namespace(param).zeros(param.shape, param.dtype))",
        'return wrap(namespace(param).asarray(0 * to_device(param, "cpu")))',
        "tests/learning/test_on_a_gpu.py::test_no_step_waits_uploads_or_widens[elbo]",
    ),
    Mutant(
        "metrics are floats at once",
        "minigen/learning/metrics.py",
        "self._values = {name: value.detach() for name, value in values.items()}",
        "self._values = {name: value.detach() for name, value in values.items() if float(value) == float(value)}",
        "tests/learning/test_on_a_gpu.py::test_no_step_waits_uploads_or_widens[adversarial]",
    ),
    Mutant(
        "dropout's mask is drawn on the host",
        "minigen/nn/functional.py",
        'where = "cpu" if rng.host_noise else input.device',
        'where = "cpu"',
        WAITING + "test_optimizers_and_clipping[SGD]",
    ),
    # ------------------------------------------------------------------------------------- words and numbers
    Mutant(
        "nine rounds",
        PHILOX,
        "ROUNDS = 10",
        "ROUNDS = 9",
        WORDS
        + "test_published_answers["
        + "00000000 " * 3
        + "00000000-00000000 00000000-6627e8d5 e169c58d bc57ac4c 9b00dbd8]",
    ),
    Mutant(
        "the counter does not carry",
        PHILOX,
        "c0, c1 = number & MASK, number >> 32",
        "c0, c1 = number & MASK, number >> 64",
        WORDS + "test_every_word_of_key_and_counter_counts",
    ),
    Mutant(
        "uniform draws leave their interval",
        NOISE,
        '(pair >> 11).astype("float64") * 2.0**-53',
        '(pair >> 10).astype("float64") * 2.0**-53',
        WORDS + "test_words_as_numbers_keep_within_their_interval",
    ),
    Mutant(
        "a draw in (0, 1) can be 1",
        NOISE,
        '((pair >> 12).astype("float64") + 0.5) * 2.0**-52',
        '((pair >> 11).astype("float64") + 0.5) * 2.0**-53',
        WORDS + "test_words_as_numbers_keep_within_their_interval",
    ),
    Mutant(
        "the carry of a product is lost",
        NOISE,
        "(product + _high(rest, count) < product)",
        "(product + 0 * _high(rest, count) < product)",
        WORDS + "test_integers_are_the_whole_part_of_a_fraction_of_128_bits",
    ),
    # -------------------------------------------------------------------------------------------------- laws
    Mutant(
        "both normals of a pair are the same",
        NOISE,
        "return r * xp.cos(turn), r * xp.sin(turn)",
        "return r * xp.cos(turn), r * xp.cos(turn)",
        LAWS + "test_normal_moments[float64]",
    ),
    Mutant(
        "a coin's log odds are turned round",
        NOISE,
        "p = xp.where(p < 0.0, e, 1.0) / (1.0 + e)",
        "p = xp.where(p > 0.0, e, 1.0) / (1.0 + e)",
        LAWS + "test_bernoulli_means",
    ),
    Mutant(
        "a coin of probability 0 can come up on a GPU",
        NOISE,
        "return _closed(_pairs(xp, key, first, p.shape)) < p",
        "return _closed(_pairs(xp, key, first, p.shape) >> 60) <= p",
        LAWS + "test_bernoulli_is_exact_where_the_outcome_is_certain",
    ),
    Mutant(
        "the last to arrive wins",
        NOISE,
        "return (weights / times).argmax(-1)",
        "return (weights * times).argmax(-1)",
        LAWS + "test_categorical_frequencies[-1]",
    ),
    Mutant(
        "gamma's first try is always taken",
        NOISE,
        "accepted = (root > 0.0) & fits & ~done",
        "accepted = (root > 0.0) & ~done",
        LAWS + "test_gamma_moments[1.0]",
    ),
    Mutant(
        "gamma draws below 1 are not raised to 1/a",
        NOISE,
        "(_open(block[:, 0] << 32 | block[:, 1])) / a)",
        "(_open(block[:, 0] << 32 | block[:, 1])) / xp.where(a < 1.0, 1.0, a))",
        LAWS + "test_gamma_moments[0.3]",
    ),
    Mutant(
        "the order is that of the second race",
        "minigen/random/functional.py",
        "return namespace(weights).argsort(-(weights / times), -1)[..., :num_samples]",
        "return namespace(weights).argsort(weights / times, -1)[..., :num_samples]",
        LAWS + "test_multinomial_without_replacement_draws_from_what_is_left",
    ),
    Mutant(
        "values are looked at on a GPU",
        "minigen/random/generator.py",
        "laws.bernoulli(given.raw, logits is not None)",
        "laws.bernoulli(given.raw * (given.host.size > 0), logits is not None)",
        LAWS + "test_no_draw_waits_for_the_gpu[bernoulli]",
    ),
    Mutant(
        "outcomes are taken along the last dimension",
        GPU,
        'xp.moveaxis(weights.astype("float64"), dim, -1)',
        'xp.moveaxis(weights.astype("float64"), dim * 0 - 1, -1)',
        LAWS + "test_categorical_frequencies[0]",
    ),
    # ------------------------------------------------------------------------------------------ the CUDA source
    Mutant(
        "the kernel forgets a key",
        SOURCE,
        "k1 += 0xBB67AE85u;",
        "k1 += 0xBB67AE84u;",
        WORDS + "test_the_kernel_draws_the_same_bits[bits]",
    ),
    Mutant(
        "the kernel reads every second probability",
        SOURCE,
        "(double)p[step * (2 * i + j)]",
        "(double)p[step * (2 * i)]",
        WORDS + "test_the_kernel_draws_the_same_bits[bernoulli]",
    ),
    Mutant(
        "the kernel's last block is cut",
        SOURCE,
        "EACH(i, (n + 3) / 4)",
        "EACH(i, n / 4)",
        WORDS + "test_the_kernel_draws_the_same_up_to_the_last_digits[normal]",
    ),
    Mutant(
        "the kernel's angle is its radius",
        SOURCE,
        "normals(open(pair(b, 0)), open(b.word[2]), x);",
        "normals(open(pair(b, 0)), open(b.word[1]), x);",
        WORDS + "test_the_kernel_draws_the_same_up_to_the_last_digits[gamma]",
    ),
    Mutant(
        "an argument of a kernel has another width",
        CUDA,
        "numpy.int64(k), out, numpy.int64(out.size)",
        "numpy.int32(k), out, numpy.int64(out.size)",
        WORDS + "test_the_kernel_draws_the_same_bits[categorical]",
    ),
    # ------------------------------------------------------------------------------------------------- state
    Mutant(
        "a draw begins in the middle of the last one",
        GPU,
        "blocks(math.prod(shape), noise.per_block(dtype))",
        "blocks(math.prod(shape), 2 * noise.per_block(dtype))",
        STATE + "test_draws_use_whole_blocks",
    ),
    Mutant(
        "the position on a GPU is not saved",
        STREAM,
        '"device_block": self._block,',
        '"device_block": 0,',
        STATE + "test_state_continues_exactly_after_json[normal]",
    ),
    Mutant(
        "the position on a GPU is not loaded",
        STREAM,
        'self._block = state_dict["device_block"]',
        "self._block += 0",
        STATE + "test_state_continues_exactly_after_json[normal]",
    ),
    Mutant(
        "seeding keeps the position on a GPU",
        STREAM,
        "        self._block = 0\n",
        '        self._block = getattr(self, "_block", 0)\n',
        STATE + "test_manual_seed_starts_again",
    ),
    Mutant(
        "children draw as their parents on a GPU",
        STREAM,
        "Key(*sequence.generate_state(",
        "Key(*numpy.random.SeedSequence(sequence.entropy).generate_state(",
        STATE + "test_a_family_is_uncorrelated",
    ),
    Mutant(
        "children do not draw on the host",
        "minigen/random/generator.py",
        "child.host_noise = self.host_noise",
        "child.host_noise = False",
        STATE + "test_host_noise_is_inherited",
    ),
    Mutant(
        "an enumeration draws on the GPU",
        "minigen/random/enumerating.py",
        "    host_noise = True\n",
        "    host_noise = False\n",
        STATE + "test_host_noise_is_inherited",
    ),
]
