"""Flows: volumes of the wrong sign or size, halves that are mixed up, flags that are lost, laws that do not agree."""

from tests.mutants.mutant import Mutant

FUSED = "minigen/autodiff/ops/coupling.py"
COUPLING = "minigen/models/flows/coupling.py"
PERMUTATION = "minigen/models/flows/permutation.py"
SCALING = "minigen/models/flows/scaling.py"
ACTNORM = "minigen/models/flows/actnorm.py"
LOGIT = "minigen/models/flows/logit.py"
BASE = "minigen/models/flows/base.py"
FLOW = "minigen/models/flows/flow.py"
TRANSFORM = "minigen/models/flows/transform.py"
DEQUANTIZED = "minigen/models/flows/dequantized.py"
LOGISTIC = "minigen/distributions/logistic.py"
NOISE = "minigen/data/transforms/dequantize.py"
LEARNING = "minigen/learning/likelihood.py"
SCORES = "minigen/evaluation/likelihood.py"
DIVERGENCE = "minigen/evaluation/divergence.py"
INVERSION = "minigen/evaluation/inversion.py"
LAYERS = "minigen/viz/flow.py"
TESTS = "tests/models/test_flows.py::"
JACOBIAN = TESTS + "test_log_det_is_that_of_the_autodiff_jacobian_in_both_directions"
UNDONE = TESTS + "test_the_inverse_undoes_the_transform_and_the_transform_the_inverse"
SLOPES = TESTS + "test_gradients_of_both_outputs_are_those_of_differences"
INTEGRAL = TESTS + "test_a_flow_of_the_plane_integrates_to_1"
MOMENTS = TESTS + "test_a_base_samples_what_it_scores"
SCORE = "tests/evaluation/test_likelihood.py::"
STEP = "tests/learning/test_likelihood.py::"
PICTURES = "tests/viz/test_flow.py::"

MUTANTS = [
    Mutant("log det 0", FUSED, "return z, s.sum(1)", "return z, 0.0 * s.sum(1)", JACOBIAN + "[affine]"),
    Mutant("log det twice", FUSED, "return z, s.sum(1)", "return z, 2.0 * s.sum(1)", JACOBIAN + "[affine]"),
    Mutant("log det of the wrong sign", FUSED, "return z, s.sum(1)", "return z, -s.sum(1)", JACOBIAN + "[RealNVP]"),
    Mutant("log det of one feature", FUSED, "return z, s.sum(1)", "return z, s.mean(1)", JACOBIAN + "[affine of four]"),
    Mutant("scaled the other way", FUSED, "moved *= xp.exp(s)", "moved *= xp.exp(-s)", UNDONE + "[affine]"),
    Mutant(
        "the bound is left out of the scale",
        FUSED,
        "    s *= bound\n",
        "    s *= 1.0\n",
        JACOBIAN + "[composition of two]",
    ),
    Mutant(
        "log det has no gradient",
        FUSED,
        "of_s = of_s + reshape_row(g[1], shape=(net.shape[0], 1))",
        "of_s = of_s + 0.0 * reshape_row(g[1], shape=(net.shape[0], 1))",
        SLOPES + "[affine]",
    ),
    Mutant(
        "the gradient passes by the tanh",
        FUSED,
        "of_s * (1.0 - tanh * tanh)",
        "of_s * (1.0 - 0.0 * tanh)",
        SLOPES + "[affine]",
    ),
    Mutant(
        "the gradient takes the shift for scaled",
        FUSED,
        "(getitem_row(z, index=place) - getitem_row(net, index=_columns(width, width)))",
        "getitem_row(z, index=place)",
        SLOPES + "[affine]",
    ),
    Mutant(
        "log det of the inverse has the sign of the forward",
        COUPLING,
        "(moved - t) * (-s).exp()), -s.sum(dim=1)",
        "(moved - t) * (-s).exp()), s.sum(dim=1)",
        JACOBIAN + "[affine]",
    ),
    Mutant(
        "the shift is undone after the scale",
        COUPLING,
        "(moved - t) * (-s).exp()",
        "moved * (-s).exp() - t",
        UNDONE + "[affine]",
    ),
    Mutant(
        "mask off by one",
        COUPLING,
        "self.cut = (features + 1) // 2",
        "self.cut = features // 2",
        TESTS + "test_one_half_stays_and_decides_and_the_other_moves[5-False-AdditiveCoupling]",
    ),
    Mutant(
        "halves joined in one order",
        COUPLING,
        "cat((moved, kept) if self.swap else (kept, moved), dim=1)",
        "cat((kept, moved), dim=1)",
        UNDONE + "[additive swapped]",
    ),
    Mutant(
        "the half that decides is moved",
        COUPLING,
        "0 if self.swap else self.cut, bound=",
        "self.cut if self.swap else 0, bound=",
        JACOBIAN + "[affine of four]",
    ),
    Mutant("added twice", COUPLING, "moved - self.net(kept)", "moved + self.net(kept)", UNDONE + "[additive]"),
    Mutant("the order twice", PERMUTATION, "self.order.argsort()", "self.order", UNDONE + "[permutation]"),
    Mutant(
        "the order is not saved",
        PERMUTATION,
        'self.register_buffer("order", tensor(places, dtype="int64"))',
        'self.register_buffer("order", tensor(places, dtype="int64"), persistent=False)',
        TESTS + "test_the_order_is_saved",
    ),
    Mutant(
        "scaling without the factor of the features",
        SCALING,
        "x * self.log_scale.exp(), self.log_scale.sum()",
        "x * self.log_scale.exp(), self.log_scale.mean()",
        JACOBIAN + "[scaling]",
    ),
    Mutant(
        "scaling back with the same sign",
        SCALING,
        "(-self.log_scale).exp(), -self.log_scale.sum()",
        "(-self.log_scale).exp(), self.log_scale.sum()",
        JACOBIAN + "[given scaling]",
    ),
    Mutant(
        "the flag is not saved",
        ACTNORM,
        'zeros(dtype="uint8"))',
        'zeros(dtype="uint8"), persistent=False)',
        TESTS + "test_what_it_learned_survives_a_file_and_the_next_batch",
    ),
    Mutant(
        "the flag is not heeded",
        ACTNORM,
        "self.initialised == 0",
        "self.initialised >= 0",
        TESTS + "test_what_it_learned_survives_a_file_and_the_next_batch",
    ),
    Mutant(
        "what is known of the flag outlives it",
        ACTNORM,
        "return self._settled == (id(storage), storage.version)",
        "return self._settled is not None",
        TESTS + "test_a_state_from_before_the_first_batch_starts_it_anew",
    ),
    Mutant(
        "actnorm begins when judged",
        ACTNORM,
        "if self.training and not",
        "if not",
        TESTS + "test_judging_and_sampling_do_not_begin_it",
    ),
    Mutant(
        "actnorm doubles the deviation",
        ACTNORM,
        "-deviation.log()",
        "deviation.log()",
        TESTS + "test_the_first_batch_gets_mean_0_and_variance_1",
    ),
    Mutant(
        "actnorm shifts the wrong way",
        ACTNORM,
        "where(first, x.mean(dim=0), self.shift)",
        "where(first, -x.mean(dim=0), self.shift)",
        TESTS + "test_the_first_batch_gets_mean_0_and_variance_1",
    ),
    Mutant(
        "actnorm without the factor of the features",
        ACTNORM,
        "self.log_scale.exp(), self.log_scale.sum()",
        "self.log_scale.exp(), self.log_scale.mean()",
        JACOBIAN + "[actnorm]",
    ),
    Mutant(
        "logit without the factor of the features",
        LOGIT,
        "x.shape[1] * math.log1p(-2 * self.alpha) - (low",
        "1 * math.log1p(-2 * self.alpha) - (low",
        JACOBIAN + "[logit]",
    ),
    Mutant(
        "logit without its slope",
        LOGIT,
        "- (low + high).sum(dim=1)",
        "- (low - high).sum(dim=1)",
        JACOBIAN + "[bare logit]",
    ),
    Mutant(
        "trained logistic, sampled normal",
        BASE,
        "standard_draws((n, self.features), rng=rng,",
        "as_generator(rng).normal((n, self.features),",
        MOMENTS + "[2-Logistic]",
    ),
    Mutant(
        "a constant for one feature",
        BASE,
        "0.5 * self.features * math.log(2 * math.pi)",
        "0.5 * math.log(2 * math.pi)",
        INTEGRAL + "[RealNVP]",
    ),
    Mutant(
        "volumes are subtracted",
        FLOW,
        "self.base.log_prob(z) + log_det",
        "self.base.log_prob(z) - log_det",
        INTEGRAL + "[RealNVP]",
    ),
    Mutant(
        "volumes are left out",
        FLOW,
        "self.base.log_prob(z) + log_det",
        "self.base.log_prob(z) + 0.0 * log_det",
        INTEGRAL + "[pixels]",
    ),
    Mutant(
        "noise is encoded instead of decoded",
        FLOW,
        "return self.decode(self.base.sample",
        "return self.encode(self.base.sample",
        TESTS + "test_a_sample_has_the_density_of_its_noise_over_the_volume_it_takes[Logistic]",
    ),
    Mutant(
        "only the last volume counts",
        TRANSFORM,
        "x, log_det = step(x)\n            total = total + log_det",
        "x, log_det = step(x)\n            total = log_det",
        JACOBIAN + "[composition]",
    ),
    Mutant(
        "undone from the first on", TRANSFORM, "for step in reversed(others):", "for step in others:", UNDONE + "[NICE]"
    ),
    Mutant(
        "Gumbel draws added",
        LOGISTIC,
        "return one - other",
        "return one + other",
        "tests/distributions/test_distributions.py::test_the_logistic_draws_have_its_moments",
    ),
    Mutant(
        "half of the logistic density",
        LOGISTIC,
        "z + 2.0 * logsigmoid(-z)",
        "z + 1.0 * logsigmoid(-z)",
        "tests/distributions/test_distributions.py::test_the_logistic_density_has_mass_mean_variance_and_entropy",
    ),
    Mutant(
        "cells of the wrong width",
        NOISE,
        "(x.to(dtype) + noise) / levels",
        "(x.to(dtype) + noise) / (levels - 1)",
        SCORE + "test_each_level_becomes_every_point_of_its_own_cell",
    ),
    Mutant(
        "noise around the level",
        NOISE,
        "(x.to(dtype) + noise) / levels",
        "(x.to(dtype) + noise - 0.5) / levels",
        SCORE + "test_each_level_becomes_every_point_of_its_own_cell",
    ),
    Mutant(
        "gray numbers are scored as levels",
        NOISE,
        'x.dtype.kind not in "iu"',
        'x.dtype.kind not in "iuf"',
        "tests/errors/test_errors.py::test_error[flows-gray score]",
    ),
    Mutant(
        "a level beyond the last",
        NOISE,
        "high >= levels",
        "high > levels",
        "tests/errors/test_errors.py::test_error_of_a_value[flows-level beyond]",
    ),
    Mutant(
        "a base of another shape",
        FLOW,
        "        if base.data_shape != shape:\n",
        "        if base.features < 1:\n",
        "tests/errors/test_errors.py::test_error[flows-other base]",
    ),
    Mutant(
        "examples without a likelihood are trained on",
        LEARNING,
        "        if lost:\n",
        "        if lost == len(x):\n",
        "tests/errors/test_errors.py::test_error_of_a_value[flows-outside]",
    ),
    Mutant(
        "the largest level is rounded up to 1",
        NOISE,
        ".clip(max=below_one)",
        ".clip(max=1.0)",
        SCORE + "test_no_point_leaves_the_unit_interval_by_rounding",
    ),
    Mutant(
        "the bound forgets the width of a cell",
        DEQUANTIZED,
        "features * math.log(self.levels)",
        "0 * math.log(self.levels)",
        SCORE + "test_the_bound_of_dequantisation_lies_below_the_probability_of_the_levels",
    ),
    Mutant(
        "levels are rounded to the nearest",
        DEQUANTIZED,
        "(x * self.levels).floor()",
        "(x * self.levels).round()",
        SCORE + "test_samples_are_the_levels_of_the_cells",
    ),
    Mutant(
        "bits of the wrong sign",
        SCORES,
        "math.log2(levels) - nats",
        "math.log2(levels) + nats",
        SCORE + "test_bits_per_dim_of_published_figures",
    ),
    Mutant(
        "nats taken for bits",
        SCORES,
        "nats / (features * math.log(2))",
        "nats / features",
        SCORE + "test_bits_per_dim_of_published_figures",
    ),
    Mutant(
        "the model stays in the mode of evaluation",
        SCORES,
        "            part.training = mode\n",
        "            part.training = False\n",
        SCORE + "test_judging_does_not_begin_actnorm_and_gives_each_part_its_mode_back[likelihood]",
    ),
    Mutant(
        "only the outermost module rests",
        SCORES,
        "for part in model.modules()]",
        "for part in [model]]",
        SCORE + "test_judging_does_not_begin_actnorm_and_gives_each_part_its_mode_back[divergence]",
    ),
    Mutant(
        "the error of inversion begins actnorm",
        INVERSION,
        "    with resting(*steps):\n",
        "    with resting():\n",
        SCORE + "test_judging_does_not_begin_actnorm_and_gives_each_part_its_mode_back[inversion]",
    ),
    Mutant(
        "the error of one example",
        SCORES,
        "return mean, math.sqrt(variance / n)",
        "return mean, math.sqrt(variance)",
        SCORE + "test_a_log_likelihood_is_the_mean_over_all_batches",
    ),
    Mutant(
        "the divergence the other way",
        DIVERGENCE,
        "p[inside] * (log_p[inside] - log_q[inside])",
        "numpy.exp(log_q[inside]) * (log_q[inside] - log_p[inside])",
        SCORE + "test_the_divergence_of_bells_has_its_closed_form",
    ),
    Mutant(
        "a point takes its area from one side",
        DIVERGENCE,
        "total * width * height",
        "total * width * width",
        SCORE + "test_a_uniform_square_has_the_area_of_its_box",
    ),
    Mutant(
        "one step is not undone",
        INVERSION,
        "reversed(steps[: depth + 1])",
        "reversed(steps[: depth])",
        SCORE + "test_inversion_errors_are_counted_from_the_data_up",
    ),
    Mutant(
        "the sum for the mean",
        LEARNING,
        "nll = -log_p.mean()",
        "nll = -log_p.sum()",
        STEP + "test_a_step_descends_the_mean_of_minus_log_p_of_a_flow",
    ),
    Mutant(
        "likelihood descends",
        LEARNING,
        "nll = -log_p.mean()",
        "nll = log_p.mean()",
        STEP + "test_a_small_rbm_is_fitted_by_its_exact_likelihood",
    ),
    Mutant(
        "the model's noise is drawn elsewhere",
        LEARNING,
        "with random.using(self.rng):",
        "with random.using(random.get_default_generator()):",
        "tests/learning/test_every_algorithm.py::test_a_step_draws_nothing_from_the_default_generator"
        "[maximum-likelihood]",
    ),
    Mutant(
        "volumes on the way are subtracted",
        LAYERS,
        "total = total + log_det",
        "total = total - log_det",
        PICTURES + "test_a_density_on_the_way_integrates_to_1[2]",
    ),
    Mutant(
        "the grid goes through the steps in their order",
        LAYERS,
        "for step in reversed(steps):",
        "for step in steps:",
        PICTURES + "test_the_grid_ends_where_samples_do",
    ),
]
