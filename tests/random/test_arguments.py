"""Shapes, types and devices of draws, and what is said about arguments that cannot be."""

import numpy as np
import pytest

from minigen.autodiff import Tensor
from minigen.backend import get_default_device, get_default_dtype, set_default_dtype
from minigen.backend.arrays import namespaces
from minigen.random import Generator
from tests.host import host, placed

FLOATING = ("normal", "uniform", "gumbel", "exponential")


@pytest.fixture
def rng():
    return Generator(0)


@pytest.mark.parametrize("law", FLOATING)
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), ()),
        (3, (3,)),
        (0, (0,)),
        ((2, 3), (2, 3)),
        ([2, 3], (2, 3)),
        ((2, 0, 3), (2, 0, 3)),
        (np.int64(4), (4,)),
    ],
)
def test_shapes(rng, law, shape, expected):
    draw = getattr(rng, law)(shape)
    assert type(draw) is Tensor and type(draw.array) in namespaces
    assert draw.shape == expected and not draw.requires_grad
    assert rng.integers(5, shape=shape).shape == expected
    assert rng.gamma(2.0, shape).shape == expected


@pytest.mark.parametrize("law", FLOATING)
def test_dtypes_and_devices(rng, law):
    draw = getattr(rng, law)
    assert draw(2).dtype == np.float32 and draw().dtype == np.float32
    for dtype in ("float16", "float32", "float64", np.float64):
        assert draw(2, dtype=dtype, device="cpu").dtype == dtype
        assert draw(dtype=dtype).dtype == dtype
    assert draw(2).device == get_default_device()
    before = get_default_dtype()
    set_default_dtype("float64")
    try:
        assert draw(2).dtype == np.float64
        assert rng.bernoulli(0.5).dtype == np.float64
    finally:
        set_default_dtype(before)


@pytest.mark.usefixtures("on_the_host")
def test_float32_is_drawn_as_float32():
    source = np.random.Generator(np.random.PCG64(3))
    rng = Generator(3)
    assert (host(rng.normal(5)) == source.standard_normal(5, dtype=np.float32)).all()
    assert (host(rng.uniform(5)) == source.random(5, dtype=np.float32)).all()


def test_integers_and_permutation_dtypes(rng):
    assert rng.integers(5).dtype == np.int64 and rng.integers(5).shape == ()
    for dtype in ("uint8", "int32", "float32", "bool"):
        assert rng.integers(2, shape=3, dtype=dtype).dtype == dtype
    assert rng.integers(0, 256, 3, dtype="uint8").dtype == np.uint8
    assert rng.permutation(0).shape == (0,) and rng.permutation(3).dtype == np.int64


@pytest.mark.parametrize("law", ["bernoulli", "categorical", "gamma"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 3)])
def test_parameters_give_back_what_they_are(rng, law, dtype, shape):
    values = np.full(shape, 0.5, dtype)
    expected_shape = shape[:-1] if law == "categorical" else shape
    expected_dtype = "int64" if law == "categorical" else dtype
    from_array = getattr(rng, law)(values)
    assert type(from_array) is np.ndarray
    assert (from_array.shape, from_array.dtype) == (expected_shape, expected_dtype)
    from_tensor = getattr(rng, law)(placed(values, requires_grad=True))
    assert type(from_tensor) is Tensor and not from_tensor.requires_grad
    assert (from_tensor.shape, from_tensor.dtype) == (expected_shape, expected_dtype)
    assert (values == 0.5).all()


@pytest.mark.parametrize("law", ["bernoulli", "categorical"])
def test_logits_give_back_what_they_are(rng, law):
    logits = np.zeros((2, 3))
    assert type(getattr(rng, law)(logits=logits)) is np.ndarray
    assert type(getattr(rng, law)(logits=placed(logits, requires_grad=True))) is Tensor
    assert not getattr(rng, law)(logits=placed(logits, requires_grad=True)).requires_grad
    assert (logits == 0).all()


def test_zero_dimensional_parameters(rng):
    for given in (0.5, 1, np.float64(0.5), placed(np.array(0.5, np.float32))):
        draw = rng.bernoulli(given)
        assert type(draw) is Tensor and draw.shape == () and draw.dtype == np.float32
    assert type(rng.bernoulli(np.array(0.5))) is np.ndarray
    assert rng.bernoulli(logits=np.array(0.5)).shape == ()
    assert rng.categorical(np.ones(3)).shape == () and type(rng.categorical(np.ones(3))) is np.ndarray
    assert rng.gamma(2.0).shape == () and rng.gamma(np.array(2.0), (2, 3)).shape == (2, 3)


def test_numbers_and_lists_count_as_tensors_of_the_default_dtype(rng):
    assert rng.bernoulli([0.0, 1.0]).tolist() == [0.0, 1.0]
    assert rng.categorical([[0, 1], [1, 0]]).tolist() == [1, 0]
    assert rng.gamma([1.0, 2.0]).dtype == np.float32


def test_strided_and_read_only_parameters(rng):
    values = np.zeros((4, 6))
    values[::2] = 1
    values.flags.writeable = False
    assert (rng.bernoulli(values[::-2, ::3]) == values[::-2, ::3]).all()
    assert (rng.bernoulli(values.T) == values.T).all()


NAN = float("nan")
REFUSED = [
    (lambda rng: rng.normal((2, -1)), ValueError, r"negative sizes, got \(2, -1\)"),
    (lambda rng: rng.normal(-1), ValueError, "negative sizes, got -1"),
    (lambda rng: rng.uniform(2.5), TypeError, "shape must be an int or a tuple of ints, got 2.5"),
    (lambda rng: rng.gumbel((2, "3")), TypeError, "shape must be an int or a tuple of ints"),
    (lambda rng: rng.exponential("23"), TypeError, "shape must be an int or a tuple of ints"),
    (
        lambda rng: rng.normal(2, dtype="int64"),
        TypeError,
        r"normal: draws are floating, got dtype int64.*integers",
    ),
    (lambda rng: rng.uniform(2, dtype="bool"), TypeError, "uniform: draws are floating"),
    (lambda rng: rng.gumbel(2, dtype=int), TypeError, "gumbel: draws are floating"),
    (lambda rng: rng.exponential(2, dtype="complex64"), TypeError, "unknown dtype 'complex64'"),
    (lambda rng: rng.normal(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.uniform(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.gumbel(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.exponential(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.integers(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.permutation(2, device="tpu"), ValueError, "unknown device 'tpu'"),
    (lambda rng: rng.uniform(2, 3.0, 1.0), ValueError, "finite low <= high, got low=3.0, high=1.0"),
    (lambda rng: rng.uniform(2, 0.0, float("inf")), ValueError, "finite low <= high"),
    (lambda rng: rng.uniform(2, NAN), ValueError, "finite low <= high"),
    (lambda rng: rng.bernoulli(), TypeError, "bernoulli: give either probs or logits, got none"),
    (
        lambda rng: rng.bernoulli(0.5, logits=0.0),
        TypeError,
        "bernoulli: give either probs or logits, got both",
    ),
    (
        lambda rng: rng.bernoulli(np.ones(2, int)),
        TypeError,
        "bernoulli: parameters must be floating, got int64",
    ),
    (
        lambda rng: rng.bernoulli("heads"),
        TypeError,
        "bernoulli: parameters must be Tensors, arrays or numbers, got str",
    ),
    (lambda rng: rng.bernoulli(1.5), ValueError, r"bernoulli: .* \[0, 1\], got 1.5 \(1 of 1 values\)"),
    (lambda rng: rng.bernoulli(np.array([0.5, -0.1, NAN])), ValueError, r"got -0.1 \(2 of 3 values\)"),
    (
        lambda rng: rng.bernoulli(logits=np.array([[NAN]])),
        ValueError,
        "bernoulli: logits must not be NaN, got nan",
    ),
    (lambda rng: rng.categorical(), TypeError, "categorical: give either probs or logits, got none"),
    (lambda rng: rng.categorical([1.0], logits=[0.0]), TypeError, "categorical: .* got both"),
    (lambda rng: rng.categorical([[1.0], [1.0, 2.0]]), TypeError, "categorical: parameters must be"),
    (
        lambda rng: rng.categorical([0.5, -0.1]),
        ValueError,
        r"categorical: weights must be finite and >= 0, got -0.1",
    ),
    (
        lambda rng: rng.categorical([0.5, NAN]),
        ValueError,
        "categorical: weights must be finite and >= 0, got nan",
    ),
    (lambda rng: rng.categorical([0.5, float("inf")]), ValueError, "categorical: weights must be finite"),
    (
        lambda rng: rng.categorical([[0.0, 0.0], [0.0, 1.0]]),
        ValueError,
        r"must not all be 0.*\(1 of 2 values\)",
    ),
    (
        lambda rng: rng.categorical(logits=[NAN, 0.0]),
        ValueError,
        "categorical: logits must be numbers below inf, got nan",
    ),
    (
        lambda rng: rng.categorical(logits=[float("inf"), 0.0]),
        ValueError,
        "categorical: logits must be .* got inf",
    ),
    (lambda rng: rng.categorical(logits=[-float("inf")] * 2), ValueError, "must not all be 0"),
    (
        lambda rng: rng.categorical(np.ones((2, 0))),
        ValueError,
        r"dimension -1 of shape \(2, 0\) holds no outcomes",
    ),
    (
        lambda rng: rng.categorical(np.ones(2), dim=1),
        IndexError,
        r"no dimension 1 in a parameter of shape \(2,\)",
    ),
    (lambda rng: rng.categorical(0.5), IndexError, r"no dimension -1 in a parameter of shape \(\)"),
    (lambda rng: rng.integers(0), ValueError, "needs low < high, got low=0, high=0"),
    (lambda rng: rng.integers(3, 3), ValueError, "needs low < high, got low=3, high=3"),
    (lambda rng: rng.integers(0.5), TypeError, r"integers: high must be an int, got 0.5 \(float\)"),
    (lambda rng: rng.integers("a", 3), TypeError, "integers: low must be an int, got 'a'"),
    (lambda rng: rng.integers(0, 257, dtype="uint8"), ValueError, r"\[0, 257\) does not fit in uint8"),
    (lambda rng: rng.integers(-1, 5, dtype="uint8"), ValueError, r"\[-1, 5\) does not fit in uint8"),
    (lambda rng: rng.integers(2**63 + 1), ValueError, "does not fit in int64"),
    (lambda rng: rng.permutation(-1), ValueError, "n must not be negative, got -1"),
    (lambda rng: rng.permutation(2.0), TypeError, r"permutation: n must be an int, got 2.0 \(float\)"),
    (lambda rng: rng.gamma(0.0), ValueError, r"gamma: concentrations must lie in \(0, inf\), got 0.0"),
    (lambda rng: rng.gamma([1.0, NAN]), ValueError, r"got nan \(1 of 2 values\)"),
    (lambda rng: rng.gamma(float("inf")), ValueError, "gamma: concentrations must lie"),
    (lambda rng: rng.gamma(np.ones(2, int)), TypeError, "gamma: parameters must be floating, got int64"),
    (lambda rng: rng.gamma(np.ones(2), (3,)), ValueError, r"shape \(2,\) does not broadcast to shape \(3,\)"),
    (lambda rng: rng.gamma(np.ones(2), ()), ValueError, r"shape \(2,\) does not broadcast to shape \(\)"),
]


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_arguments(rng, call, error, text):
    before = rng.state_dict()
    with pytest.raises(error, match=text):
        call(rng)
    assert rng.state_dict() == before or "tpu" in text
