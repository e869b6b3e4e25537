"""Variational autoencoders: the bound, its gradient, its terms, what scores it."""

from tests.mutants.mutant import Mutant

VAE = "minigen/models/variational/vae.py"
LINEAR = "minigen/models/variational/linear_gaussian.py"
LIKELIHOOD = "minigen/models/variational/likelihood.py"
ELBO = "minigen/learning/elbo.py"
ESTIMATORS = "minigen/learning/estimators.py"
TERMS = "minigen/learning/divergence_terms.py"
QUADRATURE = "minigen/inference/quadrature.py"
IMPORTANCE = "minigen/evaluation/importance_bound.py"
ACTIVE = "minigen/evaluation/active_units.py"
ROW = "minigen/autodiff/ops/likelihood.py"
MODELS = "tests/models/test_variational.py::"
LEARNING = "tests/learning/test_elbo.py::"
SCORES = "tests/evaluation/test_importance_bound.py::"
GRID = "tests/inference/test_quadrature.py::"
MEAN = LEARNING + "test_the_mean_of_each_estimate_is_the_gradient_of_the_bound"
DISCRETE = LEARNING + "test_the_score_function_is_exact_for_discrete_latents"
ANALYTIC = MODELS + "test_the_gradient_of_the_bound_of_the_linear_vae_is_the_analytic_one"
BOUND = MODELS + "test_the_bound_of_the_linear_vae_is_log_prob_less_the_divergence_to_the_posterior"
WEIGHTS = SCORES + "test_the_weights_are_worth_p_in_the_mean"
ORDERED = SCORES + "test_bounds_of_three_bits_are_ordered_exactly"
LOG_PROB = MODELS + "test_log_prob_of_the_linear_vae_is_that_of_its_covariance"

MUTANTS = [
    # the model
    Mutant("the divergence is added", VAE, "self.log_likelihood(x, z) - kl", "self.log_likelihood(x, z) + kl", BOUND),
    Mutant("the divergence is counted twice", VAE, "z) - kl_divergence(", "z) - 2.0 * kl_divergence(", BOUND),
    Mutant("the divergence is turned", VAE, "(posterior, self.prior).sum(1)", "(self.prior, posterior).sum(1)", BOUND),
    Mutant("the bound's draw is detached", VAE, "posterior.rsample(rng=rng)", "posterior.sample(rng=rng)", ANALYTIC),
    Mutant(
        "a log-variance is taken for a logarithm of a scale",
        VAE,
        "log_scale=0.5 * log_variance",
        "log_scale=log_variance",
        MODELS + "test_the_encoder_gives_means_and_log_variances",
    ),
    Mutant(
        "means and log-variances are swapped",
        VAE,
        "mean, log_variance = output",
        "log_variance, mean = output",
        MODELS + "test_the_encoder_gives_means_and_log_variances",
    ),
    Mutant(
        "the joint forgets the prior",
        VAE,
        "return self.prior.log_prob(z).sum(-1) + self",
        "return 0.0 * self.prior.log_prob(z).sum(-1) + self",
        MODELS + "test_the_posterior_of_the_linear_vae_is_bayes",
    ),
    Mutant(
        "one seed gives one noise to both draws",
        VAE,
        "        rng = as_generator(rng)\n        return self.decode(",
        "        return self.decode(",
        MODELS + "test_an_int_as_rng_does_not_give_one_noise_to_both_draws",
    ),
    Mutant(
        "samples are means",
        VAE,
        "(n,), rng=rng)).sample(rng=rng)",
        "(n,), rng=rng)).mean",
        MODELS + "test_images_stay_images",
    ),
    Mutant(
        "a line is walked backwards",
        VAE,
        "(1 - share) * a + share * b",
        "share * a + (1 - share) * b",
        MODELS + "test_reconstructions_and_lines_go_through_the_means",
    ),
    Mutant(
        "the map's steps are of z",
        VAE,
        "NormalDist().inv_cdf((i + 0.5) / side)",
        "6.0 * (i + 0.5) / side - 3.0",
        MODELS + "test_the_manifold_takes_equal_steps_of_probability",
    ),
    Mutant(
        "the prior does not move with the model",
        VAE,
        'self.register_buffer("origin", zeros(latent_dim), persistent=False)',
        "self.origin = zeros(latent_dim)",
        MODELS + "test_a_vae_moves_and_converts_with_its_prior",
    ),
    Mutant(
        "a Gaussian likelihood has a fixed scale",
        LIKELIHOOD,
        "log_scale=self.log_scale, validate",
        "log_scale=0.5 * (self.log_scale + self.log_scale.detach()), validate",
        ANALYTIC,
    ),
    Mutant(
        "a scale is taken for its logarithm",
        LIKELIHOOD,
        "tensor(math.log(scale))",
        "tensor(scale)",
        MODELS + "test_the_scale_of_a_gaussian_likelihood_is_learnt_unless_fixed",
    ),
    Mutant(
        "gray pixels pass",
        LIKELIHOOD,
        "(x.array == 0) | (x.array == 1),",
        "(x.array >= 0) & (x.array <= 1),",
        "tests/errors/test_errors.py::test_error_of_a_value[variational-grey]",
    ),
    # its closed forms
    Mutant("log det without its noise", LINEAR, "2.0 * x.shape[1] * self", "1.0 * x.shape[1] * self", LOG_PROB),
    Mutant(
        "log det without its columns", LINEAR, "log_det = log_det + s.log()", "log_det = log_det + 0.0 * s", LOG_PROB
    ),
    Mutant("missing 2 pi of the closed form", LINEAR, "math.log(2 * math.pi))", "math.log(math.pi))", LOG_PROB),
    Mutant(
        "columns are taken for orthogonal",
        LINEAR,
        "            across = across - across[:, k : k + 1] * among[k] / s\n",
        "",
        LOG_PROB,
    ),
    Mutant(
        "the posterior's covariance without its noise",
        LINEAR,
        "variance * inverse",
        "inverse",
        MODELS + "test_the_posterior_of_the_linear_vae_is_bayes",
    ),
    # the estimators
    Mutant(
        "the reparameterized draw is detached",
        ESTIMATORS,
        "z = posterior.rsample(rng=rng)",
        "z = posterior.rsample(rng=rng).detach()",
        MEAN + "[Reparameterization(divergence='analytic')-plain]",
    ),
    Mutant(
        "the sampled divergence without log q",
        ESTIMATORS,
        "divergence = posterior.log_prob(z) - model.prior.log_prob(z)",
        "divergence = 0.0 * posterior.log_prob(z) - model.prior.log_prob(z)",
        MEAN + "[Reparameterization(divergence='sampled')-plain]",
    ),
    Mutant(
        "the divergence is not adjusted",
        ESTIMATORS,
        "Terms(reconstruction - adjust(divergence).sum(1)",
        "Terms(reconstruction - divergence.sum(1)",
        MEAN + "[Reparameterization(divergence='analytic')-annealed]",
    ),
    Mutant(
        "the baseline sees its own draw",
        ESTIMATORS,
        "baseline = (signal.sum(0) - signal) / (self.samples - 1)",
        "baseline = signal.sum(0) / self.samples + 0.0 * signal",
        DISCRETE + "[ScoreFunction(samples=2, divergence='analytic')]",
    ),
    Mutant(
        "the baseline has a gradient",
        ESTIMATORS,
        "score = ((signal - baseline).detach() * log_q",
        "score = ((signal.detach() - baseline) * log_q",
        DISCRETE + "[ScoreFunction(samples=2, divergence='analytic')]",
    ),
    Mutant(
        "the score function forgets the decoder",
        ESTIMATORS,
        "direct = reconstruction.mean(0) - adjust",
        "direct = 0.5 * (reconstruction + reconstruction.detach()).mean(0) - adjust",
        DISCRETE + "[ScoreFunction(samples=2, divergence='analytic')]",
    ),
    Mutant(
        "the signal forgets the divergence",
        ESTIMATORS,
        "signal = reconstruction - adjust(sampled).sum(2)",
        "signal = reconstruction - adjust(sampled).sum(2).mean(0)",
        DISCRETE + "[ScoreFunction(samples=2, divergence='sampled')]",
    ),
    Mutant(
        "the adjusted divergence is reported",
        ESTIMATORS,
        "            divergence = sampled.mean(0)\n",
        "            divergence = adjust(sampled).mean(0)\n",
        LEARNING + "test_the_reported_terms_are_the_bound_in_the_mean[ScoreFunction(samples=2, divergence='sampled')]",
    ),
    # the algorithm and its terms
    Mutant(
        "the bound is descended",
        ELBO,
        "-terms.objective.mean()",
        "terms.objective.mean()",
        LEARNING + "test_a_step_follows_the_gradient_of_the_mean_bound_and_reports_its_parts",
    ),
    Mutant(
        "the bound is summed over the batch",
        ELBO,
        "-terms.objective.mean()",
        "-terms.objective.sum()",
        LEARNING + "test_a_step_follows_the_gradient_of_the_mean_bound_and_reports_its_parts",
    ),
    Mutant(
        "active units are those that do not vary",
        ELBO,
        "unbiased=False) > ACTIVE",
        "unbiased=False) < ACTIVE",
        LEARNING + "test_active_units_are_those_whose_mean_varies",
    ),
    Mutant(
        "the clock stands still",
        ELBO,
        "        self.clock.step += 1\n",
        "        self.clock.step += 0\n",
        LEARNING + "test_terms_are_applied_in_order_and_the_weight_follows_the_steps",
    ),
    Mutant(
        "how far the annealing is, is not saved",
        ELBO,
        'return {"step": self.step}',
        'return {"step": 0}',
        "tests/learning/test_every_algorithm.py::test_training_continues_bit_for_bit_from_its_state[elbo-with-terms]",
    ),
    Mutant(
        "the first batch is not checked",
        ELBO,
        "        self._checked = False\n",
        "        self._checked = True\n",
        LEARNING + "test_data_are_checked_at_the_first_step_only",
    ),
    Mutant(
        "annealing goes on beyond its end",
        TERMS,
        "min(step, self.steps) / self.steps",
        "step / self.steps",
        LEARNING + "test_annealing_goes_from_start_to_end",
    ),
    Mutant(
        "free bits of each example",
        TERMS,
        "divergence.mean(0, keepdim=True) > self.nats",
        "divergence > self.nats",
        LEARNING + "test_free_bits_are_the_larger_of_the_two_for_each_latent_in_value_and_gradient",
    ),
    Mutant(
        "free bits are taken off",
        TERMS,
        "divergence, self.nats)",
        "divergence - self.nats, 0.0)",
        LEARNING + "test_free_bits_are_the_larger_of_the_two_for_each_latent_in_value_and_gradient",
    ),
    # scores
    Mutant(
        "dropped -log q",
        IMPORTANCE,
        "- posterior.log_prob(z).sum(-1)",
        "- 0.0 * posterior.log_prob(z).sum(-1)",
        WEIGHTS,
    ),
    Mutant("log q is added", IMPORTANCE, "- posterior.log_prob(z).sum(-1)", "+ posterior.log_prob(z).sum(-1)", WEIGHTS),
    Mutant(
        "the mean of logarithms",
        IMPORTANCE,
        "sums.append(log_weights.logsumexp(0))",
        "sums.append(log_weights.mean(0) + math.log(len(z)))",
        ORDERED,
    ),
    Mutant(
        "weights are not averaged",
        IMPORTANCE,
        "logsumexp(0) - math.log(k)",
        "logsumexp(0)",
        WEIGHTS.replace("the_weights_are_worth_p_in_the_mean", "with_the_true_posterior_every_draw_gives_log_p"),
    ),
    Mutant(
        "the last draws are left out",
        IMPORTANCE,
        "range(0, k, draws)",
        "range(0, k - 1, draws)",
        SCORES + "test_blocks_change_the_memory_and_not_the_bound",
    ),
    Mutant(
        "NaN counts as not active",
        ACTIVE,
        '    check_finite(means, "active_units: posterior means")\n',
        "",
        "tests/errors/test_errors.py::test_error[variational-active-nan]",
    ),
    Mutant(
        "a batch of no examples",
        "minigen/learning/algorithm.py",
        "    if len(examples) == 0:\n",
        "    if len(examples) < 0:\n",
        "tests/errors/test_errors.py::test_error[variational-empty-step]",
    ),
    Mutant(
        "active units by the standard deviation",
        ACTIVE,
        "means.var(0) > threshold",
        "means.std(0) > threshold",
        SCORES + "test_active_units_are_counted_over_all_examples",
    ),
    Mutant(
        "the grid's cell is forgotten",
        QUADRATURE,
        "            return log_p\n",
        "            return log_p - math.log(nodes)\n",
        GRID + "test_the_probabilities_of_all_states_sum_to_1[2]",
    ),
    Mutant(
        "points of the grid are left out",
        QUADRATURE,
        "[square[1::2], square[::2, 1::2]]",
        "[square[1::2], square[1::2, 1::2]]",
        GRID + "test_the_grid_has_every_point_once",
    ),
    Mutant(
        "a coarse grid is believed",
        QUADRATURE,
        "    return gap < AGREE\n",
        "    return gap < 1e9\n",
        GRID + "test_a_grid_too_coarse_is_refined_and_at_last_refused",
    ),
    # the row
    Mutant(
        "the likelihood's gradient has the other sign",
        ROW,
        "xp.subtract(target, out, out)",
        "xp.subtract(out, target, out)",
        MODELS + "test_the_gradient_of_the_bound",
    ),
    Mutant(
        "the product leaves out factors",
        "minigen/autodiff/ops/activation.py",
        "xp.multiply(factors[..., :n], factors[..., n : 2 * n], factors[..., :n])",
        "xp.multiply(factors[..., :n], factors[..., :n], factors[..., :n])",
        MODELS + "test_a_bernoulli_likelihood_sums_to_1",
    ),
]
