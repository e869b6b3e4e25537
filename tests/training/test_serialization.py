"""Saved and loaded, everything is what it was: every dtype, every layout, every nesting, to the bit."""

import io
import math
import os

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import minigen as mg
from minigen.training.state import difference
from minigen.training.structure import DTYPES

ALL_DTYPES = sorted(map(str, DTYPES.values()))
TENSOR_DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
LAYOUTS = {
    "plain": lambda a: a,
    "transposed": lambda a: a.T,
    "fortran": lambda a: np.asfortranarray(a),
    "strided": lambda a: a[..., ::2] if a.ndim else a,
    "reversed": lambda a: a[::-1] if a.ndim else a,
    "broadcast": lambda a: np.broadcast_to(a, (2, *a.shape)),
}


def round_trip(value):
    file = io.BytesIO()
    mg.save(value, file)
    return mg.load(io.BytesIO(file.getvalue()))


@st.composite
def arrays(draw, dtypes=ALL_DTYPES):
    """Arrays of any bits (NaNs with payloads, infinities, subnormals), in any layout."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    size = math.prod(shape)
    bits = draw(st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize))
    array = np.frombuffer(bits, "uint8")
    array = (array % 2).astype("bool") if dtype == "bool" else array.view(dtype)
    return LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](array.reshape(shape))


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(2**128), 2**128), st.floats(), st.text(max_size=5)
)
LEAVES = st.one_of(SCALARS, arrays(), arrays(TENSOR_DTYPES).map(mg.autodiff.wrap))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
        st.dictionaries(st.one_of(st.integers(), st.text(max_size=3), st.none()), inner, max_size=3),
    ),
    max_leaves=8,
)


def same_kinds(a, b):
    """`difference` takes lists and tuples for one; here they are two, as are 1 and True among keys."""
    if isinstance(a, dict):
        return [*map(repr, a)] == [*map(repr, b)] and all(same_kinds(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and all(map(same_kinds, a, b))
    return type(a) is type(b)


@given(TREES)
@example({"__metadata__": np.ones(1), "a.b": [np.ones(1)], "a": {"b": [np.zeros(2)]}})
@example({2: {"dict": {"tensor": "x"}}, None: {"float": "nan"}, 0.5: {"items": []}, True: ()})
@example({float("inf"): [float("nan"), -0.0, 5e-324, 0.1, 2**64]})
def test_what_is_loaded_is_what_was_saved(value) -> None:
    found = round_trip(value)
    assert difference(value, found, "it") is None
    assert same_kinds(value, found)


@pytest.mark.parametrize("dtype", ALL_DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_dtype_in_every_layout(dtype, layout) -> None:
    array = LAYOUTS[layout]((np.arange(12).reshape(3, 4) % 5).astype(dtype))
    found = round_trip({"weight": array})["weight"]
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tolist() == array.tolist()
    assert found.flags.c_contiguous
    assert found.flags.writeable
    swapped = array.astype(array.dtype.newbyteorder())
    assert difference(array, round_trip(swapped)) is None


@pytest.mark.parametrize("bits", [0x7FF8DEADBEEF0001, 0xFFF0000000000001, 0x8000000000000000, 0x0000000000000001])
def test_payloads_of_nan_signs_of_zero_and_subnormals_stay(bits) -> None:
    array = np.array([bits], "uint64").view("float64")
    assert round_trip([array])[0].view("uint64").tolist() == [bits]


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 1)])
def test_shapes_without_axes_or_elements_stay(shape) -> None:
    assert round_trip(mg.zeros(shape)).shape == shape


def test_a_leaf_stays_a_leaf_and_a_parameter_becomes_one() -> None:
    model = mg.nn.Linear(2, 1)
    leaf, plain, computed = round_trip([model.weight, model.bias.detach(), model.weight * 2.0])
    assert (leaf.requires_grad, plain.requires_grad, computed.requires_grad) == (True, False, True)
    assert leaf.is_leaf and computed.is_leaf
    assert leaf.tolist() == model.weight.tolist()


def test_what_is_loaded_shares_no_memory() -> None:
    x = mg.zeros(2)
    first, second = round_trip([x, x])
    first += 1.0
    assert (x.tolist(), second.tolist()) == ([0.0, 0.0], [0.0, 0.0])


def test_numpy_scalars_and_other_mappings_come_back_plain() -> None:
    found = round_trip({"a": np.float32(0.1), "b": np.int64(3), "m": mg.learning.Metrics(cost=mg.tensor(0.5))})
    assert found == {"a": float(np.float32(0.1)), "b": 3, "m": {"cost": 0.5}}


def test_equal_values_give_equal_bytes_and_safetensors_reads_them() -> None:
    from safetensors.numpy import load

    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        mg.save({"model": {"0.weight": mg.ones(2, 2).T}, "n": 3, "b": mg.zeros(3)}, file)
    assert files[0].getvalue() == files[1].getvalue()
    assert {name: array.shape for name, array in load(files[0].getvalue()).items()} == {
        "model.0.weight": (2, 2),
        "b": (3,),
    }


def test_module_and_optimizer_states_go_round(tmp_path) -> None:
    def make():
        model = mg.nn.Linear(3, 2)
        return model, mg.optim.Adam(model.parameters(), lr=0.1)

    model, optimizer = make()
    model(mg.ones(4, 3)).sum().backward()
    optimizer.step()
    mg.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "state")
    state = mg.load(tmp_path / "state")
    twin, twin_optimizer = make()
    twin.load_state_dict(state["model"])
    twin_optimizer.load_state_dict(state["optimizer"])
    assert difference(optimizer.state_dict(), twin_optimizer.state_dict()) is None
    assert difference(model.state_dict(), twin.state_dict()) is None


def test_map_location_decides_where_tensors_go() -> None:
    file = io.BytesIO()
    mg.save(mg.ones(2), file)
    assert mg.load(io.BytesIO(file.getvalue()), "cpu").device == "cpu"
    with pytest.raises(ValueError, match="unknown device 'tpu'"):
        mg.load(io.BytesIO(file.getvalue()), map_location="tpu")


def test_a_path_may_be_text_or_a_path(tmp_path) -> None:
    mg.save([1], str(tmp_path / "a"))
    mg.save([1], tmp_path / "b")
    assert mg.load(str(tmp_path / "b")) == mg.load(tmp_path / "a") == [1]
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ({"f": print}, TypeError, "builtin_function_or_method"),
        ([mg.nn.Linear(1, 1)], TypeError, "Linear at [0] is no data: save its .state_dict()"),
        (np.array(["a"]), TypeError, "array of <U1 at the top"),
        (np.array([1j]), TypeError, "array of complex128"),
        (np.array([None]), TypeError, "array of object"),
        ({"a": [1j]}, TypeError, "complex 1j at ['a'][0]"),
        ({1, 2}, TypeError, "got set {1, 2}"),
        (b"raw", TypeError, "got bytes"),
        (np.ma.masked_array([1.0], [True]), TypeError, "got a MaskedArray"),
        ({(1, 2): 3}, TypeError, "a key must be a string, a number or None, got tuple (1, 2)"),
    ],
)
def test_what_cannot_be_saved_is_named(value, error, text) -> None:
    with pytest.raises(error) as caught:
        mg.save(value, io.BytesIO())
    assert text in str(caught.value)


def test_what_contains_itself_is_refused(tmp_path) -> None:
    value = []
    value.append(value)
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        mg.save(value, tmp_path / "file")
    assert not os.listdir(tmp_path)
