"""What the strategies draw: every class of operand turns up among 200 examples, and what is promised holds."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigen as mg
from minigen.testing import gradcheck
from minigen.testing import strategies as mgst
from tests.host import assert_allclose, assert_array_equal, host

EXAMPLES = 200


def counted(strategy, classify, examples=EXAMPLES):
    """Draw examples and count the classes that `classify` names.

    They are not independent: Hypothesis varies what it drew, and draws from the constants of the modules in memory.
    """
    counts = Counter()

    @settings(max_examples=examples)
    @given(strategy)
    def run(drawn):
        counts.update(set(classify(drawn)))

    run()
    return counts


def of_shape(shape):
    yield f"{len(shape)}-d"
    yield "size 0" if 0 in shape else "size 1" if np.prod(shape) == 1 else "size > 1"


def of_memory(x):
    yield from of_shape(x.shape)
    long = [stride for stride, n in zip(x.strides, x.shape, strict=True) if n > 1]
    if x.size > 1:
        yield "C" if x.flags.c_contiguous else "strided"
        if any(stride < 0 for stride in long):
            yield "negative"
        if sorted(map(abs, long), reverse=True) != list(map(abs, long)):
            yield "permuted"
        if min(map(abs, long)) > x.itemsize:
            yield "gaps"
        yield "tied" if len(np.unique(x)) < x.size else "distinct"


def at_least(counts, number, *classes):
    missing = {name: counts[name] for name in classes if counts[name] < number}
    assert not missing, f"too few, expected {number} or more: {missing}"


SHAPES = ("0-d", "1-d", "2-d", "3-d", "4-d", "5-d", "size 0", "size 1", "size > 1")


def test_shapes() -> None:
    at_least(counted(mgst.shapes(), of_shape), 1, *SHAPES)  # each shape is drawn once: there are few
    assert counted(mgst.shapes(filled=True), of_shape)["size 0"] == 0


def test_arrays() -> None:
    counts = counted(mgst.arrays(), of_memory)
    at_least(counts, 5, *SHAPES, "C", "strided", "negative", "permuted", "gaps", "tied", "distinct")


def test_values_stay_away_from_kinks() -> None:
    @given(mgst.arrays(low=-1.0, high=1.0, away=(0.0, 0.5)))
    def run(x):
        assert (np.minimum(abs(x), abs(x - 0.5)) >= 0.05).all()

    run()


@pytest.mark.parametrize("count", [2, 3])
def test_broadcastable_shapes(count) -> None:
    def classify(shapes):
        whole = np.broadcast_shapes(*shapes)
        yield "equal" if len(set(shapes)) == 1 else "differ"
        for shape in shapes:
            if len(shape) < len(whole):
                yield "axes missing"
            if any(n == 1 != m for n, m in zip(shape[::-1], whole[::-1], strict=False)):
                yield "axes stretched"
        if all(shape != whole for shape in shapes):
            yield "all stretched"
        yield from of_shape(min(shapes, key=len))

    counts = counted(mgst.broadcastable_shapes(count), classify)
    at_least(counts, 1, "equal", "differ", "axes missing", "axes stretched", "all stretched", "0-d", "size 0")


def test_near_kinks() -> None:
    def classify(x):
        for value in x.ravel():
            gap = min(abs(value), abs(value - 1.0))
            yield "on" if gap == 0 else "one bit" if gap < 1e-15 else "near" if gap < 0.01 else "beside"

    at_least(counted(mgst.near_kinks((5,), (0.0, 1.0)), classify), 20, "on", "one bit", "near", "beside")


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_extremes_and_subnormals(dtype) -> None:
    info = np.finfo(dtype)

    def classify(x):
        assert x.dtype == dtype
        assert np.isfinite(x).all()
        for value in x.ravel().astype("float64"):
            yield "negative" if value < 0 else "positive"
            size = abs(value)
            yield "largest" if size == info.max else "smallest normal" if size == info.tiny else "other"
            yield "huge" if size > float(info.max) ** 0.7 else "tiny" if size < float(info.tiny) ** 0.7 else "middle"
            yield "subnormal" if 0 < size < info.tiny else "zero" if size == 0 else "normal"

    counts = counted(mgst.extremes(dtype=dtype), classify)
    at_least(counts, 10, "negative", "positive", "largest", "smallest normal", "huge", "tiny", "middle")
    counts = counted(mgst.subnormals((40,), dtype=dtype), classify)
    at_least(counts, 100, "subnormal", "negative", "positive")
    at_least(counts, 1, "zero")
    assert counts["normal"] == 0


def test_tensors(on_the_host) -> None:
    counts = counted(mgst.tensors(), lambda t: [f"grad {t.requires_grad}", *of_memory(host(t))])
    at_least(counts, 5, "grad True", "grad False", *SHAPES, "strided", "tied")


def kinds_of_items(index):
    items = index if isinstance(index, tuple) else (index,)
    if not items:
        yield "empty tuple"
    for item in items:
        if item is None or item is Ellipsis:
            yield str(item)
        elif isinstance(item, slice):
            yield "slice"
            yield from ["negative step"] * ((item.step or 1) < 0)
        elif isinstance(item, int):
            yield "int"
        else:
            yield np.asarray(item).dtype.kind + " array"
            if np.asarray(item).dtype.kind == "i" and len(np.unique(item)) < np.size(item):
                yield "repeated"


@pytest.mark.parametrize("shape", [(2, 3, 4), (3,), (), (2, 0, 3)])
def test_indices_are_valid_and_of_every_kind(shape) -> None:
    x = np.arange(float(np.prod(shape))).reshape(shape)

    def classify(index):
        x[index]
        yield from kinds_of_items(index)

    counts = counted(mgst.indices(shape), classify)
    if shape == (2, 3, 4):
        kinds = "slice", "negative step", "int", "i array", "b array", "repeated", "None", "Ellipsis"
        at_least(counts, 5, *kinds)


def test_an_index_means_the_same_to_a_tensor_as_to_numpy() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)

    @given(mgst.indices(x.shape, kinds=("basic", "integers", "mask")))
    def run(index):
        assert_array_equal(mg.tensor(x)[index], x[index])

    run()


def test_matmul_operands() -> None:
    def classify(operands):
        x, y = operands
        expected = np.matmul(x, y)
        assert_allclose(mg.matmul(mg.tensor(x), mg.tensor(y)), expected, atol=1e-12)
        yield f"{min(x.ndim, 3)} @ {min(y.ndim, 3)}"
        yield "empty sum" if x.shape[-1] == 0 else "sum"

    ranks = [f"{i} @ {j}" for i in (1, 2, 3) for j in (1, 2, 3)]
    at_least(counted(mgst.matmul_operands(), classify, 3 * EXAMPLES), 15, *ranks, "empty sum", "sum")


def test_einsum_operands() -> None:
    def classify(drawn):
        equation, operands = drawn
        mg.einsum(equation, *[mg.tensor(x) for x in operands])
        inputs = equation.split("->")[0].split(",")
        yield f"{len(inputs)} operands"
        yield from ["..."] * ("..." in equation)
        yield from ["implicit"] * ("->" not in equation)
        yield from ["diagonal"] * any(len(set(part) - {"."}) < len(part.replace(".", "")) for part in inputs)
        yield from ["empty"] * any(x.size == 0 for x in operands)

    wanted = "1 operands", "2 operands", "3 operands", "4 operands", "...", "implicit", "diagonal", "empty"
    at_least(counted(mgst.einsum_operands(), classify, 3 * EXAMPLES), 15, *wanted)


def test_matrices_are_well_conditioned() -> None:
    def classify(a):
        yield f"{len(a)} rows"
        if a.size:
            assert np.linalg.cond(a) < 15.0
            yield from ["symmetric"] * (len(a) > 1 and bool(np.allclose(a, a.T)))
            yield from ["triangular"] * (len(a) > 1 and bool(np.allclose(a, np.tril(a))))
            yield from ["orthogonal"] * bool(np.allclose(a @ a.T, np.eye(len(a))))

    sizes = [f"{n} rows" for n in range(6)]
    at_least(counted(mgst.matrices(), classify), 5, *sizes, "symmetric", "triangular", "orthogonal")


def test_expressions_have_right_derivatives_and_every_form() -> None:
    def classify(f):
        used = Counter(i for _, taken in f.steps for i in taken)
        yield f"{len(f.operands)} operands"
        yield from ["reuse"] * (max(used.values()) > 1)
        yield from ["broadcast"] * (len({x.shape for x in f.operands}) > 1)
        yield from ["deep"] * (len(f.steps) == 8)
        assert str(f).count("\n") + 1 == len(f.operands) + len(f.steps)

    wanted = "2 operands", "3 operands", "reuse", "broadcast", "deep"
    at_least(counted(mgst.expressions(), classify), 20, *wanted)

    @settings(max_examples=15)
    @given(mgst.expressions())
    def run(f):
        gradcheck(f, tuple(mg.autodiff.wrap(x, requires_grad=True) for x in f.operands), order=2)

    run()


def test_networks_have_right_derivatives_and_every_form() -> None:
    def classify(drawn):
        network, batch = drawn
        yield f"{len(host(batch))} rows"
        yield from (type(layer).__name__ for layer in network)
        yield from (f"bias {layer.bias is not None}" for layer in network if isinstance(layer, mg.nn.Linear))
        assert all((host(p) != 0).all() for p in network.parameters())

    wanted = "0 rows", "1 rows", "2 rows", "Tanh", "Sigmoid", "Softplus", "bias True", "bias False"
    at_least(counted(mgst.networks(), classify), 10, *wanted)

    @settings(max_examples=10)
    @given(mgst.networks())
    def run(drawn):
        network, batch = drawn
        gradcheck(network, (batch.requires_grad_(),), order=1)

    run()


@pytest.mark.parametrize("name", [name for name in mgst.__all__ if name != "Expression"])
def test_every_strategy_is_one(name) -> None:
    arguments = {"layouts": (np.ones(2),), "indices": ((2, 3),), "labelled": ("ij",), "several": ((2,),)}
    assert isinstance(getattr(mgst, name)(*arguments.get(name, ())), st.SearchStrategy)
