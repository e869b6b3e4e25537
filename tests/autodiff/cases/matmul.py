"""Derivatives of products: all ranks, broadcast batches, sums of length 0, strided operands; einsum in every form."""

from hypothesis import strategies as st

import minigen as mg
from minigen.autodiff import rows
from minigen.autodiff.ops.matmul import linear
from tests.autodiff.checks import Case, values

length = st.integers(0, 3)


@st.composite
def shaped(draw, *patterns):
    """Draw one operand for each pattern of letters; a letter is one length everywhere, a capital may become 1."""
    sizes = {letter.lower(): draw(length) for letter in "".join(patterns)}
    return tuple(
        draw(
            values(
                tuple(1 if c.isupper() and draw(st.booleans()) else sizes[c.lower()] for c in pattern),
            )
        )
        for pattern in patterns
    )


def einsum(equation, *patterns):
    return Case(
        f"einsum {equation}",
        lambda *xs: mg.einsum(equation, *xs),
        shaped(*(patterns or equation.split("->")[0].split(","))),
        ("einsum",),
    )


def product(name, *patterns, covers=("matmul",)):
    return Case(f"{name} {' '.join(patterns)}", getattr(mg, name), shaped(*patterns), covers)


CASES = [
    product("matmul", "ij", "jk"),
    product("matmul", "j", "j"),
    product("matmul", "j", "jk"),
    product("matmul", "ij", "j"),
    product("matmul", "aij", "jk", covers=("linear", "linear_weight_grad")),
    product("matmul", "abij", "j", covers=("linear", "linear_weight_grad")),
    product("matmul", "ij", "ajk"),
    product("matmul", "j", "ajk"),
    product("matmul", "Aij", "Ajk"),
    product("matmul", "aBij", "Bjk"),
    product("mm", "ij", "jk"),
    product("bmm", "aij", "ajk"),
    product("mv", "ij", "j"),
    product("dot", "j", "j"),
    product("outer", "i", "j", covers=("mul",)),
    Case("@", lambda x, y: x @ y @ x, shaped("ij", "ji"), ("matmul",)),
    Case("addmm", lambda c, x, y: mg.addmm(c, x, y, beta=0.5, alpha=-2.0), shaped("Ik", "ij", "jk"), ("matmul",)),
    Case("addmm vector", mg.addmm, shaped("k", "ij", "jk"), ("matmul",)),
    Case("linear", linear, shaped("ij", "kj", "k"), ("linear", "linear_weight_grad")),
    Case("linear vector", linear, shaped("j", "kj", "k"), ("linear", "linear_weight_grad")),
    Case("linear deep", linear, shaped("abj", "kj", "k"), ("linear", "linear_weight_grad")),
    Case("linear without bias", linear, shaped("aj", "kj"), ("linear", "linear_weight_grad")),
    Case("linear_weight_grad", rows["linear_weight_grad"], shaped("abk", "abj"), ("linear", "linear_weight_grad")),
    einsum("ij,jk->ik"),
    einsum("ij,jk"),
    einsum("ji,jk->ki"),
    einsum("i,i"),
    einsum("i,j->ji"),
    einsum("ij->ji"),
    einsum("ij->"),
    einsum("ij->i"),
    einsum("ij,kl->"),
    einsum("ij,kl->jl"),
    einsum("ij,ij->ij"),
    einsum("ii"),
    einsum("ii->i"),
    einsum("iji,j->ij"),
    einsum("iii,i->i"),
    einsum("bij,bjk->bik"),
    einsum("ij,jk,kl->il"),
    einsum("i,ij,j,jk"),
    einsum("...ij,...jk->...ik", "Abij", "Abjk"),
    einsum("...ij,...jk", "abij", "bjk"),
    einsum("i...,i...->...", "iab", "ib"),
    einsum("...,...->...", "ab", ""),
    einsum("...i->i", "abi"),
    einsum("bi,bj->ij", "Bi", "bj"),
    einsum("bi,bi->", "Bi", "bi"),
    einsum("bi,bi->b", "bI", "bi"),
    Case("einsum twice", lambda x: mg.einsum("ij,ij,kj->ik", x, x, x), shaped("ij"), ("einsum",)),
]
