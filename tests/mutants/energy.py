"""Energy-based models: signs, stale units, averages, weights of annealing, states."""

from tests.mutants.mutant import Mutant

RBM = "minigen/models/energy/rbm.py"
PATH = "minigen/models/energy/annealing.py"
GIBBS = "minigen/sampling/gibbs.py"
CD = "minigen/learning/contrastive.py"
PCD = "minigen/learning/persistent.py"
CENTRING = "minigen/learning/centring.py"
COUNT = "minigen/inference/enumeration.py"
EXACT = "minigen/inference/exact.py"
AIS = "minigen/evaluation/annealed.py"
LIKELIHOOD = "minigen/evaluation/unnormalized.py"
PSEUDO = "minigen/evaluation/pseudolikelihood.py"
SCHEDULED = "minigen/optim/scheduled.py"
AVERAGED = "minigen/optim/averaged.py"
SGD = "minigen/backend/kernels.py"

OF_RBM = "tests/models/test_rbm.py::"
OF_GIBBS = "tests/sampling/test_gibbs.py::"
OF_CD = "tests/learning/test_contrastive.py::"
OF_EXACT = "tests/inference/test_exact.py::"
OF_AIS = "tests/evaluation/test_annealed.py::"
OF_PSEUDO = "tests/evaluation/test_pseudolikelihood.py::"
AROUND = "tests/optim/test_around.py::"
ERRORS = "tests/errors/test_errors.py::test_error"
ONCE = OF_CD + "test_cd_1_is_the_transition_matrix_once[5]"
TWENTY = OF_CD + "test_twenty_steps_against_a_derivation_in_numpy"
WEIGHTS = OF_AIS + "test_the_expectation_of_the_weights_is_the_ratio_of_the_sums[rates]"
BACK = OF_AIS + "test_the_way_back_from_exact_draws_is_exact_too[rates]"

MUTANTS = [
    # ------------------------------------------------------------------------------------------ the model
    Mutant(
        "the energy's weights have the other sign",
        RBM,
        "return -(v @ self.visible_bias) - (self.hidden_inputs(v) * h).sum(1)",
        "return -(v @ self.visible_bias) + (self.hidden_inputs(v) * h).sum(1)",
        OF_RBM + "test_the_energy_is_the_sum_of_its_terms",
    ),
    Mutant(
        "the free energy's visible biases have the other sign",
        RBM,
        "return -(v @ self.visible_bias) - softplus_sum",
        "return (v @ self.visible_bias) - softplus_sum",
        OF_RBM + "test_free_energies_are_minus_log_of_what_is_summed_out[sizes0]",
    ),
    Mutant(
        "the hidden free energy forgets its biases",
        RBM,
        "return -(h @ self.hidden_bias) - softplus_sum",
        "return -0.0 * (h @ self.hidden_bias) - softplus_sum",
        OF_RBM + "test_free_energies_are_minus_log_of_what_is_summed_out[sizes0]",
    ),
    Mutant(
        "the gradient by hand has the other sign",
        RBM,
        "        share = -share\n",
        "        share = share * 1.0\n",
        OF_RBM + "test_the_gradient_derived_by_hand_is_the_engines[share0]",
    ),
    Mutant(
        "the gradient by hand weighs all examples alike",
        RBM,
        "return v.T @ (hidden_probs * share.unsqueeze(1)), share @ v",
        "return v.T @ (hidden_probs * share.mean()), share @ v",
        OF_RBM + "test_the_gradient_derived_by_hand_is_the_engines[share1]",
    ),
    Mutant(
        "all visible biases have the mean of their gradients",
        RBM,
        "share @ v, share @ hidden_probs",
        "(share @ v).mean().expand(v.shape[1]), share @ hidden_probs",
        OF_RBM + "test_the_gradient_derived_by_hand_is_the_engines[share1]",
    ),
    Mutant(
        "base rates keep a precision of their own",
        PATH,
        "base.detach().to(model.visible_bias.dtype)",
        "base.detach()",
        OF_RBM + "test_base_rates_of_data_in_single_precision_serve_a_model_in_double",
    ),
    Mutant(
        "visible units are their probabilities, not drawn",
        RBM,
        "return as_generator(rng).bernoulli(logits=self.visible_inputs(h))",
        "return self.visible_probs(h).round()",
        OF_RBM + "test_visible_units_are_drawn_from_their_conditional",
    ),
    Mutant(
        "a sigmoid twice",
        RBM,
        "return self.hidden_inputs(v).sigmoid()",
        "return self.hidden_inputs(v).sigmoid().sigmoid()",
        OF_RBM + "test_the_block_conditionals_are_those_of_the_table",
    ),
    Mutant(
        "samples are of one sweep more",
        RBM,
        ".step(steps)",
        ".step(steps + 1)",
        OF_RBM + "test_samples_have_the_law_of_so_many_sweeps",
    ),
    Mutant(
        "the start takes anything for a rate",
        RBM,
        '        check_unit_interval(data, "RBM.start_at")\n',
        "",
        ERRORS + "[energy-start NaN]",
    ),
    Mutant(
        "the start is at log of the rate",
        "minigen/data/rates.py",
        "return rate.log() - (1 - rate).log()",
        "return rate.log()",
        OF_RBM + "test_the_start_is_at_the_base_rate_of_the_data",
    ),
    # -------------------------------------------------------------------------------------------- sampling
    Mutant(
        "hidden units are drawn from those before",
        GIBBS,
        "return visible, model.hidden_inputs(visible)",
        "return visible, model.hidden_inputs(0.0 * visible)",
        OF_GIBBS + "test_hidden_units_follow_the_visible_ones_of_the_same_sweep",
    ),
    Mutant(
        "chains stand still",
        GIBBS,
        "            self.hidden = self.rng.bernoulli(logits=inputs)\n",
        "            self.rng.bernoulli(logits=inputs)\n",
        OF_GIBBS + "test_two_sweeps_are_the_kernel_twice",
    ),
    Mutant(
        "chains move by means, not by bits",
        GIBBS,
        "            self.hidden = self.rng.bernoulli(logits=inputs)\n",
        "            self.hidden = inputs.sigmoid()\n",
        OF_GIBBS + "test_hidden_units_follow_the_visible_ones_of_the_same_sweep",
    ),
    Mutant(
        "the state of chains lacks their generator",
        GIBBS,
        '        self.rng.load_state_dict(state_dict["rng"])\n',
        "",
        OF_GIBBS + "test_chains_continue_bit_for_bit_from_their_state",
    ),
    Mutant(
        "the state of chains is not loaded",
        GIBBS,
        "            setattr(self, name, given.to(getattr(self, name).device))\n",
        "            given.to(getattr(self, name).device)\n",
        OF_GIBBS + "test_chains_continue_bit_for_bit_from_their_state",
    ),
    # ------------------------------------------------------------------------------------------- learning
    Mutant(
        "stale hidden: the negative phase has those of the data",
        CD,
        "**self._update(data, hidden, visible, fantasy_hidden)",
        "**self._update(data, hidden, visible, hidden)",
        ONCE,
    ),
    Mutant(
        "the phases are swapped",
        CD,
        "share = cat([full_like(data[:, 0], 1 / n), full_like(fantasy[:, 0], -1 / m)])",
        "share = cat([full_like(data[:, 0], -1 / n), full_like(fantasy[:, 0], 1 / m)])",
        ONCE,
    ),
    Mutant(
        "the chain begins at probabilities, not at bits",
        CD,
        "sweep(self.model, self.rng.bernoulli(logits=inputs), self.rng)",
        "sweep(self.model, inputs.sigmoid(), self.rng)",
        ONCE,
    ),
    Mutant(
        "one sweep whatever k",
        CD,
        "            for _ in range(self.k):\n",
        "            for _ in range(1):\n",
        TWENTY + "[False-False]",
    ),
    Mutant(
        "each sweep begins at the data",
        CD,
        "sweep(self.model, self.rng.bernoulli(logits=inputs), self.rng)",
        "sweep(self.model, self.rng.bernoulli(hidden), self.rng)",
        TWENTY + "[False-False]",
    ),
    Mutant(
        "the sum over a batch, not its mean",
        CD,
        "share = cat([full_like(data[:, 0], 1 / n), full_like(fantasy[:, 0], -1 / m)])",
        "share = cat([full_like(data[:, 0], 1), full_like(fantasy[:, 0], -1)])",
        OF_CD + "test_a_batch_of_any_size_counts_as_its_mean[rows1]",
    ),
    Mutant(
        "both phases are divided by the size of the batch",
        CD,
        "full_like(fantasy[:, 0], -1 / m)",
        "full_like(fantasy[:, 0], -1 / n)",
        OF_CD + "test_pcd_goes_on_from_its_chains_whatever_the_size_of_the_batch[rows0-hidden0]",
    ),
    Mutant(
        "values are looked at in no step",
        CD,
        "        if not self._checked and data",
        "        if self._checked and data",
        OF_CD + "test_values_are_looked_at_once",
    ),
    Mutant(
        "what is frozen moves",
        CD,
        "parameter.grad = g if parameter.requires_grad else None",
        "parameter.grad = g",
        OF_CD + "test_what_is_not_trained_stays_and_the_rest_moves_as_ever[visible_bias-by hand]",
    ),
    Mutant(
        "gradients of what is trained go to the first parameters",
        CD,
        "return [next(gradients) if p.requires_grad else None for p in parameters]",
        "return [next(gradients, None) for p in parameters]",
        OF_CD + "test_what_is_not_trained_stays_and_the_rest_moves_as_ever[visible_bias-by the engine]",
    ),
    Mutant(
        "the positive phase has bits of its own",
        PCD,
        "            hidden = self.model.hidden_inputs(data).sigmoid()\n",
        "            hidden = self.rng.bernoulli(logits=self.model.hidden_inputs(data))\n",
        TWENTY + "[False-True]",
    ),
    Mutant(
        "persistent chains sweep once",
        PCD,
        "visible = self.chains.step(self.k)",
        "visible = self.chains.step(1)",
        OF_CD + "test_pcd_makes_k_sweeps",
    ),
    Mutant(
        "persistent chains are not saved",
        PCD,
        'PARTS = (*Contrast.PARTS, "chains")',
        "PARTS = Contrast.PARTS",
        OF_CD + "test_chains_go_on_where_they_stood_when_training_is_continued",
    ),
    Mutant(
        "the rate is multiplied into the momentum",
        SGD,
        "            add_scaled(b, 1 - dampening, g, s)\n",
        "            add_scaled(b, (1 - dampening) * lr / 0.2, g, s)\n",
        TWENTY + "[False-False]",
    ),
    # ------------------------------------------------------------------------------------------- centring
    Mutant(
        "centring has the other sign for the visible bias",
        CENTRING,
        "return weight, visible - weight @ self.hidden, hidden",
        "return weight, visible + weight @ self.hidden, hidden",
        OF_CD + "test_the_centred_gradient_is_that_of_the_centred_machine",
    ),
    Mutant(
        "centring forgets the hidden bias",
        CENTRING,
        ", hidden - self.visible @ weight",
        ", hidden - 0.0 * self.visible @ weight",
        OF_CD + "test_flipping_all_data_changes_nothing_for_a_centred_machine",
    ),
    Mutant(
        "offsets follow the model",
        CENTRING,
        "data = share.clip(min=0.0)",
        "data = -share.clip(max=0.0)",
        OF_CD + "test_the_offsets_follow_the_data",
    ),
    Mutant(
        "offsets run away at their rate",
        CENTRING,
        "self.hidden = (1 - self.rate) * self.hidden",
        "self.hidden = self.hidden",
        OF_CD + "test_the_offsets_follow_the_data",
    ),
    Mutant(
        "offsets are not saved",
        CENTRING,
        "            setattr(self, name, state_dict[name].clone().to(getattr(self, name).device))\n",
        "            state_dict[name].clone()\n",
        "tests/learning/test_every_algorithm.py::test_training_continues_bit_for_bit_from_its_state[persistent]",
    ),
    # ------------------------------------------------------------------------------------------ inference
    Mutant(
        "a state is left out",
        COUNT,
        "numbers = xp.arange(start, 2**n if stop is None else stop)",
        "numbers = xp.maximum(xp.arange(start, 2**n if stop is None else stop), 1)",
        OF_EXACT + "test_the_figures_of_the_fixed_machine",
    ),
    Mutant(
        "blocks are not weighted",
        COUNT,
        "        weight = (part - total).exp()\n",
        "        weight = 0.0 * part + len(blocks_of) ** -1.0 if (blocks_of := list(blocks(n, like))) else part\n",
        OF_EXACT + "test_sums_in_blocks_are_the_sum[9-7]",
    ),
    Mutant(
        "second derivatives of blocks are silently 0",
        COUNT,
        "    total.register_hook(_refuse_second_order)\n",
        "",
        OF_EXACT + "test_sums_in_blocks_are_the_sum[9-7]",
    ),
    Mutant(
        "all states at once",
        COUNT,
        "    for start in range(0, 2**n, BLOCK):\n        yield states(n, start, min(start + BLOCK, 2**n), like=like)",
        "    for start in range(0, 2**n, 4096):\n        yield states(n, start, min(start + 4096, 2**n), like=like)",
        OF_EXACT + "test_memory_is_bounded_by_the_block",
    ),
    Mutant(
        "log p without log Z",
        EXACT,
        "return -model.free_energy(x) - log_sum(n, free_energy, model.parameters())",
        "return -model.free_energy(x) - 0.0 * log_sum(n, free_energy, model.parameters())",
        OF_EXACT + "test_the_figures_of_the_fixed_machine",
    ),
    Mutant(
        "log Z is detached",
        EXACT,
        "return -model.free_energy(x) - log_sum(n, free_energy, model.parameters())",
        "return -model.free_energy(x) - log_sum(n, free_energy, model.parameters()).detach()",
        OF_EXACT + "test_the_gradient_of_log_p_is_that_of_its_differences",
    ),
    Mutant(
        "exact draws are of the first group only",
        EXACT,
        "state = rng.categorical(logits=groups[group])",
        "state = rng.categorical(logits=groups[0 * group])",
        OF_EXACT + "test_exact_draws_have_the_law_of_the_model[sizes0]",
    ),
    Mutant(
        "a chain's law is a sweep behind",
        "minigen/inference/chain_law.py",
        "islice(chain_laws(model, start, probs), sweeps - 1, None)",
        "islice(chain_laws(model, start, probs), max(sweeps - 2, 0), None)",
        "tests/inference/test_chain_law.py::test_the_law_is_that_of_the_transition_matrix[7-sizes0]",
    ),
    Mutant(
        "a chain's law has its halves in the other order",
        "minigen/inference/chain_law.py",
        "return (second.T @ (first * probs.unsqueeze(1))).reshape(-1)",
        "return (second.T @ (first * probs.unsqueeze(1))).T.reshape(-1)",
        "tests/inference/test_chain_law.py::test_the_law_is_that_of_the_transition_matrix[1-sizes2]",
    ),
    Mutant(
        "the bias is that from the data",
        "minigen/evaluation/contrastive_bias.py",
        "return [distance(of_chain, of_model) for of_chain in of_chains]",
        "return [distance(of_chain, of_data) for of_chain in of_chains]",
        "tests/inference/test_chain_law.py::test_the_bias_is_that_of_expected_statistics[None]",
    ),
    # ------------------------------------------------------------------------------------------ annealing
    Mutant(
        "the base model has no hidden units",
        PATH,
        "return softplus_sum(self.base_bias) + self.model.n_hidden * math.log(2)",
        "return softplus_sum(self.base_bias)",
        WEIGHTS,
    ),
    Mutant(
        "missing Z_0",
        AIS,
        "return Score(path.log_z_start.item() + value",
        "return Score(0.0 * path.log_z_start.item() + value",
        WEIGHTS,
    ),
    Mutant(
        "the weight is taken after the move",
        AIS,
        "        log_w = log_w + (path.log_prob(state, beta) - path.log_prob(state, before))\n        if beta < 1:\n"
        "            state = path.move(state, beta, rng)\n",
        "        state = path.move(state, beta, rng)\n"
        "        log_w = log_w + (path.log_prob(state, beta) - path.log_prob(state, before))\n",
        WEIGHTS,
    ),
    Mutant(
        "chains move under the law before",
        AIS,
        "        if beta < 1:\n            state = path.move(state, beta, rng)\n",
        "        if beta < 1:\n            state = path.move(state, before, rng)\n",
        WEIGHTS,
    ),
    Mutant(
        "the way back moves under the law before",
        AIS,
        "        if beta > 0:\n            state = path.move(state, beta, rng)\n",
        "        if beta > 0:\n            state = path.move(state, before, rng)\n",
        BACK,
    ),
    Mutant(
        "the way back adds where it must take off",
        AIS,
        "return Score(path.log_z_start.item() - value",
        "return Score(path.log_z_start.item() + value",
        BACK,
    ),
    Mutant(
        "the base rates' energy is that of the model",
        PATH,
        "return State(visible, inputs, visible @ self.base_bias, ",
        "return State(visible, inputs, visible @ self.model.visible_bias, ",
        WEIGHTS,
    ),
    Mutant(
        "rates with two examples more",
        "minigen/data/rates.py",
        "(data.sum(0) + 0.5) / (len(data) + 1)",
        "(data.sum(0) + 1.0) / (len(data) + 2)",
        OF_RBM + "test_the_start_is_at_the_base_rate_of_the_data",
    ),
    Mutant(
        "the base rates mix in the wrong share",
        PATH,
        "bias = (1 - beta) * self.base_bias + beta * self.model.visible_bias",
        "bias = (1 - beta * beta) * self.base_bias + beta * self.model.visible_bias",
        WEIGHTS,
    ),
    Mutant(
        "the way back starts from what are no bits",
        AIS,
        'path.at(check_bits(start, "reverse_ais: start"))',
        "path.at(start)",
        ERRORS + "[energy-ais start]",
    ),
    Mutant(
        "temperatures that are no numbers",
        AIS,
        "not all(a < b for a, b in pairwise(betas))",
        "any(a >= b for a, b in pairwise(betas))",
        ERRORS + "[energy-ais NaN]",
    ),
    Mutant(
        "an estimate calls itself a bound",
        AIS,
        'kind = "upper bound" if exact else "estimate"',
        'kind = "upper bound"',
        OF_AIS + "test_kinds_are_honest",
    ),
    Mutant(
        "the mean of logarithms",
        AIS,
        "    return (top + mean.log()).item(), error\n",
        "    return log_w.mean().item(), error\n",
        OF_AIS + "test_the_mean_of_weights_and_its_error",
    ),
    Mutant(
        "the error is that of one chain",
        AIS,
        "((weights / mean).var() / n).sqrt()",
        "((weights / mean).var()).sqrt()",
        OF_AIS + "test_the_mean_of_weights_and_its_error",
    ),
    Mutant(
        "no warning from far above",
        AIS,
        "    if not abs(gap) <= APART:\n",
        "    if not abs(gap) <= 100 * APART:\n",
        OF_AIS + "test_a_warning_when_the_two_ways_disagree",
    ),
    Mutant(
        "a bound of log Z is called the same bound of log p",
        LIKELIHOOD,
        "        OPPOSITE[log_z.kind],\n",
        "        log_z.kind,\n",
        OF_AIS + "test_a_bound_of_log_z_is_the_opposite_bound_of_log_p[lower bound-upper bound]",
    ),
    Mutant(
        "the last block of examples is left out",
        LIKELIHOOD,
        "for i in range(0, len(x), ROWS))",
        "for i in range(0, len(x) - len(x) % ROWS, ROWS))",
        OF_AIS + "test_without_a_score_of_log_z_the_likelihood_is_exact",
    ),
    Mutant(
        "the flip is not taken back",
        PSEUDO,
        "            v[:, i] = 1 - v[:, i]\n    means",
        "            v[:, i] = v[:, i] + 0.0\n    means",
        OF_PSEUDO + "test_all_units_are_exact",
    ),
    Mutant(
        "the sum over the units that were taken",
        PSEUDO,
        "value = sum(means) / len(means) * n_visible",
        "value = sum(means)",
        OF_PSEUDO + "test_some_units_are_right_on_average_and_so_is_their_error[2]",
    ),
    Mutant(
        "units as if drawn with repetition",
        PSEUDO,
        "(spread / units * (1 - units / n_visible)) ** 0.5",
        "(spread / units) ** 0.5",
        OF_PSEUDO + "test_some_units_are_right_on_average_and_so_is_their_error[2]",
    ),
    *(
        Mutant(
            f"{name} of a model in training",
            file,
            "    with resting(model):\n",
            "    with resting():\n",
            OF_PSEUDO + "test_energies_are_judged_at_rest",
        )
        for name, file in (("likelihood", LIKELIHOOD), ("pseudolikelihood", PSEUDO))
    ),
    Mutant(
        "a strip's chains go down",
        "minigen/viz/energy.py",
        "images = stack(list(frames), 1)",
        "images = stack(list(frames), 0)",
        "tests/viz/test_energy.py::test_a_row_of_a_strip_is_a_chain_and_time_goes_to_the_right",
    ),
    Mutant(
        "filters are rows of the weights",
        "minigen/viz/energy.py",
        "weight.detach().T.reshape(-1, *shape)",
        "weight.detach().reshape(-1, *shape)",
        "tests/viz/test_energy.py::test_a_filter_is_a_column_of_the_weights_gray_at_0_with_a_contrast_of_its_own",
    ),
    # ---------------------------------------------------------------------------------- around optimizers
    Mutant(
        "the schedule multiplies what it has set before",
        SCHEDULED,
        'group["lr"] = rate * factor',
        'group["lr"] = group["lr"] * factor',
        AROUND + "test_the_rate_of_each_step_is_the_schedules",
    ),
    Mutant(
        "the schedule is a step ahead",
        SCHEDULED,
        "factor = self.schedule(self.steps)",
        "factor = self.schedule(self.steps + 1)",
        AROUND + "test_the_rate_of_each_step_is_the_schedules",
    ),
    Mutant(
        "a schedule begins anew where it is continued",
        SCHEDULED,
        '        self.steps = state_dict["steps"]\n',
        "        self.steps = 0\n",
        AROUND + "test_they_continue_bit_for_bit[scheduled]",
    ),
    Mutant(
        "the average begins at the start",
        AVERAGED,
        "            if self.steps == 0:\n",
        "            if self.steps < 0:\n",
        AROUND + "test_averages_reach_back_by_their_decay",
    ),
    Mutant(
        "the average forgets as it should keep",
        AVERAGED,
        "add_scaled(a, 1 - self.decay, scratch, scratch)",
        "add_scaled(a, self.decay, scratch, scratch)",
        AROUND + "test_averages_reach_back_by_their_decay",
    ),
    Mutant(
        "averages are not loaded",
        AVERAGED,
        "            own.array[...] = to_device(average.array, own.device)\n",
        "            to_device(average.array, own.device)\n",
        AROUND + "test_they_continue_bit_for_bit[averaged schedule]",
    ),
]
