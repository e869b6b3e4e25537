"""The checker of derivatives: what it would let pass."""

from tests.mutants.mutant import Mutant

CHECKS = "tests/autodiff/checks.py"
TESTS = "tests/autodiff/test_checks.py::"

MUTANTS = [
    Mutant(
        "loose tolerance",
        CHECKS,
        "RTOL, ATOL = 1e-6, 1e-7",
        "RTOL, ATOL = 1e-2, 1e-7",
        TESTS + "test_it_rejects_a_gradient_with_a_factor[1.001]",
    ),
    Mutant(
        "tolerance for what is small",
        CHECKS,
        "RTOL, ATOL = 1e-6, 1e-7",
        "RTOL, ATOL = 1e-6, 1e-3",
        TESTS + "test_it_rejects_a_gradient_with_a_factor[1.0001]",
    ),
    Mutant(
        "only the sum of the gradient is compared",
        CHECKS,
        "        np.testing.assert_allclose(first[i], numeric, rtol=RTOL,",
        "        np.testing.assert_allclose(first[i].mean(), numeric.mean(), rtol=1e-2,",
        TESTS + "test_it_rejects_a_gradient_with_one_element_of_many_0[1000]",
    ),
    Mutant(
        "cotangents of one sign",
        CHECKS,
        "rng.choice([-1.0, 1.0], shape) *",
        "rng.choice([1.0, 1.0], shape) *",
        TESTS + "test_it_rejects_a_gradient_that_is_right_for_positive_cotangents_only",
    ),
    Mutant(
        "what claims to be constant is not checked",
        CHECKS,
        "    directions = [signed(rng, a.shape) for a in arrays]\n",
        "    directions = [signed(rng, a.shape) * (i in known) for i, a in enumerate(arrays)]\n",
        TESTS + "test_it_rejects_a_gradient_that_claims_to_be_constant",
    ),
    Mutant(
        "the cotangent is no input of the second order",
        CHECKS,
        '[f"cotangent {i}" for i in range(len(seeds))]\n',
        "[]\n    found, above, below = found[: len(names)], above[: len(names)], below[: len(names)]\n",
        TESTS + "test_it_rejects_a_rule_that_forgets_where_its_cotangent_came_from",
    ),
    Mutant(
        "the two sweeps are compared to a tolerance",
        CHECKS,
        "assert kept.array.tobytes() == graph.array.tobytes()",
        "assert np.allclose(kept.array, graph.array)",
        TESTS + "test_it_rejects_sweeps_that_differ",
    ),
    Mutant(
        "the operands are shifted in place",
        CHECKS,
        "            shifted = [b.copy() for b in arrays]\n",
        "            shifted = list(arrays)\n",
        TESTS + "test_it_accepts_what_is_right",
    ),
    Mutant(
        "writes to inputs are not seen",
        CHECKS,
        "    before = [a.copy() for a in arrays]\n",
        "    before = list(arrays)\n",
        TESTS + "test_it_rejects_a_write_to_an_input",
    ),
]
