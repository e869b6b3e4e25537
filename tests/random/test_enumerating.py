"""Every outcome with its probability: the laws, the walk, streams and states."""

import copy
import itertools
import json
import math

import numpy
import pytest

import minigen as mg
from minigen.random import EnumeratingGenerator, Generator, ReplayError, TooManyPathsError, quadrature
from minigen.random.host import HostLaws
from minigen.random.tape import MoreRows
from tests.host import host

GAMMA = float(numpy.euler_gamma)


def outcomes(program, **settings):
    """Return [(probability, outcome)] of all paths of `program`."""
    rng = EnumeratingGenerator(**settings)
    return [(program(rng), rng.probability)[::-1] for _ in rng.paths()]


def moment(program, power=1, **settings):
    return sum(p * numpy.asarray(x, dtype="float64") ** power for p, x in outcomes(program, **settings))


def f64(*values):
    return mg.tensor(values, dtype=mg.float64)


# ---------------------------------------------------------------------------------------------------- discrete laws


def test_coins_come_up_in_every_way_with_their_probabilities():
    p = [0.2, 0.7, 0.5]
    found = {tuple(x.tolist()): w for w, x in outcomes(lambda rng: rng.bernoulli(f64(*p)))}
    expected = {
        bits: math.prod(q if bit else 1 - q for q, bit in zip(p, bits, strict=True))
        for bits in itertools.product((0.0, 1.0), repeat=3)
    }
    assert found.keys() == expected.keys()
    for bits, probability in expected.items():
        assert abs(found[bits] - probability) < 1e-15


def test_logits_of_coins_are_exact_in_the_lower_tail():
    (_, _), (w, x) = outcomes(lambda rng: rng.bernoulli(logits=f64(-100.0)))
    assert x.item() == 1.0
    assert abs(w / math.exp(-100.0) - 1) < 1e-14


def test_categorical_along_any_dimension():
    weights = numpy.array([[1.0, 0.0, 3.0], [2.0, 2.0, 0.0]]).T
    found = {tuple(x.tolist()): w for w, x in outcomes(lambda rng: rng.categorical(weights, dim=0))}
    assert found == {(0, 0): 0.125, (0, 1): 0.125, (2, 0): 0.375, (2, 1): 0.375}


def test_integers_and_permutations_are_equally_likely():
    found = [(w, tuple(x.tolist())) for w, x in outcomes(lambda rng: rng.integers(-1, 2, (2,)))]
    assert sorted(x for _, x in found) == sorted(itertools.product((-1, 0, 1), repeat=2))
    assert numpy.allclose([w for w, _ in found], 1 / 9, rtol=1e-14)
    found = [(w, tuple(x.tolist())) for w, x in outcomes(lambda rng: rng.permutation(4))]
    assert sorted(x for _, x in found) == sorted(itertools.permutations(range(4)))
    assert numpy.allclose([w for w, _ in found], 1 / 24, rtol=1e-14)


def test_nothing_to_draw_is_one_path():
    def program(rng):
        draws = [rng.permutation(0), rng.integers(5, shape=(0, 2)), rng.normal((0,)), rng.bernoulli(mg.zeros(0))]
        return [x.shape for x in draws]

    assert outcomes(program) == [(1.0, [(0,), (0, 2), (0,), (0,)])]
    assert outcomes(lambda rng: None) == [(1.0, None)]


def test_multinomial_without_replacement_enumerates_what_is_left():
    found = {
        tuple(x.tolist()): w for w, x in outcomes(lambda rng: mg.multinomial(f64(1.0, 2.0, 1.0), 2, generator=rng))
    }
    expected = {(0, 1): 1 / 6, (0, 2): 1 / 12, (1, 0): 1 / 4, (1, 2): 1 / 4, (2, 0): 1 / 12, (2, 1): 1 / 6}
    assert found.keys() == expected.keys()
    for key, probability in expected.items():
        assert abs(found[key] - probability) < 1e-15


def test_impossible_outcomes_are_never_tried():
    seen = [(x[0].tolist(), x[1].item()) for _, x in outcomes(impossible)]
    assert seen == [([0.0, 1.0], 1), ([1.0, 1.0], 1)]


def impossible(rng):
    coins = rng.bernoulli(f64(0.5, 1.0))
    return coins, rng.categorical(f64(0.0, 1.0, 0.0))


def test_later_draws_may_depend_on_earlier_ones():
    def waiting(rng):
        """Toss until heads, three times at most."""
        for n in range(3):
            if rng.bernoulli(0.25):
                return n
        return 3

    found = {x: w for w, x in outcomes(waiting)}
    assert found == {0: 0.25, 1: 0.1875, 2: 0.140625, 3: 0.421875}


@pytest.mark.parametrize(
    "program",
    [
        lambda rng: rng.bernoulli(f64(0.3, 0.2)),
        lambda rng: rng.categorical(logits=mg.randn(3, 4, generator=0)),
        lambda rng: rng.permutation(4),
        lambda rng: [rng.normal(), rng.gumbel(), rng.uniform(), rng.exponential(), rng.gamma(2.5)],
        lambda rng: [rng.spawn().integers(3) for _ in range(4)],
    ],
)
def test_probabilities_add_up_to_one(program):
    assert abs(sum(w for w, _ in outcomes(program, nodes=5)) - 1) < 1e-14


# -------------------------------------------------------------------------------------------------- continuous laws


@pytest.mark.parametrize(
    ("draw", "moments"),
    [
        (lambda rng: rng.normal(dtype="float64"), [0, 1, 0, 3, 0, 15]),
        (lambda rng: rng.uniform((), -1.0, 3.0, dtype="float64"), [1, 7 / 3, 5, 61 / 5]),
        (lambda rng: rng.exponential(dtype="float64"), [1, 2, 6, 24, 120]),
        (lambda rng: rng.gamma(f64(0.3)), [0.3, 0.39, 0.897]),
        (lambda rng: rng.gamma(numpy.array(7.5)), [7.5, 63.75, 605.625]),
        (
            lambda rng: rng.gumbel(dtype="float64"),
            [GAMMA, GAMMA**2 + math.pi**2 / 6, GAMMA**3 + GAMMA * math.pi**2 / 2 + 2 * 1.2020569031595943],
        ),
    ],
    ids=["normal", "uniform", "exponential", "gamma0.3", "gamma7.5", "gumbel"],
)
@pytest.mark.parametrize("nodes", [4, 32, 100])
def test_moments_of_continuous_laws(draw, moments, nodes):
    for power, expected in enumerate(moments, 1):
        found = moment(lambda rng: draw(rng).item(), power, nodes=nodes)
        assert abs(found - expected) <= 1e-11 * max(1, abs(expected))


def test_rules_are_those_of_numpy():
    for n in (1, 2, 7, 40):
        nodes, weights = numpy.polynomial.hermite_e.hermegauss(n)
        assert numpy.allclose(quadrature.normal(n)[0], nodes, atol=1e-12)
        assert numpy.allclose(quadrature.normal(n)[1], weights / weights.sum(), rtol=1e-10, atol=0)
        nodes, weights = numpy.polynomial.legendre.leggauss(n)
        assert numpy.allclose(quadrature.uniform(n)[0], (nodes + 1) / 2, atol=1e-13)
        assert numpy.allclose(quadrature.uniform(n)[1], weights / 2, rtol=1e-11, atol=0)
        nodes, weights = numpy.polynomial.laguerre.laggauss(n)
        assert numpy.allclose(quadrature.gamma(n, 1.0)[0], nodes, rtol=1e-11)
        assert numpy.allclose(quadrature.gamma(n, 1.0)[1], weights / weights.sum(), rtol=1e-9, atol=0)


def test_a_gumbel_rule_gives_the_moment_generating_function():
    nodes, weights = quadrature.gumbel(32)
    assert abs(weights @ numpy.exp(0.25 * nodes) - math.gamma(0.75)) < 1e-9


def test_elements_of_a_continuous_draw_are_independent():
    def product(rng):
        x, a = rng.normal((2,), dtype="float64"), rng.gamma(f64(2.0, 3.0))
        return (x[0] ** 2 * x[1] ** 4 * a[0] * a[1] ** 2).item()

    assert abs(moment(product, nodes=4) - 1 * 3 * 2 * 12) < 1e-11


def test_an_enumeration_says_whether_it_is_exact():
    rng = EnumeratingGenerator(nodes=2)
    for _ in rng.paths():
        rng.bernoulli(0.5)
    assert not rng.approximate
    rng = EnumeratingGenerator(nodes=2)
    for _ in rng.paths():
        rng.spawn().uniform()
    assert rng.approximate
    assert rng.walked == 2


# --------------------------------------------------------------------------------------------- arguments and types


def test_draws_have_the_types_of_other_generators():
    def types(rng):
        return [
            (type(x), x.dtype, x.shape)
            for x in (
                rng.normal((1,)),
                rng.uniform(dtype="float64"),
                rng.bernoulli(numpy.array([1.0])),
                rng.bernoulli(f64(1.0)),
                rng.categorical([1.0]),
                rng.integers(1, dtype="uint8"),
                rng.permutation(1),
                rng.gamma(2.0),
            )
        ]

    expected = types(Generator(0))
    for _, found in outcomes(types, nodes=1):
        assert found == expected


def test_every_law_has_its_outcomes():
    hooks = {name for name, value in vars(HostLaws).items() if name.startswith("_") and callable(value)}
    assert {"_normal", "_bernoulli"} <= hooks <= vars(EnumeratingGenerator).keys()
    assert not hasattr(EnumeratingGenerator(), "_host")


def test_settings_are_checked():
    for settings in ({"nodes": 0}, {"nodes": 2.0}, {"max_paths": 0}, {"max_paths": True}):
        with pytest.raises(ValueError, match="must be a positive int"):
            EnumeratingGenerator(**settings)


# ------------------------------------------------------------------------------------------------------- the walk


def test_too_many_paths_are_counted_before_they_are_walked():
    runs = []

    def program(rng):
        runs.append(1)
        rng.bernoulli(mg.full((10,), 0.5))
        rng.integers(1000)

    with pytest.raises(TooManyPathsError, match=r"1024000 paths up to this draw \(integers, 1000 outcomes\), .*100000"):
        outcomes(program)
    assert len(runs) == 1
    with pytest.raises(TooManyPathsError, match="about 10"):
        outcomes(lambda rng: rng.normal((784,)))
    with pytest.raises(TooManyPathsError, match=str(2**40)):
        outcomes(lambda rng: rng.integers(2**40), max_paths=2)


def test_the_number_of_paths_may_be_the_largest():
    assert len(outcomes(lambda rng: [rng.bernoulli(0.5) for _ in range(3)], max_paths=8)) == 8
    with pytest.raises(TooManyPathsError, match="8 paths"):
        outcomes(lambda rng: [rng.bernoulli(0.5) for _ in range(3)], max_paths=7)


def test_paths_that_grow_later_are_counted_as_they_are_found():
    def program(rng):
        if rng.bernoulli(0.5):
            rng.integers(10)

    assert len(outcomes(program, max_paths=11)) == 11
    with pytest.raises(TooManyPathsError, match="at least 11 paths"):
        outcomes(program, max_paths=10)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            lambda rng: rng.bernoulli([0.5, 0.5, 0.5]),
            r"bernoulli of shape \(3,\), where it asked for bernoulli of shape",
        ),
        (lambda rng: rng.integers(2, shape=2), r"integers of shape \(2,\), where it asked for bernoulli of shape"),
        (lambda rng: rng.bernoulli([0.5, 0.501]), "bernoulli with other probabilities"),
        (lambda rng: None, "ended after 0 draws, where it had made 1"),
    ],
)
def test_another_draw_after_the_same_outcomes_is_an_error(second, message):
    runs = []

    def program(rng):
        runs.append(1)
        return rng.bernoulli([0.5, 0.5]) if len(runs) < 2 else second(rng)

    with pytest.raises(ReplayError, match=message):
        outcomes(program)


# -------------------------------------------------------------------------------------------- children and states


def test_children_and_grandchildren_stay_inside():
    def program(rng):
        child, other = rng.spawn(), rng.spawn()
        return tuple(int(r.bernoulli(0.5)) for r in (rng, child, child.spawn(), other, child))

    found = [x for _, x in outcomes(program)]
    assert found == list(itertools.product((0, 1), repeat=5))


def test_a_state_gives_the_same_draws_again():
    def program(rng):
        before = json.loads(json.dumps(rng.state_dict()))
        first = [int(rng.integers(3)), int(rng.bernoulli(0.5))]
        child = rng.spawn()
        rng.load_state_dict(before)
        again = [int(rng.integers(3)), int(rng.bernoulli(0.5))]
        return first == again, child.state_dict() == rng.spawn().state_dict(), int(rng.integers(2))

    found = outcomes(program)
    assert len(found) == 12
    assert all(same and twin for _, (same, twin, _) in found)
    assert abs(sum(w for w, _ in found) - 1) < 1e-14


def test_a_copy_draws_what_the_original_draws():
    def program(rng):
        twin = copy.deepcopy(rng)
        return int(rng.integers(3)) == int(twin.integers(3))

    assert [x for _, x in outcomes(program)] == [True] * 3


def test_equal_seeds_are_the_same_stream():
    def program(rng):
        first = int(rng.manual_seed(3).integers(2))
        other = int(rng.manual_seed(4).integers(2))
        return first, other, int(rng.manual_seed(3).integers(2))

    assert [x for _, x in outcomes(program)] == [(a, b, a) for a in (0, 1) for b in (0, 1)]


def test_a_replayed_state_must_ask_for_the_same():
    def program(rng):
        state = rng.state_dict()
        rng.bernoulli(0.5)
        rng.load_state_dict(state)
        rng.integers(2)

    with pytest.raises(ReplayError, match="asks for integers"):
        outcomes(program)


def test_other_states_are_refused():
    with pytest.raises(ValueError, match="not the state of an enumerating generator"):
        EnumeratingGenerator().load_state_dict(Generator(0).state_dict())
    with pytest.raises(TypeError, match="expected the dict"):
        EnumeratingGenerator().load_state_dict(3)


def test_a_generator_that_outlives_its_path_begins_again():
    children = []

    def program(rng):
        children or children.append(rng.spawn())
        return int(children[0].integers(3))

    assert [x for _, x in outcomes(program)] == [0, 1, 2]


# ------------------------------------------------------------------------------------------------------------ rows


def in_rows(program, **settings):
    """Return the probabilities and the outcomes of all rows, and how often `program` was run."""
    rng, runs = EnumeratingGenerator(rows=True, **settings), 0
    for _ in rng.paths():
        runs += 1
        try:
            value = program(rng)
        except MoreRows:
            continue
        return rng.probability, value, runs
    raise AssertionError


def chain(rng):
    first = rng.bernoulli(mg.full((rng.rows, 2), 0.25, dtype=mg.float64))
    weights = mg.stack([first.sum(1), mg.ones(rng.rows), first[:, 0]], dim=1)
    noise = rng.categorical(mg.stack([weights, first[:, 1:] * weights + mg.tensor([1.0, 0.0, 0.0])], dim=1))
    return first[:, 0] + 2 * first[:, 1] + 4 * noise[:, 0] + 12 * noise[:, 1]


def test_rows_are_the_paths():
    probabilities, values, runs = in_rows(chain)
    assert runs == 3
    paths = {x.item(): w for w, x in outcomes(chain)}
    assert len(values) == len(paths) == 1 + 2 * 2 + 3 + 3 * 3
    assert dict(zip(values.tolist(), probabilities.tolist(), strict=True)) == pytest.approx(paths, abs=1e-15)


def test_rows_of_continuous_draws():
    def square(rng):
        x = rng.normal((rng.rows, 2), dtype="float64")
        return (x[:, 0] * x[:, 1] * rng.uniform(rng.rows, dtype="float64")) ** 2

    probabilities, values, _ = in_rows(square, nodes=3)
    assert len(probabilities) == 27
    assert abs(probabilities @ host(values) - 1 / 3) < 1e-14


def test_draws_without_an_axis_of_rows_are_refused():
    def program(rng):
        rng.bernoulli(mg.full((rng.rows,), 0.5))
        return rng.bernoulli(0.5)

    with pytest.raises(
        ValueError, match=r"rng.rows=2 paths, got bernoulli of shape \(\): let the program use rng.rows"
    ):
        in_rows(program)


def test_too_many_rows():
    with pytest.raises(TooManyPathsError, match=r"1024 rows up to this draw .*max_paths=1000"):
        in_rows(lambda rng: rng.bernoulli(mg.full((rng.rows, 10), 0.5)), max_paths=1000)


def test_rows_that_ask_for_something_else_are_an_error():
    runs = []

    def program(rng):
        runs.append(1)
        return rng.bernoulli(mg.full((rng.rows,), 0.5 / len(runs)))

    with pytest.raises(ReplayError, match="other probabilities"):
        in_rows(program)
