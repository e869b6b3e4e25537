"""Philox: published answers, counters that carry; and the CUDA source against the array operations."""

import numpy as np
import pytest

from minigen.backend import noise, noise_cuda
from minigen.backend.philox import Key, words
from tests.backend.host_kernels import COMPILER, HostKernels

KEY = Key(0xA4093822, 0x299F31D0, 0x13198A2E, 0x03707344)
FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")

# The published known answers (Random123, kat_vectors, philox4x32 10): counter, key, words.
ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def integers_of(text):
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), ANSWERS)
def test_published_answers(counter, key, expected):
    c0, c1, c2, c3 = integers_of(counter)
    assert words(np, Key(*integers_of(key), c2, c3), c1 << 32 | c0, 1).tolist() == [integers_of(expected)]


def test_blocks_are_counted_across_the_words_of_the_counter():
    for first in (0, 5, 2**32 - 2, 2**64 - 4):
        together = words(np, KEY, first, 4)
        assert together.shape == (4, 4) and together.dtype == np.uint64 and (together < 2**32).all()
        for i in range(4):
            assert (words(np, KEY, first + i, 1) == together[i]).all()
    assert words(np, KEY, 0, 0).shape == (0, 4)


def test_every_word_of_key_and_counter_counts():
    seen = {tuple(words(np, KEY, 7, 1)[0].tolist())}
    for i in range(4):
        changed = Key(*[word ^ (1 << 31) if i == j else word for j, word in enumerate(KEY)])
        seen.add(tuple(words(np, changed, 7, 1)[0].tolist()))
    for bit in (0, 31, 32, 63):
        seen.add(tuple(words(np, KEY, 7 ^ (1 << bit), 1)[0].tolist()))
    assert len(seen) == 9 and len({word for block in seen for word in block}) == 36


def test_words_as_numbers_keep_within_their_interval():
    ends = np.array([0, 2**64 - 1], np.uint64)
    assert noise._closed(ends).tolist() == [0.0, 1 - 2.0**-53]
    for low, high in (noise._open(ends), noise._open32(ends >> 32)):
        assert 0 < low < 1e-9 and 1 - 1e-9 < high < 1
        assert -np.log(high) > 0 and np.isfinite(np.log(-np.log([low, high]))).all()


def test_integers_are_the_whole_part_of_a_fraction_of_128_bits():
    block = [[int(word) for word in row] for row in words(np, KEY, 11, 50)]
    for low, count in ((0, 1), (-2, 5), (10, 2**32), (-(2**62), 2**63 - 1), (-(2**63), 2**64 - 1), (-(2**63), 2**64)):
        expected = [low + ((a << 96 | b << 64 | c << 32 | d) * count >> 128) for a, b, c, d in block]
        assert noise.integers(np, KEY, 11, (50,), low, count).tolist() == expected


# --------------------------------------------------------------------------------- the CUDA source, on the host

CONCENTRATIONS = np.array([0.01, 0.3, 0.999, 1.0, 2.5, 40.0, 1e4] * 30)
WEIGHTS = np.random.default_rng(0).random((7, 5)) * [1, 0, 1, 1, 1]
WIDE = np.linspace(-40, 40, 21)
EXACT = {
    "uniform": lambda law, xp, n: law(xp, KEY, 3, (n,), FLOAT32),
    "uniform64": lambda law, xp, n: law(xp, KEY, 3, (n,), FLOAT64),
    "bits": lambda law, xp, n: law(xp, KEY, 2**32 - 1, n),
    "bernoulli": lambda law, xp, n: law(xp, KEY, 3, np.linspace(0, 1, n), False),
    "bernoulli32": lambda law, xp, n: law(xp, KEY, 3, np.linspace(0, 1, n, dtype=FLOAT32), False),
    "bernoulli16": lambda law, xp, n: law(xp, KEY, 3, np.linspace(0, 1, n, dtype="float16"), False),
    "bernoulli-one": lambda law, xp, n: law(xp, KEY, 3, np.broadcast_to(0.3, (n,)), False),
    "bernoulli-turned": lambda law, xp, n: law(xp, KEY, 3, np.linspace(0, 1, 2 * n).reshape(n, 2).T, False),
    "bernoulli-logits": lambda law, xp, n: law(xp, KEY, 3, np.resize([*WIDE, -np.inf, np.inf], n), True),
    "categorical": lambda law, xp, n: law(xp, KEY, 3, np.resize(WEIGHTS, (n, 5))),
    "categorical-turned": lambda law, xp, n: law(xp, KEY, 3, np.resize(WEIGHTS, (5, n)).T),
    "integers": lambda law, xp, n: law(xp, KEY, 3, (n,), -5, 11),
    "integers-all": lambda law, xp, n: law(xp, KEY, 3, (n,), -(2**63), 2**64),
    "integers-most": lambda law, xp, n: law(xp, KEY, 2**64 - 2, (n,), -(2**63), 2**64 - 3),
}
CLOSE = {
    "normal": lambda law, xp, n: law(xp, KEY, 3, (n,), FLOAT32),
    "normal64": lambda law, xp, n: law(xp, KEY, 3, (n,), FLOAT64),
    "exponential": lambda law, xp, n: law(xp, KEY, 3, (n,)),
    "gumbel": lambda law, xp, n: law(xp, KEY, 3, (n,)),
    "gamma": lambda law, xp, n: law(xp, KEY, 3, np.resize(CONCENTRATIONS, n)),
}


def law_of(name):
    """The function of `noise` that a case calls."""
    return "".join(letter for letter in name.partition("-")[0] if letter.isalpha())


def both(name, draw, n):
    """The same draw by array operations and by the kernel."""
    return draw(getattr(noise, law_of(name)), np, n), draw(getattr(noise_cuda, law_of(name)), HOST, n)


HOST = HostKernels()
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")


@needs_compiler
@pytest.mark.parametrize("name", EXACT)
def test_the_kernel_draws_the_same_bits(name):
    for n in (0, 1, 2, 3, 4, 5, 6, 7, 258):
        expected, found = both(name, EXACT[name], n)
        assert (expected.dtype, expected.shape) == (found.dtype, found.shape)
        assert (expected == found).all()


@needs_compiler
@pytest.mark.parametrize("name", CLOSE)
def test_the_kernel_draws_the_same_up_to_the_last_digits(name):
    for n in (0, 1, 2, 3, 5, 7, 210):
        expected, found = both(name, CLOSE[name], n)
        assert (expected.dtype, expected.shape) == (found.dtype, found.shape)
        np.testing.assert_allclose(found, expected, rtol=4 * np.finfo(expected.dtype).eps, atol=1e-14)


@needs_compiler
def test_a_kernel_of_0_d_parameters():
    for law, arguments in (("bernoulli", (np.array(0.5), False)), ("gamma", (np.array(2.5),))):
        expected, found = (getattr(m, law)(xp, KEY, 3, *arguments) for m, xp in ((noise, np), (noise_cuda, HOST)))
        assert expected.shape == found.shape == () and np.allclose(expected, found, rtol=1e-12)


def test_nvrtc_compiles_the_source_for_sm_90():
    nvrtc = pytest.importorskip("cupy_backends.cuda.libs.nvrtc", reason="no CuPy")
    try:
        program = nvrtc.createProgram(noise_cuda.SOURCE.read_text(encoding="utf-8"), "philox.cu", [], [])
    except RuntimeError:
        pytest.skip("no NVRTC")
    try:
        nvrtc.compileProgram(program, ["--gpu-architecture=sm_90", *noise_cuda.OPTIONS])
    except Exception:
        pytest.fail(nvrtc.getProgramLog(program))
    assert len(nvrtc.getCUBIN(program)) > 10_000
