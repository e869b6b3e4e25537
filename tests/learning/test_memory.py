"""Long training leaves no trace in memory."""

import gc
from pathlib import Path

import pytest

import minigen as mg
from tests.host import examples

STATUS = Path("/proc/self/statm")


def resident_pages() -> int:
    return int(STATUS.read_text().split()[1])


@pytest.mark.skipif(not STATUS.exists(), reason="resident memory is read from Linux's /proc")
def test_ten_thousand_steps_leave_resident_memory_flat_and_no_cycles() -> None:
    generator, discriminator = mg.models.Generator(4, 16, hidden=[16]), mg.models.Discriminator(16, hidden=[16])
    gan = mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters()),
        mg.optim.Adam(discriminator.parameters()),
        prior=4,
    )
    batch = mg.rand(32, 16)
    for _ in range(examples(500)):
        gan.step(batch)
    gc.collect()
    before = resident_pages()
    gc.disable()
    try:
        for _ in range(examples(10_000)):
            metrics = gan.step(batch)
        assert resident_pages() <= 1.02 * before
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert metrics["discriminator"] > 0
