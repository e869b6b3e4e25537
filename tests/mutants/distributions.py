"""Distributions: constants, signs, and what a draw depends on."""

from tests.mutants.mutant import Mutant

NORMAL = "minigen/distributions/normal.py"
BERNOULLI = "minigen/distributions/bernoulli.py"
DIVERGENCE = "minigen/distributions/divergence.py"
TESTS = "tests/distributions/test_distributions.py::"
MASS = TESTS + "test_the_normal_density_has_mass_mean_variance_and_entropy[log_scale]"
INTEGRAL = TESTS + "test_the_divergence_of_normals_is_its_integral"

MUTANTS = [
    Mutant("missing 2 pi", NORMAL, "HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)", "HALF_LOG_TWO_PI = 0.0", MASS),
    Mutant(
        "all examples are one event",
        "minigen/distributions/distribution.py",
        "return log_prob.flatten(-ndims).sum(-1) if ndims else log_prob",
        "return log_prob.flatten(-ndims).sum(-1)",
        "tests/distributions/test_distributions.py::test_the_probability_of_whole_examples_is_the_sum_over_their_axes",
    ),
    Mutant("half of 2 pi", NORMAL, "0.5 * math.log(2 * math.pi)", "0.5 * math.log(math.pi)", MASS),
    Mutant(
        "the density forgets its scale", NORMAL, "* -0.5 - self.log_scale -", "* -0.5 - 0.0 * self.log_scale -", MASS
    ),
    Mutant("the density is not halved", NORMAL, ".square() * -0.5 -", ".square() * -1.0 -", MASS),
    Mutant("entropy without its half", NORMAL, "(0.5 + HALF_LOG_TWO_PI)", "HALF_LOG_TWO_PI", MASS),
    Mutant(
        "a variance is taken for a standard deviation",
        NORMAL,
        "return self.loc + self.scale * noise",
        "return self.loc + self.variance * noise",
        TESTS + "test_the_normal_draws_have_its_moments",
    ),
    Mutant(
        "the reparameterized draw is detached",
        NORMAL,
        "return self.loc + self.scale * noise",
        "return self.loc + 0.5 * (self.scale + self.scale.detach()) * noise",
        TESTS + "test_normal_draws_carry_the_graph_only_if_asked",
    ),
    Mutant("the divergence's sign", DIVERGENCE, ".square()) - d\n", ".square()) + d\n", INTEGRAL),
    Mutant("the divergence is turned", DIVERGENCE, "return _normal(p, q)", "return _normal(q, p)", INTEGRAL),
    Mutant(
        "the divergence of means in other units",
        DIVERGENCE,
        "(p.loc - q.loc) / q.scale",
        "(p.loc - q.loc) / p.scale",
        INTEGRAL,
    ),
    Mutant(
        "the divergence is summed over ones only",
        DIVERGENCE,
        "zip((p.probs, 1 - p.probs), log_probs(p)",
        "zip((p.probs, 0 * p.probs), log_probs(p)",
        TESTS + "test_the_divergence_of_bernoullis_is_its_sum",
    ),
    Mutant(
        "a sigmoid is applied twice",
        BERNOULLI,
        "self._probs = self.logits.sigmoid()",
        "self._probs = self.logits.sigmoid().sigmoid()",
        TESTS + "test_bernoulli_probabilities[logits]",
    ),
    Mutant(
        "logits are drawn from as if they were other logits",
        BERNOULLI,
        "else draw(logits=given)",
        "else draw(logits=-given)",
        TESTS + "test_bernoulli_probabilities[logits]",
    ),
    Mutant(
        "what is impossible has a probability",
        BERNOULLI,
        "return where(p > 0, of_one, -math.inf)",
        "return where(p > 0, of_one, -100.0)",
        TESTS + "test_bernoulli_at_certainty",
    ),
    Mutant(
        "values outside {0, 1} are let in",
        BERNOULLI,
        'lambda x: (x == 0) | (x == 1), "binarize',
        'lambda x: (x >= 0) & (x <= 1), "binarize',
        "tests/errors/test_errors.py::test_error_of_a_value[distributions-bernoulli-value]",
    ),
]
