"""The gradient checks: what a broken one would let pass, or refuse."""

from tests.mutants.mutant import Mutant

ROOM = "minigen/testing/"
REJECTS = "tests/testing/test_gradcheck.py::"
FORMS = "tests/testing/test_gradcheck_forms.py::"
NUMERIC = "tests/testing/test_numeric.py::"
GIVEN = "tests/testing/test_given_gradients.py::"
PLUGIN = "tests/testing/test_plugin.py::"

MUTANTS = [
    Mutant(
        "loose tolerance",
        ROOM + "numeric.py",
        "(rtol * abs(estimate.value) + atol + noise)",
        "(1e3 * rtol * abs(estimate.value) + atol + noise)",
        REJECTS + "test_a_factor[1.0001-(3, 4)]",
    ),
    Mutant(
        "rounding is overestimated",
        ROOM + "numeric.py",
        "ROUNDING = 16 * ",
        "ROUNDING = 16e9 * ",
        REJECTS + "test_a_factor[1.00001-(3, 4)]",
    ),
    Mutant(
        "the two differences weighed the wrong way",
        ROOM + "numeric.py",
        "Slope((4 * narrow - wide) / 3,",
        "Slope((2 * narrow + wide) / 3,",
        NUMERIC + "test_the_slope_of_a_cubic_is_exact_at_any_step",
    ),
    Mutant(
        "the even residual is not looked at",
        ROOM + "numeric.py",
        " & (abs(bend) <= allowed)\n",
        "\n",
        NUMERIC + "test_a_kink_is_seen_at_0_and_off_it[0.0]",
    ),
    Mutant(
        "the odd residual is not looked at",
        ROOM + "numeric.py",
        "smooth = (abs(wide - narrow) <= allowed) & ",
        "smooth = ",
        NUMERIC + "test_a_jump_is_seen[0.0]",
    ),
    Mutant(
        "a kink passes",
        ROOM + "numeric.py",
        "        before = estimate\n    return False\n",
        "        before = estimate\n    return True\n",
        FORMS + "test_kinks_everywhere_fail",
    ),
    Mutant(
        "a NaN agrees with everything",
        ROOM + "numeric.py",
        "wrong = ~(excess <= 0)",
        "wrong = excess > 0",
        REJECTS + "test_nan",
    ),
    Mutant(
        "steps down into the rounding of the point",
        ROOM + "numeric.py",
        "RESOLVED = 1e-10 ",
        "RESOLVED = 1e-30 ",
        NUMERIC + "test_a_kink_does_not_drown_in_rounding",
    ),
    Mutant(
        "half of the points may have a kink",
        ROOM + "gradcheck.py",
        "KINKS = 0.2 ",
        "KINKS = 1.0 ",
        FORMS + "test_a_wrong_gradient_does_not_hide_behind_a_kink",
    ),
    Mutant(
        "the point is not redrawn",
        ROOM + "gradcheck.py",
        "near = point + 0.01 *",
        "near = point + 0.00 *",
        FORMS + "test_a_wrong_gradient_does_not_hide_behind_a_kink",
    ),
    Mutant(
        "the second order is the first again",
        ROOM + "gradcheck.py",
        "            problem = Gradient(problem, cotangents)\n",
        "            assert Gradient(problem, cotangents)\n",
        REJECTS + "test_a_constant_in_the_second_order",
    ),
    Mutant(
        "an element can hide from the directions",
        ROOM + "values.py",
        "        return signed(generator, self.point.size) * self.lengths\n",
        "        return signed(generator, self.point.size) * self.lengths * (numpy.arange(self.point.size) > 0)\n",
        REJECTS + "test_one_element_of_many_is_zero[1000]",
    ),
    Mutant(
        "cotangents of one sign and size",
        ROOM + "values.py",
        "    return drawn + numpy.copysign(0.5, drawn)\n",
        "    return abs(drawn) + numpy.copysign(0.5, abs(drawn))\n",
        NUMERIC + "test_random_components_have_a_floor_and_both_signs",
    ),
    Mutant(
        "a direction is compared as closely as its own product",
        ROOM + "values.py",
        "None, 0.0, self._closely(jacobian, direction)) is True\n",
        "None, self.rtol, self.atol) is True\n",
        REJECTS + "test_one_entry_of_a_row[4]",
    ),
    Mutant(
        "as closely as the largest entry, in a large Jacobian",
        ROOM + "values.py",
        " * abs(direction)).min(-1)\n",
        " * abs(direction)).max(-1)\n",
        REJECTS + "test_one_entry_of_a_row[40]",
    ),
    Mutant(
        "a direction that shows no derivative leaves no doubt",
        ROOM + "values.py",
        "self._closely(jacobian, direction)) is True\n",
        "self._closely(jacobian, direction)) in (True, False)\n",
        FORMS + "test_a_wrong_gradient_does_not_hide_behind_a_kink",
    ),
    Mutant(
        "what the last run drew is drawn on from",
        ROOM + "function.py",
        "            self.generator.manual_seed(SEED)\n",
        "            self.generator.spawn()\n",
        FORMS + "test_random_states_are_not_touched",
    ),
    Mutant(
        "only the first entries of the Jacobian",
        ROOM + "values.py",
        "        for i in range(self.point.size):\n",
        "        for i in range(self.point.size)[:5]:\n",
        REJECTS + "test_one_element_of_many_is_zero[10]",
    ),
    Mutant(
        "what claims to be constant is left out",
        ROOM + "function.py",
        "            ad.wrap(namespace(t.array).zeros(t.shape, t.dtype)) if g is None else g\n",
        "            ad.wrap(namespace(t.array).zeros(t.shape, t.dtype)) if g is None or not g.requires_grad else g\n",
        REJECTS + "test_a_gradient_that_claims_to_be_constant",
    ),
    Mutant(
        "the cotangent is no input of the second order",
        ROOM + "function.py",
        "        seeds = [ad.wrap(array, True) for array in arrays[count:]]\n",
        "        seeds = [ad.wrap(0.0 * array + 1.0, True) for array in arrays[count:]]\n",
        REJECTS + "test_a_rule_that_forgets_where_its_cotangent_came_from",
    ),
    Mutant(
        "the default generator is used",
        ROOM + "function.py",
        "        with using(self.generator):\n",
        "        with using(None):\n",
        FORMS + "test_what_the_function_draws_is_not_drawn_from_the_default_generator",
    ),
    Mutant(
        "parameters are not put back",
        ROOM + "function.py",
        "            parameter.array = array\n        for buffer, array in self.buffers:\n"
        "            buffer.array = array\n",
        "            parameter.grad = None\n        for buffer, array in self.buffers:\n"
        "            buffer.array = array\n",
        FORMS + "test_the_parameters_of_modules_are_checked",
    ),
    Mutant(
        "writes to inputs are not seen",
        ROOM + "rules.py",
        "        self.kept = [array.copy() for array in self.arrays]\n",
        "        self.kept = list(self.arrays)\n",
        REJECTS + "test_writes",
    ),
    Mutant(
        "gradients are compared with nobody's memory",
        ROOM + "rules.py",
        "            for other, memory in [*returned[:i], *others]:\n",
        "            for other, memory in others:\n",
        REJECTS + "test_a_gradient_shared_between_two_parameters",
    ),
    Mutant(
        "the two sweeps are compared to a tolerance",
        ROOM + "rules.py",
        "            if not same(g.array, graph.array):\n",
        "            if not numpy.allclose(g.array, graph.array):\n",
        REJECTS + "test_sweeps_that_differ_in_the_last_bit",
    ),
    Mutant(
        "linearity is not looked at",
        ROOM + "rules.py",
        "            if (gap > allowed)[finite].any():\n",
        "            if (gap > allowed)[~finite].any():\n",
        REJECTS + "test_a_gradient_that_is_not_linear_in_the_cotangent",
    ),
    Mutant(
        "digits lost on the way are not seen",
        ROOM + "rules.py",
        "    return bool(values.size and (values.astype(numpy.float32) == values).all())\n",
        "    return bool(values.size and (values.astype(numpy.float64) != values).all())\n",
        REJECTS + "test_a_gradient_rounded_within_a_rule",
    ),
    Mutant(
        "the graph may go through float32",
        ROOM + "rules.py",
        "            if node.dtype is not None and node.dtype != numpy.float64:\n",
        "            if node.dtype is not None and node.dtype.kind != 'f':\n",
        REJECTS + "test_float32_that_leaks",
    ),
    Mutant(
        "the order is dropped on the way",
        ROOM + "decorators.py",
        "_as_inputs((*spread, keywords)), order=order,",
        "_as_inputs((*spread, keywords)), order=1,",
        GIVEN + "test_the_order_reaches_gradcheck",
    ),
    Mutant(
        "operands that need no grad",
        ROOM + "decorators.py",
        "        return wrap(asarray_on(None, value), requires_grad=True)\n",
        "        return wrap(asarray_on(None, 0.0 * value), requires_grad=True)\n",
        GIVEN + "test_a_wrong_gradient_fails_at_simple_operands",
    ),
    Mutant(
        "a drawn number is no leak",
        "pytest_minigen.py",
        "    if generator.state_dict() != state:\n",
        "    if generator.state_dict()['seed'] != state['seed']:\n",
        PLUGIN + "test_a_leak_fails_the_test_that_asks_and_is_mended",
    ),
]
