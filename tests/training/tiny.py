"""A GAN so small that a test trains it at once; as a program, in a process of its own.

    python -m tests.training.tiny OUT FOLDER STEPS [CHECKPOINT]

trains to STEPS with the run's files in FOLDER, and writes the last state to OUT.
"""

import sys
from pathlib import Path

import minigen as mg
from minigen.random import Generator, using
from minigen.training import EMA, Checkpoints, EarlyStopping, Loop, MetricsFile

BATCHES = 3  # in an epoch; the last one is ragged


class Jittered(mg.learning.Adversarial):
    """Its data are dequantised by noise from the default generator."""

    def step(self, batch):
        return super().step(batch + 0.1 * mg.rand(*batch.shape))


def build(seed: int = 0) -> tuple[Jittered, mg.data.DataLoader]:
    """Make algorithm and loader; both draw random numbers, and the discriminator has dropout."""
    with using(Generator(seed)):
        generator = mg.models.Generator(2, 3, hidden=[4])
        discriminator = mg.nn.Sequential(
            mg.nn.Linear(3, 4), mg.nn.Dropout(0.5), mg.nn.LeakyReLU(0.2), mg.nn.Linear(4, 1)
        )
        gan = Jittered(
            generator,
            discriminator,
            mg.optim.Adam(generator.parameters(), lr=0.01, amsgrad=True),
            mg.optim.SGD(discriminator.parameters(), lr=0.01, momentum=0.9),
            prior=2,
            k=2,
        )
        return gan, mg.data.DataLoader(Generator(9).normal((10, 3)), batch_size=4, shuffle=True)


def make_loop(folder: Path, seed: int = 0, **options) -> Loop:
    """Put the GAN in a loop with all callbacks that have a state, a checkpoint at each step."""
    gan, loader = build(seed)
    callbacks = [
        Checkpoints(folder / "checkpoints", steps=1, keep=100, best="generator"),
        EMA(gan.generator, decay=0.5),
        EarlyStopping("discriminator", patience=100),
        MetricsFile(folder / "metrics.jsonl"),
    ]
    return Loop(gan, loader, callbacks=callbacks, settings={"seed": 0}, **options)


def state(loop: Loop) -> dict:
    """All that must be the same, however the loop came here: all but the time it took."""
    parts = {"algorithm": loop.algorithm, "loader": loop.loader, "loop": loop}
    found = {name: part.state_dict() for name, part in parts.items()}
    del found["loop"]["seconds"]
    return found


def main(out: str, folder: str, steps: str, *checkpoint: str) -> None:
    """Train, maybe from a checkpoint, and save the state."""
    mg.manual_seed(1 + len(checkpoint))  # a resumed run must not depend on it
    loop = make_loop(Path(folder), seed=len(checkpoint))
    if checkpoint:
        loop.load(checkpoint[0])
    loop.run(steps=int(steps))
    mg.save(state(loop), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
