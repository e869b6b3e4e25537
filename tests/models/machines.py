"""Tiny RBMs with all their parameters drawn, and their laws as tables, from nothing but the energy."""

import itertools

import numpy as np

import minigen as mg
from tests.host import host


def machine(n_visible=3, n_hidden=2, seed=0, scale=1.0):
    """An RBM in float64 with every parameter drawn from N(0, scale²)."""
    rng = np.random.default_rng(seed)
    rbm = mg.models.RBM(n_visible, n_hidden, dtype="float64")
    for parameter in rbm.parameters():
        parameter.data.copy_(mg.tensor(scale * rng.normal(size=parameter.shape)))
    return rbm


def bits(n):
    """All states of n units in the order of `minigen.inference.states`: the first unit is the lowest bit."""
    return np.array([state[::-1] for state in itertools.product([0.0, 1.0], repeat=n)])


def numbers(rbm):
    """W, b and c as arrays."""
    return tuple(host(p).copy() for p in (rbm.weight, rbm.visible_bias, rbm.hidden_bias))


class Tables:
    """The laws of an RBM over all states, by adding up the terms of the energy one by one."""

    def __init__(self, parameters):
        w, b, c = parameters
        self.v, self.h = bits(len(b)), bits(len(c))
        energy = np.zeros((len(self.v), len(self.h)))
        for (row, v), (column, h) in itertools.product(enumerate(self.v), enumerate(self.h)):
            for i, j in itertools.product(range(len(b)), range(len(c))):
                energy[row, column] -= v[i] * w[i, j] * h[j]
            energy[row, column] -= sum(v * b) + sum(h * c)
        self.energy = energy
        self.log_z = np.logaddexp.reduce(-energy, axis=None)
        self.joint = np.exp(-energy - self.log_z)
        self.p_v, self.p_h = self.joint.sum(1), self.joint.sum(0)
        self.h_given_v = np.exp(-energy - np.logaddexp.reduce(-energy, axis=1, keepdims=True))  # (v, h)
        self.v_given_h = np.exp(-energy - np.logaddexp.reduce(-energy, axis=0)).T  # (h, v)
        self.kernel = self.h_given_v @ self.v_given_h  # (v, v'): h given v, then v' given h

    def statistics(self, law):
        """E[v h], E[v] and E[h] when v has the law `law` and h is drawn given v."""
        joint = law[:, None] * self.h_given_v
        return (
            np.einsum("ab,ai,bj->ij", joint, self.v, self.h),
            np.einsum("ab,ai->i", joint, self.v),
            np.einsum("ab,bj->j", joint, self.h),
        )


def tables(rbm):
    return Tables(numbers(rbm))


def number(v):
    """The number of each state of bits."""
    return (np.asarray(v) @ 2 ** np.arange(np.shape(v)[-1])).astype(int)
