"""Records of einsum, in every form."""

import numpy as np

import minigen as mg
from minigen.backend import Array
from minigen.testing.records.record import Record
from minigen.testing.strategies import labelled


def einsum(equation: str, *patterns: str) -> Record:
    """Return the record of an equation, for operands of these patterns or of its own labels."""

    def reference(*xs: Array) -> Array:
        return np.einsum(equation, *xs)

    return Record(
        f"einsum {equation}",
        lambda *xs: mg.einsum(equation, *xs),
        labelled(*(patterns or equation.split("->")[0].split(","))),
        ("einsum",),
        reference=None if equation == "...i->i" else reference,
        note="NumPy has no sum over the axes of '...'" if equation == "...i->i" else "",
    )


RECORDS = [
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
    einsum("ij,ij->ij", "ij", "Ij"),
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
    Record(
        "einsum twice",
        lambda x: mg.einsum("ij,ij,kj->ik", x, x, x),
        labelled("ij"),
        ("einsum",),
        reference=lambda x: np.einsum("ij,ij,kj->ik", x, x, x),
        integers="keep",
        errors=(
            (lambda: mg.einsum("ij,jk", mg.ones(2, 3)), ValueError, "einsum: "),
            (lambda: mg.einsum("ij,jk", mg.ones(2, 3), mg.ones(2, 3)), ValueError, "einsum: "),
        ),
    ),
]
