"""Exact expectations: the walk through the outcomes, the laws, quadrature, moments, what is put back."""

from tests.mutants.mutant import Mutant

TAPE, GENERATOR = "minigen/random/tape.py", "minigen/random/enumerating.py"
QUADRATURE, MOMENTS = "minigen/random/quadrature.py", "minigen/testing/moments.py"
EXPECTATION, RESTORING = "minigen/testing/expectation.py", "minigen/testing/restoring.py"
WALKS, MEANS = "tests/random/test_enumerating.py::", "tests/testing/test_expectation.py::"
ALGORITHMS = "tests/testing/test_expectation_algorithms.py::"

MUTANTS = [
    Mutant(
        "a draw has the probability of its likeliest element",
        TAPE,
        "draw.factor = float(chosen.prod())",
        "draw.factor = float(chosen.max(initial=0.0))",
        WALKS + "test_coins_come_up_in_every_way_with_their_probabilities",
    ),
    Mutant(
        "branches of probability 0 are walked",
        TAPE,
        "possible = numpy.full(probabilities.shape, True) if zeros else probabilities > 0\n"
        "        counts = possible.sum(-1)\n        if self._depth <",
        "possible = numpy.full(probabilities.shape, True) if zeros else probabilities > -1\n"
        "        counts = possible.sum(-1)\n        if self._depth <",
        MEANS + "test_a_branch_of_no_probability_is_not_called",
    ),
    Mutant(
        "the last outcome is forgotten",
        TAPE,
        "self._taken[-1][1] + 1 == self._taken[-1][2]:",
        "self._taken[-1][1] + 2 >= self._taken[-1][2]:",
        WALKS + "test_integers_and_permutations_are_equally_likely",
    ),
    Mutant(
        "probabilities may change when a draw comes again",
        TAPE,
        "before.shape != now.shape or not numpy.allclose(before, now, rtol=tolerance, atol=0.0)",
        "before.shape != now.shape",
        MEANS + "test_without_restore_a_change_shows_as_an_error",
    ),
    Mutant(
        "one path too many is walked",
        TAPE,
        "if found > self.max_paths:",
        "if found > self.max_paths + 1:",
        WALKS + "test_the_number_of_paths_may_be_the_largest",
    ),
    Mutant(
        "rows take the outcomes of the first row",
        TAPE,
        "numpy.divmod(rest, counts[parents, i])",
        "numpy.divmod(rest, counts.max(0)[i])",
        WALKS + "test_rows_are_the_paths",
    ),
    Mutant(
        "a row has the probability of its last draw",
        TAPE,
        "for draw in self._draws[: self._depth]:",
        "for draw in self._draws[self._depth - 1 : self._depth]:",
        WALKS + "test_rows_are_the_paths",
    ),
    Mutant(
        "children draw the same",
        GENERATOR,
        "child._born = (*self._stream, self._spawned)",
        "child._born = (*self._stream, 0)",
        WALKS + "test_children_and_grandchildren_stay_inside",
    ),
    Mutant(
        "a loaded state goes on instead of back",
        GENERATOR,
        'state_dict["position"], state_dict["spawned"])',
        'self._position, state_dict["spawned"])',
        WALKS + "test_a_state_gives_the_same_draws_again",
    ),
    Mutant(
        "coins are turned over",
        GENERATOR,
        "numpy.stack([1 - probs, probs], -1)",
        "numpy.stack([probs, 1 - probs], -1)",
        WALKS + "test_coins_come_up_in_every_way_with_their_probabilities",
    ),
    Mutant(
        "probabilities lose their graph",
        GENERATOR,
        "self._last.factor = chances.prod() if whole",
        "self._last.factor = chances.detach().prod() if whole",
        MEANS + "test_the_gradient_of_an_expectation_is_true",
    ),
    Mutant(
        "the gradient at probability 0 lacks the branch not taken",
        GENERATOR,
        "self._zeros = source is not None and source is probs\n        draw = super().bernoulli",
        "self._zeros = False\n        draw = super().bernoulli",
        MEANS + "test_the_gradient_at_the_ends_of_a_probability",
    ),
    Mutant(
        "nodes are equally likely",
        QUADRATURE,
        "probabilities = 1.0 / squares",
        "probabilities = numpy.ones_like(squares)",
        WALKS + "test_moments_of_continuous_laws[4-normal]",
    ),
    Mutant(
        "the Gumbel law upside down",
        QUADRATURE,
        "numpy.exp(-x - numpy.exp(-x))",
        "numpy.exp(x - numpy.exp(x))[::-1]",
        WALKS + "test_moments_of_continuous_laws[4-gumbel]",
    ),
    Mutant(
        "the gamma rule is that of the next concentration",
        QUADRATURE,
        "2.0 * k + concentration, numpy.sqrt(k[1:] * (k[1:] + concentration - 1.0))",
        "2.0 * k + concentration + 1.0, numpy.sqrt(k[1:] * (k[1:] + concentration))",
        WALKS + "test_moments_of_continuous_laws[4-gamma0.3]",
    ),
    Mutant(
        "the mean does not weigh",
        MOMENTS,
        "part = p @ x",
        "part = p.mean() * x.sum(0) / len(p) ** 0",
        MEANS + "test_rows_give_what_paths_give",
    ),
    Mutant(
        "values with a graph are kept by reference",
        MOMENTS,
        "value.clone().reshape",
        "value.reshape",
        ALGORITHMS + "test_the_expected_parameters_of_a_game_have_a_gradient_with_respect_to_its_prior",
    ),
    Mutant(
        "the variance lacks the way between the means",
        MOMENTS,
        "self.squares += self.weight * share *",
        "self.squares += share * share *",
        MEANS + "test_variance_keeps_its_digits_far_from_zero",
    ),
    Mutant(
        "the default generator stays as it was",
        EXPECTATION,
        "as restored, using(rng):",
        "as restored, using(None):",
        MEANS + "test_dropout_obeys_and_keeps_its_mean",
    ),
    Mutant(
        "the error compares a rule with itself",
        EXPECTATION,
        "walk(normal_nodes - 1)[0], 2.0)",
        "walk(normal_nodes)[0], 2.0)",
        ALGORITHMS + "test_the_reparameterised_gradient_of_a_relu_has_an_honest_error[32--0.4]",
    ),
    Mutant(
        "nothing is put back between paths",
        EXPECTATION,
        "                restored.put_back()\n",
        "",
        MEANS + "test_objects_are_put_back_before_each_path_and_draw_from_it",
    ),
    Mutant(
        "an algorithm keeps drawing from its own generator",
        RESTORING,
        "setattr(part, name, children[id(generator)])",
        "setattr(part, name, generator)",
        ALGORITHMS + "test_a_whole_step_of_a_game_has_its_exact_expected_parameters",
    ),
    Mutant(
        "gradients add up from path to path",
        RESTORING,
        "parameter.grad = copied(gradient)",
        "parameter.grad = parameter.grad",
        MEANS + "test_gradients_do_not_add_up_from_path_to_path",
    ),
    Mutant(
        "states are kept by reference",
        RESTORING,
        "self._states = [copied(thing.state_dict()) for thing in self._objects]",
        "self._states = [thing.state_dict() for thing in self._objects]",
        MEANS + "test_objects_are_put_back_after_an_exception",
    ),
]
