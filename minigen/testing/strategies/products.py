"""Operands of products: `labelled` by letters, for matmul in every rank, for einsum in every form."""

from hypothesis import strategies as st

from minigen.backend import Array
from minigen.testing.strategies.arrays import any_array
from minigen.testing.strategies.shapes import sampled

PRODUCTS = (  # two of each pair of ranks, so that none is rare
    *(("ij", "jk"), ("j", "j"), ("j", "jk"), ("ij", "j"), ("aij", "jk"), ("abij", "j"), ("ij", "ajk")),
    *(("ij", "jk"), ("j", "j"), ("j", "jk"), ("ij", "j"), ("abcij", "jk"), ("aij", "j"), ("ij", "abcjk")),
    *(("j", "ajk"), ("j", "abjk"), ("Aij", "Ajk"), ("aBij", "Bjk")),
)

EQUATIONS = (
    *("ij,jk->ik", "ij,jk", "ji,jk->ki", "i,i", "i,j->ji", "ij->ji", "ij->", "ij->i", "ij,kl->", "ij,kl->jl"),
    *("ij,ij->ij", "ii", "ii->i", "iji,j->ij", "iii,i->i", "bij,bjk->bik", "ij,jk,kl->il", "i,ij,j,jk"),
    *("ij,jk,kl,lm->im", "i,ij,j->", "i,j,k,l->lkji"),
)
DOTTED = (
    ("...ij,...jk->...ik", ("Abij", "Abjk")),
    ("...ij,...jk", ("abij", "bjk")),
    ("i...,i...->...", ("iab", "ib")),
    ("...,...->...", ("ab", "")),
    ("...i->i", ("abi",)),
    ("bi,bj->ij", ("Bi", "bj")),
    ("bi,bi->", ("Bi", "bi")),
    ("bi,bi->b", ("bI", "bi")),
)

LENGTHS = sampled((2, 3, 1, 0, 2, 3))
WRITTEN = (*((e, tuple(e.split("->")[0].split(","))) for e in EQUATIONS), *DOTTED)


@st.composite
def labelled(draw: st.DrawFn, *patterns: str) -> tuple[Array, ...]:
    """Draw one operand for each pattern of letters.

    A letter is one length (0 to 3) everywhere; a capital is its letter's length, or 1.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    *patterns : str
        One letter for each axis; the empty pattern is a 0-d operand.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(labelled("ij", "jk"))
    ... def check(operands):
    ...     x, y = operands
    ...     assert (x @ y).shape == (x.shape[0], y.shape[1])
    >>> check()
    """
    sizes = {letter: draw(LENGTHS) for letter in sorted({c.lower() for c in "".join(patterns)})}
    forms = [tuple(1 if c.isupper() and draw(st.booleans()) else sizes[c.lower()] for c in p) for p in patterns]
    return tuple(any_array(draw, form) for form in forms)


def matmul_operands() -> st.SearchStrategy[tuple[Array, ...]]:
    """Return a strategy of two operands of `@`: vectors, matrices, stacks that broadcast, sums of length 0.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(matmul_operands())
    ... def check(operands):
    ...     x, y = operands
    ...     x @ y
    >>> check()
    """
    return st.sampled_from(PRODUCTS).flatmap(lambda patterns: labelled(*patterns))


@st.composite
def einsum_operands(draw: st.DrawFn) -> tuple[str, tuple[Array, ...]]:
    """Draw an equation and its operands: traces, diagonals, repeated labels, dots, axes that broadcast.

    An axis of length 1 may meet a longer one of its label.

    Examples
    --------
    >>> import minigen as mg
    >>> from hypothesis import given
    >>> @given(einsum_operands())
    ... def check(drawn):
    ...     equation, operands = drawn
    ...     mg.einsum(equation, *[mg.tensor(x) for x in operands])
    >>> check()
    """
    equation, patterns = draw(sampled(WRITTEN))
    return equation, draw(labelled(*patterns))
