"""Train a GAN on the bundled handwritten digits, score it, and draw what it makes.

    python examples/gan_digits.py [--steps 20000] [--seed 0] [--out out/gan_digits]

The score needs no other model: 500 samples are matched to their nearest training digits. Samples should be
of every class, and as close to the training set as digits that the GAN never saw.
"""

import argparse
import time
from pathlib import Path

import minigen as mg

LATENT = 32


def build() -> mg.learning.Adversarial:
    """Make both networks, their optimizers and the game."""
    generator = mg.models.Generator(LATENT, (8, 8), hidden=[256, 256])
    discriminator = mg.models.Discriminator((8, 8), hidden=[256, 128])
    return mg.learning.Adversarial(
        generator,
        discriminator,
        mg.optim.Adam(generator.parameters(), lr=5e-4, betas=(0.5, 0.999)),
        mg.optim.Adam(discriminator.parameters(), lr=5e-4, betas=(0.5, 0.999)),
        prior=LATENT,
    )


def score(samples: mg.Tensor, train: mg.Tensor, labels: mg.Tensor, held_out: mg.Tensor) -> str:
    """Say how many classes the samples show, and how far they are from the training digits."""
    distances, indices = mg.evaluation.nearest(samples, train)
    reference, _ = mg.evaluation.nearest(held_out, train)
    found = sorted(set(labels[indices].tolist()))
    middle = [sorted(d.tolist())[len(d) // 2] for d in (distances, reference)]
    return (
        f"{len(samples)} samples show {len(found)} of 10 classes ({' '.join(map(str, found))}); median distance to "
        f"the nearest training digit {middle[0]:.2f}, of held-out digits {middle[1]:.2f}, "
        f"ratio {middle[0] / middle[1]:.2f}"
    )


def main() -> None:
    """Train, score, draw."""
    parser = argparse.ArgumentParser(description="Train a GAN on the bundled handwritten digits.")
    parser.add_argument("--steps", type=int, default=20_000, help="iterations of Algorithm 1 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="fixes every number (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/gan_digits"), help="folder for pictures")
    options = parser.parse_args()

    mg.manual_seed(options.seed)
    train, labels = mg.data.load_digits("train")
    held_out, _ = mg.data.load_digits("test")
    loader = mg.data.DataLoader(2 * train - 1, batch_size=64, shuffle=True, drop_last=True)
    gan = build()
    print(f"training on {len(train)} digits of 8x8 pixels, {options.steps} steps")
    start, step = time.perf_counter(), 0
    while step < options.steps:
        for batch in loader:
            metrics = gan.step(batch)
            step += 1
            if step % 2500 == 0 or step == options.steps:
                print(f"  step {step:6}  {time.perf_counter() - start:4.0f} s  {metrics}")
                samples = gan.generator.sample(64, rng=1)
                mg.viz.save_image(samples, options.out / f"step-{step:06}.png", value_range=(-1, 1))
            if step == options.steps:
                break

    samples = (gan.generator.sample(500, rng=1) + 1) / 2
    print(score(samples, train, labels, held_out))
    shown = samples[:40]
    twins = train[mg.evaluation.nearest(shown, train)[1]]
    pairs = mg.cat([mg.cat([shown[i : i + 10], twins[i : i + 10]]) for i in range(0, 40, 10)])
    mg.viz.save_image(samples[:100], options.out / "samples.png", nrow=10, zoom=6)
    mg.viz.save_image(pairs, options.out / "nearest.png", nrow=10, zoom=6)
    print(f"pictures: {options.out}/samples.png (100 samples), {options.out}/nearest.png (rows of samples, each above")
    print(f"its nearest training digit), {options.out}/step-*.png (the same noise as training went on)")


if __name__ == "__main__":
    main()
