"""The stream of a GPU: its key, its children, its position in the state, apart from that of the host."""

import copy
import json
import math

import numpy as np
import pytest

import minigen as mg
from minigen.backend import to_host
from minigen.random import EnumeratingGenerator, Generator
from minigen.testing import exact_expectation
from tests.random.test_device_laws import DRAWS, host
from tests.random.test_state import draws as host_draws

pytestmark = pytest.mark.usefixtures("gpu")


def normal(rng, n):
    return host(rng.normal(n, device="cuda"))


def plain(draw):
    return to_host(getattr(draw, "array", draw)).tolist()


@pytest.mark.parametrize("name", DRAWS)
def test_state_continues_exactly_after_json(name):
    rng = Generator(3).spawn()
    with mg.device("cuda"):
        DRAWS[name](rng)
        other = Generator(99)
        other.load_state_dict(json.loads(json.dumps(rng.state_dict())))
        twin = copy.deepcopy(rng)
        drawn = [[plain(DRAWS[name](generator)) for _ in range(2)] for generator in (rng, other, twin)]
    assert drawn[0] == drawn[1] == drawn[2]
    assert drawn[0][0] != drawn[0][1]  # the next draw begins where the last one ended
    assert rng.state_dict() == other.state_dict() == twin.state_dict()


def test_draws_use_whole_blocks():
    for n, used in ((0, 0), (1, 1), (4, 1), (5, 2)):
        rng = Generator(0)
        rng.normal(n, device="cuda")
        assert rng.state_dict()["device_block"] == used
    together, parts = Generator(1), Generator(1)
    assert (normal(together, 16) == np.concatenate([normal(parts, 8), normal(parts, 4), normal(parts, 4)])).all()


def test_host_and_gpu_draw_apart():
    rng, alone = Generator(4), Generator(4)
    first = normal(rng, 4)
    with mg.device("cpu"):
        assert host_draws(rng) == host_draws(alone)
    assert (normal(alone, 4) == first).all()
    assert rng.state_dict() == alone.state_dict()


def test_a_state_from_before_there_were_gpus_stands_at_their_beginning():
    state = Generator(5).state_dict()
    del state["device_block"]
    rng = Generator(0)
    normal(rng, 8)
    rng.load_state_dict(state)
    assert rng.state_dict() == Generator(5).state_dict()
    assert (normal(rng, 4) == normal(Generator(5), 4)).all()
    for wrong in (-1, 2**64, 1.0, None):
        with pytest.raises(ValueError, match=r"an int from 0 to .* as 'device_block'"):
            rng.load_state_dict({**state, "device_block": wrong})


def test_positions_go_on_after_the_last_block():
    rng = Generator(6)
    rng.load_state_dict({**rng.state_dict(), "device_block": 2**64 - 1})
    x = normal(rng, 8)
    assert rng.state_dict()["device_block"] == 1
    assert (normal(Generator(6), 4) == x[4:]).all()


def test_a_family_is_uncorrelated():
    rng = Generator(11)
    family = [rng, rng.spawn(), rng.spawn(), Generator(12)]
    family.append(family[1].spawn())
    on_the_host = Generator(11).normal(20_000, dtype="float64", device="cpu").numpy()
    x = np.stack([*(normal(member, 20_000) for member in family), on_the_host])
    for i in range(len(x)):
        for j in range(i):
            product = x[i] * x[j]
            assert abs(product.mean()) <= 5 * product.std() / math.sqrt(product.size)
    keys = [(member._key.k0, member._key.k1) for member in family]
    assert len(set(keys)) == len(keys)


def test_manual_seed_starts_again():
    rng = Generator(13)
    first = normal(rng, 4)
    assert (normal(rng.manual_seed(13), 4) == first).all()
    assert (normal(Generator(13).manual_seed(14), 4) != first).all()
    assert (normal(rng.manual_seed(14), 4) == normal(Generator(14), 4)).all()


def test_host_noise_is_inherited():
    rng = Generator(15, host_noise=True)
    for member in (rng, rng.spawn(), rng.spawn().spawn(), copy.deepcopy(rng)):
        assert member.host_noise
        member.normal(3, device="cuda")
        assert member.state_dict()["device_block"] == 0
    assert not Generator(15).spawn().host_noise
    assert EnumeratingGenerator().host_noise and EnumeratingGenerator().spawn().host_noise


@pytest.mark.parametrize("rows", [False, True])
def test_enumeration_is_the_same_on_every_device(rows):
    def moments(device):
        with mg.device(device):
            p = mg.tensor([0.25, 0.5], dtype="float64", requires_grad=True)

            def program(rng):
                n = rng.rows if rows else 1
                coins, more = rng.bernoulli(p.expand(n, 2)), rng.bernoulli(logits=mg.zeros(n, 1, dtype="float64"))
                which = rng.categorical(mg.tensor([[1.0, 3.0]], dtype="float64").expand(n, 2))
                x = (coins * mg.tensor([1.0, 4.0], dtype="float64")).sum(1) ** 2 + which + more.sum(1)
                return x if rows else x[0]

            found = exact_expectation(program, rows=rows, differentiable=True)
            (slope,) = mg.grad(found.mean, p)
            return found.mean.item(), found.variance.item(), slope.tolist(), found.paths

    assert moments("cuda") == moments("cpu")
    # E[(c1 + 4 c2)^2] = p1 + 16 p2 + 8 p1 p2, and 3/4, and 1/2
    assert moments("cuda")[0] == pytest.approx(0.25 + 8.0 + 1.0 + 1.25)
